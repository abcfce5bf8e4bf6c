"""How long a request has lain unread."""

import socket
import time
from collections.abc import Iterator

import pytest

from gateway.http.request_age import unread_s


@pytest.fixture
def connection() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Return both ends of a connection: the client's, and ours."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        ours, _ = server.accept()
        with ours:
            yield client, ours


def test_what_arrived_a_while_ago_has_lain_that_long(connection: tuple[socket.socket, socket.socket]) -> None:
    client, ours = connection
    client.sendall(b"GET")
    time.sleep(0.3)
    assert 0.25 <= unread_s({"gunicorn.socket": ours}) < 2
    client.sendall(b" /")
    assert unread_s({"gunicorn.socket": ours}) < 0.2


def test_where_nobody_can_tell_nothing_has_waited() -> None:
    one, other = socket.socketpair()
    with one, other:
        assert unread_s({"gunicorn.socket": one}) == 0
    assert unread_s({}) == 0
