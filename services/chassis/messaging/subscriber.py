"""Domain events in, none lost: one consumer for all queues of a service, with a policy for order and for failures.

A message is acknowledged after it was handled, or after the broker has confirmed it in a delay queue or among the dead
letters. Trouble that is transient (database, broker, another service) is retried for ever; anything else gets four
tries. `Concurrently` handles messages side by side and lets one that fails wait in a delay queue. `InOrder` handles
several together, one batch after the other; nothing may overtake, so it waits with them.
"""

import logging
import time
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import amqp
import eventlet
from eventlet.event import Event
from nameko.extensions import Entrypoint

from services.chassis.broker import topology
from services.chassis.broker.connection import BrokerUnavailable
from services.chassis.broker.consumer import Consumer, Delivery
from services.chassis.broker.publisher import Outgoing, Publisher
from services.chassis.broker.senders import SENT_BY, BrokerUsers
from services.chassis.context import context_of
from services.chassis.logging import log_event
from services.chassis.mongo import is_transient_failure
from services.chassis.rpc import codec
from services.chassis.tracing import tracing
from services.contracts import registry
from services.contracts.domain_events import KINDS, MalformedDomainEvent
from services.contracts.errors import Unavailable
from services.contracts.rpc import Wire

log = logging.getLogger(__name__)

TRIES = 4
"""For a message whose handling fails for a reason that is not transient."""
CONCURRENT_PREFETCH = 16
"""Messages in hand at once, each with a worker of its own."""
BATCH_SIZE = 64
"""Handled together at most, where the order counts."""
ORDERED_PREFETCH = 2 * BATCH_SIZE
GATHER_S = 0.01
"""How long what belongs together is waited for where the order counts: one act causes several domain events."""
RETRY_AFTER_S = (0.1, 0.5, 2.0)
"""Between attempts where the order counts; the last one for ever while the trouble is transient."""
PUBLISH_AGAIN_AFTER_S = 0.5
"""Between attempts to move a message elsewhere while the broker does not take it."""

Finish = Callable[[BaseException | None], None]
"""Takes why the handling failed; None when it did not."""
Handle = Callable[[list[tuple[Delivery, Wire]], Finish], None]
"""Starts a worker that handles deliveries together, and returns at once."""


def is_transient(failure: BaseException) -> bool:
    """Return whether a later attempt may succeed."""
    return isinstance(failure, Unavailable | BrokerUnavailable) or is_transient_failure(failure)


class ForgedDomainEvent(MalformedDomainEvent):
    """Raised when a domain event comes from somebody who does not publish its kind."""


@dataclass(frozen=True)
class Inspector:
    """Reads what has come for a subscriber, and lets through what comes from its publisher."""

    subscriber: str
    users: BrokerUsers

    def read(self, delivery: Delivery) -> Wire:
        """Return a domain event as it travels.

        Raises:
            MalformedDomainEvent: it is no JSON object.
            ForgedDomainEvent: somebody has sent it who does not publish its kind.
        """
        try:
            wire = codec.decode_arguments(delivery.message.body)
        except ValueError as exc:
            raise MalformedDomainEvent("the message is no JSON object") from exc
        kind = KINDS.get(str(wire.get("kind")))  # what it is when it is none is for the handler to say
        if kind and not self.users.is_first_from(delivery.message, kind.published_by, subscriber=self.subscriber):
            sender = self.first_sender_of(delivery) or "nobody"
            raise ForgedDomainEvent(f"{kind.__name__} is published by {kind.published_by}, not by {sender}")
        return wire

    def find_fault(self, delivery: Delivery) -> MalformedDomainEvent | None:
        """Return why a message cannot be handled at all, if it cannot."""
        try:
            self.read(delivery)
        except MalformedDomainEvent as exc:
            return exc
        return None

    def first_sender_of(self, delivery: Delivery) -> str:
        """Return the user who sent a message before it was moved."""
        return self.users.first_sender_of(delivery.message, subscriber=self.subscriber)


