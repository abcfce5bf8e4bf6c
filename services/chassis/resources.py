"""What a service process has one of: settings, database, caller, publisher, relay.

Extensions find it in Nameko's configuration.
"""

from collections.abc import Callable
from typing import Any

from pymongo.database import Database

from services.chassis import mongo
from services.chassis.broker import Link
from services.chassis.calling import Caller
from services.chassis.outbox import Box, Relay, tell
from services.chassis.publishing import Publisher
from services.chassis.settings import ServiceSettings
from services.contracts.calls import Health, Told

_KEY = "RESOURCES"

TIMERS = 4
"""Workers for what a service does unasked: without them a call would wait, and with it the thread that reads."""


class Resources:
    """Made at start, before any extension asks for them; connected when the other side is there; closed at the end.

    Args:
        service: the service's name.
        settings: where broker and database are.
        make_boxes: the outboxes of the service, from its database; None when it announces nothing. What the first
            one announces can be told again.
    """

    def __init__(
        self,
        service: str,
        settings: ServiceSettings,
        make_boxes: Callable[[Database[mongo.Document]], list[Box]] | None,
    ) -> None:
        self.service, self.settings = service, settings
        # Calls and domain events together never wait for a connection.
        pool_size = 2 * (settings.max_workers + TIMERS)
        self.database = mongo.connect(settings.mongo_uri, settings.mongo_database, pool_size=pool_size)
        self.caller = Caller(settings.amqp_uri, name=service, limit=max(1, settings.max_workers // 2))
        self.publisher = Publisher(settings.amqp_uri, service=service)
        self.boxes = make_boxes(self.database) if make_boxes else []
        self.relays = {box.collection.name: Relay(box, self.publisher) for box in self.boxes}

    def as_config(self) -> dict[str, Any]:
        """Return the configuration that carries these resources to every container of the process."""
        return {_KEY: self, "max_workers": self.settings.max_workers + TIMERS}

    def tell(self, *, kind: str, after: str | None, only: list[str] | None) -> Told:
        """Return a page of what this service says now of its own data."""
        assert self.boxes, "a service that announces has `boxes` in its storage"
        return tell(self.boxes[0], kind=kind, after=after, only=only)

    def health(self) -> Health:
        """Tell whether the database answers and every broker connection of this process is open."""
        return Health(database=mongo.answers(self.database), listening=all(link.is_open for link in list(Link.living)))

    def close(self) -> None:
        """Publish what waits, then let go of broker and database."""
        for relay in self.relays.values():
            relay.close()
        links = list(Link.living)
        for link in links:
            link.begin_to_close()
        for link in links:
            link.close()
        self.database.client.close()


def resources_of(container: Any) -> Resources:
    """Return the resources of the process that a Nameko container runs in."""
    resources: Resources = container.config[_KEY]
    return resources
