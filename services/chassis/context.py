"""What a service process has one of: settings, database, RPC client, publisher, outbox relays.

Extensions find it in Nameko's configuration.
"""

from collections.abc import Callable
from typing import Any

from pymongo.database import Database

from services.chassis import mongo
from services.chassis.broker.connection import BrokerConnection
from services.chassis.broker.publisher import Publisher
from services.chassis.messaging.handled import HandledDomainEvents
from services.chassis.messaging.outbox import Outbox
from services.chassis.messaging.relay import OutboxRelay
from services.chassis.rpc.client import RpcClient
from services.chassis.settings import ServiceSettings
from services.contracts.rpc import Health, StatePage

_KEY = "SERVICE_CONTEXT"

HANDLER_WORKERS = 16
"""Workers for domain events, beside those for calls: neither waits for the other."""
TIMER_WORKERS = 4
"""Workers for what a service does unasked."""


class ServiceContext:
    """Made at start, before any extension asks for it; connected when the other side is there; closed at the end.

    Args:
        service: the service's name.
        settings: where broker and database are.
        make_outboxes: the outboxes of the service, from its database. The first one's state can be listed.
    """

    def __init__(
        self,
        service: str,
        settings: ServiceSettings,
        make_outboxes: Callable[[Database[mongo.Document]], list[Outbox]],
    ) -> None:
        self.service, self.settings = service, settings
        self.max_workers = settings.max_workers + HANDLER_WORKERS + TIMER_WORKERS
        self.database = mongo.connect(settings.mongo_uri, settings.mongo_database, pool_size=self.max_workers + 4)
        self.rpc_client = RpcClient(
            settings.amqp_uri, name=service, limit=max(1, settings.max_workers // 2), users=settings.broker_users
        )
        self.publisher = Publisher(settings.amqp_uri, service=service)
        self.outboxes = make_outboxes(self.database)
        self.handled = HandledDomainEvents()
        self.relays = {outbox.collection.name: OutboxRelay(outbox, self.publisher) for outbox in self.outboxes}

    def as_config(self) -> dict[str, Any]:
        """Return the configuration that carries this context to the container."""
        return {_KEY: self, "max_workers": self.max_workers}

    def list_state(self, *, kind: str, after: str | None, only: list[str] | None) -> StatePage:
        """Return a page of the current state of this service's data."""
        if not self.outboxes:
            return StatePage(domain_events=[], next=None)
        return self.outboxes[0].list_state(kind=kind, after=after, only=only)

    def find_unknown(self, subjects: list[str]) -> list[str]:
        """Return which of these documents this service does not have. It has all if it owns none."""
        return self.outboxes[0].find_unknown(subjects) if self.outboxes else []

    def health(self) -> Health:
        """Return whether the database answers and every broker connection of this process is open."""
        connections = list(BrokerConnection.living)
        return Health(
            database=mongo.answers(self.database), listening=all(connection.is_open for connection in connections)
        )

    def close(self) -> None:
        """Publish what waits, then let go of broker and database."""
        for relay in self.relays.values():
            relay.close()
        connections = list(BrokerConnection.living)
        for connection in connections:
            connection.begin_to_close()
        for connection in connections:
            connection.close()
        self.database.client.close()


def context_of(container: Any) -> ServiceContext:
    """Return the context of the process that a Nameko container runs in."""
    context: ServiceContext = container.config[_KEY]
    return context
