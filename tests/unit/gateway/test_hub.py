"""What the hub lets wait for streams, and how much of it."""

from typing import Any

import amqp
import orjson
import pytest

from gateway.live import hub
from gateway.live.hub import BrokerHub
from gateway.live.listener import MAX_WAITING_BYTES


class NoConnection:
    """Stands in for the connection to the broker."""

    is_open = True
    user = "gateway"

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def start(self) -> None:
        pass

    def check_awake(self) -> None:
        pass

    def look_up(self) -> None:
        pass


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch) -> BrokerHub:
    monkeypatch.setattr(hub, "BrokerConnection", NoConnection)
    return BrokerHub("amqp://nowhere")


def message(*items: tuple[str, int, str]) -> Any:
    """Return what the broker delivers: items for a user, each with a sequence and a text."""
    anywhere: dict[str, Any] = {"kind": "message.posted", "cutoff_id": None, "version": 0}
    listed = [anywhere | {"sequences": {user: number}, "body": {"text": text}} for user, number, text in items]
    return amqp.Message(orjson.dumps({"items": listed}), user_id="streams")


def test_each_item_weighs_what_it_is_long_whatever_it_comes_with(streams: BrokerHub) -> None:
    anna, boris = streams.open("anna", "a"), streams.open("boris", "b")
    anna.behind = boris.behind = False
    half = "x" * (MAX_WAITING_BYTES // 2)

    streams._on_message(message(("anna", 1, half), *(("boris", number, "x") for number in range(1, 100))))
    assert not anna.behind
    streams._on_message(message(("anna", 2, half), ("boris", 100, "x")))

    assert (anna.behind, anna.has_items()) == (True, False)
    assert not boris.behind
    assert [boris.take()[0]["sequence"] for _ in range(100)] == list(range(1, 101))


def test_a_stream_that_never_looks_keeps_one_signal(streams: BrokerHub) -> None:
    anna = streams.open("anna", "a")
    for number in range(1, 5000):
        streams._on_message(message(("anna", number, "x")))

    assert anna._signal.qsize() == 1
    assert anna.wait(0)
    assert not anna.wait(0)


@pytest.mark.parametrize("user", ["chats", "gateway", None])
def test_items_and_ends_of_sessions_come_from_streams_alone(streams: BrokerHub, user: str | None) -> None:
    anna = streams.open("anna", "a")
    anna.behind = False
    forged = message(("anna", 1, "forged"))
    ended = amqp.Message(orjson.dumps({"session": "a"}), type="end_session")
    for each in (forged, ended):
        each.properties |= {"user_id": user}
        streams._on_message(each)

    assert (anna.has_items(), anna.ended, streams.last_sequence("anna")) == (False, None, None)


def test_nobody_but_streams_cuts_off(streams: BrokerHub) -> None:
    cutoff = {"event_id": "picnic", "version": 10**9, "user_ids": []}
    forged = amqp.Message(orjson.dumps({"cutoff": cutoff}), type="cut_off", user_id="events")

    streams._on_message(forged)  # would fail to answer: it came over no channel
    item: Any = {"cutoff_id": "picnic", "version": 1}
    assert not streams.cutoffs.hide(item, "anna")


def test_a_stream_that_cannot_be_written_to_spoils_nobody_elses(streams: BrokerHub) -> None:
    anna, boris = streams.open("anna", "a"), streams.open("boris", "b")
    for each in (anna, boris):
        each.behind, each._is_idle = False, True
    anna.send_now = lambda item, delivered: 1 / 0 > 1
    boris.send_now = lambda item, delivered: True

    streams._on_message(message(("anna", 1, "x"), ("boris", 1, "x")))

    assert (anna.has_items(), boris.has_items()) == (True, False)


def test_the_link_gives_way_while_it_brings_much(streams: BrokerHub, monkeypatch: pytest.MonkeyPatch) -> None:
    given_way: list[float] = []
    monkeypatch.setattr(hub, "GIVE_WAY_AFTER_S", 0.0)
    monkeypatch.setattr(hub.time, "sleep", given_way.append)
    for number in range(3):
        streams.open("anna", str(number)).behind = False

    streams._on_message(message(("anna", 1, "x"), ("anna", 2, "x")))

    assert given_way == [0] * 6
