"""What surrounds every request: trace, session, origin and key come before it, headers and a log line after it."""

import logging
import re
import time
from http import HTTPStatus

from flask import Flask, Response, current_app, g, request

from gateway.http import conditional, idempotency
from gateway.http.context import backend, public_url, requested_url
from gateway.http.parsing import drain, strict_request
from gateway.http.problems import MEDIA_TYPE, ApiError, bad_field, problem_response
from gateway.stores.sessions import session_name
from services.chassis.logging import log_event
from services.chassis.rpc import repeats
from services.chassis.tracing import current_trace, new_trace, set_trace

log = logging.getLogger(__name__)

SESSION_COOKIE = "session"
REQUEST_ID_HEADER = "X-Request-Id"
NO_USE = frozenset({"stream.open_stream"})
"""What is no use of the session: a browser opens its stream again and again while nobody looks."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_HOST = re.compile(r"(?:[\w.~!$&'()*+;=%-]+|\[[0-9a-f:.]+\])(?::[0-9]{0,5})?", re.ASCII | re.IGNORECASE)
"""Source: RFC 3986, section 3.2.2; without the comma, by which the server joins two."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: https:; style-src 'self' 'unsafe-inline'; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
}


def register(app: Flask, *, public: set[str]) -> None:
    """Register the hooks of the application. public: the blueprints that answer without a session."""
    app.extensions["public"] = public
    app.before_request(_begin_trace)
    app.before_request(_check_host)
    app.before_request(_authenticate)
    app.before_request(_check_origin)
    app.before_request(_check_wire_format)
    app.before_request(_replay_kept_answer)
    app.after_request(_log_answer)  # the last to be registered is the first to run
    app.after_request(_add_headers)
    app.after_request(_keep_answer)
    app.after_request(_evaluate_preconditions)


def _begin_trace() -> None:
    """Give the request an id of its own, whatever the client says; a trace that the client is in goes on.

    Until its key says otherwise, it repeats nothing.
    """
    g.begun_at = time.monotonic()
    repeats.set_begun_at(None)  # a thread answers many requests
    set_trace(new_trace(request.headers.get("traceparent")))


def _log_answer(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "unknown"
    ms = round((time.monotonic() - g.begun_at) * 1000, 1)
    actor = {"actor_id": g.actor_id} if "actor_id" in g else {}
    log_event(log, "answered", method=request.method, route=route, outcome=response.status_code, ms=ms, **actor)
    return response


def _check_host() -> None:
    """Refuse a request that does not say, or says twice, which host it is for. Source: RFC 9112, section 3.2."""
    host, from_server = request.headers.get("Host"), request.environ
    may_be_missing = from_server["SERVER_PROTOCOL"] == "HTTP/1.0"
    if not (may_be_missing if host is None else _HOST.fullmatch(host)):
        raise bad_field("Host", "must be given once, and name a host")


def _needs_session() -> bool:
    """Return whether the route needs a session; an unknown route is answered by 404 or 405."""
    if request.endpoint is None or request.method == "OPTIONS":  # a CORS preflight carries no cookie
        return False
    return request.blueprint not in current_app.extensions["public"]


def is_prefetch() -> bool:
    """Return whether a browser fetches ahead of its user.

    Source: Fetch Standard (`Sec-Purpose`); older browsers: `Purpose`, `X-Purpose`, `X-Moz`.
    """
    said = " ".join(request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    return any(purpose in said.lower() for purpose in ("prefetch", "prerender", "preview"))


def refuse_prefetch() -> None:
    """Refuse what the user has not asked for yet, so that it is neither done nor kept in the place of what comes then.

    Raises:
        ApiError: 403
    """
    if is_prefetch():
        raise ApiError(403, "This is not done ahead of the user (Sec-Purpose).")


def _authenticate() -> None:
    if _needs_session():
        token = request.cookies.get(SESSION_COOKIE)
        is_use = request.method != "HEAD" and request.endpoint not in NO_USE and not is_prefetch()
        user_id = _user_of(token, is_use=is_use) if token else None
        if user_id is None:
            raise ApiError(401, "Log in first: GET /login.")
        g.actor_id = user_id


def _user_of(token: str, *, is_use: bool) -> str | None:
    known, session = backend().hub.sessions, session_name(token)
    told_by, asked_at = backend().hub.told_by, time.monotonic()
    if (user_id := known.find(session, told_by)) is not None:
        return user_id
    user_id = backend().sessions.find_user_id(token, is_use=is_use)
    if user_id is None or known.has_ended(session):
        return None
    if told_by is not None and is_use:  # what is no use must not hide one
        known.remember(session, user_id, queue=told_by, since=asked_at)
    return user_id


def _check_origin() -> None:
    """Refuse what another site's page sends with a visitor's session; a client without `Origin` is no browser."""
    if request.method in SAFE_METHODS or request.endpoint is None:
        return
    origin = request.headers.get("Origin", "").lower()
    if origin in map(str.lower, backend().settings.cors_origins):
        return
    own = {"", public_url().lower(), requested_url().lower()}
    if origin not in own or request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        raise ApiError(403, "This request comes from another site.")


def _check_wire_format() -> None:
    """Read the query, and the body of a change: every route refuses malformed ones, also if it does not need them."""
    if request.endpoint is None:
        return
    strict = strict_request()
    strict.args  # noqa: B018  # reading is checking
    if request.method not in SAFE_METHODS:
        strict.check_coding()
        if request.method == "PUT" and "Content-Range" in request.headers:  # RFC 9110, section 14.5
            raise ApiError(400, "A part of something cannot be changed: Content-Range is not for this.")
        strict.raw_body  # noqa: B018


def _replay_kept_answer() -> Response | None:
    return idempotency.begin(backend().keys, g.actor_id) if "actor_id" in g else None


def _keep_answer(response: Response) -> Response:
    return idempotency.finish(backend().keys, response)


def _evaluate_preconditions(response: Response) -> Response:
    """Answer 304 or 412 in the place of what is read; a change evaluates them before it is made."""
    has_what_was_asked = response.status_code in (HTTPStatus.OK, HTTPStatus.NO_CONTENT) and not response.is_streamed
    is_read = request.method in ("GET", "HEAD") and has_what_was_asked
    if response.status_code == HTTPStatus.PRECONDITION_FAILED and response.mimetype != MEDIA_TYPE:  # of a file
        response.close()
        return problem_response(412, "It is not the version that If-Match names.")
    return conditional.evaluate(response) if is_read else response


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if trace := current_trace():
        response.headers[REQUEST_ID_HEADER] = trace.request_id
    if backend().settings.is_https:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    response.headers.setdefault("Cache-Control", "no-store")
    if response.status_code == HTTPStatus.NO_CONTENT:
        response.headers.pop("Content-Type", None)
    if _may_have_more(response):
        stream = request.environ["wsgi.input"]
        response.call_on_close(lambda: drain(stream))
    return response


def _may_have_more(response: Response) -> bool:
    """Return whether there may be more of the body to come; what comes too slowly is not waited for again."""
    has_body = request.content_length or "chunked" in request.headers.get("Transfer-Encoding", "")
    return bool(has_body) and response.status_code != HTTPStatus.REQUEST_TIMEOUT
