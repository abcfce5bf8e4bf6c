"""gunicorn's worker: what the server refuses before there is a request has the shape of every other problem."""

from typing import Any

import gevent
from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.ggevent import GeventWorker

from gateway import problems
from gateway.guard import HEADERS
from gateway.parsing import MAX_BODY_BYTES

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


class Worker(GeventWorker):
    """A gevent worker whose refusals are problem answers, and whose streams end when it stops."""

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Begin to stop: streams would last for ever; their clients go on with another worker."""
        super().handle_exit(sig, frame)
        gevent.spawn(self._end_streams)

    def _end_streams(self) -> None:
        self.wsgi.extensions["backend"].hub.end_all()

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


def _refusal(status: int, detail: str) -> bytes:
    response = problems.answer(status, detail)
    response.headers.update({**HEADERS, "Cache-Control": "no-store", "Connection": "close"})
    return f"HTTP/1.1 {response.status}\r\n{response.headers}".encode("latin-1") + response.get_data()
