"""Each store in two kinds: on a real database, and in memory. Both must do the same.

On the database, each query that a test has led to must be served by an index.
"""

import pytest
from pymongo import MongoClient

from services.chats import storage as chats_storage
from services.contracts.ids import new_id
from services.events import storage as events_storage
from services.invites import storage as invites_storage
from services.users import storage as users_storage
from tests.conformance.queries import Queries
from tests.fakes.chats import FakeChats
from tests.fakes.events import FakeEvents
from tests.fakes.invites import FakeInvites
from tests.fakes.users import FakeUsers


@pytest.fixture(scope="session")
def queries(mongo_uri):
    queries = Queries(mongo_uri)
    yield queries
    queries.close()


@pytest.fixture(scope="session")
def mongo_client(mongo_uri, queries):
    client = MongoClient(mongo_uri, w="majority", journal=True, event_listeners=[queries])
    yield client
    client.close()


@pytest.fixture(params=["memory", "mongo"])
def store_kind(request):
    return request.param


def _fixture(storage, on_database, in_memory):
    @pytest.fixture
    def store(store_kind, request):
        if store_kind == "memory":
            yield in_memory()
            return
        client, queries = map(request.getfixturevalue, ("mongo_client", "queries"))
        database = client[f"conformance_{new_id()}"]
        storage.prepare(database)
        yield on_database(database)
        bad = [f"{shape}: {plan}" for shape, plan in queries.plans() if not plan.is_good]
        client.drop_database(database.name)
        assert bad == [], "\n".join(bad)

    return store


users = _fixture(users_storage, users_storage.MongoUserStore, FakeUsers)
events = _fixture(events_storage, events_storage.MongoEventStore, FakeEvents)
chats = _fixture(chats_storage, chats_storage.MongoChatStore, FakeChats)
invites = _fixture(invites_storage, invites_storage.MongoInviteStore, FakeInvites)
