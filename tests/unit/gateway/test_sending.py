"""What is sent past the server."""

import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.http import sending
from gateway.http.sending import SENT_NOW_BYTES, ChunkSender, chunk_sender

Pair = tuple[socket.socket, socket.socket]
PART = b"x" * SENT_NOW_BYTES


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.settimeout(5)
        yield ours, theirs


def from_server(connection: socket.socket, protocol: str = "HTTP/1.1") -> dict[str, Any]:
    return {"gunicorn.socket": connection, "SERVER_PROTOCOL": protocol}


def sender_of(connection: socket.socket) -> ChunkSender:
    sender = chunk_sender(from_server(connection))
    assert sender is not None
    return sender


def test_a_part_is_sent_as_a_chunk(pair: Pair) -> None:
    assert sender_of(pair[0]).send_now(b"id: 17\n\n")
    assert pair[1].recv(100) == b"8\r\nid: 17\n\n\r\n"


def test_a_client_that_takes_nothing_is_sent_nothing(pair: Pair) -> None:
    with pytest.raises(BlockingIOError):
        while True:
            pair[0].send(b"x" * 4096)
    sender = sender_of(pair[0])
    assert not sender.send_now(b"more")
    assert not sender.has_rest


def test_of_a_part_whose_beginning_was_taken_the_rest_is_sent_before_anything_else(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pair
    sender = sender_of(ours)
    monkeypatch.setattr(sending.os, "write", lambda number, chunk: ours.send(chunk[:100]))
    assert sender.send_now(PART)
    assert sender.has_rest
    assert not sender.send_now(b"another")

    ours.setblocking(True)  # as gevent's sockets wait
    reads = threading.Thread(target=sender.send_rest)
    reads.start()
    whole = b"%x\r\n%b\r\n" % (len(PART), PART)
    got = b""
    while len(got) < len(whole):
        got += theirs.recv(65536)
    reads.join()
    assert (got, sender.has_rest) == (whole, False)


def test_a_long_part_is_left_to_the_server(pair: Pair) -> None:
    assert not sender_of(pair[0]).send_now(PART + b"x")


def test_a_connection_that_is_gone_takes_nothing(pair: Pair) -> None:
    sender = sender_of(pair[0])
    pair[0].close()
    assert not sender.send_now(b"too late")


def test_an_answer_without_chunks_or_encrypted_is_left_to_the_server(pair: Pair) -> None:
    assert chunk_sender(from_server(pair[0], "HTTP/1.0")) is None
    assert chunk_sender({"SERVER_PROTOCOL": "HTTP/1.1"}) is None
    encrypted = ssl.SSLSocket.__new__(ssl.SSLSocket)
    assert chunk_sender(from_server(encrypted)) is None
