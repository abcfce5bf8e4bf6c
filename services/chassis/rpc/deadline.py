"""The time a request has left.

Travels as milliseconds, never as a clock time: clocks differ, durations do not. But all processes of one machine share
its monotonic clock. Between them the moment itself travels, too, so that the time counts that a request has lain
somewhere, for instance in the socket of a broker that was paused.
"""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

CLOCK_SKEW_MS = 60_000
"""How far the clocks of two machines may be apart, where the time of day is compared."""


def _name_of_clock() -> str:
    """Name the monotonic clock that this process reads; equal names are the same clock."""
    try:
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()} {os.readlink('/proc/self/ns/time')}"
    except OSError:  # no Linux, or an old one: a clock without a name is shared with no process
        return secrets.token_hex(16)


CLOCK = _name_of_clock()


class Deadline:
    """A moment on this process's monotonic clock."""

    __slots__ = ("_ends_at",)

    def __init__(self, ends_at: float) -> None:
        self._ends_at = ends_at

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """Return the deadline that is `seconds` away."""
        return cls(time.monotonic() + seconds)

    @classmethod
    def at_ms(cls, ends_at_ms: int) -> "Deadline":
        """Return the deadline that another process of this machine calls `ends_at_ms`."""
        return cls(ends_at_ms / 1000)

    @property
    def ends_at(self) -> float:
        """The moment, in seconds of this process's monotonic clock."""
        return self._ends_at

    @property
    def ends_at_ms(self) -> int:
        """The moment, in whole milliseconds of the clock that `CLOCK` names."""
        return int(self._ends_at * 1000)

    @property
    def left_s(self) -> float:
        """Seconds left; never negative."""
        return max(0.0, self._ends_at - time.monotonic())

    @property
    def left_ms(self) -> int:
        """Whole milliseconds left; never negative."""
        return int(self.left_s * 1000)

    @property
    def passed(self) -> bool:
        """Return whether no time is left."""
        return self._ends_at <= time.monotonic()


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def set_deadline(deadline: Deadline | None) -> None:
    """Let everything that this thread (native or green) does from now on be wanted until then; None: for ever."""
    _current.set(deadline)


def current_deadline() -> Deadline | None:
    """Return until when the current work is wanted; None for what no caller waits for."""
    return _current.get()


@contextmanager
def working_until(deadline: Deadline) -> Iterator[None]:
    """Let what the block does be wanted until then."""
    token = _current.set(deadline)
    try:
        yield
    finally:
        _current.reset(token)
