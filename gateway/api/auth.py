"""Log-in with an OpenID Connect provider (code flow, state, nonce, PKCE), and log-out.

These and `/stream` are the only GETs that change something. HEAD, and a browser that fetches ahead of its user, change
nothing.

Source: OpenID Connect Core 1.0, section 3.1; RFC 9700 (what state must be bound to); RFC 9110, section 9.2.1.
"""

import logging
import posixpath
import time
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Response, g, redirect, request

from gateway.api import login_cookies
from gateway.api.identity import Identity, leave_for_provider, provider_url, verified_identity
from gateway.http.context import backend, calls, operation_id, public_url
from gateway.http.cookies import delete_cookie, set_cookie
from gateway.http.fields import Model, Text, optional
from gateway.http.hooks import SESSION_COOKIE, refuse_prefetch
from gateway.http.problems import ApiError, problem_responses
from gateway.http.resource import Resource
from gateway.live.known_sessions import REMEMBERED_S
from gateway.stores.sessions import MAX_SESSION_AGE, session_name
from services.contracts import streams, users
from services.contracts.errors import ServiceError

log = logging.getLogger(__name__)

MAX_NEXT_BYTES = 2000
"""Of a path to go to after log-in: it is kept for somebody who is not known yet."""

auth_bp = Resource("auth", about="Log-in and log-out", public=True)


def redirect_response(target: str) -> dict[str, Any]:
    """Describe a redirect for the OpenAPI document."""
    location = {"description": target, "schema": {"type": "string", "format": "uri-reference"}}
    return {"description": target, "headers": {"Location": location}}


class LoginQuery(Model):
    """Where to go after log-in: a path of this site, but for those of log-in and log-out."""

    next: str | None = optional()


class CallbackQuery(Model):
    """What the identity provider sends back."""

    state: Text | None = optional()
    code: Text | None = optional()
    iss: Text | None = optional()
    error: Text | None = optional()
    error_description: Text | None = optional()


@auth_bp.get("/login", responses={302: redirect_response("to the identity provider"), **problem_responses(403)})
def login(query: LoginQuery) -> Response:
    """Leave for the identity provider."""
    refuse_prefetch()
    redirect_uri = f"{public_url()}/login/callback"
    if request.method == "HEAD":
        return _redirect(provider_url(redirect_uri))
    return leave_for_provider(redirect_uri, query.next if query.next and may_be_next(query.next) else None)


@auth_bp.get(
    "/login/callback",
    responses={
        302: redirect_response("to the front end, or to `next` of `/login`"),
        **problem_responses(403),
    },
)
def login_callback(query: CallbackQuery) -> Response:
    """Come back from the identity provider, and be logged in."""
    refuse_prefetch()
    if request.method == "HEAD":
        return _to_front_end()
    if query.error == "access_denied":
        raise ApiError(400, "The log-in was cancelled at the identity provider: begin again at /login.")
    user_id = _sign_in(verified_identity(query.iss))
    if earlier := request.cookies.get(SESSION_COOKIE):
        _end_session(earlier)
    token = backend().sessions.open(user_id)
    response = _redirect(g.login_next) if g.login_next else _to_front_end()
    set_cookie(response, SESSION_COOKIE, token, int(MAX_SESSION_AGE.total_seconds()))
    login_cookies.end(response, query.state or "")
    return response


@auth_bp.get("/logout", responses={302: redirect_response("to the front end"), **problem_responses(403)})
def logout() -> Response:
    """End the session, everywhere and at once."""
    refuse_prefetch()
    response = _to_front_end()
    if request.method == "HEAD":
        return response
    if (token := request.cookies.get(SESSION_COOKIE)) and not _end_session(token):
        _wait_until_forgotten(session_name(token))
    delete_cookie(response, SESSION_COOKIE)
    return response


def _sign_in(identity: Identity) -> str:
    return calls().write(
        users.sign_in,
        issuer=identity.issuer,
        google_id=identity.subject,
        name=identity.name,
        email=identity.email,
        picture=identity.picture,
        birthday=identity.birthday,
        operation_id=operation_id(),
    )


def _end_session(token: str) -> bool:
    """End a session in all processes; return whether there was one.

    A process that cannot be told has forgotten it when this returns. A stream that is not told checks its session
    itself. A cookie of no session is no reason to call anybody.
    """
    session = session_name(token)
    if not backend().sessions.close(token):
        return False
    backend().hub.sessions.end(session)
    try:
        calls().call(streams.end_session, session=session)
    except ServiceError as exc:
        log.warning("cannot tell that a session has ended: %s", exc)
        time.sleep(REMEMBERED_S)
    return True


def _wait_until_forgotten(session: str) -> None:
    """Wait until no process takes the session for one: another request may be telling them that it has ended."""
    if not backend().hub.sessions.has_ended(session):
        time.sleep(REMEMBERED_S)


def _to_front_end() -> Response:
    return _redirect(backend().settings.frontend_url)


def _redirect(target: str) -> Response:
    response: Response = redirect(target)  # type: ignore[assignment]
    return response


def may_be_next(target: str) -> bool:
    """Return whether a log-in may lead to `target`: a path of this site, and not a way in or out again."""
    if len(target.encode()) > MAX_NEXT_BYTES or not is_own_path(target):
        return False
    path = urlsplit(target).path
    while (decoded := unquote(path)) != path:  # as a browser, a proxy and the server together may read it
        path = decoded
    return posixpath.normpath(path).lstrip("/").partition("/")[0].casefold() not in ("login", "logout")


def is_own_path(target: str) -> bool:
    r"""Return whether a redirect to `target` stays on this site: one slash, a path, nothing that a browser rewrites.

    Source: WHATWG URL, section 4.4: browsers drop tabs and newlines, and read `\` as `/`.
    """
    if not target.startswith("/") or target.startswith("//") or "\\" in target:
        return False
    if any(ord(character) <= 0x20 or ord(character) == 0x7F for character in target):
        return False
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc
