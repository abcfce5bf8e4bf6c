"""What each part may do on the broker in containers: all that it does, and nothing that is its neighbours'."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from services.chassis.broker import topology
from services.chassis.rpc import codec
from services.contracts.registry import CONTRACTS, SUBSCRIPTIONS
from services.contracts.streams import BROADCASTS

DEFINITIONS = json.loads((Path(__file__).parents[3] / "deploy/compose/rabbitmq/definitions.json").read_text())
GRANTED = {granted["user"]: granted for granted in DEFINITIONS["permissions"]}
DEFAULT_EXCHANGE = "amq.default"
RIGHTS = ("configure", "write", "read")


class Recorder:
    """A channel that remembers which rights RabbitMQ would ask for."""

    def __init__(self) -> None:
        self.needed: set[tuple[str, str]] = set()

    def exchange_declare(self, exchange: str, *_: Any, **__: Any) -> None:
        self.needed.add(("configure", exchange))

    def queue_declare(self, queue: str, *, arguments: dict[str, object], **_: Any) -> None:
        self.needed.add(("configure", queue))
        if "x-dead-letter-exchange" in arguments:
            self.needed |= {("read", queue), ("write", DEFAULT_EXCHANGE)}

    def queue_bind(self, queue: str, exchange: str, *_: Any) -> None:
        self.needed |= {("write", queue), ("read", exchange)}


def needed_by(service: str) -> set[tuple[str, str]]:
    """Return the rights that a service needs, and the names on which it needs them."""
    channel = Recorder()
    topology.declare(channel, service)
    needed = set(channel.needed)
    for queue in topology.queues_of(service):
        needed.add(("read", queue))
    needed |= {("write", topology.exchange_of(service)), ("read", topology.dead_letters_of(service))}
    needed |= {("write", topology.delay_queue_of(service, delay)) for delay in topology.DELAYS_MS}
    needed |= {(right, codec.CALLS_EXCHANGE) for right in RIGHTS} | {("write", DEFAULT_EXCHANGE)}
    calls = [codec.calls_queue(service, queue_type) for queue_type in ("classic", "quorum")]
    return needed | {(right, queue) for right in RIGHTS for queue in calls}


def may(user: str, right: str, name: str) -> bool:
    return bool(GRANTED[user][right]) and re.search(GRANTED[user][right], name) is not None


@pytest.mark.parametrize("service", CONTRACTS)
def test_a_service_may_do_all_that_it_does(service: str) -> None:
    assert [need for need in sorted(needed_by(service)) if not may(service, *need)] == []


@pytest.mark.parametrize("service", CONTRACTS)
def test_a_service_may_do_nothing_with_what_only_others_need(service: str) -> None:
    mine = needed_by(service)
    theirs = set().union(*(needed_by(other) for other in CONTRACTS if other != service)) - mine

    assert [name for name in sorted(theirs) if may(service, *name)] == []


@pytest.mark.parametrize("service", CONTRACTS)
def test_a_service_may_neither_read_the_calls_of_another_nor_publish_for_it(service: str) -> None:
    for other in set(CONTRACTS) - {service}:
        assert not may(service, "read", codec.calls_queue(other, "classic"))
        assert not may(service, "read", codec.calls_queue(other, "quorum"))
        assert not may(service, "write", topology.exchange_of(other))
        assert not may(service, "read", topology.dead_letters_of(other))


def test_a_subscribers_queue_is_read_by_it_declared_by_the_publisher_and_open_to_nobody_else() -> None:
    parties: dict[str, set[str]] = {}
    for kind, subscribers in SUBSCRIPTIONS.items():
        for subscriber in subscribers:
            parties.setdefault(topology.queue_of(subscriber, kind), set()).update({subscriber, kind.published_by})

    readers = {queue: {user for user in CONTRACTS if may(user, "read", queue)} for queue in parties}

    assert readers == parties


def test_the_gateway_calls_listens_and_replies_and_does_nothing_else() -> None:
    names = ("calls", "calls.users", "users.domain-events", "streams.handles", BROADCASTS[0], "amq.default")
    granted = {(right, name) for right in RIGHTS for name in names if may("gateway", right, name)}

    calls, listens = {("configure", "calls"), ("write", "calls")}, {("configure", "read")}
    replies = {("write", DEFAULT_EXCHANGE)}
    assert granted == calls | replies | {(right, BROADCASTS[0]) for rights in listens for right in rights}
    assert all(may("gateway", right, "amq.gen-its.own") for right in RIGHTS)


def test_dead_letters_end_and_nothing_else_does() -> None:
    (policy,) = DEFINITIONS["policies"]
    names = {name for service in CONTRACTS for _, name in needed_by(service)}

    assert {name for name in names if re.search(policy["pattern"], name)} == set(
        map(topology.dead_letters_of, CONTRACTS)
    )
    assert policy["definition"] == {
        "message-ttl": topology.DEAD_LETTERS_KEPT_DAYS * 24 * 3600 * 1000,
        "max-length": topology.DEAD_LETTERS_MOST,
        "max-length-bytes": topology.DEAD_LETTERS_MOST_BYTES,
        "overflow": "drop-head",
    }


def test_no_password_is_written_down() -> None:
    assert all(re.fullmatch(r"@[A-Z]+_AMQP_PASSWORD@", user["password"]) for user in DEFINITIONS["users"])
