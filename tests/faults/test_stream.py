"""A stream that is cut again and again misses nothing and repeats nothing, whichever process dies."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
import requests

from tests.e2e.listening import Item, Listening
from tests.e2e.people import Person
from tests.e2e.system import LocalSystem
from tests.faults.faults import Fault, time_to_ready
from tests.faults.retrying_client import Tally, insist

ALL_ARRIVED_WITHIN_S = 60.0
BEFORE_EACH = 5
"""Messages between two faults, so that each meets some that are under way."""

FAULTS = (
    Fault("kill", "gateway.worker.1"),
    Fault("kill", "streams"),
    Fault("kill", "chats"),
    Fault("stop", "gateway"),
    Fault("kill", "rabbitmq"),
    Fault("kill", "mongodb"),
    Fault("pause", "streams", 3.0),
    Fault("stop", "streams"),
)


class Follower:
    """A client that comes back with its last cursor whenever its stream ends."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._cursor = int(person.get("/user").headers["X-Stream-Cursor"])
        self._items: list[Item] = []
        self._stream: Listening | None = None
        self._stopping = False
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        while not self._stopping:
            try:
                self._stream = Listening(self._person, since=self._cursor, as_header=True)
            except (OSError, requests.RequestException):
                time.sleep(0.1)  # nobody is there to answer
                continue
            if self._stream.status != 200:
                time.sleep(0.1)
                continue
            self._stream.ended.wait()
            self._items += self._stream.items
            if self._stream.items:
                self._cursor = self._stream.cursor

    @property
    def items(self) -> list[Item]:
        """What has arrived so far."""
        return [*self._items, *(self._stream.items if self._stream and not self._stream.ended.is_set() else [])]

    def stop(self) -> None:
        """Come back no more."""
        self._stopping = True
        if self._stream is not None:
            self._stream.cut()
        self._thread.join()


@contextmanager
def following(person: Person) -> Iterator[Follower]:
    follower = Follower(person)
    try:
        yield follower
    finally:
        follower.stop()


@pytest.fixture
def ann(own_system: LocalSystem) -> Person:
    return Person(own_system)


@pytest.fixture
def ben(own_system: LocalSystem) -> Person:
    return Person(own_system)


def test_whichever_process_dies_a_follower_gets_every_message_once_and_in_order(
    own_system: LocalSystem, ann: Person, ben: Person
) -> None:
    chat_id = ann.event(ann.plan_together(ben))["chat_id"]
    written: list[str] = []
    stopping = threading.Event()

    def has_grown_to(count: int) -> bool:
        return len(written) >= count

    def write() -> None:
        while not stopping.is_set():
            text = str(len(written))
            insist(Tally(), ann, "POST", "/chat/msg", body={"chat_id": chat_id, "text": text})
            written.append(text)

    with following(ben) as follower:
        writer = threading.Thread(target=write)
        writer.start()
        try:
            for fault in FAULTS:
                enough = len(written) + BEFORE_EACH
                wait_until(partial(has_grown_to, enough))
                fault.happen(own_system)
                time_to_ready(own_system)
        finally:
            stopping.set()
            writer.join()

        def texts() -> list[str]:
            return [item.data["text"] for item in follower.items if item.type == "message.posted.v1"]

        wait_until(lambda: len(texts()) >= len(written))
        assert texts() == ben.texts(chat_id) == written
        numbers = [item.number for item in follower.items]
        assert numbers == sorted(set(numbers))


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + ALL_ARRIVED_WITHIN_S
    while not holds():
        assert time.monotonic() < until, "it did not come to that in time"
        time.sleep(0.05)
