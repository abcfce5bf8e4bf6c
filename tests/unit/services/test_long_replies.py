"""A reply that is longer than a message comes in parts."""

import pytest

from services.chassis.broker.limits import MAX_MESSAGE_BYTES, checked
from services.chassis.rpc import codec
from services.contracts.errors import Code, ServiceFault

LONG = bytes(range(256)) * 10_000


def test_a_short_reply_is_one_message_without_headers():
    assert codec.parts_of(b"short") == [(b"short", {})]
    assert codec.Parts().add(b"short", {}) == b"short"


def test_the_parts_of_a_long_one_make_it_again_when_the_last_has_come():
    messages = codec.parts_of(LONG)
    come = codec.Parts()
    *first, last = [come.add(*message) for message in messages]
    assert set(first) == {None} and last == LONG
    assert all(len(body) <= codec.PART_BYTES for body, _ in messages)


def test_the_parts_of_two_replies_to_one_request_are_not_mixed():
    one, other = codec.parts_of(LONG), codec.parts_of(LONG[::-1])
    come = codec.Parts()
    got = [come.add(*message) for pair in zip(one, other, strict=True) for message in pair]
    assert [body for body in got if body] == [LONG, LONG[::-1]]


def test_parts_whose_beginning_was_lost_make_no_reply():
    come = codec.Parts()
    assert [come.add(*message) for message in codec.parts_of(LONG)[1:]] == [None, None]


@pytest.mark.parametrize("encode", [codec.encode_result, lambda text: codec.encode_arguments({"text": text})])
def test_what_is_too_long_for_any_message_is_an_error_before_it_is_sent(encode):
    with pytest.raises(ServiceFault) as refused:
        encode("x" * (codec.MAX_REPLY_BYTES + 1))
    assert refused.value.code == Code.MESSAGE_TOO_LARGE


def test_a_message_of_the_greatest_size_passes():
    assert len(checked(bytes(MAX_MESSAGE_BYTES))) == MAX_MESSAGE_BYTES
