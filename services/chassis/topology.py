"""Exchanges, queues and bindings of domain events, all made from `announcements.HEARD_BY`.

Every process declares all that concerns it before it publishes anything: what is published before its queue is bound is
confirmed and gone.

Each announcing service has an exchange; each pair of hearing service and kind has a quorum queue; a service that hears
in one order has a single one, which one process at a time consumes. A message that
cannot be handled now waits in one of the hearer's delay queues and comes back by itself; one that
cannot be handled at all is parked in the hearer's dead-letter queue.
"""

from collections.abc import Mapping

import amqp

from services.contracts.announcements import HEARD_BY, Announcement

DELAYS_MS = (200, 1000, 5000)
"""Between attempts; the last one for ever while the trouble is the database's or the broker's."""
CRASH_LIMIT = 100
"""Deliveries of one message that may end with the connection before it is parked; counts innocent bystanders too."""

READ_LIMIT = 1_000_000
"""Deliveries of a dead letter: looking at it is one, and must not end it. RabbitMQ 4 ends it after 20 unless told."""

IN_ONE_ORDER = frozenset({"streams"})
"""Services that hear everything in one order, one process at a time."""
ITEMS_EXCHANGE = "streams.items"
"""Fanout: every gateway process gets what was written into the logs, as it is written."""

_QUORUM = {"x-queue-type": "quorum"}
_DEAD_LETTER_SAFELY = {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}


def exchange_of(announcer: str) -> str:
    """Name the exchange to which a service announces; routing key = kind."""
    return f"{announcer}.announces"


def queue_of(hearer: str, kind: type[Announcement]) -> str:
    """Name the queue in which announcements of a kind wait for a hearer."""
    return f"{hearer}.hears" if hearer in IN_ONE_ORDER else f"{hearer}.hears.{kind.__name__}"


def delay_queue_of(hearer: str, delay_ms: int) -> str:
    """Name the queue (and the exchange in front of it) from which a message comes back after `delay_ms`."""
    return f"{hearer}.retries.{delay_ms}"


def dead_letters_of(hearer: str) -> str:
    """Name the queue in which what a hearer could not handle is kept."""
    return f"{hearer}.dead-letters"


def kinds_heard_by(hearer: str) -> list[type[Announcement]]:
    """List the kinds that a service hears."""
    return [kind for kind, hearers in HEARD_BY.items() if hearer in hearers]


def declare(channel: amqp.Channel, service: str) -> None:
    """Declare all that `service` announces into and hears from. Idempotent."""
    channel.exchange_declare(exchange_of(service), "direct", durable=True, auto_delete=False)
    if service in IN_ONE_ORDER:
        channel.exchange_declare(ITEMS_EXCHANGE, "fanout", durable=True, auto_delete=False)
    for kind, hearers in HEARD_BY.items():
        for hearer in hearers:
            if service in (hearer, kind.announced_by):
                _declare_hearing(channel, hearer, kind)


def _declare_hearing(channel: amqp.Channel, hearer: str, kind: type[Announcement]) -> None:
    _declare_queue(channel, dead_letters_of(hearer), {**_QUORUM, "x-delivery-limit": READ_LIMIT})
    for delay_ms in DELAYS_MS:
        _declare_delay(channel, hearer, delay_ms)
    dead_letter_to = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead_letters_of(hearer)}
    queue, exchange = queue_of(hearer, kind), exchange_of(kind.announced_by)
    limits: dict[str, object] = {"x-delivery-limit": CRASH_LIMIT}
    if hearer in IN_ONE_ORDER:
        limits["x-single-active-consumer"] = True
    _declare_queue(channel, queue, {**_QUORUM, **_DEAD_LETTER_SAFELY, **dead_letter_to, **limits})
    channel.exchange_declare(exchange, "direct", durable=True, auto_delete=False)
    channel.queue_bind(queue, exchange, kind.__name__)


def _declare_delay(channel: amqp.Channel, hearer: str, delay_ms: int) -> None:
    """A message keeps its routing key on the way through, which is the name of the queue that it goes back to."""
    name = delay_queue_of(hearer, delay_ms)
    back = {"x-message-ttl": delay_ms, "x-dead-letter-exchange": ""}
    channel.exchange_declare(name, "fanout", durable=True, auto_delete=False)
    _declare_queue(channel, name, {**_QUORUM, **_DEAD_LETTER_SAFELY, **back})
    channel.queue_bind(name, name)


def _declare_queue(channel: amqp.Channel, name: str, arguments: Mapping[str, object]) -> None:
    channel.queue_declare(name, durable=True, auto_delete=False, arguments=arguments)
