"""Messages in. Each is in hand until it is settled; what is not settled when its connection ends is delivered again."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

import amqp
import eventlet

from services.chassis.broker.connection import BrokerConnection, BrokerUnavailable, writing
from services.chassis.tracing import Trace, from_headers

log = logging.getLogger(__name__)


class Delivery:
    """A message in hand: settle it, once."""

    __slots__ = ("_channel", "_in_hand", "message", "queue")

    def __init__(self, channel: amqp.Channel, queue: str, message: amqp.Message, in_hand: set[int]) -> None:
        self._channel, self.queue, self.message, self._in_hand = channel, queue, message, in_hand
        in_hand.add(message.delivery_tag)

    @property
    def is_ours(self) -> bool:
        """Return whether it still can be settled; after the loss of its connection it is delivered again."""
        return self._channel.connection is not None

    @property
    def trace(self) -> Trace | None:
        """The request that the message belongs to."""
        return from_headers(self.message.headers or {})

    @contextmanager
    def settling(self) -> Iterator[amqp.Channel]:
        """Acknowledge the message after the block, which may write to the same channel before.

        Raises:
            BrokerUnavailable: it will be delivered again.
        """
        try:
            with writing(self._channel):
                yield self._channel
                self._channel.basic_ack(self.message.delivery_tag)
        finally:
            self._in_hand.discard(self.message.delivery_tag)

    def leave(self) -> None:
        """Settle it not at all: with the end of its connection it is handed to somebody else."""
        self._in_hand.discard(self.message.delivery_tag)


class Consumer:
    """Takes messages from some queues over a connection of its own.

    Args:
        amqp_uri: the broker.
        name: in the broker's list of connections.
        prefetch: how many messages may be in hand at once.
        declare: makes the queues on a fresh channel, and returns their names.
        receive: called in the link's thread with each delivery; must not wait.
    """

    def __init__(
        self,
        amqp_uri: str,
        *,
        name: str,
        prefetch: int,
        declare: Callable[[amqp.Channel], list[str]],
        receive: Callable[[Delivery], None],
    ) -> None:
        self._declare, self._receive, self._prefetch = declare, receive, prefetch
        self._link = BrokerConnection(amqp_uri, name=name, on_open=self._open, reads_fresh=True)
        self._queues: list[str] = []
        self._in_hand: set[int] = set()
        self._stopping = False

    @property
    def user(self) -> str:
        """The broker's user of the connection."""
        return self._link.user

    def start(self) -> None:
        """Begin to consume, as soon as there is a broker; returns at once."""
        self._link.start()

    def stop(self) -> None:
        """Take no more, wait until what is in hand is settled, and hand the rest back. Idempotent."""
        if not self._stopping:
            self._stopping = True
            self._cancel()
        while self._in_hand and self._link.is_open:
            eventlet.sleep(0.01)
        self._link.close()

    def _cancel(self) -> None:
        with suppress(BrokerUnavailable):  # then nothing is consumed anyway
            channel = self._link.channel()
            with writing(channel):
                for queue in self._queues:
                    channel.basic_cancel(queue, nowait=True)

    def _open(self, channel: amqp.Channel) -> None:
        self._queues = self._declare(channel)
        channel.basic_qos(0, self._prefetch, False)
        self._in_hand = set()  # what an earlier connection delivered will be delivered again
        self._link.look_up()  # the first messages come while further queues are still being subscribed to
        for queue in self._queues if not self._stopping else ():
            take = partial(self._take, channel, queue, self._in_hand)
            channel.basic_consume(queue, consumer_tag=queue, callback=take)

    def _take(self, channel: amqp.Channel, queue: str, in_hand: set[int], message: amqp.Message) -> None:
        self._link.check_awake()
        if not self._stopping:
            self._receive(Delivery(channel, queue, message, in_hand))
