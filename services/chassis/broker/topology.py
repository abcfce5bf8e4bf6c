"""Exchanges, queues and bindings of domain events, all made from the services' contracts.

Every process declares all that concerns it before it publishes anything: what is published before its queue is bound is
confirmed and gone.

Each publishing service has an exchange; each pair of subscriber and kind has a quorum queue; a subscriber that handles
everything in one order has a single queue, which one process at a time consumes. A message that cannot be handled now
waits in one of the subscriber's delay queues and comes back by itself; one that cannot be handled at all goes to the
subscriber's dead-letter queue.
"""

from collections.abc import Mapping

import amqp

from services.contracts import registry
from services.contracts.domain_events import DomainEvent

DELAYS_MS = (200, 1000, 5000)
"""Between attempts; the last one for ever while the trouble is the database's or the broker's."""
CRASH_LIMIT = 100
"""Deliveries of a message that may end with the connection before it is dead-lettered; bystanders count, too."""
READ_LIMIT = 1_000_000
"""Deliveries of a dead letter: looking at it is one, and must not end it. RabbitMQ 4 ends it after 20 by default."""
DEAD_LETTERS_KEPT_DAYS = 30
DEAD_LETTERS_MOST = 100_000
DEAD_LETTERS_MOST_BYTES = 1024 * 1024 * 1024
"""Of each subscriber; beyond that the oldest go first.

A policy of the broker says so, since an argument of a queue that is there cannot be changed:
deploy/compose/rabbitmq/definitions.json, deploy/kubernetes/base/broker-policies.yaml.
"""

_QUORUM = {"x-queue-type": "quorum"}
_DEAD_LETTER_SAFELY = {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}


def exchange_of(publisher: str) -> str:
    """Name the exchange to which a service publishes; routing key = kind."""
    return f"{publisher}.domain-events"


def queue_of(subscriber: str, kind: type[DomainEvent]) -> str:
    """Name the queue in which domain events of a kind wait for a subscriber."""
    name = f"{subscriber}.handles"
    return name if registry.handles_in_order(subscriber) else f"{name}.{kind.__name__}"


def queues_of(subscriber: str) -> list[str]:
    """List the queues that a subscriber consumes."""
    return sorted({queue_of(subscriber, each.kind) for each in registry.subscriptions_of(subscriber)})


def delay_queue_of(subscriber: str, delay_ms: int) -> str:
    """Name the queue (and the exchange in front of it) from which a message comes back after `delay_ms`."""
    return f"{subscriber}.retries.{delay_ms}"


def dead_letters_of(subscriber: str) -> str:
    """Name the queue in which what a subscriber could not handle is kept."""
    return f"{subscriber}.dead-letters"


def broadcasts_of(service: str) -> tuple[str, ...]:
    """List the fanout exchanges of a service, of transient messages."""
    return getattr(registry.CONTRACTS.get(service), "BROADCASTS", ())


def declare(channel: amqp.Channel, service: str) -> None:
    """Declare all that `service` publishes to and consumes from. Idempotent."""
    channel.exchange_declare(exchange_of(service), "direct", durable=True, auto_delete=False)
    for exchange in broadcasts_of(service):
        channel.exchange_declare(exchange, "fanout", durable=True, auto_delete=False)
    for kind, subscriptions in registry.SUBSCRIPTIONS.items():
        for subscriber in subscriptions:
            if service in (subscriber, kind.published_by):
                _declare_subscription(channel, subscriber, kind)


def _declare_subscription(channel: amqp.Channel, subscriber: str, kind: type[DomainEvent]) -> None:
    _declare_queue(channel, dead_letters_of(subscriber), {**_QUORUM, "x-delivery-limit": READ_LIMIT})
    for delay_ms in DELAYS_MS:
        _declare_delay(channel, subscriber, delay_ms)
    dead_letter_to = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead_letters_of(subscriber)}
    queue, exchange = queue_of(subscriber, kind), exchange_of(kind.published_by)
    limits: dict[str, object] = {"x-delivery-limit": CRASH_LIMIT}
    if registry.handles_in_order(subscriber):
        limits["x-single-active-consumer"] = True
    _declare_queue(channel, queue, {**_QUORUM, **_DEAD_LETTER_SAFELY, **dead_letter_to, **limits})
    channel.exchange_declare(exchange, "direct", durable=True, auto_delete=False)
    channel.queue_bind(queue, exchange, kind.__name__)


def _declare_delay(channel: amqp.Channel, subscriber: str, delay_ms: int) -> None:
    """A message keeps its routing key on the way through, which is the name of the queue that it goes back to."""
    name = delay_queue_of(subscriber, delay_ms)
    back = {"x-message-ttl": delay_ms, "x-dead-letter-exchange": ""}
    channel.exchange_declare(name, "fanout", durable=True, auto_delete=False)
    _declare_queue(channel, name, {**_QUORUM, **_DEAD_LETTER_SAFELY, **back})
    channel.queue_bind(name, name)


def _declare_queue(channel: amqp.Channel, name: str, arguments: Mapping[str, object]) -> None:
    channel.queue_declare(name, durable=True, auto_delete=False, arguments=arguments)
