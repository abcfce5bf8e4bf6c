"""A service that was taken over, on the real broker: what it sends in another's name is refused, and never applied."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import amqp
import pytest
from kombu import Connection

from services.chassis.broker import topology
from services.chassis.broker.senders import SENT_BY
from services.chassis.rpc.client import BoundClient, RpcClient
from services.chassis.rpc.deadline import Deadline
from services.contracts import events, standard_calls, streams, users
from services.contracts.domain_events import MembershipChangedV1, to_wire
from services.contracts.errors import NotFound, Unavailable
from services.contracts.ids import new_id
from tests.e2e.system import LocalSystem
from tests.integration.asking import chat_ids
from tests.integration.test_dead_letters import dead_lettered, run
from tests.integration.test_domain_events import eventually

QUEUE = topology.queue_of("chats", MembershipChangedV1)
LETTERS = topology.dead_letters_of("chats")


@pytest.fixture(autouse=True)
def told_apart(own_system: LocalSystem) -> None:
    if own_system.environment.get("BROKER_USERS") == "shared":
        pytest.skip("all parts share one user of the broker")


@contextlib.contextmanager
def channel_of(uri: str) -> Iterator[Any]:
    with Connection(uri) as connection, contextlib.closing(connection.channel()) as channel:
        yield channel


@pytest.fixture
def users_channel(own_system: LocalSystem) -> Iterator[Any]:
    """Return the channel of somebody who has the password of `users`."""
    with channel_of(own_system.amqp_uri_of("users")) as channel:
        yield channel


@pytest.fixture
def operator(own_system: LocalSystem) -> Iterator[Any]:
    with channel_of(own_system.amqp_uri) as channel:
        channel.queue_purge(LETTERS)
        yield channel
        channel.queue_purge(LETTERS)


@contextlib.contextmanager
def calling_as(own_system: LocalSystem, part: str) -> Iterator[BoundClient]:
    client = RpcClient(own_system.amqp_uri_of(part), name="tests")
    yield client.within(Deadline.after(5))
    client.close()


def membership(user_id: str) -> MembershipChangedV1:
    return MembershipChangedV1(
        domain_event_id=new_id(),
        event_id=new_id(),
        chat_id=new_id(),
        member_user_ids=[user_id],
        deleted=False,
        version=1,
    )


def forged(user_id: str, sender: str | None = None, **headers: str) -> amqp.Message:
    properties = {} if sender is None else {"user_id": sender}
    body = json.dumps(to_wire(membership(user_id)))
    return amqp.Message(body, delivery_mode=2, application_headers=headers, **properties)


def test_the_broker_refuses_who_says_to_be_another(users_channel: Any) -> None:
    with pytest.raises(amqp.PreconditionFailed, match="user_id"):
        users_channel.basic_publish_confirm(forged(new_id(), "events"), exchange="", routing_key=QUEUE)


@pytest.mark.parametrize(
    ("sender", "headers"),
    [("users", {}), (None, {}), ("users", {SENT_BY: "events"}), (None, {SENT_BY: "events"})],
    ids=["own name", "no name", "moved", "moved by nobody"],
)
def test_a_domain_event_of_another_is_dead_lettered_and_never_applied(
    users_channel: Any, operator: Any, calls: BoundClient, amqp_uri: str, monkeypatch: pytest.MonkeyPatch,
    sender: str | None, headers: dict[str, str],
) -> None:  # fmt: skip
    user_id = new_id()
    users_channel.basic_publish_confirm(forged(user_id, sender, **headers), exchange="", routing_key=QUEUE)

    eventually(lambda: dead_lettered(operator) == 1)
    listed = run("list", amqp_uri, monkeypatch)
    assert "ForgedDomainEvent" in listed and f"from {sender or 'nobody'}" in listed
    assert "chats: 1 put back" in run("replay", amqp_uri, monkeypatch)
    eventually(lambda: dead_lettered(operator) == 1)  # an operator who puts all back vouches for nothing
    assert chat_ids(calls, user_id) == []


def test_nothing_is_smuggled_through_the_dead_letters(
    users_channel: Any, operator: Any, calls: BoundClient, amqp_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = new_id()
    for queue in (QUEUE, "calls.users"):
        letter = forged(user_id, "users", queue=queue, **{SENT_BY: "events"})
        users_channel.basic_publish_confirm(letter, exchange="", routing_key=LETTERS)
    eventually(lambda: dead_lettered(operator) == 2)

    told = run("replay", amqp_uri, monkeypatch)
    assert "left where it is, since chats has no such queue" in told and "chats: 1 put back" in told
    eventually(lambda: dead_lettered(operator) == 2)
    assert chat_ids(calls, user_id) == []


def test_where_the_order_counts_the_forged_is_taken_out_too(own_system: LocalSystem) -> None:
    letters = topology.dead_letters_of("streams")
    with channel_of(own_system.amqp_uri) as operator, channel_of(own_system.amqp_uri_of("users")) as channel:
        operator.queue_purge(letters)
        body = json.dumps({"kind": "EventChangedV1"})
        channel.basic_publish_confirm(amqp.Message(body, user_id="users"), "", "streams.handles")
        eventually(lambda: operator.queue_declare(letters, passive=True).message_count == 1)
        letter = operator.basic_get(letters, no_ack=True)

    assert letter.headers[SENT_BY] == "users"
    assert letter.headers["error"].startswith("ForgedDomainEvent")


@pytest.mark.parametrize("part", ["events", "chats", "invites", "streams"])
def test_a_service_cannot_act_for_a_user(own_system: LocalSystem, part: str) -> None:
    with calling_as(own_system, part) as calls, pytest.raises(Unavailable, match="does not answer this sender"):
        calls.call(users.get_account, actor_id=new_id())


def test_the_gateway_can(own_system: LocalSystem) -> None:
    with calling_as(own_system, "gateway") as calls, pytest.raises(NotFound):
        calls.call(users.get_account, actor_id=new_id())


def test_a_service_neither_delivers_nor_restores_what_another_publishes(
    own_system: LocalSystem, calls: BoundClient
) -> None:
    user_id = new_id()
    wire = to_wire(membership(user_id))
    with calling_as(own_system, "users") as theirs:
        for call, arguments in (
            (standard_calls.apply, {}),
            (standard_calls.restore, {"replica_version": None}),
        ):
            with pytest.raises(Unavailable, match="does not answer this sender"):
                theirs.call(call.of("chats"), domain_event=wire, **arguments)

    assert chat_ids(calls, user_id) == []


def test_a_service_is_no_gateway_for_the_streams(own_system: LocalSystem) -> None:
    with calling_as(own_system, "chats") as calls, pytest.raises(Unavailable, match="does not answer this sender"):
        calls.call(streams.register_gateway, queue="amq.gen-mine")


def test_a_service_calls_what_its_contract_allows(own_system: LocalSystem) -> None:
    with calling_as(own_system, "events") as calls:
        assert calls.call(users.is_known, user_id=new_id()) is False
    with calling_as(own_system, "invites") as calls, pytest.raises(NotFound):
        nobody = {"event_id": new_id(), "invite_id": new_id(), "sender_id": new_id(), "receiver_id": new_id()}
        calls.call(events.open_invitation, **nobody)
