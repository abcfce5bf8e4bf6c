"""Domain events in, none lost: a Nameko entrypoint on quorum queues with growing delays and a dead-letter queue.

A message is acknowledged after it was handled, or after the broker has confirmed it in a delay queue or among the
dead letters.
Trouble that will pass (database, broker, another service) is retried for ever; anything else gets four tries.
"""

import logging
import traceback
from functools import partial
from typing import Any

import amqp
import eventlet
from nameko.extensions import Entrypoint

from services.chassis import topology, wire
from services.chassis.broker import BrokerUnavailable
from services.chassis.consuming import Consumer, Delivery
from services.chassis.mongo import is_passing
from services.chassis.publishing import Outgoing
from services.chassis.resources import resources_of
from services.contracts.announcements import MalformedAnnouncement
from services.contracts.errors import Unavailable

log = logging.getLogger(__name__)

TRIES = 4
"""For a message whose handling fails for a reason that will not pass by itself."""
PREFETCH = 16
BROKER_PATIENCE_S = 0.5
"""Between attempts to put a message aside while the broker does not take it."""


class Hearing(Entrypoint):
    """Entrypoint: the method takes every announcement that its service hears, as `announcement=<JSON object>`."""

    def setup(self) -> None:
        """Prepare the connection."""
        resources = resources_of(self.container)
        self._service, self._publisher = resources.service, resources.publisher
        self._consumer = Consumer(
            resources.settings.amqp_uri,
            name=f"{self._service} hears",
            prefetch=PREFETCH,
            declare=self._declare,
            receive=self._receive,
        )

    def start(self) -> None:
        """Begin to consume."""
        self._consumer.start()

    def stop(self) -> None:
        """Take no more, then wait until what is in hand is settled."""
        self._consumer.stop()

    def _declare(self, channel: amqp.Channel) -> list[str]:
        topology.declare(channel, self._service)
        return [topology.queue_of(self._service, kind) for kind in topology.kinds_heard_by(self._service)]

    def _receive(self, delivery: Delivery) -> None:
        settle = partial(self._settle, delivery)
        try:
            announcement = wire.decode_arguments(delivery.message.body)
        except ValueError as exc:
            eventlet.spawn_n(settle, None, None, (type(exc), MalformedAnnouncement(str(exc)), exc.__traceback__))
            return
        self.container.spawn_worker(self, (), {"announcement": announcement}, None, settle)

    def _settle(self, delivery: Delivery, context: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        if exc_info is not None:
            self._put_aside(delivery, self._diverted(delivery.queue, delivery.message, exc_info))
        try:
            with delivery.settling():
                pass
        except BrokerUnavailable as exc:
            log.warning("%s: cannot settle a message, it will be delivered again: %s", delivery.queue, exc)
        return result, exc_info

    def _put_aside(self, delivery: Delivery, outgoing: Outgoing) -> None:
        """Publish, again and again. Handing the message back instead would use up its deliveries in no time."""
        while delivery.is_ours:
            try:
                self._publisher.publish([outgoing])
                return
            except BrokerUnavailable as exc:
                log.warning("%s: cannot put a message aside yet: %s", delivery.queue, exc)
                eventlet.sleep(BROKER_PATIENCE_S)

    def _diverted(self, queue: str, message: amqp.Message, exc_info: Any) -> Outgoing:
        """Choose where a message goes that could not be handled: a delay queue, or the dead letters."""
        exc = exc_info[1]
        headers = dict(message.headers or {})
        tries = int(headers.get("tries", 0)) + 1
        failures = int(headers.get("failures", 0)) + (not will_pass(exc))
        told = {
            "tries": tries,
            "failures": failures,
            "queue": queue,
            "error": f"{type(exc).__name__}: {exc}"[:1000],
            "traceback": "".join(traceback.format_exception(*exc_info))[-4000:],
        }
        if failures >= TRIES or isinstance(exc, MalformedAnnouncement):
            log.error("%s: parked a message: %s", queue, told["error"])
            return Outgoing(message.body, "", topology.dead_letters_of(self._service), told)
        delay_ms = topology.DELAYS_MS[min(tries, len(topology.DELAYS_MS)) - 1]
        log.warning("%s: try %d failed, next in %d ms: %s", queue, tries, delay_ms, told["error"])
        return Outgoing(message.body, topology.delay_queue_of(self._service, delay_ms), queue, told)


def will_pass(exc: BaseException) -> bool:
    """Tell whether waiting is the cure."""
    return isinstance(exc, Unavailable | BrokerUnavailable) or is_passing(exc)


hears = Hearing.decorator
