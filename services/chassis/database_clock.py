"""What a database's own clock will say at a moment of this process's clock.

The clocks of two machines may be a minute apart, and what `$$NOW` is compared with must be right to a fraction of a
second. So nobody trusts the time of day here: the driver's heartbeats, which come every 10 s, say what time the
database has.
"""

import time
from collections import deque
from datetime import UTC, datetime

from pymongo import MongoClient, monitoring

OBSERVATIONS = 12
"""Replies that count: those of two minutes from one server, of 40 s from three."""


class DatabaseClock(monitoring.ServerHeartbeatListener):
    """The clock of the servers that a client is connected with: the one that is furthest ahead, if they differ.

    Each reply is older than the moment at which it is received, so that it says too little by the time of its way. The
    highest of the recent ones counts: a single one may have been held up, for instance while this process was paused.
    """

    def __init__(self) -> None:
        self._ahead_s: deque[float] = deque(maxlen=OBSERVATIONS)

    def observe(self, local_time: datetime) -> None:
        """Take in what time a server has, as it has just told in its answer to `hello`."""
        self._ahead_s.append(local_time.replace(tzinfo=UTC).timestamp() - time.monotonic())

    @property
    def is_known(self) -> bool:
        """Return whether any server has told its time."""
        return bool(self._ahead_s)

    def at(self, moment: float) -> datetime:
        """Return what the database's clock says at a moment of this process's monotonic clock."""
        return datetime.fromtimestamp(moment + max(self._ahead_s), UTC)

    def started(self, event: monitoring.ServerHeartbeatStartedEvent) -> None:
        """Do nothing."""

    def succeeded(self, event: monitoring.ServerHeartbeatSucceededEvent) -> None:
        """Observe the server's clock."""
        local_time = event.reply.document.get("localTime")
        if local_time is not None:
            self.observe(local_time)

    def failed(self, event: monitoring.ServerHeartbeatFailedEvent) -> None:
        """Do nothing."""


def clock_of(client: "MongoClient[dict[str, object]]") -> DatabaseClock:
    """Return the clock that listens to a client's heartbeats; one that knows nothing yet if the client has none."""
    clocks = [each for each in client.options.event_listeners if isinstance(each, DatabaseClock)]
    return clocks[0] if clocks else DatabaseClock()
