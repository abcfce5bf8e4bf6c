"""Answers as gunicorn's worker sends them."""

import logging
import signal
import socket
import threading
import time
from types import SimpleNamespace
from typing import Any

import gevent
import gevent.event
import pytest
from gevent import socket as gevent_socket
from gunicorn.config import Config
from gunicorn.http.parser import RequestParser
from gunicorn.workers import base

from gateway.http import sending
from gateway.server import worker
from gateway.server.worker import BufferedResponse


class Sent(list[bytes]):
    """What was given to a socket, write by write."""

    sendall = list.append

    def __hash__(self) -> int:  # type: ignore[override]  # a socket is known by itself
        return id(self)


@pytest.fixture
def ours(monkeypatch) -> Any:
    """Return a worker that nobody watches."""
    monkeypatch.setattr(base, "WorkerTmp", lambda config: None)
    return worker.Worker(0, 0, [], SimpleNamespace(), 0, Config(), logging.getLogger())


def answering(*parts, headers, method="GET", status="200 OK"):
    sent = Sent()
    request = SimpleNamespace(method=method, version=(1, 1), should_close=lambda: False)
    answer = BufferedResponse(request, sent, Config())
    answer.start_response(status, headers)
    for part in parts:
        answer.write(part)
    answer.close()
    return sent


def test_headers_and_body_leave_in_one_write():
    [sent] = answering(b"hello", headers=[("Content-Length", "5")])
    head, body = sent.split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body == b"hello"


def test_the_first_part_of_a_stream_leaves_with_the_headers_and_each_other_at_once():
    first, second, end = answering(b"one", b"two", headers=[])
    assert first.endswith(b"\r\n\r\n3\r\none\r\n")
    assert (second, end) == (b"3\r\ntwo\r\n", b"0\r\n\r\n")


def test_an_answer_without_a_body_is_its_headers():
    [sent] = answering(headers=[], status="204 No Content")
    assert sent.endswith(b"\r\n\r\n")


def test_the_longest_head_that_is_read_costs_little():
    config, fields = Config(), 64 + 8
    config.set("limit_request_fields", fields)
    config.set("limit_request_field_size", 8 * 1024 + 2)
    lines = [f"X-{number:02}: {'x' * (8 * 1024 - 6)}" for number in range(fields)]
    ours, theirs = socket.socketpair()
    sending = threading.Thread(target=theirs.sendall, args=("\r\n".join(["GET / HTTP/1.1", *lines, "", ""]).encode(),))
    sending.start()

    begun_at = time.thread_time()
    request = next(RequestParser(config, ours, ("127.0.0.1", 1)))

    assert time.thread_time() - begun_at < 1
    assert len(request.headers) == fields
    sending.join()


def test_a_client_that_takes_nothing_is_given_up(monkeypatch):
    class NeverTaken:
        def sendall(self, data):
            gevent.event.Event().wait()

    monkeypatch.setattr(sending, "WRITE_LIMIT_S", 0.01)
    with pytest.raises(ConnectionResetError):
        sending.ImpatientSocket(NeverTaken()).sendall(b"an item")


def test_a_large_answer_is_given_time_for_each_of_its_parts(monkeypatch):
    class Slow(Sent):
        def sendall(self, data):
            gevent.sleep(0.02)
            super().sendall(data)

    monkeypatch.setattr(sending, "WRITE_LIMIT_S", 0.2)
    sent, large = Slow(), b"x" * 40 * sending.WRITTEN_AT_ONCE
    sending.ImpatientSocket(sent).sendall(large)
    assert b"".join(sent) == large


@pytest.mark.parametrize(("failed", "says"), [(True, b"Connection: close"), (False, b"Connection: keep-alive")])
def test_an_answer_to_a_body_that_could_not_be_read_says_that_the_connection_ends(failed, says, ours, monkeypatch):
    sent, body = Sent(), SimpleNamespace(failed=failed)
    request = SimpleNamespace(method="PUT", version=(1, 1), should_close=lambda: False, body=body)
    answer = BufferedResponse(request, sent, Config())

    def app(environ, start_response):
        start_response("408 Request Timeout", [("Content-Length", "0")])
        return [b""]

    monkeypatch.setattr(worker.wsgi, "create", lambda *args, **kwargs: (answer, {"wsgi.file_wrapper": tuple}))
    ours.wsgi = app
    try:
        worker.Worker.handle_request(ours, "", request, sent, "")
    except StopIteration:
        assert failed
    assert says in b"".join(sent)


def test_a_worker_that_stops_ends_a_connection_on_which_it_answers_nothing(ours, monkeypatch):
    monkeypatch.setattr(worker, "LINGER_S", 0.01)
    ours.cfg.set("keepalive", 30)
    ours.wsgi = SimpleNamespace(extensions={"backend": SimpleNamespace(hub=SimpleNamespace(end_all=lambda: None))})
    client, accepted = gevent_socket.socketpair()
    with client:
        handling = gevent.spawn(ours.handle, accepted, accepted, "")
        gevent.sleep()

        ours.handle_exit(signal.SIGTERM, None)

        assert client.recv(1) == b""
        handling.join()
