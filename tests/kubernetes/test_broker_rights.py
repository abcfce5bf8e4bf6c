"""A service has the rights for what the code does on the broker, and none for what belongs to others.

Source: RabbitMQ's table of operations and permissions (Access Control). That the broker agrees was tried with real
processes on a real one: docs/decisions/kubernetes.md.
"""

import re
from collections import defaultdict
from typing import Any

import pytest

from services.chassis.broker import topology
from services.chassis.rpc import codec
from services.contracts.registry import CONTRACTS, SUBSCRIPTIONS
from services.contracts.streams import BROADCASTS
from tests.kubernetes.built import of_kind

CONFIGURE, WRITE, READ = "configure", "write", "read"
REPLIES = "amq.default"

services = pytest.mark.parametrize("service", CONTRACTS)


class Recorder:
    """A channel that notes which right each declaration needs."""

    def __init__(self) -> None:
        self.needed: dict[str, set[str]] = defaultdict(set)

    def exchange_declare(self, name: str, *_: Any, **__: Any) -> None:
        self.needed[CONFIGURE].add(name)

    def queue_declare(self, name: str, *, arguments: dict[str, Any], **_: Any) -> None:
        self.needed[CONFIGURE].add(name)
        if "x-dead-letter-exchange" in arguments:
            self.needed[READ].add(name)
            self.needed[WRITE].add(arguments["x-dead-letter-exchange"] or REPLIES)

    def queue_bind(self, queue: str, exchange: str, *_: Any) -> None:
        self.needed[WRITE].add(queue)
        self.needed[READ].add(exchange)


def needed_by(service: str) -> dict[str, set[str]]:
    """Return what a service process does on the broker, by the right that it needs."""
    recorder: Any = Recorder()
    topology.declare(recorder, service)
    needed: dict[str, set[str]] = recorder.needed
    calls = codec.calls_queue(service, "quorum")
    handled = set(topology.queues_of(service))
    delays = {topology.delay_queue_of(service, delay_ms) for delay_ms in topology.DELAYS_MS}
    needed[CONFIGURE] |= {codec.CALLS_EXCHANGE, calls}
    needed[WRITE] |= {codec.CALLS_EXCHANGE, calls, REPLIES, topology.exchange_of(service), *delays}
    needed[READ] |= {codec.CALLS_EXCHANGE, calls, *handled}  # replies come without any
    return needed


def has(user: str, right: str, name: str) -> bool:
    return re.search(of_kind("production", "Permission")[user]["spec"]["permissions"][right], name) is not None


def everything() -> set[str]:
    return {name for service in CONTRACTS for names in needed_by(service).values() for name in names}


def is_shared_with(service: str, name: str) -> bool:
    """Return whether a name belongs to the service, or to where its domain events go or come from."""
    return name in set().union(*needed_by(service).values()) or name.startswith(f"{service}.")


@services
def test_a_service_may_do_what_it_does(service: str) -> None:
    missing = [
        (right, name) for right, names in needed_by(service).items() for name in names if not has(service, right, name)
    ]

    assert missing == []


@services
@pytest.mark.parametrize("right", [CONFIGURE, WRITE, READ])
def test_a_service_may_do_nothing_to_what_is_no_concern_of_it(service: str, right: str) -> None:
    assert [name for name in everything() if has(service, right, name) and not is_shared_with(service, name)] == []


@services
def test_a_service_reads_no_calls_and_no_dead_letters_of_another(service: str) -> None:
    for other in set(CONTRACTS) - {service}:
        assert not has(service, READ, codec.calls_queue(other, "quorum"))
        assert not has(service, READ, topology.dead_letters_of(other))
        assert not has(service, WRITE, topology.exchange_of(other)), "would publish in another's name"


@services
def test_a_service_reads_of_other_queues_only_those_of_its_own_domain_events(service: str) -> None:
    published_into: dict[str, set[str]] = defaultdict(set)
    for kind, subscribers in SUBSCRIPTIONS.items():
        for subscriber in set(subscribers) - {service}:
            published_into[topology.queue_of(subscriber, kind)].add(kind.published_by)

    for queue, publishers in published_into.items():
        assert has(service, READ, queue) == (service in publishers), queue


def test_the_gateway_calls_listens_and_replies_and_does_nothing_else() -> None:
    allowed = {
        (right, name) for right in (CONFIGURE, WRITE, READ) for name in everything() if has("gateway", right, name)
    }

    calls = {(CONFIGURE, codec.CALLS_EXCHANGE), (WRITE, codec.CALLS_EXCHANGE)}
    listens = {(CONFIGURE, BROADCASTS[0]), (READ, BROADCASTS[0])}
    replies = {(WRITE, "amq.default")}
    assert allowed == calls | listens | replies
    assert all(has("gateway", right, "amq.gen-its.own") for right in (CONFIGURE, WRITE, READ))


def test_the_autoscaler_may_do_nothing() -> None:
    assert not any(has("keda", right, name) for right in (CONFIGURE, WRITE, READ) for name in everything())
