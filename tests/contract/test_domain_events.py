"""Domain events keep their form: what one process says another understands, and nothing else passes."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.domain_events import KINDS, MalformedDomainEvent, MembershipChangedV1, from_wire, to_wire
from services.contracts.errors import CLASSES, Code
from services.contracts.ids import derive_id, is_id, new_id
from services.contracts.registry import SUBSCRIPTIONS, awaited_subscribers

EXAMPLES: dict[str, dict[str, Any]] = {
    "FriendshipChangedV1": {
        "kind": "FriendshipChangedV1",
        "domain_event_id": "0" * 24,
        "user_ids": ["1" * 24, "2" * 24],
        "friends": True,
        "generation": 0,
        "dialog_id": "3" * 24,
        "version": 1,
    },
    "MembershipChangedV1": {
        "kind": "MembershipChangedV1",
        "domain_event_id": "0" * 24,
        "event_id": "1" * 24,
        "chat_id": "2" * 24,
        "member_user_ids": ["3" * 24],
        "deleted": False,
        "version": 1,
    },
    "InvitationsRevokedV1": {
        "kind": "InvitationsRevokedV1",
        "domain_event_id": "0" * 24,
        "event_id": "1" * 24,
        "invite_ids": ["2" * 24, "3" * 24],
        "version": 3,
    },
    "FriendInviteAcceptedV1": {
        "kind": "FriendInviteAcceptedV1",
        "domain_event_id": "0" * 24,
        "invite_id": "1" * 24,
        "sender_id": "2" * 24,
        "receiver_id": "3" * 24,
        "generation": 0,
    },
    "EventInviteAcceptedV1": {
        "kind": "EventInviteAcceptedV1",
        "domain_event_id": "0" * 24,
        "invite_id": "1" * 24,
        "event_id": "2" * 24,
        "receiver_id": "3" * 24,
    },
    "EventChangedV1": {
        "kind": "EventChangedV1",
        "domain_event_id": "0" * 24,
        "event_id": "1" * 24,
        "chat_id": "2" * 24,
        "change": "joined",
        "event": {
            "kind": "group",
            "name": "Party",
            "is_private": True,
            "starts_at": "2026-11-30T19:30",
            "address": "Home",
            "description": "",
            "icon": "pizza.svg",
        },
        "members": [{"id": "3" * 24, "user_id": "4" * 24, "rights": ["can_invite_user"]}],
        "removed_members": [],
        "affected_member_ids": ["3" * 24],
        "version": 2,
    },
    "OccurrenceChangedV1": {
        "kind": "OccurrenceChangedV1",
        "domain_event_id": "0" * 24,
        "event_id": "1" * 24,
        "chat_id": "2" * 24,
        "occurrence": "2026-12-07T19:30",
        "cancelled": False,
        "event": {
            "kind": "group",
            "name": "Party",
            "is_private": True,
            "starts_at": "2026-12-08T19:30",
            "ends_at": "2026-12-08T22:00",
            "all_day": False,
            "time_zone": "Europe/Berlin",
            "recurrence": "FREQ=WEEKLY",
            "address": "Home",
            "description": "",
            "icon": "pizza.svg",
            "occurrence": "2026-12-07T19:30",
            "start_instant": "2026-12-08T19:30:00+01:00",
            "end_instant": "2026-12-08T22:00:00+01:00",
        },
        "members": [{"id": "3" * 24, "user_id": "4" * 24}],
        "version": 3,
    },
    "MessageChangedV1": {
        "kind": "MessageChangedV1",
        "domain_event_id": "0" * 24,
        "chat_id": "1" * 24,
        "event_id": None,
        "change": "posted",
        "user_ids": ["2" * 24, "3" * 24],
        "message": {"id": "4" * 24, "chat_id": "1" * 24, "author_id": "2" * 24, "written_at": 1, "text": "Hello"},
        "version": 1,
    },
    "InviteChangedV1": {
        "kind": "InviteChangedV1",
        "domain_event_id": "0" * 24,
        "invite_id": "1" * 24,
        "sender_id": "2" * 24,
        "receiver_id": "3" * 24,
        "event_id": None,
        "outcome": "pending",
    },
    "ProfileChangedV1": {
        "kind": "ProfileChangedV1",
        "domain_event_id": "0" * 24,
        "user_id": "1" * 24,
        "google_id": "anna",
        "name": "Anna",
        "email": "anna@example.test",
        "picture": "",
        "birthday": None,
    },
    "EventInviteEndedV1": {
        "kind": "EventInviteEndedV1",
        "domain_event_id": "0" * 24,
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
        for broken in ({k: v for k, v in whole.items() if k != field.name}, {**whole, field.name: 0.5}):
            with pytest.raises(MalformedDomainEvent, match=field.name):
                from_wire(broken)


@given(st.dictionaries(st.text(), st.none() | st.integers() | st.text()))
def test_what_is_no_domain_event_is_malformed(message):
    with pytest.raises(MalformedDomainEvent):
        from_wire(message)


def test_keys_that_a_later_version_adds_are_ignored():
    for example in EXAMPLES.values():
        assert from_wire({**example, "added_later": 1}) == from_wire(example)


def test_every_kind_has_a_subscriber_and_no_service_subscribes_to_its_own():
    assert set(SUBSCRIPTIONS) == set(KINDS.values())
    for kind, subscriptions in SUBSCRIPTIONS.items():
        assert kind.published_by not in subscriptions


def test_invitations_are_delivered_an_event_only_when_it_ends():
    alive = from_wire(EXAMPLES["MembershipChangedV1"])
    dead = from_wire({**EXAMPLES["MembershipChangedV1"], "deleted": True})
    assert isinstance(alive, MembershipChangedV1)
    assert awaited_subscribers(alive) == ("chats",)
    assert awaited_subscribers(dead) == ("chats", "invites")


def test_feeds_may_be_written_after_the_answer_but_lost_access_is_delivered_before_it():
    for example in EXAMPLES.values():
        assert "streams" not in awaited_subscribers(from_wire(example))
    for change in ("left", "deleted"):
        assert awaited_subscribers(from_wire({**EXAMPLES["EventChangedV1"], "change": change})) == ("streams",)


def test_every_error_class_takes_what_travels():
    for cls in CLASSES.values():
        error = cls(Code.USER_UNKNOWN, "message", '{"a": 1}')
        assert (error.code, error.message, error.parsed_details()) == ("user.unknown", "message", {"a": 1})


def test_a_derived_id_depends_on_cause_and_role_and_a_new_one_on_nothing():
    assert derive_id("a", "chat") == derive_id("a", "chat") != derive_id("a", "member") != derive_id("b", "member")
    assert is_id(derive_id("a", "chat"))
    assert is_id(new_id())
    assert new_id() != new_id()


@pytest.mark.parametrize("text", ["", "0" * 23, "0" * 25, "G" * 24, "A" * 24, "0" * 24 + "\n", None, 7])
def test_anything_else_is_no_id(text):
    assert not is_id(text)
