"""Domain events in, none lost, in the order in which the broker has them, handled by one process at a time.

Several are handled together when several wait. Trouble that will pass is waited for, since nothing may overtake;
what cannot be handled for another reason is tried alone, then parked among the dead letters.
"""

import logging
import traceback
from collections import deque
from contextlib import suppress
from typing import Any

import amqp
import eventlet
from eventlet.event import Event
from nameko.extensions import Entrypoint

from services.chassis import topology, wire
from services.chassis.broker import BrokerUnavailable
from services.chassis.consuming import Consumer, Delivery
from services.chassis.hearing import BROKER_PATIENCE_S, TRIES, will_pass
from services.chassis.publishing import Outgoing
from services.chassis.resources import resources_of

log = logging.getLogger(__name__)

TOGETHER = 64
"""Handled by one call at most."""
PREFETCH = 2 * TOGETHER
PATIENCE_S = (0.1, 0.5, 2.0)
"""Between attempts; the last one for ever while the trouble will pass."""


class HearingInOrder(Entrypoint):
    """Entrypoint: the method takes all that its service hears, as `announcements=[<JSON object>, ...]`."""

    def setup(self) -> None:
        """Prepare the connection."""
        resources = resources_of(self.container)
        self._service, self._publisher = resources.service, resources.publisher
        self._waiting: deque[Delivery] = deque()
        self._arrived = Event()
        self._stopping = False
        self._consumer = Consumer(
            resources.settings.amqp_uri,
            name=f"{self._service} hears",
            prefetch=PREFETCH,
            declare=self._declare,
            receive=self._receive,
        )

    def start(self) -> None:
        """Begin to consume."""
        self.container.spawn_managed_thread(self._run, identifier="in-order")
        self._consumer.start()

    def stop(self) -> None:
        """Take no more, then wait until what is under way is settled; what has not begun, or has to wait, is left."""
        self._stopping = True
        self._notify()
        self._consumer.stop()

    def _declare(self, channel: amqp.Channel) -> list[str]:
        topology.declare(channel, self._service)
        kinds = topology.kinds_heard_by(self._service)
        return sorted({topology.queue_of(self._service, kind) for kind in kinds})

    def _receive(self, delivery: Delivery) -> None:
        self._waiting.append(delivery)
        self._notify()

    def _notify(self) -> None:
        if not self._arrived.ready():
            self._arrived.send()

    def _run(self) -> None:
        while not self._stopping:
            if not self._waiting:
                self._arrived.wait()
                self._arrived = Event()
                continue
            taken = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
            self._handle([delivery for delivery in taken if delivery.is_ours])
        for delivery in self._waiting:
            delivery.leave()

    def _handle(self, deliveries: list[Delivery]) -> None:
        """Handle and settle some; those that spoil the others' handling are found by handling each alone."""
        if not deliveries:
            return
        failure = self._apply([decoded for delivery in deliveries if (decoded := _decode(delivery)) is not None])
        if failure is not None and self._stopping:
            for delivery in deliveries:
                delivery.leave()
            return
        if failure is not None and len(deliveries) > 1:
            for delivery in deliveries:
                self._handle([delivery])
            return
        for delivery in deliveries:
            reason = failure or (ValueError("not an announcement") if _decode(delivery) is None else None)
            if reason is not None:
                self._park(delivery, reason)
            with suppress(BrokerUnavailable), delivery.settling():  # else it will be delivered again
                pass

    def _apply(self, announcements: list[dict[str, Any]]) -> BaseException | None:
        """Handle all together; return why they cannot be handled, after having tried."""
        tries = 0
        while announcements:
            failure = self._call(announcements)
            if failure is None:
                return None
            tries += not will_pass(failure)
            if self._stopping or tries >= (TRIES if len(announcements) == 1 else 1):
                return failure
            log.warning("%s: cannot handle %d yet: %s", self._service, len(announcements), failure)
            eventlet.sleep(PATIENCE_S[min(tries, len(PATIENCE_S) - 1)])
        return None

    def _call(self, announcements: list[dict[str, Any]]) -> BaseException | None:
        """Let a worker of the container handle them, and wait for it."""
        done = Event()

        def finish(context: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            done.send(None if exc_info is None else exc_info[1])
            return result, exc_info

        self.container.spawn_worker(self, (), {"announcements": announcements}, None, finish)
        failure: BaseException | None = done.wait()
        return failure

    def _park(self, delivery: Delivery, reason: BaseException) -> None:
        told: dict[str, object] = {
            "tries": TRIES,
            "failures": TRIES,
            "queue": delivery.queue,
            "error": f"{type(reason).__name__}: {reason}"[:1000],
            "traceback": "".join(traceback.format_exception(reason))[-4000:],
        }
        log.error("%s: parked a message: %s", delivery.queue, told["error"])
        parked = Outgoing(delivery.message.body, "", topology.dead_letters_of(self._service), told)
        while delivery.is_ours:
            try:
                self._publisher.publish([parked])
                return
            except BrokerUnavailable as exc:
                log.warning("%s: cannot park a message yet: %s", delivery.queue, exc)
                eventlet.sleep(BROKER_PATIENCE_S)


def _decode(delivery: Delivery) -> dict[str, Any] | None:
    try:
        return wire.decode_arguments(delivery.message.body)
    except ValueError:
        return None


hears_in_order = HearingInOrder.decorator
