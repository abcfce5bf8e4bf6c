"""Domain events keep their form: what one process says another understands, and nothing else passes."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.announcements import (
    HEARD_BY,
    KINDS,
    MalformedAnnouncement,
    MembershipChangedV1,
    from_wire,
    hearers_of,
    to_wire,
)
from services.contracts.calls import Call
from services.contracts.errors import CLASSES, Code
from services.contracts.ids import derive_id, is_id, new_id
from tests.contract.test_services import CONTRACTS

EXAMPLES = {
    "FriendshipChangedV1": {
        "kind": "FriendshipChangedV1",
        "fact_id": "0" * 24,
        "user_ids": ["1" * 24, "2" * 24],
        "friends": True,
        "generation": 0,
        "dialog_id": "3" * 24,
        "version": 1,
    },
    "MembershipChangedV1": {
        "kind": "MembershipChangedV1",
        "fact_id": "0" * 24,
        "event_id": "1" * 24,
        "chat_id": "2" * 24,
        "member_user_ids": ["3" * 24],
        "deleted": False,
        "version": 1,
    },
    "FriendInviteAcceptedV1": {
        "kind": "FriendInviteAcceptedV1",
        "fact_id": "0" * 24,
        "invite_id": "1" * 24,
        "sender_id": "2" * 24,
        "receiver_id": "3" * 24,
        "generation": 0,
    },
    "EventInviteAcceptedV1": {
        "kind": "EventInviteAcceptedV1",
        "fact_id": "0" * 24,
        "invite_id": "1" * 24,
        "event_id": "2" * 24,
        "receiver_id": "3" * 24,
    },
    "EventInviteEndedV1": {
        "kind": "EventInviteEndedV1",
        "fact_id": "0" * 24,
        "invite_id": "1" * 24,
        "event_id": "2" * 24,
        "receiver_id": "3" * 24,
    },
}
"""The form on the wire, written out: it must never change under the same name."""


@pytest.mark.parametrize("kind", KINDS)
def test_the_form_on_the_wire_is_fixed(kind):
    assert to_wire(from_wire(EXAMPLES[kind])) == EXAMPLES[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_field_or_one_of_another_type_is_malformed(kind):
    for field in fields(KINDS[kind]):
        whole = EXAMPLES[kind]
        for broken in ({k: v for k, v in whole.items() if k != field.name}, {**whole, field.name: {"$ne": None}}):
            with pytest.raises(MalformedAnnouncement, match=field.name):
                from_wire(broken)


@given(st.dictionaries(st.text(), st.none() | st.integers() | st.text()))
def test_what_is_no_announcement_is_malformed(message):
    with pytest.raises(MalformedAnnouncement):
        from_wire(message)


def test_keys_that_a_later_version_adds_are_ignored():
    for example in EXAMPLES.values():
        assert from_wire({**example, "added_later": 1}) == from_wire(example)


def test_everybody_who_hears_something_answers_apply_and_nobody_hears_themselves():
    for kind, hearers in HEARD_BY.items():
        assert kind in KINDS.values()
        for hearer in hearers:
            assert isinstance(CONTRACTS[hearer].apply, Call)
            assert hearer != kind.announced_by


def test_invitations_are_told_of_an_event_only_when_it_ends():
    alive = from_wire(EXAMPLES["MembershipChangedV1"])
    dead = from_wire({**EXAMPLES["MembershipChangedV1"], "deleted": True})
    assert isinstance(alive, MembershipChangedV1)
    assert hearers_of(alive) == ("chats",)
    assert hearers_of(dead) == ("chats", "invites")


def test_every_error_class_takes_what_travels():
    for cls in CLASSES.values():
        error = cls(Code.USER_UNKNOWN, "message", '{"a": 1}')
        assert (error.code, error.message, error.facts()) == ("user.unknown", "message", {"a": 1})


def test_a_derived_id_depends_on_cause_and_role_and_a_new_one_on_nothing():
    assert derive_id("a", "chat") == derive_id("a", "chat") != derive_id("a", "member") != derive_id("b", "member")
    assert is_id(derive_id("a", "chat"))
    assert is_id(new_id())
    assert new_id() != new_id()


@pytest.mark.parametrize("text", ["", "0" * 23, "0" * 25, "G" * 24, "A" * 24, "0" * 24 + "\n", None, 7])
def test_anything_else_is_no_id(text):
    assert not is_id(text)
