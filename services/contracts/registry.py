"""Which services there are, and which domain events each of them handles: read from their contracts."""

from types import ModuleType

from services.contracts import chats, events, invites, streams, users
from services.contracts.domain_events import DomainEvent, Subscription, to_wire
from services.contracts.rpc import Wire

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
