"""Where what happens meets who is listening: the streams of this process, and what the broker brings for them.

The broker brings everything that is written into the logs, transiently. Whatever is missed, because a connection was
lost or a listener is slow, is read from the log: a listener that sees a gap, or is told that there may be one, does so.
"""

import logging
import queue
import threading
from collections import OrderedDict, deque
from typing import Any, Protocol

import amqp
import orjson

from services.chassis import topology
from services.chassis.broker import Link
from services.contracts.streams import Item

log = logging.getLogger(__name__)

STREAMS_OF_ONE = 100
"""Streams that a person may have open in a process; one more ends the oldest."""
ITEMS_WAITING = 1000
"""For a stream that is slow; what is more is read from the log later."""
HEADS_REMEMBERED = 50_000
"""People whose newest cursor this process remembers."""


class Listener:
    """One open stream's ear.

    behind: whether it must read the log; so it is at first, and whenever something may have been missed.
    ended: why it must end, or None.
    """

    __slots__ = ("_signal", "behind", "ended", "items", "session", "user_id")

    def __init__(self, user_id: str, session: str) -> None:
        self.user_id, self.session = user_id, session
        self.items: deque[Item] = deque()
        self.behind = True
        self.ended: str | None = None
        self._signal: queue.SimpleQueue[None] = queue.SimpleQueue()

    def wait(self, timeout_s: float) -> bool:
        """Wait for something to do; False when there was nothing for so long."""
        try:
            self._signal.get(timeout=timeout_s)
        except queue.Empty:
            return False
        while not self._signal.empty():
            self._signal.get()
        return True

    def hear(self, item: Item) -> None:
        """Take an item that was just written."""
        if len(self.items) >= ITEMS_WAITING:
            self.miss()
            return
        self.items.append(item)
        self._signal.put(None)

    def miss(self) -> None:
        """Learn that something may have been missed."""
        self.items.clear()
        self.behind = True
        self._signal.put(None)

    def end(self, why: str) -> None:
        """Learn that the stream must end."""
        self.ended = why
        self._signal.put(None)


class Hub(Protocol):
    """What the views need of a hub; tests put another in its place."""

    def open(self, user_id: str, session: str) -> Listener:
        """Begin to listen."""

    def close(self, listener: Listener) -> None:
        """Stop listening."""

    def head(self, user_id: str) -> int | None:
        """Return somebody's newest cursor, if it is known."""

    def learn_head(self, user_id: str, head: int) -> None:
        """Remember somebody's newest cursor."""

    def end_all(self) -> None:
        """End all streams."""


class BrokerHub:
    """The streams of this process, fed by the broker."""

    def __init__(self, amqp_uri: str) -> None:
        self._listeners: dict[str, list[Listener]] = {}
        self._heads: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()
        self._link = Link(amqp_uri, name="gateway listens", on_open=self._on_open, on_lost=self._on_lost)
        self._link.start()

    def open(self, user_id: str, session: str) -> Listener:
        """Begin to listen. The oldest of too many streams of one person ends."""
        listener = Listener(user_id, session)
        with self._lock:
            own = self._listeners.setdefault(user_id, [])
            own.append(listener)
            surplus = own[:-STREAMS_OF_ONE]
        for oldest in surplus:
            oldest.end("too many streams")
        return listener

    def close(self, listener: Listener) -> None:
        """Stop listening."""
        with self._lock:
            own = self._listeners.get(listener.user_id, [])
            if listener in own:
                own.remove(listener)
            if not own:
                self._listeners.pop(listener.user_id, None)

    def head(self, user_id: str) -> int | None:
        """Return somebody's newest cursor, if it is known: it may lag behind the log, never be ahead."""
        return self._heads.get(user_id)

    def learn_head(self, user_id: str, head: int) -> None:
        """Remember somebody's newest cursor, as long as every later one is heard of."""
        if self._link.is_open:
            self._remember(user_id, head)

    def end_all(self) -> None:
        """End all streams: the process is about to stop, and clients go on elsewhere."""
        for listener in self._all():
            listener.end("the server stops")

    def _remember(self, user_id: str, head: int) -> None:
        self._heads[user_id] = max(head, self._heads.get(user_id, 0))
        self._heads.move_to_end(user_id)
        if len(self._heads) > HEADS_REMEMBERED:
            self._heads.popitem(last=False)

    def _all(self) -> list[Listener]:
        with self._lock:
            return [listener for own in self._listeners.values() for listener in own]

    # What follows runs in the link's thread.

    def _on_open(self, channel: amqp.Channel) -> None:
        channel.exchange_declare(topology.ITEMS_EXCHANGE, "fanout", durable=True, auto_delete=False)
        own = channel.queue_declare("", durable=False, exclusive=True, auto_delete=True).queue
        channel.queue_bind(own, topology.ITEMS_EXCHANGE)
        channel.basic_consume(own, no_ack=True, callback=self._on_message)
        for listener in self._all():
            listener.miss()

    def _on_lost(self) -> None:
        self._heads.clear()

    def _on_message(self, message: amqp.Message) -> None:
        said: dict[str, Any] = orjson.loads(message.body)
        if session := said.get("ended_session"):
            for listener in self._all():
                if listener.session == session:
                    listener.end("the session has ended")
        for item in said.get("items", ()):
            self._bring(item)

    def _bring(self, told: dict[str, Any]) -> None:
        for user_id, number in told["numbers"].items():
            self._remember(user_id, number)
            for listener in self._listeners.get(user_id, ()):
                listener.hear(Item(number=number, kind=told["kind"], body=told["body"]))
