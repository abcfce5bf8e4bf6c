"""What every store does with an operation that comes again, also when it may have been forgotten.

Each store is asked for two operations of different effect on one document, so that all of them are held to one test.
"""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from pymongo import MongoClient, monitoring

from services.chassis.messaging import outbox
from services.chassis.mongo import Document
from services.chassis.rpc import repeats
from services.chassis.rpc.deadline import CLOCK_SKEW_MS
from services.chats import storage as chats_storage
from services.chats.model import Chat
from services.contracts.ids import new_id
from services.events import storage as events_storage
from services.events.model import Event, creator
from services.users import storage as users_storage
from services.users.model import Profile
from tests.fakes.details import event_details

Do = Callable[[str, str], bool]
"""Takes a value and an operation id; returns whether the store has written."""

REMEMBERED = 3


@pytest.fixture
def few_operations(monkeypatch):
    monkeypatch.setattr(outbox, "REMEMBERED_OPERATIONS", REMEMBERED)


def changing_an_event(events) -> Do:
    event_id = new_id()
    events.insert(
        Event(
            id=event_id, kind="group", owner_id="anna", details=event_details(), members=(creator("anna", event_id),)
        ),
        operation_id=event_id,
    )

    def change(value, operation_id):
        return events.change(
            event_id, {"name": value}, actor_id="anna", kind=None, versions=None, operation_id=operation_id
        )

    return change


def editing_a_message(chats) -> Do:
    chat = Chat(id=new_id(), kind="event", event_id=new_id(), user_ids=("anna",), deleted=False, version=1)
    chats.save_replica(chat)
    message_id = new_id()
    chats.post(chat.id, message_id, author_id="anna", text="first", now_us=1_000_000)

    def edit(value, operation_id):
        return chats.edit(chats.find_message(message_id), text=value, operation_id=operation_id)

    return edit


def ending_a_friendship(users) -> Do:
    one, other = new_id(), new_id()

    def end(_, operation_id):
        known = users.find_friendship(one, other)
        users.befriend(one, other, generation=known.generation if known else 0, operation_id=new_id())
        return users.unfriend(one, other, operation_id=operation_id) is not None

    return end


@pytest.fixture(params=["events", "chats", "users"])
def do(request, store_kind, few_operations) -> Do:
    make = {"events": changing_an_event, "chats": editing_a_message, "users": ending_a_friendship}[request.param]
    return make(request.getfixturevalue(request.param))


def now_ms():
    return time.time_ns() // 1_000_000


def test_an_operation_is_done_once(do):
    operation_id = new_id()
    assert do("one", operation_id)
    assert not do("two", operation_id)
    with repeats.repeating(now_ms() - 1000):
        assert not do("two", operation_id)


def test_a_repeat_that_may_have_been_pushed_out_is_not_done_again(do):
    operation_id, begun_at_ms = new_id(), now_ms()
    assert do("one", operation_id)
    for n in range(REMEMBERED):
        assert do(f"other {n}", new_id())
    with repeats.repeating(begun_at_ms):
        assert not do("one", operation_id)


def test_a_repeat_that_cannot_have_been_pushed_out_is_done(do):
    for n in range(REMEMBERED + 1):
        assert do(f"other {n}", new_id())
    with repeats.repeating(now_ms() + 2 * CLOCK_SKEW_MS):
        assert do("one", new_id())


def test_a_first_attempt_is_done_however_much_was_forgotten(do):
    for n in range(REMEMBERED + 1):
        assert do(f"other {n}", new_id())
    assert do("one", new_id())


def test_a_document_that_has_forgotten_nothing_lets_a_repeat_be_done(do):
    with repeats.repeating(now_ms() - 60_000):
        assert do("one", new_id())


@pytest.mark.parametrize("name", ["events", "chats"])
def test_the_same_value_is_not_written(request, store_kind, name):
    do = {"events": changing_an_event, "chats": editing_a_message}[name](request.getfixturevalue(name))
    assert do("one", new_id())
    assert not do("one", new_id())
    assert do("two", new_id())
    assert do("one", new_id())


# On the database alone.


def profile(**fields):
    defaults = {"id": new_id(), "google_id": new_id(), "name": "Anna", "email": "anna@example.test"}
    return Profile(**{**defaults, "picture": "", "birthday": None, **fields})


class Commands(monitoring.CommandListener):
    """The commands that the driver has sent: their names, and the read concerns of reads."""

    def __init__(self):
        self.sent = []

    def started(self, event):
        if event.command_name in ("find", "aggregate", "update", "insert", "findAndModify"):
            self.sent.append((event.command_name, event.command.get("readConcern", {}).get("level")))

    def succeeded(self, event):
        pass

    def failed(self, event):
        pass

    def during(self, act):
        self.sent.clear()
        act()
        return list(self.sent)


@pytest.fixture
def commands():
    return Commands()


@pytest.fixture
def watched(mongo_uri, commands):
    client: MongoClient[Document] = MongoClient(mongo_uri, w="majority", journal=True, event_listeners=[commands])
    database = client[f"conformance_{new_id()}"]
    for storage in (chats_storage, events_storage, users_storage):
        storage.prepare(database)
    yield database
    client.drop_database(database.name)
    client.close()


def test_a_profile_with_the_same_values_is_read_where_no_election_can_take_it_back_and_not_written(watched, commands):
    users, anna = users_storage.MongoUserStore(watched), profile()
    users.save_profile(anna, operation_id=new_id())
    before = watched.profiles.find_one({"_id": anna.id})
    sent = commands.during(lambda: users.save_profile(replace(anna, id=new_id()), operation_id=new_id()))
    assert sent == [("find", "linearizable")]
    assert watched.profiles.find_one({"_id": anna.id}) == before
    assert users.save_profile(replace(anna, id=new_id(), name="Anne"), operation_id=new_id()) == anna.id
    assert watched.profiles.find_one({"_id": anna.id})["version"] == before["version"] + 1


def test_what_a_repeat_finds_is_read_where_no_election_can_take_it_back(watched, commands):
    events, chats = events_storage.MongoEventStore(watched), chats_storage.MongoChatStore(watched)
    users, linearizable = users_storage.MongoUserStore(watched), [("find", "linearizable")]
    assert commands.during(lambda: events.find_confirmed(new_id())) == linearizable
    assert commands.during(lambda: events.has_used_invitation(new_id(), new_id())) == linearizable
    assert commands.during(lambda: users.find_confirmed("anna", "bob")) == linearizable
    assert commands.during(lambda: users.find_operation("anna", "bob", new_id())) == linearizable
    with repeats.repeating(now_ms()):
        assert commands.during(lambda: chats.may_have_forgotten(new_id())) == linearizable


def test_a_document_from_before_moments_were_kept_lets_no_repeat_be_done_when_it_is_full(watched, few_operations):
    events = events_storage.MongoEventStore(watched)
    change = changing_an_event(events)
    ids = [new_id() for _ in range(REMEMBERED)]
    watched.events.update_one({}, {"$set": {"operations": ids}, "$unset": {"operated_at": ""}})
    with repeats.repeating(now_ms() + 2 * CLOCK_SKEW_MS):
        assert not change("one", new_id())
    assert change("one", new_id())
