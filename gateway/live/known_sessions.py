"""Whose session a cookie is, remembered for a moment: most requests follow another one of the same page.

Log-out is answered when every gateway process has forgotten the session (`gateways.end_session`), or else when what
it remembers is over. A process that is told of no log-outs remembers nothing.
"""

import time
from collections import OrderedDict
from typing import Any, NamedTuple

REMEMBERED_S = 2.0
MAX_REMEMBERED = 20_000
"""Sessions, and as many that have ended: far more than there are requests under way."""


class _Known(NamedTuple):
    user_id: str
    queue: str
    until: float


class KnownSessions:
    """The sessions of requests that came a moment ago."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._ended: OrderedDict[str, None] = OrderedDict()

    def find(self, session: str, queue: str | None) -> str | None:
        """Return whose session this is, if that is known.

        queue: by which this process is told of log-outs now; None when it is not. What was learnt while it was told by
            another one does not count: it may have missed a log-out between the two.
        """
        known = self._known.get(session)
        if known is None or known.queue != queue or known.until <= time.monotonic():
            return None
        return known.user_id

    def has_ended(self, session: str) -> bool:
        """Return whether this process was told that the session has ended, though it may just have been read."""
        return session in self._ended

    def remember(self, session: str, user_id: str, *, queue: str, since: float) -> None:
        """Remember whose session this is, unless it has ended while that was read.

        queue: by which this process was told of log-outs before it read; since: when that was, on the monotonic clock.
        """
        if self.has_ended(session):
            return
        self._known[session] = _Known(user_id, queue, since + REMEMBERED_S)
        self._known.move_to_end(session)
        _bound(self._known)

    def end(self, session: str) -> None:
        """Forget a session for good: its name never comes again."""
        self._ended[session] = None
        self._known.pop(session, None)
        _bound(self._ended)


def _bound(memory: OrderedDict[str, Any]) -> None:
    while len(memory) > MAX_REMEMBERED:
        memory.popitem(last=False)
