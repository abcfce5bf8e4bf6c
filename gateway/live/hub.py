"""The open streams of this process, and the items that the broker delivers to them.

The broker delivers every item appended to the feeds, transiently. What is missed, because a connection was lost or a
listener is slow, is read from the feed: a listener does so when it sees a gap or is marked as behind.

Each connection to the broker has a queue. `streams` is told its name before anything is sent from it (`register`), and
from then on calls it with every cut-off and log-out before that is answered. A process that was paused, or has no
connection, cannot be told: it sends nothing that it has, and reads the feeds again (`is_current`).
"""

import logging
import threading
import time
from collections import OrderedDict
from typing import Any, Protocol

import amqp
import orjson

from gateway.live.cutoffs import Cutoffs
from gateway.live.known_sessions import KnownSessions
from gateway.live.listener import Delivered, Listener
from services.chassis.broker.connection import STALL_LIMIT_S, BrokerConnection
from services.chassis.broker.senders import NAMED_ALIKE, BrokerUsers, sender_of
from services.chassis.logging import log_event
from services.chassis.rpc import codec
from services.contracts import gateways, streams
from services.contracts.gateways import Cutoff
from services.contracts.streams import BROADCASTS, FeedItem

log = logging.getLogger(__name__)

MAX_STREAMS_PER_USER = 100
"""Streams that a user may have open in a process; one more ends the oldest."""
GIVE_WAY_AFTER_S = 0.02
"""How long items are delivered in one go."""
MAX_SEQUENCES = 50_000
"""Users whose last sequence this process remembers."""


class Hub(Protocol):
    """What the views need of a hub; tests provide their own."""

    cutoffs: Cutoffs
    sessions: KnownSessions

    @property
    def told_by(self) -> str | None:
        """Return the queue by which this process is told of every cut-off and log-out; None when it is not."""

    @property
    def is_current(self) -> bool:
        """Return whether this process is told of every cut-off: what it has may be sent."""

    @property
    def unregistered_queue(self) -> str | None:
        """Return the queue that `streams` does not know of yet; None when it does, or there is none."""

    def registered(self, queue: str, cutoffs: list[Cutoff]) -> None:
        """Note that `streams` knows of a queue, with the cut-offs that it has answered."""

    def open(self, user_id: str, session: str) -> Listener:
        """Register a new listener."""

    def close(self, listener: Listener) -> None:
        """Remove a listener."""

    def last_sequence(self, user_id: str) -> int | None:
        """Return the last sequence of a user's feed, if it is known."""

    def remember_sequence(self, user_id: str, sequence: int) -> None:
        """Remember the last sequence of a user's feed."""

    def end_all(self) -> None:
        """End all streams."""


