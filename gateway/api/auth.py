"""Log-in with an OpenID Connect provider (code flow, state, nonce, PKCE), and log-out.

Source: OpenID Connect Core 1.0, section 3.1; RFC 7636 (PKCE); RFC 9700 (what state must be bound to).
"""

import logging
import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskIntegration, OAuth
from flask import Flask, Response, current_app, g, redirect, request
from joserfc.errors import JoseError

from gateway.http.context import backend, calls, operation_id, public_url
from gateway.http.fields import Model, Text, optional
from gateway.http.hooks import SESSION_COOKIE
from gateway.http.parsing import is_clean
from gateway.http.problems import ApiError, problem_responses
from gateway.http.resource import Resource
from gateway.stores.logins import LOGIN_TTL
from gateway.stores.sessions import SESSION_TTL, session_name
from gateway.stores.tokens import is_token, new_token
from services.contracts import streams, users
from services.contracts.errors import Code, ServiceError, Unavailable

log = logging.getLogger(__name__)

LOGIN_COOKIE = "login"
"""Identifies the browser that left for the provider: a log-in can be completed by the same browser only."""
PROVIDER_LIMIT_S = 4.0
MAX_CLAIM_LENGTH = 2000
"""Characters of a name or a picture's URL that are kept."""

_BIRTHDATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

auth_bp = Resource("auth", about="Log-in and log-out", public=True)


def redirect_response(target: str) -> dict[str, Any]:
    """Describe a redirect for the OpenAPI document."""
    location = {"description": target, "schema": {"type": "string", "format": "uri-reference"}}
    return {"description": target, "headers": {"Location": location}}


class _LoginsInDatabase(FlaskIntegration):
    """Keeps what a log-in under way needs in our database instead of the cookie; each state can be used once."""

    def set_state_data(self, session: Any, state: str, data: dict[str, Any]) -> None:
        known = request.cookies.get(LOGIN_COOKIE, "")  # of a log-in in another tab, which goes on
        g.login_browser = known if is_token(known) else new_token()
        backend().logins.begin(state, g.login_browser, {**data, "next": g.login_next})

    def get_state_data(self, session: Any, state: str | None) -> dict[str, Any] | None:
        browser = request.cookies.get(LOGIN_COOKIE)
        found = backend().logins.take(state, browser) if state and browser else None
        g.login_next = (found or {}).pop("next", None)
        return found

    def clear_state_data(self, session: Any, state: str | None) -> None:
        """Taking has cleared it."""


class _Provider(OAuth):
    framework_integration_cls = _LoginsInDatabase


def register(app: Flask) -> None:
    """Register the identity provider; its discovery document is fetched at the first log-in."""
    settings = app.extensions["backend"].settings
    app.extensions["provider"] = _Provider(app).register(
        "provider",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        server_metadata_url=settings.oidc_discovery_url,
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "default_timeout": PROVIDER_LIMIT_S,
        },
    )


def _provider() -> Any:
    return current_app.extensions["provider"]


class LoginQuery(Model):
    """Where to go after log-in: a path of this site."""

    next: str | None = optional()


class CallbackQuery(Model):
    """What the identity provider sends back."""

    state: Text | None = optional()
    code: Text | None = optional()
    error: Text | None = optional()
    error_description: Text | None = optional()


@auth_bp.get("/login", responses={302: redirect_response("to the identity provider")})
def login(query: LoginQuery) -> Response:
    """Leave for the identity provider."""
    g.login_next = query.next if query.next and is_own_path(query.next) else None
    try:
        response: Response = _provider().authorize_redirect(f"{public_url()}/login/callback")
    except (requests.RequestException, AuthlibBaseError, RuntimeError, ValueError) as exc:
        raise _unreachable(exc) from exc
    _set_cookie(response, LOGIN_COOKIE, g.login_browser, int(LOGIN_TTL.total_seconds()))
    return response


