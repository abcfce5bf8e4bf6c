"""Whose a message is, who may call what, and what the settings say of both."""

import amqp
import pytest

from services.chassis import settings
from services.chassis.broker.senders import NAMED_ALIKE, SENT_BY, BrokerUsers, check_own_user, read_broker_users
from services.contracts import chats, events, invites, standard_calls, streams, users
from services.contracts.domain_events import MembershipChangedV1
from services.contracts.registry import CONTRACTS, callers_of, may_call

SHARED = BrokerUsers(None)


def message(user: str | None = None, **headers: str) -> amqp.Message:
    sender = {} if user is None else {"user_id": user}
    return amqp.Message(b"{}", application_headers=headers, **sender)


@pytest.mark.parametrize(("user", "is_theirs"), [("events", True), ("operator", True), ("chats", False), (None, False)])
def test_a_message_is_of_whom_the_broker_names(user: str | None, is_theirs: bool) -> None:
    assert NAMED_ALIKE.is_from(message(user), "events") is is_theirs
    assert NAMED_ALIKE.is_first_from(message(user), "events", subscriber="streams") is is_theirs
    assert SHARED.is_from(message(user), "events")


@pytest.mark.parametrize("mover", ["chats", "operator"])
def test_whoever_may_move_a_message_says_whose_it_was(mover: str) -> None:
    moved = {who: message(mover, **{SENT_BY: who}) for who in ("events", "invites", "")}

    assert [NAMED_ALIKE.is_first_from(moved[who], "events", subscriber="chats") for who in moved] == [
        True,
        False,
        False,
    ]


def test_nobody_else_is_believed_that() -> None:
    forged = message("users", **{SENT_BY: "events"})

    assert not NAMED_ALIKE.is_first_from(forged, "events", subscriber="chats")
    assert NAMED_ALIKE.first_sender_of(forged, subscriber="chats") == "users"


def test_users_may_have_other_names_and_a_part_may_have_two() -> None:
    faults: list[str] = []
    named = read_broker_users({"BROKER_USERS": "users=xQ-1,events=zz, users=old"}, faults)

    assert faults == []
    assert {named.part_of("xQ-1"), named.part_of("old")} == {"users"}
    assert [named.part_of(user) for user in ("zz", "chats", "users", "events")] == ["events", "chats", "", ""]


@pytest.mark.parametrize("given", ["users", "users=", "nobody=a", "users=a,events=a", "users=chats", "all"])
def test_users_that_cannot_be_told_apart_are_a_fault(given: str) -> None:
    faults: list[str] = []
    read_broker_users({"BROKER_USERS": given}, faults)

    assert len(faults) == 1 and "BROKER_USERS" in faults[0]


@pytest.mark.parametrize(
    ("uri", "faults"),
    [
        ("amqp://events:x@a//", 0),
        ("amqp://events:x@a//;amqp://events:x@b//", 0),
        ("amqp://users:x@a//", 1),
        ("amqp://a//", 1),
        ("amqp://events:x@a//;amqp://users:x@b//", 2),
    ],
)
def test_a_part_comes_as_its_own_user(uri: str, faults: int) -> None:
    found: list[str] = []
    check_own_user("events", uri, NAMED_ALIKE, found)

    assert len(found) == faults


def test_a_user_of_all_must_be_asked_for() -> None:
    environment = {"AMQP_URI": "amqp://guest:guest@broker//", "MONGO_URI": "mongodb://database"}

    with pytest.raises(settings.BadSettings, match="BROKER_USERS"):
        settings.read_settings("users", environment)
    assert settings.read_settings("users", environment | {"BROKER_USERS": "shared"}).broker_users == SHARED


def test_who_acts_for_users_is_the_gateway_alone() -> None:
    acts = [
        call
        for contract in (users, events, chats, invites)
        for call in vars(contract).values()
        if hasattr(call, "declared") and "actor_id" in call.declared.__annotations__
    ]

    assert len(acts) > 20
    passed_on = {events.revoke_invitation}  # by invites, whose invitation the owner cancels
    assert {callers_of(call.service, call.method) for call in acts if call not in passed_on} == {frozenset({"gateway"})}
    assert {callers_of(call.service, call.method) for call in passed_on} == {frozenset({"invites"})}


@pytest.mark.parametrize(
    ("caller", "service", "method", "may"),
    [
        ("events", "users", users.is_known.method, True),
        ("invites", "users", users.is_known.method, False),
        ("invites", "events", events.open_invitation.method, True),
        ("gateway", "events", events.open_invitation.method, False),
        ("streams", "streams", streams.register_gateway.method, False),
        ("events", "events", standard_calls.list_state.method, True),
        ("users", "events", standard_calls.list_state.method, False),
        ("events", "chats", standard_calls.list_replicas.method, True),
        ("chats", "events", standard_calls.list_replicas.method, False),
        ("", "users", users.get_account.method, False),
    ],
)
def test_a_service_calls_what_it_needs_and_nothing_else(caller: str, service: str, method: str, may: bool) -> None:
    assert may_call(caller, service, method, {}) is may


@pytest.mark.parametrize("method", [standard_calls.apply.method, standard_calls.restore.method])
@pytest.mark.parametrize(("caller", "may"), [("events", True), ("users", False), ("streams", False)])
def test_a_service_delivers_and_restores_its_own_domain_events_alone(method: str, caller: str, may: bool) -> None:
    arguments = {"domain_event": {"kind": MembershipChangedV1.__name__}}

    assert may_call(caller, "chats", method, arguments) is may
    assert not may_call("users", "chats", method, {"domain_event": None})


def test_what_is_no_call_is_nobodys() -> None:
    for service in CONTRACTS:
        assert (
            callers_of(service, "SERVICE") == callers_of(service, "made_by") == callers_of(service, "x") == frozenset()
        )