@dataclass(frozen=True)
class Diverter:
    """Moves messages that could not be handled to another queue of their subscriber."""

    subscriber: str
    publisher: Publisher
    inspector: Inspector

    def delay(self, delivery: Delivery, failure: BaseException, *, tries: int, failures: int) -> None:
        """Let a message come back later."""
        delay_ms = topology.DELAYS_MS[min(tries, len(topology.DELAYS_MS)) - 1]
        exchange = topology.delay_queue_of(self.subscriber, delay_ms)
        self._move(delivery, failure, exchange, delivery.queue, tries=tries, failures=failures)
        log_event(
            log, "delayed", level=logging.WARNING, queue=delivery.queue, outcome=type(failure).__name__, ms=delay_ms
        )

    def dead_letter(self, delivery: Delivery, failure: BaseException, *, tries: int, failures: int) -> None:
        """Put a message among the dead letters, with the reason in its headers."""
        dead_letters = topology.dead_letters_of(self.subscriber)
        self._move(delivery, failure, "", dead_letters, tries=tries, failures=failures)
        sender, outcome = self.inspector.first_sender_of(delivery), type(failure).__name__
        log_event(log, "dead-lettered", level=logging.ERROR, queue=delivery.queue, outcome=outcome, sender=sender)

    def _move(
        self, delivery: Delivery, failure: BaseException, exchange: str, routing_key: str, *, tries: int, failures: int
    ) -> None:
        """Publish until the broker has it. Rejecting the message instead would use up its deliveries in no time."""
        headers: dict[str, object] = {
            **(delivery.trace.to_headers() if delivery.trace else {}),
            "tries": tries,
            "failures": failures,
            "queue": delivery.queue,
            SENT_BY: self.inspector.first_sender_of(delivery),
            "error": _named(failure)[:1000],
            "traceback": "".join(traceback.format_exception(failure))[-4000:],
        }
        moved = Outgoing(delivery.message.body, exchange, routing_key, headers)
        while delivery.is_ours:
            try:
                self.publisher.publish([moved])
                return
            except BrokerUnavailable:
                log_event(log, "moving waits", level=logging.WARNING, queue=delivery.queue)
                eventlet.sleep(PUBLISH_AGAIN_AFTER_S)


class Policy(Protocol):
    """In which order messages are handled, and what becomes of one that fails."""

    prefetch: int

    def receive(self, delivery: Delivery) -> None:
        """Take a message; must not wait."""

    def stop(self) -> None:
        """Begin nothing new."""


class Concurrently:
    """Handles each message in a worker of its own, as it comes."""

    prefetch = CONCURRENT_PREFETCH

    def __init__(self, handle: Handle, diverter: Diverter) -> None:
        self._handle, self._diverter = handle, diverter

    def receive(self, delivery: Delivery) -> None:
        """Start handling."""
        try:
            domain_event = self._diverter.inspector.read(delivery)
        except MalformedDomainEvent as exc:
            eventlet.spawn_n(self._settle, delivery, exc)
            return
        self._handle([(delivery, domain_event)], lambda failure: self._settle(delivery, failure))

    def stop(self) -> None:
        """Do nothing: what is in hand is handled."""

    def _settle(self, delivery: Delivery, failure: BaseException | None) -> None:
        if failure is not None:
            self._divert(delivery, failure)
        with suppress(BrokerUnavailable), delivery.settling():  # else it will be delivered again
            pass

    def _divert(self, delivery: Delivery, failure: BaseException) -> None:
        headers = delivery.message.headers or {}
        tries = int(headers.get("tries", 0)) + 1
        failures = int(headers.get("failures", 0)) + (not is_transient(failure))
        is_hopeless = failures >= TRIES or isinstance(failure, MalformedDomainEvent)
        divert = self._diverter.dead_letter if is_hopeless else self._diverter.delay
        divert(delivery, failure, tries=tries, failures=failures)


