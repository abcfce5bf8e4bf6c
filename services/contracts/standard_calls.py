"""Calls that every service answers, implemented by `services.chassis.service.Service`.

`standard_calls.apply.of("chats")` is the call `apply` of the service `chats`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, ParamSpec, TypeVar

from services.contracts.rpc import GATEWAY, Call, Discrepancy, HandlerResult, Health, ReplicaPage, StatePage, Wire

P = ParamSpec("P")
T = TypeVar("T")

ITSELF = "itself"
"""Among the callers of a standard call: the other processes of the same service."""
PUBLISHERS = "publishers"
"""The services that publish what the service handles; each speaks of its own domain events only."""


@dataclass(frozen=True)
class StandardCall(Generic[P, T]):
    """A call that every service answers; `declared` has its signature and documentation.

    callers: who may make it: parts of the system, `ITSELF` or `PUBLISHERS`.
    """

    declared: Callable[P, T]
    callers: tuple[str, ...]

    @property
    def method(self) -> str:
        """The name under which it is answered."""
        return self.declared.__name__

    def of(self, service: str) -> Call[P, T]:
        """Return this call of a service."""
        return Call(service, self.method, self.declared, self.callers)

    def of_queue(self, queue: str) -> Call[P, T]:
        """Return this call of the one process that consumes a queue."""
        return Call(queue, self.method, self.declared, self.callers, by_queue=True)


def made_by(*callers: str) -> Callable[[Callable[P, T]], StandardCall[P, T]]:
    """Declare a function's signature as a standard call. The body is never run."""

    def declare(function: Callable[P, T]) -> StandardCall[P, T]:
        return StandardCall(function, callers)

    return declare


@made_by(GATEWAY)
def check_health() -> Health:
    """Return whether this process can do its work."""
    raise NotImplementedError


@made_by(GATEWAY, PUBLISHERS)
def apply(*, domain_event: Wire) -> HandlerResult:
    """Handle a domain event before the write that caused it is answered. Idempotent."""
    raise NotImplementedError


@made_by(ITSELF)
def list_state(*, kind: str, after: str | None, only: list[str] | None) -> StatePage:
    """Return the current state of this service's data, as domain events of `kind`, ordered by subject.

    after: where to go on; None for the beginning. only: when given, nothing but these subjects.
    """
    raise NotImplementedError


@made_by(PUBLISHERS)
def audit(*, domain_events: list[Wire]) -> list[Discrepancy]:
    """Compare this service's replicas with the state of their owners. Changes nothing."""
    raise NotImplementedError


@made_by(PUBLISHERS)
def restore(*, domain_event: Wire, replica_version: int | None) -> HandlerResult:
    """Make a replica equal to its owner's state, if it is still at `replica_version` (None: if there is none)."""
    raise NotImplementedError


@made_by(PUBLISHERS)
def list_replicas(*, kind: str, after: str | None) -> ReplicaPage:
    """Return a page of what this service keeps of the documents whose end is a domain event of `kind`.

    Whatever outlives its document for a reason is left out: tombstones, dialogs of friendships that have ended.
    after: where to go on; None for the beginning.
    """
    raise NotImplementedError


@made_by(ITSELF)
def find_unknown(*, subjects: list[str]) -> list[str]:
    """Return which of these documents this service, their owner, does not have, not even as a tombstone."""
    raise NotImplementedError


STANDARD_CALLS = (check_health, apply, list_state, audit, restore, list_replicas, find_unknown)
