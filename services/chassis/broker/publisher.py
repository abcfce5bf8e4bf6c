"""Messages out, confirmed: what `publish` does not report as failed is safe on the broker's disk."""

import logging
import threading
import time
from dataclasses import dataclass, field

import amqp

from services.chassis.broker import topology
from services.chassis.broker.connection import BrokerConnection, BrokerUnavailable, hang_up, writing
from services.chassis.broker.limits import checked

log = logging.getLogger(__name__)

CONFIRM_LIMIT_S = 5.0
"""A broker that has not confirmed by then is treated as lost; the message will be published again."""


@dataclass(frozen=True)
class Outgoing:
    """A message with its destination.

    headers: kept by the broker, for instance why a message was dead-lettered.
    mandatory: whether some queue must take it, and the broker keep it until it is consumed; else whoever consumes now
        may have it.
    """

    body: bytes
    exchange: str
    routing_key: str
    headers: dict[str, object] = field(default_factory=dict)
    mandatory: bool = True


class Publisher:
    """Publishes with confirms, many messages in one round trip. One caller at a time."""

    def __init__(self, amqp_uri: str, *, service: str) -> None:
        self._service = service
        self._link = BrokerConnection(amqp_uri, name=f"{service} publishes", on_open=self._open, on_lost=self._lose)
        self._turn = threading.Lock()
        self._settled = threading.Condition()
        self._published = 0
        self._waiting: set[int] = set()
        self._refused = False
        self._link.start()

    @property
    def connected(self) -> bool:
        """Return whether publishing has a chance now."""
        return self._link.is_open

    def publish(self, messages: list[Outgoing]) -> None:
        """Publish all, and return when the broker has every one of them.

        Raises:
            BrokerUnavailable: some may not have arrived; publish all of them again, later.
            ServiceFault: message.too_large; none was published.
        """
        for message in messages:
            checked(message.body)
        with self._turn:
            channel = self._link.channel()
            self._refused = False
            try:
                with writing(channel):
                    for message in messages:
                        self._send(channel, message)
                self._wait_for_confirms()
            except BaseException:
                hang_up(channel)  # else what was counted and not sent would be waited for ever after
                raise

    def close(self) -> None:
        """Give up the connection."""
        self._link.close()

    def _send(self, channel: amqp.Channel, message: Outgoing) -> None:
        with self._settled:
            self._published += 1
            self._waiting.add(self._published)
        channel.basic_publish(
            amqp.Message(
                message.body,
                content_type="application/json",
                application_headers=message.headers,
                user_id=self._link.user,
                delivery_mode=2 if message.mandatory else 1,
            ),
            exchange=message.exchange,
            routing_key=message.routing_key,
            mandatory=message.mandatory,
        )

    def _wait_for_confirms(self) -> None:
        patience_ends = time.monotonic() + CONFIRM_LIMIT_S
        with self._settled:
            while self._waiting and not self._refused:
                left_s = patience_ends - time.monotonic()
                if left_s <= 0 or not self._settled.wait(left_s):
                    break
            confirmed = not self._waiting and not self._refused
            self._waiting.clear()
        if not confirmed:
            raise BrokerUnavailable("the broker did not confirm")

    # What follows runs in the link's thread.

    def _open(self, channel: amqp.Channel) -> None:
        topology.declare(channel, self._service)
        channel.confirm_select()
        with self._settled:
            self._published = 0
            self._waiting.clear()
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_nack"].add(lambda tag, multiple: self._refuse("refused by the broker"))
        channel.events["basic_return"].add(lambda exc, *route: self._refuse(f"returned by the broker: {exc}"))

    def _on_ack(self, tag: int, multiple: bool) -> None:
        with self._settled:
            if multiple:
                self._waiting = {waiting for waiting in self._waiting if waiting > tag}
            else:
                self._waiting.discard(tag)
            self._settled.notify_all()

    def _lose(self) -> None:
        self._refuse("the connection was lost")

    def _refuse(self, why: str) -> None:
        with self._settled:
            if self._waiting:
                log.warning("%s: a message was not accepted: %s", self._service, why)
            self._refused = True
            self._settled.notify_all()