class InOrder:
    """Handles all that wait together, one batch after the other; those that spoil a batch are found one by one."""

    prefetch = ORDERED_PREFETCH

    def __init__(self, handle: Handle, diverter: Diverter) -> None:
        self._handle, self._diverter = handle, diverter
        self._waiting: deque[Delivery] = deque()
        self._arrived = Event()
        self._stopping = False

    def receive(self, delivery: Delivery) -> None:
        """Append a message to those that wait."""
        self._waiting.append(delivery)
        self._notify_loop()

    def stop(self) -> None:
        """End the loop after the batch in hand; what has not begun, or has to wait, is left to the next process."""
        self._stopping = True
        self._notify_loop()

    def run(self) -> None:
        """Handle batch after batch until stopped."""
        while not self._stopping:
            if not self._waiting:
                self._arrived.wait()
                self._arrived = Event()
                eventlet.sleep(GATHER_S)
                continue
            batch = [self._waiting.popleft() for _ in range(min(BATCH_SIZE, len(self._waiting)))]
            self._settle_batch([delivery for delivery in batch if delivery.is_ours])
        for delivery in self._waiting:
            delivery.leave()

    def _notify_loop(self) -> None:
        if not self._arrived.ready():
            self._arrived.send()

    def _settle_batch(self, batch: list[Delivery]) -> None:
        """Handle and settle a batch; one that fails is halved, so that no message holds the others for long."""
        failure = self._handle_once(batch) if batch else None
        if failure is None:
            for delivery in batch:
                self._settle(delivery, None)
        elif self._stopping:
            self._leave(batch)
        elif len(batch) > 1:
            middle = len(batch) // 2
            self._settle_batch(batch[:middle])
            self._settle_batch(batch[middle:])
        else:
            self._settle_alone(batch[0], failure)

    def _settle_alone(self, delivery: Delivery, failure: BaseException | None) -> None:
        """Handle a message again until it is handled, hopeless, or to be left."""
        failures, attempts = 0, 0
        while failure is not None:
            failures += not is_transient(failure)
            attempts += 1
            if self._stopping:
                self._leave([delivery])
                return
            if failures >= TRIES:
                break
            log_event(
                log, "handling waits", level=logging.WARNING, queue=delivery.queue, outcome=type(failure).__name__
            )
            eventlet.sleep(RETRY_AFTER_S[min(attempts, len(RETRY_AFTER_S)) - 1])
            failure = self._handle_once([delivery])
        self._settle(delivery, failure)

    def _leave(self, batch: list[Delivery]) -> None:
        for delivery in batch:
            delivery.leave()

    def _settle(self, delivery: Delivery, failure: BaseException | None) -> None:
        failure = failure or self._diverter.inspector.find_fault(delivery)
        if failure is not None:
            self._diverter.dead_letter(delivery, failure, tries=TRIES, failures=TRIES)
        with suppress(BrokerUnavailable), delivery.settling():  # else it will be delivered again
            pass

    def _handle_once(self, batch: list[Delivery]) -> BaseException | None:
        """Let a worker handle a batch, and wait for it; return why it could not."""
        inspector = self._diverter.inspector
        decoded = [(delivery, inspector.read(delivery)) for delivery in batch if not inspector.find_fault(delivery)]
        if not decoded:
            return None
        done = Event()
        self._handle(decoded, done.send)
        failure: BaseException | None = done.wait()
        return failure


class Subscriber(Entrypoint):
    """Entrypoint: the method handles what comes from the queues of its service, as `domain_events=[...]`."""

    def setup(self) -> None:
        """Choose the policy and prepare the connection."""
        context = context_of(self.container)
        self._service = context.service
        inspector = Inspector(context.service, context.settings.broker_users)
        diverter = Diverter(context.service, context.publisher, inspector)
        in_order = registry.handles_in_order(context.service)
        self._policy: Policy = (InOrder if in_order else Concurrently)(self._spawn, diverter)
        self._consumer = Consumer(
            context.settings.amqp_uri,
            name=f"{context.service} handles",
            prefetch=self._policy.prefetch,
            declare=self._declare,
            receive=self._policy.receive,
        )

    def start(self) -> None:
        """Begin to consume."""
        if isinstance(self._policy, InOrder):
            self.container.spawn_managed_thread(self._policy.run, identifier="in-order")
        self._consumer.start()

    def stop(self) -> None:
        """Take no more, then wait until what is in hand is settled."""
        self._policy.stop()
        self._consumer.stop()

    def _declare(self, channel: amqp.Channel) -> list[str]:
        topology.declare(channel, self._service)
        return topology.queues_of(self._service)

    def _spawn(self, batch: list[tuple[Delivery, Wire]], finish: Finish) -> None:
        """Let a worker of the container handle a batch. It works for the first one's request."""
        begun_at, first = time.monotonic(), batch[0][0]

        def done(context: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            failure = None if exc_info is None else exc_info[1]
            _log_handled(batch, failure, ms=round((time.monotonic() - begun_at) * 1000, 1))
            with tracing(first.trace):
                finish(failure)
            return result, exc_info

        domain_events = [wire for _, wire in batch]
        self.container.spawn_worker(self, (), {"domain_events": domain_events}, {"trace": first.trace}, done)


def _log_handled(batch: list[tuple[Delivery, Wire]], failure: BaseException | None, *, ms: float) -> None:
    outcome = "ok" if failure is None else type(failure).__name__
    for delivery, wire in batch:
        with tracing(delivery.trace):
            log_event(
                log,
                "handled",
                kind=wire.get("kind"),
                domain_event_id=wire.get("domain_event_id"),
                outcome=outcome,
                ms=ms,
            )


def _named(failure: BaseException) -> str:
    return f"{type(failure).__name__}: {failure}"


subscriber = Subscriber.decorator
