"""Answering calls: a Nameko entrypoint that heeds deadlines and is cheap per call.

A request is acknowledged after its reply was sent, so a process that dies leaves it to another, which may run it a
second time: every writing call carries an operation id.
"""

import logging
import time
from contextlib import suppress
from functools import partial
from typing import Any

import amqp
from nameko.extensions import Entrypoint, SharedExtension

from services.chassis.broker.connection import BrokerUnavailable
from services.chassis.broker.consumer import Consumer, Delivery
from services.chassis.broker.senders import sender_of
from services.chassis.context import context_of
from services.chassis.logging import log_event
from services.chassis.mongo import as_unavailable
from services.chassis.rpc import codec, repeats
from services.chassis.tracing import from_headers
from services.contracts import registry
from services.contracts.errors import Code, ServiceError, ServiceFault, Unavailable

log = logging.getLogger(__name__)


class CallServer(SharedExtension):
    """Consumes the calls of one service and hands each to the entrypoint of its name."""

    def __init__(self) -> None:
        super().__init__()
        self._entrypoints: dict[str, Rpc] = {}

    def setup(self) -> None:
        """Prepare the connection."""
        settings = context_of(self.container).settings
        self._service, self._queue_type = self.container.service_name, settings.calls_queue_type
        self._users = settings.broker_users
        self._consumer = Consumer(
            settings.amqp_uri,
            name=f"{self._service} answers",
            prefetch=settings.max_workers,
            declare=self._declare,
            receive=self._receive,
        )

    def start(self) -> None:
        """Begin to consume. Every entrypoint has registered by now."""
        self._consumer.start()

    def stop(self) -> None:
        """Take no more calls, then wait until those in hand are answered. Idempotent."""
        self._consumer.stop()

    def register(self, entrypoint: "Rpc") -> None:
        """Answer the calls of this entrypoint's method."""
        self._entrypoints[entrypoint.method_name] = entrypoint

    def _declare(self, channel: amqp.Channel) -> list[str]:
        queue = codec.calls_queue(self._service, self._queue_type)
        channel.exchange_declare(codec.CALLS_EXCHANGE, "direct", durable=True, auto_delete=False)
        channel.queue_declare(queue, durable=True, auto_delete=False, arguments={"x-queue-type": self._queue_type})
        channel.queue_bind(queue, codec.CALLS_EXCHANGE, self._service)
        return [queue]

    def _receive(self, delivery: Delivery) -> None:
        properties = delivery.message.properties
        reply = partial(self._reply, delivery)
        try:
            deadline = codec.decode_deadline(properties)
            entrypoint = self._entrypoints[properties["type"]]
            arguments = codec.decode_arguments(delivery.message.body)
        except (KeyError, ValueError) as exc:
            reply(codec.encode_error(ServiceFault(Code.SERVICE_FAULT, f"not a call: {exc!r}")))
            return
        if deadline.passed:
            self._drop(delivery)
            return
        if self._is_refused(delivery.message, entrypoint.method_name, arguments):
            reply(codec.encode_error(Unavailable(Code.CALL_UNREACHABLE, "does not answer this sender")))
            return
        headers = properties.get("application_headers") or {}
        redelivered = bool((delivery.message.delivery_info or {}).get("redelivered"))
        context = {
            "deadline": deadline,
            "trace": from_headers(headers),
            "begun_at_ms": repeats.from_headers(headers, redelivered=redelivered),
        }
        self.container.spawn_worker(entrypoint, (), arguments, context, partial(self._answer, reply, time.monotonic()))

    def _is_refused(self, message: amqp.Message, method: str, arguments: dict[str, Any]) -> bool:
        """Return whether a call comes from somebody who may not make it, and log that.

        Its sender is told no more than that it cannot be answered: if it is a matter of settings, it may try again.
        """
        if self._users.may_send_anything(message):
            return False
        sender = sender_of(message)
        if registry.may_call(self._users.part_of(sender), self._service, method, arguments):
            return False
        log_event(log, "sender refused", level=logging.WARNING, call=method, sender=sender)
        return True

    def _drop(self, delivery: Delivery) -> None:
        """Acknowledge a request whose caller has given up."""
        log.info("%s.%s came too late", self._service, delivery.message.properties["type"])
        with suppress(BrokerUnavailable), delivery.settling():
            pass

    def _answer(self, reply: Any, begun_at: float, context: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        error = None if exc_info is None else as_service_error(exc_info[1])
        try:
            body = codec.encode_result(result) if error is None else codec.encode_error(error)
        except Exception as exc:  # a result that is no JSON, or too long
            log.exception("%s returned what cannot be sent", context)
            error = as_service_error(exc)
            body = codec.encode_error(error)
        reply(body)
        outcome, ms = "ok" if error is None else str(error.code), round((time.monotonic() - begun_at) * 1000, 1)
        log_event(log, "answered", call=context.entrypoint.method_name, outcome=outcome, ms=ms)
        return result, exc_info

    def _reply(self, delivery: Delivery, body: bytes) -> None:
        """Reply, then acknowledge. With the connection gone the request is delivered again: nothing to do."""
        properties = delivery.message.properties
        correlation_id, reply_to = properties.get("correlation_id", ""), properties.get("reply_to", "")
        try:
            with delivery.settling() as channel:
                for part, headers in codec.parts_of(body):
                    message = amqp.Message(
                        part,
                        content_type="application/json",
                        correlation_id=correlation_id,
                        application_headers=headers,
                        delivery_mode=1,
                        user_id=self._consumer.user,
                    )
                    channel.basic_publish(message, exchange="", routing_key=reply_to)
        except BrokerUnavailable as exc:
            log.warning("cannot answer %s.%s: %s", self._service, properties.get("type"), exc)


def as_service_error(exc: BaseException) -> ServiceError:
    """Turn whatever a method raised into an error that can cross the wire."""
    if isinstance(exc, ServiceError):
        return exc
    if isinstance(exc, TypeError) and "argument" in str(exc):
        return ServiceFault(Code.SERVICE_FAULT, f"called wrongly: {exc}")
    return as_unavailable(exc) or ServiceFault(Code.SERVICE_FAULT, type(exc).__name__)


class Rpc(Entrypoint):
    """Entrypoint: the method answers the call of its name."""

    server = CallServer()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(expected_exceptions=(ServiceError,), **kwargs)

    def setup(self) -> None:
        """Register with the process's call server."""
        self.server.register(self)

    def stop(self) -> None:
        """Stop the server before the container waits for its workers: else calls would come for as long as it waits."""
        self.server.stop()


rpc = Rpc.decorator
