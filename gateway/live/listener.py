"""One open stream as the hub sees it: what waits for it, and how it is woken."""

import logging
import queue
from collections import deque
from collections.abc import Callable, Hashable

from services.contracts.streams import FeedItem

log = logging.getLogger(__name__)

MAX_WAITING_ITEMS = 1000
MAX_WAITING_BYTES = 1024 * 1024
"""For a slow stream, of the bodies of items as the broker delivers them; further items are read from the feed later."""


class Delivered:
    """What all streams share of an item that the broker has delivered.

    size: bytes of its body.
    encoded: type and data as they are sent, by whom they are for: encoded once, written many times.
    """

    __slots__ = ("encoded", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self.encoded: dict[Hashable, bytes] = {}


class Listener:
    """Receives the items of one open stream.

    behind: whether it must read the feed: at first, and whenever an item may have been missed.
    has_missed: whether it may have missed anything, also that its session has ended.
    ended: why it must end, or None.
    send_now: sends an item past the one who waits, who would cost more to wake than the item; False if it cannot.
    """

    __slots__ = (
        "_bytes",
        "_is_idle",
        "_items",
        "_signal",
        "behind",
        "ended",
        "has_missed",
        "send_now",
        "session",
        "user_id",
    )

    def __init__(self, user_id: str, session: str) -> None:
        self.user_id, self.session = user_id, session
        self._items: deque[tuple[FeedItem, Delivered]] = deque()
        self._bytes = 0
        self.behind = True
        self.has_missed = False
        self.ended: str | None = None
        self.send_now: Callable[[FeedItem, Delivered], bool] | None = None
        self._is_idle = False
        self._signal: queue.SimpleQueue[None] = queue.SimpleQueue()

    def wait(self, timeout_s: float) -> bool:
        """Wait until there is something to do; False after the timeout."""
        self._is_idle = self._signal.empty()
        try:
            self._signal.get(timeout=timeout_s)
        except queue.Empty:
            return False
        finally:
            self._is_idle = False
        while not self._signal.empty():
            self._signal.get()
        return True

    def has_items(self) -> bool:
        """Return whether an item waits."""
        return bool(self._items)

    def take(self) -> tuple[FeedItem, Delivered]:
        """Return the item that has waited longest."""
        item, delivered = self._items.popleft()
        self._bytes -= delivered.size
        return item, delivered

    def deliver(self, item: FeedItem, delivered: Delivered) -> None:
        """Send an item that was just appended to the feed, or let it wait."""
        if self._is_idle and not self.behind and not self._items and self._is_sent_now(item, delivered):
            return
        if len(self._items) >= MAX_WAITING_ITEMS or self._bytes + delivered.size > MAX_WAITING_BYTES:
            self.fall_behind()
            return
        self._items.append((item, delivered))
        self._bytes += delivered.size
        self.wake()

    def _is_sent_now(self, item: FeedItem, delivered: Delivered) -> bool:
        try:
            return self.send_now is not None and self.send_now(item, delivered)
        except Exception:  # what is wrong with one stream must not end the link of all
            log.exception("cannot send an item past a stream")
            return False

    def fall_behind(self) -> None:
        """Drop what waits and read the feed instead: an item may have been missed."""
        self.has_missed = True
        self._items.clear()
        self._bytes = 0
        self.behind = True
        self.wake()

    def end(self, why: str) -> None:
        """End the stream."""
        self.ended = why
        self.wake()

    def wake(self) -> None:
        """Signal once for all that waits: a slow stream keeps no more than one signal."""
        self._is_idle = False
        if self._signal.empty():
            self._signal.put(None)
