"""How a call of a service is declared, so that both ends and the type checker share one signature."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, ParamSpec, TypedDict, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

Wire = dict[str, object]
"""A JSON object as it travels."""


@dataclass(frozen=True)
class Call(Generic[P, T]):
    """One call that `service` answers under the name `method`; `declared` has its signature and documentation."""

    service: str
    method: str
    declared: Callable[P, T]


def offered_by(service: str) -> Callable[[Callable[P, T]], Call[P, T]]:
    """Declare a function's signature as a call of `service`. The body is never run."""

    def declare(function: Callable[P, T]) -> Call[P, T]:
        return Call(service, function.__name__, function)

    return declare


class Written(TypedDict):
    """What a write returns: the id of what it wrote, and what its service announces because of it.

    The caller hands the announcements on to those who hear them (see `announcements.HEARD_BY`)
    before it reports success; that makes the whole effect visible to the next request.
    """

    id: str
    announcements: list[Wire]


class Applied(TypedDict):
    """What `apply` returns: what became of the announcement, and what is announced in turn.

    outcome: `applied` when the copy now is as announced; `stale` when a newer state was known already;
        `gone` when the thing that an acceptance is about no longer exists.
    """

    outcome: Literal["applied", "stale", "gone"]
    announcements: list[Wire]


class Told(TypedDict):
    """A page of what a service says now of its own data, in announcements of one kind.

    Only what is settled: whatever still has something to announce is left out. next: where the next page begins;
    None after the last.
    """

    announcements: list[Wire]
    next: str | None


class Disagreement(TypedDict):
    """A copy that is not as its owner says.

    index: of the announcement among those that were asked about. seen: the version that the copy claims, if any.
    what: one sentence for a person.
    """

    index: int
    seen: int | None
    what: str


class Health(TypedDict):
    """What `check_health` returns; any False means not ready."""

    database: bool
    listening: bool
