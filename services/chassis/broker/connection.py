"""One broker connection that heals by itself and in which no wait lasts for ever.

py-amqp writes a frame under a lock of its own, so any number of threads (native, eventlet's or gevent's)
may publish and acknowledge on a link; only the link's own thread reads.
"""

import contextlib
import itertools
import logging
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import ClassVar

import amqp
from kombu.connection import Connection
from kombu.utils.url import parse_url

log = logging.getLogger(__name__)

CONNECT_LIMIT_S = 1.5
"""Per host: a frozen first host must not use up the patience that the next one needs."""
WAIT_LIMIT_S = 5.0
"""For every synchronous answer (declare, open) and every write."""
HEARTBEAT_S = 6
"""A broker that is silent for twice this long is gone."""
READ_TICK_S = 2.5
"""How often the reading thread looks up to send heartbeats. Each time costs half a millisecond."""
FRESH_TICK_S = 1.0
"""The same, where a pause of this process must be noticed."""
STALL_LIMIT_S = 2.5
"""A reading thread that did not look up for this long was paused (SIGSTOP) or starved."""
BACKOFF_S = (0.1, 0.2, 0.4, 0.8, 1.0)
"""Between attempts to connect; the last one for ever."""
TELL_EVERY = 30
"""Attempts that fail for each that is logged."""


class BrokerUnavailable(Exception):
    """Raised when a link has no connection at this moment."""


class Stalled(Exception):
    """Raised when this process has not run for a while: what it reads now may be long out of date."""


@contextlib.contextmanager
def writing(channel: amqp.Channel) -> Iterator[None]:
    """Publish or settle on a channel within this block.

    A write that failed may have been cut short, after which the broker would misread the next one: the connection
    ends, and its link makes it anew.

    Raises:
        BrokerUnavailable: the write may not have arrived.
    """
    try:
        yield
    except (amqp.AMQPError, OSError) as exc:
        hang_up(channel)
        raise BrokerUnavailable(f"cannot write to the broker: {exc}") from exc


def _leave_reading_to_one_thread(transport: amqp.Connection) -> None:
    """Keep py-amqp from reading before each publish, whichever thread publishes, to learn that the broker is blocked.

    It does so if the capability is on, and it turns that on whatever is passed when connecting. Two readers spoil the
    stream ("UnexpectedFrame"). A blocked broker shows as a time-out, too.
    """
    transport.client_properties["capabilities"]["connection.blocked"] = False


def user_of(uri: str) -> str:
    """Return the user as whom a URI (of several, the first) logs in to the broker."""
    return parse_url(uri.split(";")[0])["userid"] or "guest"


def hang_up(channel: amqp.Channel) -> None:
    """Let the thread that reads find out that the connection is over."""
    transport = getattr(channel.connection, "_transport", None)
    if transport is not None and transport.sock is not None:
        with contextlib.suppress(OSError):
            transport.sock.shutdown(socket.SHUT_RDWR)


