"""Posting, reading, removing and relaying in every order in which their database operations can follow each other.

`tests/integration/stepping.py` says how.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from greenlet import greenlet  # type: ignore[import-untyped]

from services.chassis.messaging import relay as relay_module
from services.chassis.messaging.relay import HandedOver
from services.chats import storage
from services.chats.model import Chat
from services.contracts.domain_events import MessageChangedV1
from services.contracts.ids import new_id
from tests.integration.stepping import Actor, every_schedule, fast_database, pause, run, step

NOW_US = 1_700_000_000_000_000


@dataclass
class Scene:
    """A chat of Anna and Bob, and what was seen of it."""

    store: storage.MongoChatStore
    chat: Chat
    seen: list[list[str]] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    at_removal: list[str] | None = None

    def post(self, author: str, text: str) -> None:
        if self.store.post(self.chat.id, new_id(), author_id=author, text=text, now_us=NOW_US):
            self.answered.append(text)

    def read(self) -> list[str]:
        return [one.text for one in self.store.list_messages(self.chat.id, limit=None, before=None).messages]

    def read_twice(self) -> None:
        for _ in range(2):
            self.seen.append(self.read())

    def remove_bob(self) -> None:
        assert self.store.save_replica(replace(self.chat, user_ids=("anna",), version=2))
        self.at_removal = [one["text"] for one in self.find() if one["author_id"] == "bob"]

    def finish_posts(self) -> None:
        """Let the timer come, until it has finished what other scenes have left, too."""
        due_before = storage.outbox.now() + storage.PURGE_AGAIN_AFTER
        while self.store.finish_posts(due_before=due_before) == storage.BATCH_SIZE:
            pass

    def find(self) -> list[dict[str, Any]]:
        """Return the messages without a step of its own."""
        return list(self.store._messages.collection.find({"chat_id": self.chat.id}).sort("number"))


@pytest.fixture(scope="module")
def database(mongo_uri: str) -> Iterator[Any]:
    with fast_database(mongo_uri) as database:
        storage.prepare(database)
        yield database


@pytest.fixture(autouse=True)
def _time_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what was handed over stay good: on a busy machine a schedule would take another way the second time."""
    monkeypatch.setattr(relay_module, "HANDED_OVER_FOR_S", float("inf"))


def scene(database: Any, relay: "SteppedRelay | None" = None) -> Scene:
    store = storage.MongoChatStore(database, relay)
    chat = Chat(id=new_id(), kind="event", event_id=new_id(), user_ids=("anna", "bob"), deleted=False, version=1)
    assert store.save_replica(chat)
    step(store)
    return Scene(store, chat)


def ends_with_what_was_seen(now: Scene) -> None:
    last = now.read()
    assert sorted(last) == sorted(now.answered)
    for seen in now.seen:
        assert last[: len(seen)] == seen, "a message appeared below one that was read before"
    if now.at_removal is not None:
        assert [text for text in last if text == "bob"] == now.at_removal, "a removed member has written"


def test_two_posts_a_reader_and_a_removal(database: Any) -> None:
    def run_once(schedule: list[int]) -> list[int]:
        now = scene(database)
        actors: list[Actor] = [
            lambda: now.post("anna", "anna"),
            lambda: now.post("bob", "bob"),
            now.read_twice,
            now.remove_bob,
        ]
        choices = run(actors, schedule)
        ends_with_what_was_seen(now)
        return choices

    assert every_schedule(run_once) > 200


def test_two_posts_and_two_relays_publish_in_the_order_of_the_chat(database: Any) -> None:
    def run_once(schedule: list[int]) -> list[int]:
        now = scene(database)
        published: list[str] = []

        def relay() -> None:
            waiting = {"outbox_chat_id": now.chat.id, "outbox.0": {"$exists": True}}
            found = list(now.store._messages.find(waiting).sort("number"))
            published.extend(one["text"] for one in found if one["text"] not in published)
            now.store.tidy(found)

        choices = run([lambda: now.post("anna", "anna"), lambda: now.post("bob", "bob"), relay, relay], schedule)
        relay()
        assert published == now.read()
        return choices

    assert every_schedule(run_once) > 200


class SteppedRelay:
    """A relay of one replica, as `services.chassis.messaging.relay.OutboxRelay`, that publishes when it is told to."""

    def __init__(self, published: list[str]) -> None:
        self._published, self._handed_over, self._last = published, HandedOver(), 0

    def hand_over(self, key: object, documents: list[dict[str, Any]] | None) -> None:
        self._handed_over.add(documents)

    def last_published(self, key: object) -> int:
        return self._last

    def publish(self, now: Scene) -> None:
        handed_over, self._handed_over = self._handed_over.documents(), HandedOver()
        waiting = {"outbox_chat_id": now.chat.id, "outbox.0": {"$exists": True}}
        for one in list(now.store._messages.find(waiting).sort("number")) if handed_over is None else handed_over:
            if one["text"] not in self._published:
                self._published.append(one["text"])
            self._last = max(self._last, one["number"])


