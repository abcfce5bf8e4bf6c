"""Replies as large as they get, again and again: whoever asks something else of the same service is answered."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import pytest

from tests.e2e.answers import ok
from tests.e2e.people import Person
from tests.e2e.system import LocalSystem

EMOJI = "🎉" * 10_000
MESSAGES = 220
"""Texts of 40 kB: more than the 8 MiB of a message of ours together, and pages of a reply's 4 MiB."""
WRITERS = 4
READERS = 3
LOOKS = 30
SLOW_S = 1.0
"""Median time for the others. Before replies came in parts it was 1.2 s, on a machine that does nothing else."""


@pytest.fixture(scope="module")
def ann(own_system: LocalSystem) -> Person:
    return Person(own_system, name="Ann")


@pytest.fixture(scope="module")
def long_chat_id(ann: Person) -> str:
    chat_id: str = ann.event(ann.plan(type="group"))["chat_id"]
    message = {"chat_id": chat_id, "text": EMOJI}
    with ThreadPoolExecutor(WRITERS) as pool:
        written = list(pool.map(lambda _: ann.copy().post("/chat/msg", message).status_code, range(MESSAGES)))
    assert set(written) == {204}
    return chat_id


def test_others_are_answered_while_long_chats_are_read(own_system: LocalSystem, ann: Person, long_chat_id: str) -> None:
    ben, stop, seconds = Person(own_system, name="Ben"), threading.Event(), []
    chat_id = ben.event(ben.plan(type="group"))["chat_id"]
    connections = (own_system.data / "logs" / "chats.log").read_text().count("lost the broker connection")

    def read_all_the_time() -> int:
        reader, times = ann.copy(), 0
        while not stop.is_set():
            assert len(ok(reader.get("/chat", id=long_chat_id))["msg_id_list"]) == MESSAGES
            times += 1
        return times

    with ThreadPoolExecutor(READERS) as pool:
        readers = [pool.submit(read_all_the_time) for _ in range(READERS)]
        try:
            for number in range(LOOKS):
                began = time.monotonic()
                assert ben.say(chat_id, f"message {number}").status_code == 204
                assert len(ok(ben.get("/chat", id=chat_id, limit=1))["msg_id_list"]) == 1
                seconds.append((time.monotonic() - began) / 2)
        finally:
            stop.set()
        assert all(reader.result() > 0 for reader in readers)

    assert ben.texts(chat_id) == [f"message {number}" for number in range(LOOKS)]
    assert median(seconds) < SLOW_S, sorted(seconds)
    now = (own_system.data / "logs" / "chats.log").read_text().count("lost the broker connection")
    assert now == connections
