"""What a service class declares: its store, its outbox relays, the way it calls others.

Nothing here does I/O when a worker starts: a failure there would kill the process. The functions at the end
declare, for readers and the type checker, what the service's methods find in the attribute.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from nameko.extensions import DependencyProvider
from pymongo.database import Database

from services.chassis.context import ServiceContext, context_of
from services.chassis.messaging.relay import OutboxRelay
from services.chassis.mongo import Document
from services.chassis.rpc import repeats
from services.chassis.rpc.client import BoundClient
from services.chassis.rpc.deadline import Deadline, set_deadline
from services.chassis.tracing import set_trace

S = TypeVar("S")

UNASKED_LIMIT_S = 5.0
"""Time for work that no client waits for: handling a queued domain event, a timer."""


class StoreProvider(DependencyProvider):
    """Injects the one store of this process, made by `make` from the service's database, and a relay if it has one."""

    def __init__(self, make: Callable[..., object], relay: str | None) -> None:
        self._make, self._relay = make, relay

    def setup(self) -> None:
        """Make the store; it connects at first use."""
        context = context_of(self.container)
        relay = [] if self._relay is None else [context.relays[self._relay]]
        self._store = self._make(context.database, *relay)

    def get_dependency(self, worker_ctx: Any) -> object:
        """Return the store."""
        return self._store


class RelayProvider(DependencyProvider):
    """Injects this process's outbox relay of a collection."""

    def __init__(self, collection: str) -> None:
        self._collection = collection

    def get_dependency(self, worker_ctx: Any) -> OutboxRelay:
        """Return the relay."""
        return context_of(worker_ctx.container).relays[self._collection]


class RpcProvider(DependencyProvider):
    """Injects a `BoundClient` with the time that the current call has left."""

    def get_dependency(self, worker_ctx: Any) -> BoundClient:
        """Return the means to call other services."""
        deadline = worker_ctx.data.get("deadline") or Deadline.after(UNASKED_LIMIT_S)
        return context_of(worker_ctx.container).rpc_client.within(deadline)


class ContextProvider(DependencyProvider):
    """Injects what this process has one of, and lets the worker belong to the request that it works for."""

    def get_dependency(self, worker_ctx: Any) -> ServiceContext:
        """Return the context."""
        return context_of(worker_ctx.container)

    def worker_setup(self, worker_ctx: Any) -> None:
        """Take over from the message which trace it belongs to, what it repeats, and until when it is wanted."""
        set_trace(worker_ctx.data.get("trace"))
        repeats.set_begun_at(worker_ctx.data.get("begun_at_ms"))
        set_deadline(worker_ctx.data.get("deadline"))


def store(make: Callable[[Database[Document]], S], *, relay: str | None = None) -> S:
    """Declare a store, made once for the process. relay: of the collection whose documents it hands over."""
    return cast(S, StoreProvider(make, relay))


def outbox_relay(collection: str) -> OutboxRelay:
    """Declare the relay to notify when a document of a collection has new outbox entries."""
    return cast(OutboxRelay, RelayProvider(collection))


def rpc_client() -> BoundClient:
    """Declare the way to call other services."""
    return cast(BoundClient, RpcProvider())


def service_context() -> ServiceContext:
    """Declare the way to ask how this process is."""
    return cast(ServiceContext, ContextProvider())
