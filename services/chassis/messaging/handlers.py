"""How a service's class declares which domain events it handles.

`@handles(MembershipChangedV1)` marks a method that handles one domain event and returns a `HandlerResult`. It is called
in two ways: by the call `apply`, by which the gateway delivers before it answers, and for each message of the service's
queues. It may be called twice, late and out of order, so it must be idempotent. It must not call a service that may be
waiting for it.

A service that handles everything in one order has one method with `@handles_in_order(...)`, which takes a list, as many
as wait. What such a service must know before an answer it handles in a method with `@handles_delivery(...)`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from services.contracts.domain_events import DomainEvent
from services.contracts.rpc import HandlerResult

S = TypeVar("S")
E = TypeVar("E", bound=DomainEvent)
F = TypeVar("F", bound=Callable[..., Any])

_HANDLED = "handled_kinds"


@dataclass
class Handlers:
    """What a class handles.

    delivered: the method for each kind that the gateway may deliver. queued: the same for each kind that comes from the
    queues one by one. in_order: the method for all that come in one order, and their kinds.
    """

    delivered: dict[type[DomainEvent], Callable[[Any, Any], HandlerResult]] = field(default_factory=dict)
    queued: dict[type[DomainEvent], Callable[[Any, Any], HandlerResult]] = field(default_factory=dict)
    in_order: Callable[[Any, list[DomainEvent]], None] | None = None
    kinds_in_order: tuple[type[DomainEvent], ...] = ()

    @property
    def kinds(self) -> frozenset[type[DomainEvent]]:
        """The kinds that the class handles in some way."""
        return frozenset((*self.delivered, *self.queued, *self.kinds_in_order))


def handles(kind: type[E]) -> Callable[[Callable[[S, E], HandlerResult]], Callable[[S, E], HandlerResult]]:
    """Let a method handle a kind of domain event, delivered or queued."""
    return _marking("one", kind)


def handles_delivery(kind: type[E]) -> Callable[[Callable[[S, E], HandlerResult]], Callable[[S, E], HandlerResult]]:
    """Let a method handle a kind of domain event when the gateway delivers it, and only then."""
    return _marking("delivered", kind)


def handles_in_order(
    *kinds: type[DomainEvent],
) -> Callable[[Callable[[S, list[DomainEvent]], None]], Callable[[S, list[DomainEvent]], None]]:
    """Let a method handle all queued domain events of these kinds, in one order, some at a time."""
    return _marking("in order", *kinds)


def _marking(way: str, *kinds: type[DomainEvent]) -> Callable[[F], F]:
    def mark(method: F) -> F:
        setattr(method, _HANDLED, (way, kinds))
        return method

    return mark


def handlers_of(cls: type) -> Handlers:
    """Read from a class what it handles."""
    handlers = Handlers()
    for method in vars(cls).values():
        way, kinds = getattr(method, _HANDLED, ("", ()))
        if way in ("one", "delivered"):
            handlers.delivered |= dict.fromkeys(kinds, method)
        if way == "one":
            handlers.queued |= dict.fromkeys(kinds, method)
        if way == "in order":
            handlers.in_order, handlers.kinds_in_order = method, kinds
    return handlers
