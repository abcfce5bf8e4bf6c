"""The cookies of log-ins under way: each has its own, named after its state, so that log-ins in several tabs go on.

A cookie says which browser has left for the provider, and with which secret it comes back. It is minted at each
`/login`: what somebody has planted is never adopted.
"""

import re
import time

from flask import Response, request

from gateway.http.cookies import delete_cookie, is_secure, set_cookie
from gateway.stores.logins import LOGIN_TTL
from gateway.stores.tokens import new_token

MAX_OPEN_LOGINS = 5
"""In one browser; one more drops the oldest."""

_STATE = re.compile(r"[0-9a-f]{14}-[A-Za-z0-9_-]{43}", re.ASCII)


def new_state() -> str:
    """Mint the state of a log-in: by when it was minted, so that the oldest of several is known, and unguessable."""
    return f"{time.time_ns() // 1000:014x}-{new_token()}"


def secret_of(state: str) -> str | None:
    """Return the secret that this browser has for a state."""
    return request.cookies.get(_name(state))


def begin(response: Response, state: str, secret: str) -> None:
    """Give the browser the cookie of a new log-in, and take away those that are too many."""
    set_cookie(response, _name(state), secret, int(LOGIN_TTL.total_seconds()))
    for oldest in _open_states()[: -(MAX_OPEN_LOGINS - 1)]:
        end(response, oldest)


def end(response: Response, state: str) -> None:
    """Take away the cookie of a log-in."""
    delete_cookie(response, _name(state))


def _prefix() -> str:
    """Return how the names begin; under https browsers take `__Host-` from this host only, and over https only."""
    return "__Host-login-" if is_secure() else "login-"


def _name(state: str) -> str:
    return _prefix() + state


def _open_states() -> list[str]:
    """List the states that this browser has cookies for, the oldest first."""
    prefix = _prefix()
    states = (name.removeprefix(prefix) for name in request.cookies if name.startswith(prefix))
    return sorted(filter(_STATE.fullmatch, states))