class BrokerHub:
    """The streams of this process, fed by the broker.

    Args:
        amqp_uri: where the broker is.
        users: whose messages are whose; what is not from `streams` is refused.
    """

    def __init__(self, amqp_uri: str, *, users: BrokerUsers = NAMED_ALIKE) -> None:
        self._users = users
        self._listeners: dict[str, list[Listener]] = {}
        self._sequences: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()
        self.cutoffs, self.sessions = Cutoffs(), KnownSessions()
        self._queue: str | None = None
        self._registered: str | None = None
        self._give_way_at = 0.0
        self._has_opened = threading.Event()
        self._link = BrokerConnection(
            amqp_uri, name="gateway listens", on_open=self._on_open, on_lost=self._on_lost, reads_fresh=True
        )
        self._link.start()

    @property
    def is_current(self) -> bool:
        """Return whether this process is told of every cut-off: what it has may be sent."""
        return self._queue is not None and time.monotonic() - self._link.looked_up_at < STALL_LIMIT_S

    @property
    def told_by(self) -> str | None:
        """Return the queue by which this process is told of every cut-off and log-out; None when it is not."""
        queue = self._queue
        return queue if queue == self._registered and self.is_current else None

    @property
    def unregistered_queue(self) -> str | None:
        """Return the queue that `streams` does not know of yet; None when it does, or there is none."""
        return self._queue if self._queue != self._registered else None

    def registered(self, queue: str, cutoffs: list[Cutoff]) -> None:
        """Note that `streams` knows of a queue, with the cut-offs that it has answered."""
        self.cutoffs.add(cutoffs)
        if queue == self._queue:  # else the answer has come late
            self._registered = queue

    def wait_until_unregistered(self) -> None:
        """Wait for a connection that `streams` does not know of."""
        while self.unregistered_queue is None:
            self._has_opened.wait()
            self._has_opened.clear()

    def open(self, user_id: str, session: str) -> Listener:
        """Register a new listener. The oldest of too many streams of one user ends."""
        listener = Listener(user_id, session)
        with self._lock:
            own = self._listeners.setdefault(user_id, [])
            own.append(listener)
            surplus = own[:-MAX_STREAMS_PER_USER]
        for oldest in surplus:
            oldest.end("too many streams")
        return listener

    def close(self, listener: Listener) -> None:
        """Remove a listener."""
        with self._lock:
            own = self._listeners.get(listener.user_id, [])
            if listener in own:
                own.remove(listener)
            if not own:
                self._listeners.pop(listener.user_id, None)

    def last_sequence(self, user_id: str) -> int | None:
        """Return the last sequence of a user's feed, if known: it may lag behind the feed, never be ahead."""
        return self._sequences.get(user_id)

    def remember_sequence(self, user_id: str, sequence: int) -> None:
        """Remember the last sequence of a user's feed, as long as later ones are delivered."""
        if self._link.is_open:
            self._remember(user_id, sequence)

    def end_all(self) -> None:
        """End all streams: the process is about to stop, and clients reconnect to another."""
        for listener in self._all():
            listener.end("the server stops")

    def _remember(self, user_id: str, sequence: int) -> None:
        self._sequences[user_id] = max(sequence, self._sequences.get(user_id, 0))
        self._sequences.move_to_end(user_id)
        if len(self._sequences) > MAX_SEQUENCES:
            self._sequences.popitem(last=False)

    def _all(self) -> list[Listener]:
        with self._lock:
            return [listener for own in self._listeners.values() for listener in own]

    # What follows runs in the link's thread.

    def _on_open(self, channel: amqp.Channel) -> None:
        channel.exchange_declare(BROADCASTS[0], "fanout", durable=True, auto_delete=False)
        own = channel.queue_declare("", durable=False, exclusive=True, auto_delete=True).queue
        channel.queue_bind(own, BROADCASTS[0])
        channel.basic_consume(own, no_ack=True, callback=self._on_message)
        self._link.look_up()
        self._queue = own
        self._has_opened.set()
        self._fall_behind()

    def _on_lost(self) -> None:
        self._queue = None
        self._sequences.clear()
        self._fall_behind()

    def _fall_behind(self) -> None:
        for listener in self._all():
            listener.fall_behind()

    def _on_message(self, message: amqp.Message) -> None:
        if not self._users.is_from(message, streams.SERVICE):
            log_event(log, "sender refused", level=logging.WARNING, queue=self._queue, sender=sender_of(message))
            return
        body: dict[str, Any] = orjson.loads(message.body)
        if message.properties.get("type") == gateways.cut_off.method:
            self.cutoffs.add([body["cutoff"]])
            self._reply(message)
            return
        if message.properties.get("type") == gateways.end_session.method:
            self._end_session(body["session"])
            self._reply(message)
            return
        for item in body.get("items", ()):
            self._deliver(item)

    def _end_session(self, session: str) -> None:
        self.sessions.end(session)
        for listener in self._all():
            if listener.session == session:
                listener.end("the session has ended")

    def _deliver(self, item: dict[str, Any]) -> None:
        delivered: Delivered | None = None
        for user_id, sequence in item["sequences"].items():
            self._remember(user_id, sequence)
            if listeners := self._listeners.get(user_id):
                delivered = delivered or Delivered(len(orjson.dumps(item["body"])))
                own = FeedItem(
                    sequence=sequence,
                    kind=item["kind"],
                    body=item["body"],
                    cutoff_id=item["cutoff_id"],
                    version=item["version"],
                )
                for listener in tuple(listeners):
                    listener.deliver(own, delivered)
                    self._give_way()

    def _give_way(self) -> None:
        """Let others run now and then: bringing many items to many streams takes seconds."""
        if time.monotonic() < self._give_way_at:
            return
        self._link.check_awake()
        self._link.look_up()
        time.sleep(0)
        self._give_way_at = time.monotonic() + GIVE_WAY_AFTER_S

    def _reply(self, message: amqp.Message) -> None:
        reply = amqp.Message(
            codec.encode_result(None),
            content_type="application/json",
            correlation_id=message.properties["correlation_id"],
            delivery_mode=1,
            user_id=self._link.user,
        )
        message.channel.basic_publish(reply, exchange="", routing_key=message.properties["reply_to"])