class BrokerConnection:
    """A connection with one channel, made again for ever.

    user: the broker's user of the connection, in whose name it publishes.

    Args:
        uri: one AMQP URI, or several separated by `;`, tried in turn.
        name: in the broker's list of connections.
        on_open: called with each fresh channel before anybody else gets it; declares and consumes.
        on_lost: called after each loss of a channel that was open.
        reads_fresh: whether what is read must be fresh. After a pause of this process (SIGSTOP) the connection is then
            made anew, and the broker delivers what still has time.
    """

    living: ClassVar["weakref.WeakSet[BrokerConnection]"] = weakref.WeakSet()

    def __init__(
        self,
        uri: str,
        *,
        name: str,
        on_open: Callable[[amqp.Channel], None] = lambda channel: None,
        on_lost: Callable[[], None] = lambda: None,
        reads_fresh: bool = False,
    ) -> None:
        self._uris, self.user = uri.split(";"), user_of(uri)
        self.name, self._on_open, self._on_lost = name, on_open, on_lost
        self._reads_fresh = reads_fresh
        self._tick_s = FRESH_TICK_S if reads_fresh else READ_TICK_S
        self._channel: amqp.Channel | None = None
        self._opened, self._stopping = threading.Event(), threading.Event()
        self._looked_up_at = 0.0
        self._thread = threading.Thread(target=self._run, name=f"link-{name}", daemon=True)

    def start(self) -> None:
        """Begin to connect; returns at once."""
        BrokerConnection.living.add(self)
        self._thread.start()

    def begin_to_close(self) -> None:
        """Let the link's thread end the next time it looks up; returns at once."""
        self._stopping.set()

    def close(self) -> None:
        """Drop the connection for good and wait for the link's thread to end."""
        self.begin_to_close()
        self._thread.join(WAIT_LIMIT_S)
        BrokerConnection.living.discard(self)

    @property
    def is_open(self) -> bool:
        """Return whether the link is connected and `on_open` has succeeded."""
        return self._opened.is_set()

    def channel(self, timeout_s: float = 0.0) -> amqp.Channel:
        """Return the open channel, waiting up to `timeout_s` for one.

        Raises:
            BrokerUnavailable: there is none.
        """
        if not self._opened.is_set():
            self._opened.wait(timeout_s)
        channel = self._channel
        if channel is None or not self._opened.is_set():
            raise BrokerUnavailable(f"{self.name} is not connected to the broker")
        return channel

    @property
    def looked_up_at(self) -> float:
        """When the link's thread last ran, on the monotonic clock."""
        return self._looked_up_at

    def look_up(self) -> None:
        """Note that the link's thread runs: what it reads from now on is fresh."""
        self._looked_up_at = time.monotonic()

    def check_awake(self) -> None:
        """Refuse to act on what a paused process finds in its socket when it goes on; the broker delivers it again.

        Raises:
            Stalled: from a callback it ends the connection, which is then made again.
        """
        silence_s = time.monotonic() - self._looked_up_at
        if silence_s > STALL_LIMIT_S:
            raise Stalled(f"did not run for {silence_s:.1f} s")

    def _run(self) -> None:
        attempt = 0
        for uri in itertools.cycle(self._uris):
            if self._stopping.is_set():
                return
            try:
                self._live(uri)
            except Exception as exc:  # whatever it was: connect again
                self._tell(exc, attempt)
            if self._opened.is_set():
                attempt = 0
                self._opened.clear()
                self._channel = None
                self._on_lost()
            self._stopping.wait(BACKOFF_S[min(attempt, len(BACKOFF_S) - 1)])
            attempt += 1

    def _tell(self, exc: Exception, attempt: int) -> None:
        """Log a connection that was lost; one that cannot be made only when that has lasted, and then now and then."""
        if self._opened.is_set():
            log.warning("%s: lost the broker connection (%s: %s)", self.name, type(exc).__name__, exc)
        elif attempt % TELL_EVERY == TELL_EVERY // 2:
            log.warning("%s: still no broker connection (%s: %s)", self.name, type(exc).__name__, exc)

    def _live(self, uri: str) -> None:
        """Connect, then read until the connection is lost or the link is closed."""
        connection = Connection(
            uri,
            heartbeat=HEARTBEAT_S,
            connect_timeout=CONNECT_LIMIT_S,
            transport_options={"client_properties": {"connection_name": self.name}, "max_retries": 0},
        )
        try:
            transport = connection.transport.establish_connection()
            connection._connection = transport  # what `Connection.connect` does, less its retries
            transport.transport.sock.settimeout(WAIT_LIMIT_S)  # bounds every wait that names no time-out of its own
            _leave_reading_to_one_thread(transport)
            self._channel = transport.channel()
            self._on_open(self._channel)
            self._opened.set()
            self._read(transport)
        finally:
            connection.collect()  # a polite close would wait for a frozen broker

    def _read(self, transport: amqp.Connection) -> None:
        tick_at = 0.0
        self.look_up()
        while not self._stopping.is_set():
            if self._reads_fresh:
                self.check_awake()  # here, too: a thread that goes on may first notice that its time is up
            self.look_up()
            if self._looked_up_at >= tick_at:
                transport.heartbeat_tick()
                tick_at = self._looked_up_at + self._tick_s
            with contextlib.suppress(TimeoutError):
                transport.drain_events(timeout=self._tick_s)
