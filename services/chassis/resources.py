"""What a service process has one of: settings, database, caller, publisher. Passed to extensions through Nameko's configuration."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from pymongo.database import Database

from services.chassis import mongo
from services.chassis.broker import Link
from services.chassis.calling import Caller
from services.chassis.outbox import Box, Relay
from services.chassis.publishing import Publisher
from services.chassis.settings import ServiceSettings
from services.contracts.calls import Health

_KEY = "RESOURCES"


class Resources:
    """Made at start, connected at first use, closed at the end."""

    def __init__(self, service: str, settings: ServiceSettings) -> None:
        self.service, self.settings = service, settings
        self._relay: Relay | None = None

    def as_config(self) -> dict[str, Any]:
        """Return the configuration that carries these resources to every container of the process."""
        return {_KEY: self, "max_workers": self.settings.max_workers}

    @cached_property
    def database(self) -> Database[mongo.Document]:
        """The service's own database; calls and domain events together never wait for a connection."""
        settings = self.settings
        return mongo.connect(settings.mongo_uri, settings.mongo_database, pool_size=2 * settings.max_workers + 4)

    @cached_property
    def caller(self) -> Caller:
        """The way to other services."""
        return Caller(self.settings.amqp_uri, name=self.service)

    @cached_property
    def publisher(self) -> Publisher:
        """The way to whoever hears."""
        return Publisher(self.settings.amqp_uri, service=self.service)

    def relay(self, make_box: Callable[[Database[mongo.Document]], Box]) -> Relay:
        """The one relay of this process, which empties the outboxes of the service's collection."""
        if self._relay is None:
            self._relay = Relay(make_box(self.database), self.publisher)
        return self._relay

    def close(self) -> None:
        """Publish what waits, then let go of broker and database."""
        if self._relay is not None:
            self._relay.close()
        for link in list(Link.living):
            link.close()
        self.database.client.close()

    def health(self) -> Health:
        """Tell whether the database answers and every broker connection of this process is open."""
        return Health(database=mongo.answers(self.database), listening=all(link.is_open for link in list(Link.living)))


def resources_of(container: Any) -> Resources:
    """Return the resources of the process that a Nameko container runs in."""
    resources: Resources = container.config[_KEY]
    return resources
