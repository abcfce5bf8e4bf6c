"""A write that reaches the database after its caller has given up is not executed.

The database is a process of these tests, which is paused with the write in its socket.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError

from services.chassis import mongo
from services.chassis.database_clock import DatabaseClock
from services.chassis.mongo import Document
from services.chassis.rpc.deadline import Deadline, working_until
from services.chassis.timely import timely
from services.chats.model import Chat
from services.chats.storage import MongoChatStore
from services.chats.storage import prepare as prepare_chats
from services.contracts.errors import Code, Unavailable
from services.contracts.ids import new_id
from services.events.model import Event, creator
from services.events.storage import MongoEventStore
from services.events.storage import prepare as prepare_events
from tests.fakes.details import event_details
from tests.faults.replica_set import ReplicaSet, until

TIME_S = 5.0
SKEW_S = 30.0


@pytest.fixture(scope="module")
def replica_set(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicaSet]:
    """Start a database of one member."""
    replica_set = ReplicaSet(tmp_path_factory.mktemp("late"), members=1)
    try:
        replica_set.start()
        yield replica_set
    finally:
        replica_set.stop()


@pytest.fixture
def database(replica_set: ReplicaSet) -> Iterator[Database[Document]]:
    database = mongo.connect(replica_set.uri, f"late_{new_id()}", pool_size=10)
    yield database
    database.client.close()


@pytest.fixture
def seen(replica_set: ReplicaSet, database: Database[Document]) -> Iterator[Database[Document]]:
    """Return the same database as somebody else sees it, who has no limit for an operation."""
    client: MongoClient[Document] = MongoClient(replica_set.uri)
    yield client[database.name]
    client.close()


class Writes:
    """What the server has been asked to write."""

    def __init__(self, database: Database[Document]) -> None:
        self._database = database
        self._before = self._count()

    def _count(self) -> int:
        commands = self._database.command("serverStatus")["metrics"]["commands"]
        return sum(int(commands[name]["total"]) for name in ("update", "findAndModify", "insert", "delete"))

    def have_come(self) -> bool:
        return self._count() > self._before


@contextmanager
def paused(replica_set: ReplicaSet) -> Iterator[None]:
    [member] = replica_set.members
    os.kill(member.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(member.pid, signal.SIGCONT)


def write_late(
    replica_set: ReplicaSet, database: Database[Document], seen: Database[Document], write: Callable[[], Any]
) -> None:
    """Make a write which lies in the socket of the database until its caller has been refused; wait until it has come.

    The connection that it takes is there before the database is paused.
    """
    until(lambda: database.command("ping"))
    writes = Writes(seen)
    with paused(replica_set):
        with pytest.raises(PyMongoError) as refusal, working_until(Deadline.after(TIME_S)):
            write()
        assert mongo.as_unavailable(refusal.value) is not None
    until(writes.have_come)


def an_event(owner_id: str) -> Event:
    event_id = new_id()
    return Event(
        id=event_id,
        kind="group",
        owner_id=owner_id,
        details=event_details(name="Tea"),
        members=(creator(owner_id, event_id),),
    )


def test_a_change_that_a_paused_database_got_is_not_made_later(
    replica_set: ReplicaSet, database: Database[Document], seen: Database[Document]
) -> None:
    prepare_events(database)
    events, event = MongoEventStore(database), an_event("ann")
    events.insert(event, operation_id=event.id)

    def change(name: str) -> bool:
        return events.change(event.id, {"name": name}, actor_id="ann", kind=None, versions=None, operation_id=new_id())

    write_late(replica_set, database, seen, lambda: change("Supper"))

    assert seen.events.find_one({"_id": event.id}, {"name": 1, "version": 1}) == {
        "_id": event.id,
        "name": "Tea",
        "version": 1,
    }
    with working_until(Deadline.after(TIME_S)):
        assert change("Dinner")


def test_an_event_that_a_paused_database_got_is_not_made_later(
    replica_set: ReplicaSet, database: Database[Document], seen: Database[Document]
) -> None:
    prepare_events(database)
    events, event = MongoEventStore(database), an_event("ann")
    events.find(event.id)

    write_late(replica_set, database, seen, lambda: events.insert(event, operation_id=event.id))

    assert seen.events.count_documents({}) == 0
    with working_until(Deadline.after(TIME_S)):
        assert events.insert(event, operation_id=event.id)
        assert not events.insert(replace(event, version=7), operation_id=event.id)
    stored = events.find_any(event.id)
    assert stored is not None and (stored.details, stored.members) == (event.details, event.members)


def test_messages_that_a_paused_database_got_are_neither_posted_nor_deleted_later(
    replica_set: ReplicaSet, database: Database[Document], seen: Database[Document]
) -> None:
    prepare_chats(database)
    chats, message_id = MongoChatStore(database), new_id()
    chat = Chat(id="chat", kind="event", event_id="event", user_ids=("ann",), deleted=False, version=1)
    chats.save_replica(chat)

    def post(message_id: str) -> bool:
        return chats.post(chat.id, message_id, author_id="ann", text="Hello", now_us=time.time_ns() // 1000)

    assert post(message_id)
    message = chats.find_message(message_id)
    assert message is not None

    write_late(replica_set, database, seen, lambda: post(new_id()))
    write_late(replica_set, database, seen, lambda: chats.delete(message, operation_id=new_id()))

    assert [each.id for each in chats.list_messages(chat.id, limit=None, before=None).messages] == [message_id]
    [stored] = seen.chats.find({})
    assert stored["last_number"] == message.number


@pytest.mark.parametrize("ahead_s", [-SKEW_S, SKEW_S])
def test_clocks_that_differ_refuse_nothing_in_time_and_let_nothing_late_through(
    replica_set: ReplicaSet, database: Database[Document], seen: Database[Document], ahead_s: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + ahead_s)
    things = timely(database.things)
    with working_until(Deadline.after(TIME_S)):
        things.insert_one({"_id": "a", "n": 0})
        assert things.update_one({"_id": "a"}, {"$inc": {"n": 1}}).matched_count == 1

    write_late(replica_set, database, seen, lambda: things.update_one({"_id": "a"}, {"$inc": {"n": 1}}))

    assert seen.things.find_one() == {"_id": "a", "n": 1}


def test_what_comes_too_late_fails_and_does_not_only_match_nothing(database: Database[Document]) -> None:
    things = timely(database.things)
    things.insert_one({"_id": "a", "n": 0})

    def refused(write: Callable[[], Any]) -> None:
        with working_until(Deadline.after(0.0)), pytest.raises(Unavailable) as refusal:
            write()
        assert refusal.value.code == Code.CALL_TIMEOUT

    refused(lambda: things.insert_one({"_id": "b"}))
    refused(lambda: things.update_one({"_id": "a"}, {"$inc": {"n": 1}}))
    refused(lambda: things.update_one({"_id": "c"}, {"$inc": {"n": 1}}, upsert=True))
    refused(lambda: things.update_many({}, {"$inc": {"n": 1}}))
    refused(lambda: things.find_one_and_update({"_id": "a"}, {"$inc": {"n": 1}}))
    refused(lambda: things.delete_one({"_id": "a"}))
    assert list(things.find()) == [{"_id": "a", "n": 0}]


def test_an_insert_is_an_insert(database: Database[Document]) -> None:
    things, odd = timely(database.things), {"_id": "a", "text": "$n", "list": [{"$n": 1}, []], "none": None}
    with working_until(Deadline.after(TIME_S)):
        things.insert_one(odd)
        with pytest.raises(DuplicateKeyError):
            things.insert_one({"_id": "a"})

    assert list(things.find()) == [odd]


def test_the_database_itself_decides_and_a_clock_that_is_put_forward_is_observed_again(
    database: Database[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What this process takes for the end of a write is over by the database's clock already."""
    at, asked = DatabaseClock.at, []

    def behind(clock: DatabaseClock, moment: float) -> Any:
        asked.append(moment)
        return at(clock, moment - 60.0 if len(asked) == 1 else moment)

    monkeypatch.setattr(DatabaseClock, "at", behind)
    things = timely(database.things)
    things.insert_one({"_id": "a", "n": 0})

    with working_until(Deadline.after(TIME_S)):
        assert things.update_one({"_id": "a"}, {"$inc": {"n": 1}}).matched_count == 1

    assert len(asked) == 2
