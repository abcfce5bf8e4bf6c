"""The Server-Sent Events of one stream: everything once and in order, from a cursor on.

Source: HTML Living Standard, section 9.2 (Server-sent events).
"""

import logging
import time
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.live.hub import MAX_WAITING_BYTES, Delivered, Listener
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


def stream_events(feed: Feed, cursor: int) -> Iterator[bytes]:
    """Yield the stream from a cursor on, until it must end."""
    listener, checked_at = feed.listener, time.monotonic()
    yield b": welcome\n\n"
    while listener.ended is None:
        if time.monotonic() - checked_at >= SESSION_CHECK_INTERVAL_S:
            if not feed.has_session():
                return
            checked_at = time.monotonic()
        if listener.behind and feed.is_current():
            cursor, chunk = _catch_up(feed, cursor)
        elif listener.has_items() and feed.is_current():
            cursor, chunk = _next_item(feed, cursor)
        elif listener.wait(HEARTBEAT_S):
            continue
        else:
            chunk = b": still here\n\n"
        if chunk:
            yield chunk


def _catch_up(feed: Feed, cursor: int) -> tuple[int, bytes]:
    """Read the next page of the feed. Returns the cursor after it, and what to send."""
    feed.listener.behind = False
    try:
        page = feed.read(cursor)
    except ServiceError as exc:
        log.warning("a stream waits for the feed: %s", exc)
        time.sleep(RETRY_S)
        feed.listener.behind = True
        return cursor, b": waiting\n\n"
    if feed.listener.behind or not feed.is_current():  # this page may be older than a cut-off that was not told
        feed.listener.behind = True
        return cursor, b""
    feed.listener.behind |= page["more"]
    if page["too_old"]:
        return page["through"], encode(StreamEvent(page["through"], START_OVER, {}))
    return _encoded(feed, cursor, page)


def _encoded(feed: Feed, cursor: int, page: FeedPage) -> tuple[int, bytes]:
    """Encode as much of a page as may wait for a slow client; the rest is read again later. Returns the cursor, too."""
    chunk = bytearray()
    for item in page["items"]:
        if len(chunk) >= MAX_WAITING_BYTES:
            feed.listener.behind = True
            return cursor, bytes(chunk)
        if not feed.hides(item):
            chunk += encode(feed.serialize(item))
        cursor = item["sequence"]
    return page["through"], bytes(chunk)


def _next_item(feed: Feed, cursor: int) -> tuple[int, bytes]:
    """Take the next delivered item: sent if it is the next one, dropped if it was sent; a gap is read from the feed."""
    item, delivered = feed.listener.take()
    if item["sequence"] == cursor + 1:
        return cursor + 1, b"" if feed.hides(item) else _shared(feed, item, delivered)
    if item["sequence"] > cursor:
        feed.listener.behind = True
    return cursor, b""


def _shared(feed: Feed, item: FeedItem, delivered: Delivered) -> bytes:
    """Encode an item, but for its sequence once for all streams of the same reader."""
    encoded = delivered.encoded.get(feed.reader)
    if encoded is None:
        encoded = delivered.encoded[feed.reader] = _without_id(feed.serialize(item))
    return b"id: %d\n%b" % (item["sequence"], encoded)


def encode(event: StreamEvent) -> bytes:
    """Write a stream event in the format of Server-Sent Events."""
    return b"id: %d\n%b" % (event.sequence, _without_id(event))


def _without_id(event: StreamEvent) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (event.type.encode(), orjson.dumps(event.data))
