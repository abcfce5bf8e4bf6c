"""Each store in two kinds: on a real database, and in memory. Both must do the same.

On the database, each query that a test has led to must be served by an index.
"""

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar, cast

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from services.chassis.mongo import Document
from services.chassis.rpc.deadline import Deadline, working_until
from services.chats import storage as chats_storage
from services.chats.ports import ChatStore
from services.contracts.ids import new_id
from services.events import storage as events_storage
from services.events.ports import EventStore
from services.invites import storage as invites_storage
from services.invites.ports import InviteStore
from services.streams import storage as streams_storage
from services.streams.ports import FeedStore
from services.users import storage as users_storage
from services.users.ports import UserStore
from tests.conformance.queries import Queries
from tests.fakes.chats import FakeChats
from tests.fakes.events import FakeEvents
from tests.fakes.feeds import FakeFeeds
from tests.fakes.invites import FakeInvites
from tests.fakes.users import FakeUsers

TIME_S = 60.0

S = TypeVar("S")
Fixture = Callable[..., Iterator[S]]


class Storage(Protocol):
    """The module of a service that knows MongoDB."""

    def prepare(self, database: Database[Document]) -> None: ...


@pytest.fixture(scope="session")
def queries(mongo_uri: str) -> Iterator[Queries]:
    queries = Queries(mongo_uri)
    yield queries
    queries.close()


@pytest.fixture(scope="session")
def mongo_client(mongo_uri: str, queries: Queries) -> Iterator[MongoClient[Document]]:
    client: MongoClient[Document] = MongoClient(mongo_uri, w="majority", journal=True, event_listeners=[queries])
    yield client
    client.close()


@pytest.fixture(params=["memory", "mongo"])
def store_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _fixture(
    storage: Storage, on_database: Callable[[Database[Document]], S], in_memory: Callable[[], S]
) -> Fixture[S]:
    @pytest.fixture
    def store(store_kind: str, request: pytest.FixtureRequest) -> Iterator[S]:
        if store_kind == "memory":
            yield in_memory()
            return
        client, queries = map(request.getfixturevalue, ("mongo_client", "queries"))
        database = client[f"conformance_{new_id()}"]
        storage.prepare(database)
        queries.plans()  # of preparing, and of tests that used no store
        with working_until(Deadline.after(TIME_S)):  # as a call does, whose writes carry their end
            yield on_database(database)
        bad = [f"{shape}: {plan}" for shape, plan in queries.plans() if not plan.is_good]
        client.drop_database(database.name)
        assert bad == [], "\n".join(bad)

    return cast(Fixture[S], store)


# The type checker holds both kinds of each store against its port.
users: Fixture[UserStore] = _fixture(users_storage, users_storage.MongoUserStore, FakeUsers)
events: Fixture[EventStore] = _fixture(events_storage, events_storage.MongoEventStore, FakeEvents)
chats: Fixture[ChatStore] = _fixture(chats_storage, chats_storage.MongoChatStore, FakeChats)
invites: Fixture[InviteStore] = _fixture(invites_storage, invites_storage.MongoInviteStore, FakeInvites)
feeds: Fixture[FeedStore] = _fixture(streams_storage, streams_storage.MongoFeedStore, FakeFeeds)
