"""What a service class declares: its stores, the way it announces, the way it calls others.

Nothing here does I/O when a worker starts: a failure there would kill the process.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from nameko.extensions import DependencyProvider
from pymongo.database import Database

from services.chassis.calling import Calls
from services.chassis.deadline import Deadline
from services.chassis.mongo import Document
from services.chassis.resources import resources_of
from services.contracts.calls import Health

S = TypeVar("S")

UNASKED_LIMIT_S = 5.0
"""Time for work that no caller waits for: handling a domain event."""


class Store(DependencyProvider, Generic[S]):
    """Injects the one store of this process, made by `make` from the service's database."""

    def __init__(self, make: Callable[[Database[Document]], S]) -> None:
        self._make = make

    def setup(self) -> None:
        """Make the store; it connects at first use."""
        self._store = self._make(resources_of(self.container).database)

    def get_dependency(self, worker_ctx: Any) -> S:
        """Return the store."""
        return self._store


class Announcer(DependencyProvider):
    """Injects `wake(document_id)`: what was written to that document's outbox is published at once.

    Each process sweeps, too: see `outbox`.
    """

    def get_dependency(self, worker_ctx: Any) -> Callable[[object], None]:
        """Return the `wake` of this process's relay."""
        relay = resources_of(worker_ctx.container).relay
        assert relay is not None, "a service that announces has `box` in its storage"
        return relay.wake


class Remote(DependencyProvider):
    """Injects `Calls` with the time that the current call has left."""

    def get_dependency(self, worker_ctx: Any) -> Calls:
        """Return the means to call other services."""
        deadline = worker_ctx.data.get("deadline") or Deadline.after(UNASKED_LIMIT_S)
        return resources_of(worker_ctx.container).caller.within(deadline)


class HealthCheck(DependencyProvider):
    """Injects a function that tells how this process is."""

    def get_dependency(self, worker_ctx: Any) -> Callable[[], Health]:
        """Return the process's `health`."""
        return resources_of(worker_ctx.container).health
