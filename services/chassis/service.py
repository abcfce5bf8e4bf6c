"""The base of every service class: the standard calls, the subscriber, and the timer that reconciles.

A subclass shows its whole surface: `name`, what it `publishes`, its `@rpc` methods and its `@handles` methods; and in
`numbers` the variables that it alone reads.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from nameko.timer import timer
from pymongo.database import Database

from services.chassis.dependencies import service_context
from services.chassis.messaging.handlers import Handlers, handlers_of
from services.chassis.messaging.outbox import Outbox
from services.chassis.messaging.reconciler import RECONCILE_INTERVAL_S, reconcile_under_lease
from services.chassis.messaging.subscriber import subscriber
from services.chassis.mongo import Document
from services.chassis.rpc.server import rpc
from services.chassis.settings import Number
from services.contracts.domain_events import DomainEvent, from_wire
from services.contracts.rpc import Discrepancy, HandlerResult, Health, ReplicaPage, StatePage, Wire, handled


class Service:
    """A service: a subclass shows what it answers, publishes and handles."""

    name: ClassVar[str]
    publishes: ClassVar[tuple[type[DomainEvent], ...]] = ()
    numbers: ClassVar[tuple[Number, ...]] = ()
    handlers: ClassVar[Handlers]

    context = service_context()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Read from the class what it handles."""
        super().__init_subclass__(**kwargs)
        cls.handlers = handlers_of(cls)

    @staticmethod
    def prepare(database: Database[Document]) -> None:
        """Make the indexes and validators of the service's collections. Idempotent."""
        raise NotImplementedError

    @staticmethod
    def outboxes(database: Database[Document]) -> list[Outbox]:
        """Return the outboxes of the service's collections."""
        return []

    @rpc
    def check_health(self) -> Health:
        """Return whether this process can do its work."""
        return self.context.health()

    @rpc
    def apply(self, *, domain_event: Wire) -> HandlerResult:
        """Handle what the gateway delivers before it answers."""
        delivered = from_wire(domain_event)
        return self.context.handled.handle_once(delivered, lambda: self.deliver(delivered))

    @rpc
    def list_state(self, *, kind: str, after: str | None, only: list[str] | None) -> StatePage:
        """Return a page of the current state of this service's data."""
        return self.context.list_state(kind=kind, after=after, only=only)

    @rpc
    def audit(self, *, domain_events: list[Wire]) -> list[Discrepancy]:
        """Compare this service's replicas with the state of their owners."""
        return self.find_discrepancies([from_wire(domain_event) for domain_event in domain_events])

    @rpc
    def restore(self, *, domain_event: Wire, replica_version: int | None) -> HandlerResult:
        """Make a replica equal to its owner's state."""
        return self.repair(from_wire(domain_event), replica_version=replica_version)

    @rpc
    def list_replicas(self, *, kind: str, after: str | None) -> ReplicaPage:
        """Return a page of what this service keeps of other services' documents."""
        return self.page_replicas(kind, after=after)

    @rpc
    def find_unknown(self, *, subjects: list[str]) -> list[str]:
        """Return which of these documents of its own the service does not have."""
        return self.context.find_unknown(subjects)

    @subscriber
    def handle_queued(self, *, domain_events: list[Wire]) -> None:
        """Handle what has come from the queues: one domain event, or a batch where the order counts."""
        parsed = [from_wire(domain_event) for domain_event in domain_events]
        if self.handlers.in_order is not None:
            self.handlers.in_order(self, parsed)
            return
        for domain_event in parsed:
            handle = partial(self.handlers.queued[type(domain_event)], self, domain_event)
            self.context.handled.handle_once(domain_event, handle)

    @timer(interval=RECONCILE_INTERVAL_S)
    def reconcile(self) -> None:
        """Compare the replicas of what this service publishes with its data, and repair them."""
        if self.publishes:
            reconcile_under_lease(self.context)

    def deliver(self, domain_event: DomainEvent) -> HandlerResult:
        """Handle a domain event that was delivered; what the service does not handle changes nothing."""
        handler = self.handlers.delivered.get(type(domain_event))
        return handler(self, domain_event) if handler else handled("stale")

    def find_discrepancies(self, domain_events: Sequence[DomainEvent]) -> list[Discrepancy]:
        """Compare this service's replicas with these states. A service without replicas finds nothing."""
        return []

    def page_replicas(self, kind: str, *, after: str | None) -> ReplicaPage:
        """Return a page of what this service keeps until a domain event of `kind`. By default it keeps nothing."""
        return ReplicaPage(replicas=[], next=None)

    def repair(self, domain_event: DomainEvent, *, replica_version: int | None) -> HandlerResult:
        """Make a replica equal to this state, if it is still at `replica_version`. By default: handle it again."""
        return self.deliver(domain_event)
