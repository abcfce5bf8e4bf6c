"""The time a request has left. Travels as milliseconds, never as a clock time: clocks differ, durations do not."""

import time


class Deadline:
    """A moment on this process's monotonic clock."""

    __slots__ = ("_ends_at",)

    def __init__(self, ends_at: float) -> None:
        self._ends_at = ends_at

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """Return the deadline that is `seconds` away."""
        return cls(time.monotonic() + seconds)

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
        """Tell whether no time is left."""
        return self._ends_at <= time.monotonic()
