"""What is sent past the server."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.http.sending import sends_now

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.settimeout(5)
        yield ours, theirs


def environ(connection: socket.socket, protocol: str = "HTTP/1.1") -> dict[str, Any]:
    return {"gunicorn.socket": connection, "SERVER_PROTOCOL": protocol}


def fill(connection: socket.socket) -> None:
    with pytest.raises(BlockingIOError):
        while True:
            connection.send(b"x" * 4096)


def test_a_part_is_sent_as_a_chunk(pair: Pair) -> None:
    ours, theirs = pair
    send = sends_now(environ(ours))
    assert send is not None
    assert send(b"id: 17\n\n")
    assert theirs.recv(100) == b"8\r\nid: 17\n\n\r\n"


def test_a_client_that_takes_nothing_is_sent_nothing(pair: Pair) -> None:
    send = sends_now(environ(pair[0]))
    assert send is not None
    fill(pair[0])
    assert not send(b"more")


def test_a_client_that_has_taken_the_beginning_only_is_cut_off(pair: Pair) -> None:
    ours, theirs = pair
    send = sends_now(environ(ours))
    assert send is not None
    assert send(b"x" * 10_000_000)
    while theirs.recv(1_000_000):
        pass  # until there is nothing more to come


def test_a_connection_that_is_gone_takes_nothing(pair: Pair) -> None:
    send = sends_now(environ(pair[0]))
    assert send is not None
    pair[0].close()
    assert not send(b"too late")


def test_an_answer_without_chunks_is_left_to_the_server(pair: Pair) -> None:
    assert sends_now(environ(pair[0], "HTTP/1.0")) is None
    assert sends_now({"SERVER_PROTOCOL": "HTTP/1.1"}) is None
