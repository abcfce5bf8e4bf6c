"""Calls and replies as bytes."""

import time

import pytest

from services.chassis.rpc import codec, repeats
from services.chassis.rpc.deadline import CLOCK_SKEW_MS, Deadline
from services.contracts.errors import CLASSES, Code, NotFound, ServiceFault


def test_a_result_comes_back_as_it_was():
    assert codec.decode_reply(codec.encode_result({"a": [1, None, "ö"]})) == {"a": [1, None, "ö"]}


@pytest.mark.parametrize("cls", CLASSES.values())
def test_an_error_comes_back_in_its_class(cls):
    with pytest.raises(cls) as raised:
        codec.decode_reply(codec.encode_error(cls(Code.EVENT_UNKNOWN, "no such event", '{"a": 1}')))
    assert (raised.value.code, raised.value.message, raised.value.parsed_details()) == (
        "event.unknown",
        "no such event",
        {"a": 1},
    )


def test_an_error_of_an_unknown_class_is_a_fault():
    encoded = codec.encode_error(NotFound(Code.EVENT_UNKNOWN)).replace(b"NotFound", b"Newfangled")
    with pytest.raises(ServiceFault, match="Newfangled"):
        codec.decode_reply(encoded)


def test_arguments_are_a_json_object():
    assert codec.decode_arguments(codec.encode_arguments({"actor_id": "x"})) == {"actor_id": "x"}
    for body in (b"[]", b"1", b"", b"{", b"\xff"):
        with pytest.raises(ValueError):
            codec.decode_arguments(body)


def test_a_deadline_within_one_machine_stays_the_same_moment_however_long_it_travels():
    properties = codec.encode_deadline(Deadline.after(0.05))
    time.sleep(0.06)
    assert codec.decode_deadline(properties).passed


def test_a_deadline_from_another_machine_is_counted_from_its_arrival():
    properties = codec.encode_deadline(Deadline.after(60))
    properties["application_headers"] = {"clock": "another", "ends-at": "1"}
    assert 59 < codec.decode_deadline(properties).left_s <= 60
    del properties["application_headers"]
    assert 59 < codec.decode_deadline(properties).left_s <= 60


@pytest.mark.parametrize("properties", [{}, {"expiration": "soon"}])
def test_a_request_without_a_deadline_is_no_call(properties):
    with pytest.raises((KeyError, ValueError)):
        codec.decode_deadline(properties)


def test_a_call_that_is_delivered_again_long_after_its_end_has_no_time_left_on_another_machine_either():
    properties = codec.encode_deadline(Deadline.after(5))
    headers = properties["application_headers"] | {"clock": "another machine's"}

    def left_s(since_end_ms):
        ended_at = int(time.time() * 1000) - since_end_ms
        return codec.decode_deadline(
            properties | {"application_headers": headers | {"expires-at": str(ended_at)}}
        ).left_s

    assert left_s(-5000) == pytest.approx(5, abs=0.5)
    assert left_s(30_000) == pytest.approx(5, abs=0.5)  # clocks may be apart
    assert left_s(CLOCK_SKEW_MS + 1) == 0


def test_a_call_of_a_repeated_request_carries_when_that_was_begun():
    with repeats.repeating(1_700_000_000_000):
        headers = codec.encode_deadline(Deadline.after(5))["application_headers"]
    assert repeats.from_headers(headers, redelivered=False) == 1_700_000_000_000
    assert repeats.from_headers(headers, redelivered=True) == 1_700_000_000_000
    assert repeats.HEADER not in codec.encode_deadline(Deadline.after(5))["application_headers"]


@pytest.mark.parametrize("given", [None, "", "soon", "-1", "1.5", "١", 17])
def test_what_is_no_moment_repeats_nothing(given):
    assert repeats.from_headers({repeats.HEADER: given}, redelivered=False) is None


def test_a_call_that_is_delivered_again_repeats_what_was_begun_not_longer_ago_than_a_call_lasts():
    begun_at_ms = repeats.from_headers({}, redelivered=True)
    assert begun_at_ms is not None
    assert 0 <= time.time_ns() // 1_000_000 - repeats.LONGEST_CALL_MS - begun_at_ms < 1000
