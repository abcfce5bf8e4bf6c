"""How a call of a service is declared, so that both ends and the type checker share one signature."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, ParamSpec, TypedDict, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

GATEWAY = "gateway"
"""The part of the system that is no service: it calls them for the users."""

Wire = dict[str, object]
"""A JSON object as it travels."""


@dataclass(frozen=True)
class Call(Generic[P, T]):
    """One call that `service` answers under the name `method`; `declared` has its signature and documentation.

    callers: the parts of the system that may make it.
    by_queue: whether `service` is the name of the one queue whose consumer answers, rather than of a service.
    """

    service: str
    method: str
    declared: Callable[P, T]
    callers: tuple[str, ...] = (GATEWAY,)
    by_queue: bool = False

    @property
    def answerer(self) -> str:
        """The part of the system that answers: only a gateway is called by its queue."""
        return GATEWAY if self.by_queue else self.service


def answered_by(service: str, *, callers: tuple[str, ...] = (GATEWAY,)) -> Callable[[Callable[P, T]], Call[P, T]]:
    """Declare a function's signature as a call of `service`. The body is never run.

    callers: who may make it; by default the gateway alone.
    """

    def declare(function: Callable[P, T]) -> Call[P, T]:
        return Call(service, function.__name__, function, callers)

    return declare


class WriteResult(TypedDict):
    """What a write returns: the id of what it wrote, and the domain events that it causes.

    The gateway delivers these to the services that must handle them (see `registry.awaited_subscribers`) before it
    answers; that makes the whole effect visible to the next request.
    """

    id: str
    domain_events: list[Wire]


class HandlerResult(TypedDict):
    """What a handler returns: what became of the domain event, and the domain events that it causes.

    outcome: `applied` when the data now agree with it; `stale` when a newer state was known already;
        `gone` when the thing that an acceptance is about no longer exists.
    """

    outcome: Literal["applied", "stale", "gone"]
    domain_events: list[Wire]


def handled(outcome: Literal["applied", "stale", "gone"], *domain_events: Wire) -> HandlerResult:
    """Build what a handler returns."""
    return HandlerResult(outcome=outcome, domain_events=list(domain_events))


class StatePage(TypedDict):
    """A page of the current state of a service's data, as domain events of one kind.

    Documents with entries in their outbox are left out: their state is being published. next: where the next page
    begins; None after the last.
    """

    domain_events: list[Wire]
    next: str | None


class Discrepancy(TypedDict):
    """A replica that does not agree with its owner.

    index: of the domain event in the list to compare. replica_version: None when there is no replica.
    description: one sentence for a person.
    """

    index: int
    replica_version: int | None
    description: str


class Replica(TypedDict):
    """Something that a subscriber keeps because a document of another service exists.

    subject: that document's id. replica_version: None for what has no version of its own.
    end: the domain event that its owner would publish at its end.
    """

    subject: str
    replica_version: int | None
    end: Wire


class ReplicaPage(TypedDict):
    """A page of what a subscriber keeps. next: where the next page begins; None after the last."""

    replicas: list[Replica]
    next: str | None


class Health(TypedDict):
    """What `check_health` returns; any False means not ready."""

    database: bool
    listening: bool