@auth_bp.get(
    "/login/callback",
    responses={
        302: redirect_response("to the front end, or to `next` of `/login`"),
        **problem_responses(403),
    },
)
def login_callback(query: CallbackQuery) -> Response:
    """Come back from the identity provider, and be logged in."""
    if query.error == "access_denied":
        raise ApiError(400, "The log-in was cancelled at the identity provider: begin again at /login.")
    claims = _verified_claims()
    email = _text(claims["email"])
    user_id = calls().write(
        users.sign_in,
        google_id=str(claims["sub"]),
        name=_text(claims.get("name")).strip() or email,
        email=email,
        picture=_text(claims.get("picture")),
        birthday=birthday_in(claims.get("birthdate")),
        operation_id=operation_id(),
    )
    sessions = backend().sessions
    if earlier := request.cookies.get(SESSION_COOKIE):
        _end_session(earlier)
    token = sessions.open(user_id)
    response: Response = redirect(g.login_next or backend().settings.frontend_url)  # type: ignore[assignment]
    _set_cookie(response, SESSION_COOKIE, token, int(SESSION_TTL.total_seconds()))
    if not backend().logins.has_more(request.cookies[LOGIN_COOKIE]):
        response.delete_cookie(LOGIN_COOKIE)
    return response


@auth_bp.get("/logout", responses={302: redirect_response("to the front end")})
def logout() -> Response:
    """End the session, everywhere and at once."""
    if token := request.cookies.get(SESSION_COOKIE):
        _end_session(token)
    response: Response = redirect(backend().settings.frontend_url)  # type: ignore[assignment]
    response.delete_cookie(SESSION_COOKIE)
    return response


def _end_session(token: str) -> None:
    """End a session, and its streams in all processes; a stream that is not notified checks its session itself."""
    backend().sessions.close(token)
    try:
        calls().start(streams.end_session, session=session_name(token))
    except ServiceError as exc:
        log.warning("cannot broadcast that a session has ended: %s", exc)


def _verified_claims() -> dict[str, Any]:
    """Exchange the code, check the ID token, and return claims with a verified e-mail.

    Raises:
        ApiError: 400 for a log-in that this browser has not begun or that the provider does not confirm,
            403 for a user whose e-mail is not verified.
        Unavailable: the provider does not answer.
    """
    try:
        token = _provider().authorize_access_token()
    except requests.RequestException as exc:
        raise _unreachable(exc) from exc
    except (AuthlibBaseError, JoseError, ValueError, KeyError) as exc:
        # A provider that has changed its keys without naming them: fetch them anew at the next log-in.
        _provider().server_metadata.pop("jwks", None)
        log.warning("refused a log-in: %s: %s", type(exc).__name__, exc)
        raise ApiError(400, "This log-in is not valid (any more): begin again at /login.") from exc
    claims = dict(token.get("userinfo") or {})
    if not claims.get("sub"):
        raise ApiError(400, "The identity provider does not say who you are.")
    if not _text(claims.get("email")).strip() or claims.get("email_verified") is not True:
        raise ApiError(403, "Your e-mail address is not verified by the identity provider.")
    return claims


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


def birthday_in(birthdate: object) -> str | None:
    """Return a complete birth date; None for a partial one (year 0000, a year alone) and for no date at all."""
    if not isinstance(birthdate, str) or not _BIRTHDATE.fullmatch(birthdate):
        return None
    try:
        return date.fromisoformat(birthdate).isoformat()
    except ValueError:
        return None


def _text(claim: object) -> str:
    """Return a claim without characters that the system does not accept; an empty text if it is no text."""
    if not isinstance(claim, str):
        return ""
    return "".join(filter(is_clean, claim))[:MAX_CLAIM_LENGTH]


def _unreachable(exc: Exception) -> Unavailable:
    log.warning("the identity provider does not answer: %s", exc)
    return Unavailable(Code.CALL_UNREACHABLE, "The identity provider does not answer; try again.")


def _set_cookie(response: Response, name: str, value: str, max_age_s: int) -> None:
    secure = backend().settings.is_https or request.is_secure
    response.set_cookie(name, value, max_age=max_age_s, httponly=True, samesite="Lax", secure=secure, path="/")
