"""Which services there are, what each of them handles, and whom it answers: read from their contracts."""

from collections.abc import Mapping
from functools import cache
from types import ModuleType

from services.contracts import chats, events, invites, standard_calls, streams, users
from services.contracts.domain_events import KINDS, DomainEvent, Subscription, to_wire
from services.contracts.rpc import GATEWAY, Call, Wire

CONTRACTS: dict[str, ModuleType] = {contract.SERVICE: contract for contract in (users, events, chats, invites, streams)}


def subscriptions_of(service: str) -> tuple[Subscription, ...]:
    """Return what a service handles."""
    handled: tuple[Subscription, ...] = CONTRACTS[service].HANDLES
    return handled


def handles_in_order(service: str) -> bool:
    """Return whether a service handles everything in one order, one process at a time."""
    return bool(getattr(CONTRACTS[service], "HANDLES_IN_ORDER", False))


SUBSCRIPTIONS: dict[type[DomainEvent], dict[str, Subscription]] = {}
"""The subscriptions to each kind of domain event, by the service that handles it."""

for _service in CONTRACTS:
    for _subscription in subscriptions_of(_service):
        SUBSCRIPTIONS.setdefault(_subscription.kind, {})[_service] = _subscription


def awaited_subscribers(domain_event: DomainEvent) -> tuple[str, ...]:
    """List the services that must have handled a domain event before the write that caused it is answered."""
    subscriptions = SUBSCRIPTIONS.get(type(domain_event), {})
    return tuple(sorted(service for service, each in subscriptions.items() if each.is_awaited(domain_event)))


def to_deliver(*domain_events: DomainEvent) -> list[Wire]:
    """Return those domain events that somebody must have handled before the write is answered, as they travel."""
    return [to_wire(domain_event) for domain_event in domain_events if awaited_subscribers(domain_event)]


@cache
def callers_of(service: str, method: str) -> frozenset[str]:
    """Return the parts of the system that may make a call of a service; none for a call that there is not."""
    call = getattr(CONTRACTS[service], method, None) or getattr(standard_calls, method, None)
    if not isinstance(call, Call | standard_calls.StandardCall):
        return frozenset()
    publishers = {each.kind.published_by for each in subscriptions_of(service)}
    meant = {standard_calls.ITSELF: {service}, standard_calls.PUBLISHERS: publishers}
    return frozenset(part for caller in call.callers for part in meant.get(caller, {caller}))


def may_call(caller: str, service: str, method: str, arguments: Mapping[str, object]) -> bool:
    """Return whether a part of the system may make this call. A service delivers and restores its own alone."""
    if caller not in callers_of(service, method):
        return False
    is_about_one = method in (standard_calls.apply.method, standard_calls.restore.method)
    return not is_about_one or caller == GATEWAY or _publisher_of(arguments.get("domain_event")) == caller


def _publisher_of(wire: object) -> str | None:
    kind = KINDS.get(str(wire.get("kind"))) if isinstance(wire, dict) else None
    return kind.published_by if kind else None
