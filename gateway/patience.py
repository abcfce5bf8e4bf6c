"""How long a request has lain in its connection unread: what its sender has given up long ago is not done."""

import socket
import struct
from collections.abc import Mapping
from typing import Any

_LAST_DATA_RECEIVED = struct.Struct("=52xI")
"""In Linux's `struct tcp_info`: milliseconds since the last data arrived."""


def unread_s(environ: Mapping[str, Any]) -> float:
    """Return how long ago the request's last bytes arrived; 0 where nobody can tell.

    More than an instant if this process was paused (SIGSTOP), or has more to do than it can.
    """
    try:
        told = environ["gunicorn.socket"].getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LAST_DATA_RECEIVED.size)
        return float(_LAST_DATA_RECEIVED.unpack(told)[0] / 1000)
    except (KeyError, AttributeError, OSError, struct.error):  # no such socket: another server, another system, no TCP
        return 0.0
