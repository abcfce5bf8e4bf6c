"""Whether the current work repeats a request that was begun before, as the key store of the gateway knows.

A document remembers its latest operations only. One that is not among them was never done, or was pushed out by later
ones. A request that is sent for the first time was never done; of a repeat a document can tell so only if it remembers
everything since the request was begun. The header `begun-at` of a call carries that moment through nested calls. A call
that the broker delivers again is a repeat, too.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from services.chassis.rpc.deadline import CLOCK_SKEW_MS

HEADER = "begun-at"
LONGEST_CALL_MS = 10_000
"""No call is wanted longer than that, so one that is delivered again was begun later."""

_begun_at_ms: ContextVar[int | None] = ContextVar("begun_at_ms", default=None)


def set_begun_at(begun_at_ms: int | None) -> None:
    """Let everything that this thread (native or green) does from now on repeat what was begun then; None: nothing."""
    _begun_at_ms.set(begun_at_ms)


@contextmanager
def repeating(begun_at_ms: int | None) -> Iterator[None]:
    """Let the block repeat what was begun then."""
    token = _begun_at_ms.set(begun_at_ms)
    try:
        yield
    finally:
        _begun_at_ms.reset(token)


def begun_before_ms() -> int | None:
    """Return the first moment, whichever clock told it, when the work may have been done before; None: never."""
    begun_at_ms = _begun_at_ms.get()
    return None if begun_at_ms is None else begun_at_ms - CLOCK_SKEW_MS


def is_repeat() -> bool:
    """Tell whether the work may have been done before."""
    return _begun_at_ms.get() is not None


def to_headers() -> dict[str, str]:
    """Return the header by which a call carries the moment."""
    begun_at_ms = _begun_at_ms.get()
    return {} if begun_at_ms is None else {HEADER: str(begun_at_ms)}


def from_headers(headers: Mapping[str, Any], *, redelivered: bool) -> int | None:
    """Return the moment that a call carries, in Unix milliseconds; None for one that repeats nothing.

    redelivered: the broker has delivered the call before, to a process that may have done it and died.
    """
    given = headers.get(HEADER)
    if isinstance(given, str) and given.isascii() and given.isdecimal():
        return int(given)
    return time.time_ns() // 1_000_000 - LONGEST_CALL_MS if redelivered else None
