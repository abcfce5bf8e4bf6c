"""Answering calls: a Nameko entrypoint that heeds deadlines and is cheap per call.

A request is acknowledged after its reply was sent, so a process that dies leaves it to another, which may run it a
second time: every writing call carries an operation id.
"""

import logging
from functools import partial
from typing import Any

import amqp
import eventlet
from nameko.extensions import Entrypoint, SharedExtension

from services.chassis import wire
from services.chassis.broker import Link
from services.chassis.deadline import Deadline
from services.chassis.mongo import as_unavailable
from services.chassis.resources import resources_of
from services.contracts.errors import Code, ServiceError, ServiceFault

log = logging.getLogger(__name__)


class CallServer(SharedExtension):
    """Consumes the calls of one service and hands each to the entrypoint of its name."""

    def __init__(self) -> None:
        super().__init__()
        self._entrypoints: dict[str, Rpc] = {}
        self._unsettled = 0
        self._consuming = True

    def setup(self) -> None:
        """Prepare the connection."""
        self._settings = resources_of(self.container).settings
        self._service = self.container.service_name
        self._link = Link(self._settings.amqp_uri, name=f"{self._service} answers", on_open=self._open)

    def start(self) -> None:
        """Begin to consume. Every entrypoint has registered by now."""
        self._link.start()

    def stop(self) -> None:
        """Take no more calls, then wait until those in hand are answered."""
        self._consuming = False
        if self._link.is_open:
            self._link.channel().basic_cancel(self._service, nowait=True)
        while self._unsettled and self._link.is_open:
            eventlet.sleep(0.01)
        self._link.close()

    def register(self, entrypoint: "Rpc") -> None:
        """Answer the calls of this entrypoint's method."""
        self._entrypoints[entrypoint.method_name] = entrypoint

    def _open(self, channel: amqp.Channel) -> None:
        queue = wire.calls_queue(self._service, self._settings.calls_queue_type)
        channel.exchange_declare(wire.CALLS_EXCHANGE, "direct", durable=True, auto_delete=False)
        channel.queue_declare(
            queue, durable=True, auto_delete=False, arguments={"x-queue-type": self._settings.calls_queue_type}
        )
        channel.queue_bind(queue, wire.CALLS_EXCHANGE, self._service)
        channel.basic_qos(0, self._settings.max_workers, False)
        self._unsettled = 0  # what an earlier connection delivered will be delivered again
        if self._consuming:
            channel.basic_consume(queue, consumer_tag=self._service, callback=partial(self._receive, channel))

    def _receive(self, channel: amqp.Channel, message: amqp.Message) -> None:
        self._link.check_awake()
        self._unsettled += 1
        deadline = Deadline.after(int(message.properties.get("expiration", 5000)) / 1000)
        reply = partial(self._settle, channel, message)
        try:
            entrypoint = self._entrypoints[message.properties["type"]]
            arguments = wire.decode_arguments(message.body)
        except (KeyError, ValueError) as exc:
            reply(wire.encode_error(ServiceFault(Code.SERVICE_FAULT, f"not a call: {exc!r}")))
            return
        self.container.spawn_worker(
            entrypoint, (), arguments, {"deadline": deadline}, partial(self._answer, reply, deadline)
        )

    def _answer(self, reply: Any, deadline: Deadline, context: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        try:
            body = wire.encode_result(result) if exc_info is None else wire.encode_error(as_service_error(exc_info[1]))
        except Exception as exc:  # a result that is no JSON
            log.exception("%s returned what cannot be sent", context)
            body = wire.encode_error(as_service_error(exc))
        reply(body)
        return result, exc_info

    def _settle(self, channel: amqp.Channel, message: amqp.Message, body: bytes) -> None:
        """Reply, then acknowledge. With the connection gone the request is delivered again: nothing to do."""
        self._unsettled -= 1
        properties = message.properties
        try:
            channel.basic_publish(
                amqp.Message(
                    body,
                    content_type="application/json",
                    correlation_id=properties.get("correlation_id", ""),
                    delivery_mode=1,
                ),
                exchange="",
                routing_key=properties.get("reply_to", ""),
            )
            channel.basic_ack(message.delivery_tag)
        except (amqp.AMQPError, OSError) as exc:
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


rpc = Rpc.decorator
