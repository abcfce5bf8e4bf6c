"""Sends to clients: never for ever, and parts of a stream past the server, which would have to be woken for each."""

import errno
import os
import ssl
from typing import Any

import gevent

WRITE_LIMIT_S = 30.0
"""For a client to take 64 KiB of an answer."""
WRITTEN_AT_ONCE = 64 * 1024
SENT_NOW_BYTES = 16 * 1024
"""A longer part is left to the server: a socket would take its beginning only."""


class ImpatientSocket:
    """Gives up a client that does not take what it is sent: its greenlet, and its items, would stay for ever."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock

    def sendall(self, data: bytes) -> None:
        """Send all.

        Raises:
            ConnectionResetError: the client has taken nothing for a while.
        """
        for at in range(0, len(data), WRITTEN_AT_ONCE):
            with gevent.Timeout(WRITE_LIMIT_S, _stalled()):
                self._sock.sendall(data[at : at + WRITTEN_AT_ONCE])


def _stalled() -> ConnectionResetError:
    return ConnectionResetError(errno.ECONNRESET, "the client takes nothing of what it is sent")


class ChunkSender:
    """Sends parts of a chunked answer over its connection while its server waits for the next part.

    Source: RFC 9112, section 7.1 (chunked transfer coding).
    """

    def __init__(self, connection: Any) -> None:
        self._connection, self._rest = connection, b""

    @property
    def has_rest(self) -> bool:
        """Return whether a part was begun, and its rest is to be sent before anything else."""
        return bool(self._rest)

    def send_now(self, part: bytes) -> bool:
        """Send a part without waiting; return whether the client takes it, its rest maybe later."""
        if self._rest or len(part) > SENT_NOW_BYTES:
            return False
        chunk = b"%x\r\n%b\r\n" % (len(part), part)
        try:
            sent = os.write(self._connection.fileno(), chunk)  # gevent's sockets never block
        except OSError:
            return False
        self._rest = chunk[sent:]
        return True

    def send_rest(self) -> None:
        """Send the rest of a part, waiting for the client.

        Raises:
            OSError: it has gone, or takes nothing.
        """
        rest, self._rest = self._rest, b""
        ImpatientSocket(self._connection).sendall(rest)


def chunk_sender(from_server: dict[str, Any]) -> ChunkSender | None:
    """Return what sends parts of the current answer past the server.

    None when the server does not say over which socket it answers, encrypts, or does not answer in chunks.
    """
    connection = from_server.get("gunicorn.socket")
    is_plain = connection is not None and not isinstance(connection, ssl.SSLSocket)
    return ChunkSender(connection) if is_plain and from_server["SERVER_PROTOCOL"] == "HTTP/1.1" else None
