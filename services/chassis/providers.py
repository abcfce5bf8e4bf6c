"""What a service class declares: its stores, the way it announces, the way it calls others.

Nothing here does I/O when a worker starts: a failure there would kill the process. The functions at the end say,
to readers and to the type checker, what the service's methods find in the attribute.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from nameko.extensions import DependencyProvider
from pymongo.database import Database

from services.chassis.calling import Calls
from services.chassis.deadline import Deadline
from services.chassis.mongo import Document
from services.chassis.outbox import Relay
from services.chassis.resources import Resources, resources_of

S = TypeVar("S")

UNASKED_LIMIT_S = 5.0
"""Time for work that no caller waits for: handling a domain event."""


class Store(DependencyProvider):
    """Injects the one store of this process, made by `make` from the service's database."""

    def __init__(self, make: Callable[[Database[Document]], object]) -> None:
        self._make = make

    def setup(self) -> None:
        """Make the store; it connects at first use."""
        self._store = self._make(resources_of(self.container).database)

    def get_dependency(self, worker_ctx: Any) -> object:
        """Return the store."""
        return self._store


class Announcer(DependencyProvider):
    """Injects this process's relay of a collection: say `wake` when a document has something to announce."""

    def __init__(self, collection: str) -> None:
        self._collection = collection

    def get_dependency(self, worker_ctx: Any) -> Relay:
        """Return the relay."""
        return resources_of(worker_ctx.container).relays[self._collection]


class Remote(DependencyProvider):
    """Injects `Calls` with the time that the current call has left."""

    def get_dependency(self, worker_ctx: Any) -> Calls:
        """Return the means to call other services."""
        deadline = worker_ctx.data.get("deadline") or Deadline.after(UNASKED_LIMIT_S)
        return resources_of(worker_ctx.container).caller.within(deadline)


class Process(DependencyProvider):
    """Injects what this process has one of."""

    def get_dependency(self, worker_ctx: Any) -> Resources:
        """Return the resources."""
        return resources_of(worker_ctx.container)


def store(make: Callable[[Database[Document]], S]) -> S:
    """Declare a store, made once for the process."""
    return cast(S, Store(make))


def announcer(collection: str) -> Relay:
    """Declare the way to say which document of a collection has something to announce."""
    return cast(Relay, Announcer(collection))


def remote() -> Calls:
    """Declare the way to call other services."""
    return cast(Calls, Remote())


def process() -> Resources:
    """Declare the way to ask how this process is."""
    return cast(Resources, Process())
