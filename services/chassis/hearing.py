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
from services.chassis.broker import BrokerUnavailable, Link
from services.chassis.mongo import is_passing
from services.chassis.publishing import Outgoing
from services.chassis.resources import resources_of
from services.contracts.announcements import MalformedAnnouncement
from services.contracts.errors import Unavailable

log = logging.getLogger(__name__)

TRIES = 4
"""For a message whose handling fails for a reason that will not pass by itself."""
PREFETCH = 16


class Hearing(Entrypoint):
    """Entrypoint: the method takes every announcement that its service hears, as `announcement=<JSON object>`."""

    def setup(self) -> None:
        """Prepare the connection."""
        resources = resources_of(self.container)
        self._service, self._publisher = resources.service, resources.publisher
        self._link = Link(resources.settings.amqp_uri, name=f"{self._service} hears", on_open=self._open)
        self._unsettled, self._consuming = 0, True

    def start(self) -> None:
        """Begin to consume."""
        self._link.start()

    def stop(self) -> None:
        """Take no more, then wait until what is in hand is settled."""
        self._consuming = False
        for kind in topology.kinds_heard_by(self._service):
            if self._link.is_open:
                self._link.channel().basic_cancel(kind.__name__, nowait=True)
        while self._unsettled and self._link.is_open:
            eventlet.sleep(0.01)
        self._link.close()

    def _open(self, channel: amqp.Channel) -> None:
        topology.declare(channel, self._service)
        channel.basic_qos(0, PREFETCH, False)
        self._unsettled = 0  # what an earlier connection delivered will be delivered again
        for kind in topology.kinds_heard_by(self._service):
            if self._consuming:
                queue = topology.queue_of(self._service, kind)
                receive = partial(self._receive, channel, queue)
                channel.basic_consume(queue, consumer_tag=kind.__name__, callback=receive)

    def _receive(self, channel: amqp.Channel, queue: str, message: amqp.Message) -> None:
        self._unsettled += 1
        settle = partial(self._settle, channel, queue, message)
        try:
            announcement = wire.decode_arguments(message.body)
        except ValueError as exc:
            eventlet.spawn_n(settle, None, None, (type(exc), MalformedAnnouncement(str(exc)), exc.__traceback__))
            return
        self.container.spawn_worker(self, (), {"announcement": announcement}, None, settle)

    def _settle(
        self, channel: amqp.Channel, queue: str, message: amqp.Message, context: Any, result: Any, exc_info: Any
    ) -> tuple[Any, Any]:
        try:
            if exc_info is not None:
                self._publisher.publish([self._diverted(queue, message, exc_info)])
            channel.basic_ack(message.delivery_tag)
        except BrokerUnavailable:
            log.warning("%s: cannot put a message aside, handing it back", queue)
            self._hand_back(channel, message)
        except (amqp.AMQPError, OSError) as exc:
            log.warning("%s: cannot settle a message, it will be delivered again: %s", queue, exc)
        self._unsettled -= 1
        return result, exc_info

    def _hand_back(self, channel: amqp.Channel, message: amqp.Message) -> None:
        try:
            channel.basic_reject(message.delivery_tag, requeue=True)
        except (amqp.AMQPError, OSError) as exc:
            log.warning("the connection is gone, the message will be delivered again: %s", exc)

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
