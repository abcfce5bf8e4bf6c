"""For how long a process takes a cookie for a session without asking."""

import time
from typing import Any

import amqp
import orjson
import pytest

from gateway.live import hub, known_sessions
from gateway.live.hub import BrokerHub
from gateway.live.known_sessions import MAX_REMEMBERED, REMEMBERED_S, KnownSessions

SESSION, QUEUE = "a session", "amq.gen-first"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(known_sessions.time, "monotonic", lambda: now[0])
    return now


def test_a_session_is_remembered_for_a_moment(clock: list[float]) -> None:
    sessions = KnownSessions()
    sessions.remember(SESSION, "anna", queue=QUEUE, since=clock[0])
    clock[0] += REMEMBERED_S - 0.01
    assert sessions.find(SESSION, QUEUE) == "anna"
    clock[0] += 0.01
    assert sessions.find(SESSION, QUEUE) is None


def test_a_session_is_remembered_from_when_it_was_asked_for(clock: list[float]) -> None:
    sessions, asked_at = KnownSessions(), clock[0]
    clock[0] += REMEMBERED_S
    sessions.remember(SESSION, "anna", queue=QUEUE, since=asked_at)
    assert sessions.find(SESSION, QUEUE) is None


def test_a_session_that_has_ended_is_forgotten(clock: list[float]) -> None:
    sessions = KnownSessions()
    sessions.remember(SESSION, "anna", queue=QUEUE, since=clock[0])
    sessions.end(SESSION)
    assert sessions.find(SESSION, QUEUE) is None


def test_a_session_that_ends_while_it_is_read_is_not_remembered(clock: list[float]) -> None:
    sessions = KnownSessions()
    sessions.end(SESSION)
    sessions.remember(SESSION, "anna", queue=QUEUE, since=clock[0])
    assert sessions.find(SESSION, QUEUE) is None


@pytest.mark.parametrize("told_by", ["amq.gen-second", None])
def test_what_was_learnt_under_another_connection_does_not_count(clock: list[float], told_by: str | None) -> None:
    sessions = KnownSessions()
    sessions.remember(SESSION, "anna", queue=QUEUE, since=clock[0])
    assert sessions.find(SESSION, told_by) is None


def test_it_does_not_remember_more_than_it_may(clock: list[float]) -> None:
    sessions = KnownSessions()
    for number in range(MAX_REMEMBERED + 1):
        sessions.remember(str(number), "anna", queue=QUEUE, since=clock[0])
    assert [sessions.find("0", QUEUE), sessions.find("1", QUEUE)] == [None, "anna"]


class Connection:
    """Stands in for the connection to the broker. A test sets when its thread has run last."""

    is_open = True
    user = "gateway"
    looked_up_at = 0.0

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def start(self) -> None:
        pass

    def look_up(self) -> None:
        self.looked_up_at = hub.time.monotonic()

    def check_awake(self) -> None:
        pass


class Channel:
    """Stands in for a channel: it names a queue, and keeps what is published."""

    def __init__(self, queue: str) -> None:
        self.queue, self.published = queue, list[Any]()

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: self

    def basic_publish(self, message: Any, **_: object) -> None:
        self.published.append(message)


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> BrokerHub:
    monkeypatch.setattr(hub, "BrokerConnection", Connection)
    return BrokerHub("amqp://nowhere")


def test_a_process_is_told_of_log_outs_once_streams_knows_its_queue(process: BrokerHub) -> None:
    assert process.told_by is None
    process._on_open(Channel(QUEUE))
    assert process.told_by is None
    process.registered(QUEUE, [])
    assert process.told_by == QUEUE
    process._on_lost()
    assert process.told_by is None


def test_a_process_that_was_paused_is_told_of_nothing(process: BrokerHub) -> None:
    process._on_open(Channel(QUEUE))
    process.registered(QUEUE, [])
    process._link.looked_up_at -= hub.STALL_LIMIT_S  # type: ignore[misc]
    assert process.told_by is None


def test_the_end_of_a_session_is_answered_when_its_streams_and_its_memory_have_ended(process: BrokerHub) -> None:
    channel, stream = Channel(QUEUE), process.open("anna", SESSION)
    process._on_open(channel)
    process.registered(QUEUE, [])
    process.sessions.remember(SESSION, "anna", queue=QUEUE, since=time.monotonic())
    told = amqp.Message(
        orjson.dumps({"session": SESSION}),
        type="end_session",
        user_id="streams",
        correlation_id="1",
        reply_to="streams.replies",
        channel=channel,
    )

    process._on_message(told)

    assert (stream.ended, process.sessions.find(SESSION, QUEUE)) == ("the session has ended", None)
    [reply] = channel.published
    assert reply.properties["correlation_id"] == "1"


def test_a_registration_that_is_answered_late_does_not_count(process: BrokerHub) -> None:
    process._on_open(Channel(QUEUE))
    process._on_lost()
    process._on_open(Channel("amq.gen-second"))
    process.registered("amq.gen-second", [])
    process.registered(QUEUE, [])
    assert process.told_by == "amq.gen-second"
