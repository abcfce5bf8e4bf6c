"""The Server-Sent Events of one stream: everything once and in order, from a cursor on.

Source: HTML Living Standard, section 9.2 (Server-sent events).
"""

import logging
import time
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from gateway.live.listener import MAX_WAITING_BYTES, Delivered, Listener
from services.contracts.errors import ServiceError
from services.contracts.streams import FeedItem, FeedPage

log = logging.getLogger(__name__)

START_OVER = "start-over.v1"
"""The type of the event that replaces what is no longer kept."""
HEARTBEAT_S = 15.0
SESSION_CHECK_INTERVAL_S = 60.0
"""Between two looks at the session, for an end of which this process was not notified; however busy the stream is."""
RETRY_S = 1.0
"""Between attempts to read a feed when `streams` does not answer."""


class Sender(Protocol):
    """Sends parts of a stream past the server while that waits for the next part."""

    @property
    def has_rest(self) -> bool:
        """Return whether a part was begun, and its rest is to be sent before anything else."""

    def send_now(self, part: bytes) -> bool:
        """Send a part without waiting; return whether the client takes it, its rest maybe later."""

    def send_rest(self) -> None:
        """Send the rest of a part, waiting for the client."""


@dataclass(frozen=True)
class StreamEvent:
    """An item of the feed as the API shows it. sequence: its cursor."""

    sequence: int
    type: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Feed:
    """What a stream is fed from.

    read: a page of the feed after a cursor; has_session: whether the session lasts.
    serialize: shows an item to `reader`; what it shows is the same for all who are the same reader.
    hides: whether the reader has lost access to an item; is_current: whether that is known for certain.
    """

    listener: Listener
    read: Callable[[int], FeedPage]
    reader: Hashable
    serialize: Callable[[FeedItem], StreamEvent]
    has_session: Callable[[], bool]
    hides: Callable[[FeedItem], bool]
    is_current: Callable[[], bool]


def stream_events(feed: Feed, cursor: int, sender: Sender | None = None) -> Iterator[bytes]:
    """Yield the stream from a cursor on, until it must end. sender: for what need not wait, beside what is yielded."""
    listener, stream = feed.listener, _Stream(feed, cursor, sender)
    yield b": welcome\n\n"
    checked_at = time.monotonic()
    while listener.ended is None:
        if listener.has_missed or time.monotonic() - checked_at >= SESSION_CHECK_INTERVAL_S:
            listener.has_missed = False
            if not feed.has_session():
                return
            checked_at = time.monotonic()
        chunk = stream.next_chunk()
        if chunk and listener.ended is None:
            yield chunk


class _Stream:
    """Where a stream is in its feed, and how it goes on. cursor: the sequence of the last item that was looked at."""

    def __init__(self, feed: Feed, cursor: int, sender: Sender | None = None) -> None:
        self._feed, self._listener, self._cursor, self._sender = feed, feed.listener, cursor, sender
        if sender is not None:
            self._listener.send_now = self._send_now

    def next_chunk(self) -> bytes:
        """Return what is to be sent next, if there is something; wait for it until a heartbeat is due."""
        if self._sender is not None and self._sender.has_rest:
            self._sender.send_rest()
        if self._listener.behind and self._feed.is_current():
            return self._catch_up()
        if self._listener.has_items() and self._feed.is_current():
            return self._next_item()
        return b"" if self._listener.wait(HEARTBEAT_S) else b": still here\n\n"

    def _send_now(self, item: FeedItem, delivered: Delivered) -> bool:
        """Send an item that was just delivered, if it is the next one and the client takes it at once."""
        sender = self._sender
        if sender is None or item["sequence"] != self._cursor + 1 or not self._feed.is_current():
            return False
        if not self._feed.hides(item) and not sender.send_now(self._shared(item, delivered)):
            return False
        self._cursor += 1
        if sender.has_rest:
            self._listener.wake()
        return True

    def _catch_up(self) -> bytes:
        """Read the next page of the feed; return what to send."""
        self._listener.behind = False
        try:
            page = self._feed.read(self._cursor)
        except ServiceError as exc:
            log.warning("a stream waits for the feed: %s", exc)
            time.sleep(RETRY_S)
            self._listener.behind = True
            return b": waiting\n\n"
        if self._listener.behind or not self._feed.is_current():  # this page may be older than a cut-off not told
            self._listener.behind = True
            return b""
        self._listener.behind |= page["more"]
        if page["too_old"]:
            self._cursor = page["through"]
            return encode(StreamEvent(self._cursor, START_OVER, {}))
        return self._encoded(page)

    def _encoded(self, page: FeedPage) -> bytes:
        """Encode as much of a page as may wait for a slow client; the rest is read again later."""
        chunk = bytearray()
        for item in page["items"]:
            if len(chunk) >= MAX_WAITING_BYTES:
                self._listener.behind = True
                return bytes(chunk)
            if not self._feed.hides(item):
                chunk += encode(self._feed.serialize(item))
            self._cursor = item["sequence"]
        self._cursor = page["through"]
        return bytes(chunk)

    def _next_item(self) -> bytes:
        """Take the next delivered item: sent if it is the next one, dropped if it was sent; a gap is read later."""
        item, delivered = self._listener.take()
        if item["sequence"] == self._cursor + 1:
            self._cursor += 1
            return b"" if self._feed.hides(item) else self._shared(item, delivered)
        if item["sequence"] > self._cursor:
            self._listener.behind = True
        return b""

    def _shared(self, item: FeedItem, delivered: Delivered) -> bytes:
        """Encode an item, but for its sequence once for all streams of the same reader."""
        encoded = delivered.encoded.get(self._feed.reader)
        if encoded is None:
            encoded = delivered.encoded[self._feed.reader] = _without_id(self._feed.serialize(item))
        return b"id: %d\n%b" % (item["sequence"], encoded)


def encode(event: StreamEvent) -> bytes:
    """Write a stream event in the format of Server-Sent Events."""
    return b"id: %d\n%b" % (event.sequence, _without_id(event))


def _without_id(event: StreamEvent) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (event.type.encode(), orjson.dumps(event.data))
