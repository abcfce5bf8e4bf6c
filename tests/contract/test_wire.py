"""Calls and replies as bytes."""

import time

import pytest

from services.chassis import wire
from services.chassis.deadline import Deadline
from services.contracts.errors import CLASSES, Code, NotFound, ServiceFault


def test_a_result_comes_back_as_it_was():
    assert wire.decode_reply(wire.encode_result({"a": [1, None, "ö"]})) == {"a": [1, None, "ö"]}


@pytest.mark.parametrize("cls", CLASSES.values())
def test_an_error_comes_back_in_its_class(cls):
    with pytest.raises(cls) as raised:
        wire.decode_reply(wire.encode_error(cls(Code.EVENT_UNKNOWN, "no such event", '{"a": 1}')))
    assert (raised.value.code, raised.value.message, raised.value.facts()) == (
        "event.unknown",
        "no such event",
        {"a": 1},
    )


def test_an_error_of_an_unknown_class_is_a_fault():
    encoded = wire.encode_error(NotFound(Code.EVENT_UNKNOWN)).replace(b"NotFound", b"Newfangled")
    with pytest.raises(ServiceFault, match="Newfangled"):
        wire.decode_reply(encoded)


def test_arguments_are_a_json_object():
    assert wire.decode_arguments(wire.encode_arguments({"actor_id": "x"})) == {"actor_id": "x"}
    for body in (b"[]", b"1", b"", b"{", b"\xff"):
        with pytest.raises(ValueError):
            wire.decode_arguments(body)


def test_a_deadline_within_one_machine_stays_the_same_moment_however_long_it_travels():
    properties = wire.encode_deadline(Deadline.after(0.05))
    time.sleep(0.06)
    assert wire.decode_deadline(properties).passed


def test_a_deadline_from_another_machine_is_counted_from_its_arrival():
    properties = wire.encode_deadline(Deadline.after(60))
    properties["application_headers"] = {"clock": "another", "ends-at": "1"}
    assert 59 < wire.decode_deadline(properties).left_s <= 60
    del properties["application_headers"]
    assert 59 < wire.decode_deadline(properties).left_s <= 60


@pytest.mark.parametrize("properties", [{}, {"expiration": "soon"}])
def test_a_request_without_a_deadline_is_no_call(properties):
    with pytest.raises((KeyError, ValueError)):
        wire.decode_deadline(properties)
