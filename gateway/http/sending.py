"""Sends parts of an answer past the server, which would have to be woken for each."""

import os
import socket
from collections.abc import Callable
from typing import Any


def sends_now(from_server: dict[str, Any]) -> Callable[[bytes], bool] | None:
    """Return what sends a part of a chunked answer without waiting, while its server waits for the next part.

    It returns whether the client takes the part. A part of which only the beginning could be sent ends the connection.
    None when the server does not say over which socket it answers, or does not answer in chunks.

    Source: RFC 9112, section 7.1 (chunked transfer coding).
    """
    connection = from_server.get("gunicorn.socket")
    if connection is None or from_server["SERVER_PROTOCOL"] != "HTTP/1.1":
        return None

    def send(part: bytes) -> bool:
        chunk = b"%x\r\n%b\r\n" % (len(part), part)
        try:
            sent = os.write(connection.fileno(), chunk)  # gevent's sockets never block
        except OSError:
            return False
        if sent < len(chunk):
            connection.shutdown(socket.SHUT_RDWR)
        return True

    return send