@pytest.mark.parametrize("removes_recent", [False, True])
def test_two_replicas_publish_what_they_were_handed_in_the_order_of_the_chat(
    database: Any, removes_recent: bool
) -> None:
    def run_once(schedule: list[int]) -> list[int]:
        published: list[str] = []
        relays = [SteppedRelay(published) for _ in range(2)]
        replicas = [scene(database, relay) for relay in relays]
        one, other = replicas[0], replace(replicas[1], chat=replicas[0].chat, answered=replicas[0].answered)
        if removes_recent:
            one.post("anna", "before")
            one.finish_posts()

        def post_and_publish(now: Scene, relay: SteppedRelay, author: str, text: str) -> None:
            now.post(author, text)
            relay.publish(now)

        actors: list[Actor] = [
            lambda: post_and_publish(one, relays[0], "anna", "first of one"),
            lambda: post_and_publish(other, relays[1], "bob", "of the other"),
            lambda: post_and_publish(one, relays[0], "anna", "second of one"),
        ]
        choices = run(actors, schedule)
        for now, relay in ((one, relays[0]), (other, relays[1])):
            now.store._relay.hand_over(one.chat.id, None)
            relay.publish(now)
        assert published == one.read()
        return choices

    assert every_schedule(run_once) > 100


class FeedRelay(SteppedRelay):
    """The same, in front of a feed: what is published again under its id changes nothing."""

    def __init__(self, feed: dict[str, MessageChangedV1]) -> None:
        super().__init__([])
        self._feed = feed

    def publish(self, now: Scene) -> None:
        pause()  # whatever it was handed may be long out of date
        handed_over, self._handed_over = self._handed_over.documents(), HandedOver()
        waiting = {"outbox_chat_id": now.chat.id, "outbox.0": {"$exists": True}}
        for document in list(now.store._messages.find(waiting).sort("number")) if handed_over is None else handed_over:
            for entry in document["outbox"]:
                for domain_event in storage.to_domain_events({**document, "chat": now.chat}, entry):
                    assert isinstance(domain_event, MessageChangedV1)
                    self._feed.setdefault(domain_event.domain_event_id, domain_event)
            self._last = max(self._last, document["number"])


def shown_by(feed: dict[str, MessageChangedV1]) -> list[str]:
    """Return the texts that a client shows who has followed a feed."""
    shown: dict[str, str] = {}
    for item in feed.values():
        if item.change == "deleted":
            shown.pop(str(item.message["id"]), None)
        else:
            shown[str(item.message["id"])] = str(item.message["text"])
    return list(shown.values())


def test_a_post_and_its_deletion_through_another_replica_leave_the_stream_as_the_chat_is(database: Any) -> None:
    def run_once(schedule: list[int]) -> list[int]:
        feed: dict[str, MessageChangedV1] = {}
        relays = [FeedRelay(feed) for _ in range(2)]
        one, other = (scene(database, relay) for relay in relays)
        other = replace(other, chat=one.chat)
        message_id = new_id()

        def post() -> None:
            assert one.store.post(one.chat.id, message_id, author_id="anna", text="hello", now_us=NOW_US)
            relays[0].publish(one)

        def delete() -> None:
            message = other.store.find_message(message_id)
            if message is not None:
                other.store.delete(message, operation_id=new_id())
                relays[1].publish(other)

        choices = run([post, delete], schedule)
        for now, relay in ((one, relays[0]), (other, relays[1])):
            relay.hand_over(one.chat.id, None)
            relay.publish(now)
        assert shown_by(feed) == one.read()
        return choices

    assert every_schedule(run_once) >= 9


@pytest.mark.parametrize("dies_after", [1, 2])
def test_a_post_that_dies_is_finished_in_its_place_by_the_next_one_or_the_timer(database: Any, dies_after: int) -> None:
    now = scene(database)
    dying = greenlet(lambda: now.post("bob", "bob"))
    for _ in range(dies_after):
        dying.switch()
    now.finish_posts()
    now.post("anna", "anna")
    assert now.read() == (["anna"] if dies_after == 1 else ["bob", "anna"])


def test_a_post_that_died_before_a_removal_appears_before_the_removal_is_done(database: Any) -> None:
    now = scene(database)
    dying = greenlet(lambda: now.post("bob", "bob"))
    dying.switch()
    dying.switch()
    now.remove_bob()
    assert now.at_removal == ["bob"]


def test_a_chat_that_ends_keeps_no_text_of_a_post_that_died(database: Any) -> None:
    now = scene(database)
    dying = greenlet(lambda: now.post("bob", "a secret"))
    dying.switch()
    dying.switch()
    assert now.store.save_replica(replace(now.chat, user_ids=(), deleted=True, version=2))
    dying.switch()  # it was only paused, and goes on after the chat has ended
    later = storage.outbox.now() + storage.PURGE_AGAIN_AFTER
    now.store.purge_texts(ended_before=later)
    assert now.find() == []
    assert "a secret" not in str(now.store._chats.collection.find_one({"_id": now.chat.id}))


def test_a_clock_that_was_ahead_stamps_no_message_of_later(database: Any) -> None:
    now = scene(database)
    hour_us, skew_us = 3_600_000_000, 30_000_000
    for at_us in (NOW_US, NOW_US + hour_us, NOW_US + 1000, NOW_US + skew_us, NOW_US + 2000):
        now.store.post(now.chat.id, new_id(), author_id="anna", text="x", now_us=at_us)
    times = [
        one.written_at - NOW_US // 1000
        for one in now.store.list_messages(now.chat.id, limit=None, before=None).messages
    ]
    assert times == [0, 3_600_000, 1, 30_000, 30_000]
