"""gunicorn's worker: what the server refuses before there is a request is a problem answer, too."""

import contextlib
import logging
import socket
from typing import Any

import gevent
from gunicorn import util
from gunicorn.http import errors, wsgi
from gunicorn.workers.ggevent import GeventWorker

from gateway.http.hooks import HEADERS, REQUEST_ID_HEADER
from gateway.http.parsing import MAX_BODY_BYTES
from gateway.http.problems import problem_response
from gateway.http.sending import ImpatientSocket
from services.chassis.logging import log_event
from services.chassis.tracing import new_trace, tracing

log = logging.getLogger(__name__)

LINGER_S = 1.0
"""How long a worker that stops keeps connections on which no request is being answered: a client may be sending one."""

STATUS: dict[type[Exception], int] = {
    errors.ForbiddenProxyRequest: 403,
    errors.LimitRequestLine: 414,
    errors.ExpectationFailed: 417,
    errors.LimitRequestHeaders: 431,
    errors.ConfigurationProblem: 500,
    errors.InvalidResponseHeader: 500,
    errors.InvalidResponseHeaderName: 500,
    errors.UnsupportedTransferCoding: 501,
}
"""What is not in here is 400 if it came from reading the request, else 500."""


class _Buffer(list[bytes]):
    """Stands in for a socket, and keeps what is sent."""

    sendall = list.append


class BufferedResponse(wsgi.Response):
    """A response whose headers are sent together with the first part of its body: a write costs more than its bytes."""

    def __init__(self, req: Any, sock: Any, cfg: Any) -> None:
        super().__init__(req, sock, cfg)
        self.sock: Any = ImpatientSocket(sock)

    def write(self, arg: bytes) -> None:
        """Send a part of the body, after the headers if they have not been sent yet."""
        sock, self.sock = self.sock, _Buffer()
        try:
            super().write(arg)
        finally:
            buffered, self.sock = self.sock, sock
        if buffered:
            sock.sendall(b"".join(buffered))


class Worker(GeventWorker):
    """A gevent worker whose refusals are problem answers, and whose streams and idle connections end when it stops."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._idle: set[Any] = set()

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Answer the requests of a connection, one after the other."""
        self._idle.add(client)
        try:
            super().handle(listener, client, addr)
        finally:
            self._idle.discard(client)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        """Let the application answer. What gunicorn does, less what we have no use for: its log, hooks and restarts.

        Raises:
            StopIteration: the connection ends with this answer.
        """
        self._idle.discard(sock)
        self._answer(listener_name, req, sock, addr)
        self._idle.add(sock)

    def _answer(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        answer, environ = wsgi.create(req, sock, addr, listener_name, self.cfg, response_class=BufferedResponse)
        environ["wsgi.multithread"] = True
        if not self.alive:
            answer.force_close()
        try:
            parts = self.wsgi(environ, answer.start_response)
            if getattr(req.body, "failed", False):  # what comes next on this connection is the rest of the body
                answer.force_close()
            _send(answer, environ, parts)
        except gevent.GreenletExit:
            return
        except OSError:
            raise
        except Exception:
            if not answer.headers_sent:
                raise
            self.log.exception("an answer broke off")
            with contextlib.suppress(OSError):  # a second answer on the same connection would spoil the first
                sock.shutdown(socket.SHUT_RDWR)
            raise StopIteration from None
        if answer.should_close() or not self.alive:
            raise StopIteration

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Begin to stop: end what never ends by itself. Clients of streams reconnect to another worker."""
        super().handle_exit(sig, frame)
        gevent.spawn(self._end_streams)
        gevent.spawn_later(LINGER_S, self._end_idle_connections)

    def _end_streams(self) -> None:
        self.wsgi.extensions["backend"].hub.end_all()

    def _end_idle_connections(self) -> None:
        for connection in self._idle:
            with contextlib.suppress(OSError):  # the client was quicker
                connection.shutdown(socket.SHUT_RD)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer what went wrong outside of the application; the connection ends."""
        default = 400 if isinstance(exc, errors.ParseException) else 500
        status = STATUS.get(type(exc), default)  # type: ignore[arg-type]  # what is no Exception is not in there
        if status == 500:
            self.log.error("cannot handle a request", exc_info=exc)
        try:
            client.sendall(_refusal(status, str(exc) if status < 500 else "The server cannot do this."))
            util.close_graceful(client, max_drain=MAX_BODY_BYTES)
        except OSError as failure:
            self.log.debug("cannot send a refusal: %s", failure)


def _send(answer: BufferedResponse, environ: dict[str, Any], parts: Any) -> None:
    try:
        if isinstance(parts, environ["wsgi.file_wrapper"]):
            answer.write_file(parts)
        else:
            for part in parts:
                answer.write(part)
        answer.close()
    finally:
        if hasattr(parts, "close"):
            parts.close()


def _refusal(status: int, detail: str) -> bytes:
    trace = new_trace()
    with tracing(trace):
        response = problem_response(status, detail)
        log_event(log, "refused", outcome=status)
    own = {REQUEST_ID_HEADER: trace.request_id, "Cache-Control": "no-store", "Connection": "close"}
    response.headers.update({**HEADERS, **own})
    return f"HTTP/1.1 {response.status}\r\n{response.headers}".encode("latin-1") + response.get_data()
