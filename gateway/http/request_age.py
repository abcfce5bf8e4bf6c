"""The age of a request: how long it has waited unread in its connection. What its client has given up is not done."""

import socket
import struct
from collections.abc import Mapping
from typing import Any

_LAST_DATA_RECEIVED = struct.Struct("=52xI")
"""In Linux's `struct tcp_info`: milliseconds since the last data arrived."""


def unread_s(environ: Mapping[str, Any]) -> float:
    """Return how long ago the request's last bytes arrived; 0 where that is not known.

    More than an instant if this process was paused (SIGSTOP), or has more to do than it can.
    """
    try:
        info = environ["gunicorn.socket"].getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LAST_DATA_RECEIVED.size)
        return float(_LAST_DATA_RECEIVED.unpack(info)[0] / 1000)
    except (KeyError, AttributeError, OSError, struct.error):  # no such socket: another server, another system, no TCP
        return 0.0
