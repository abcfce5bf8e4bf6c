"""What a gateway process has one of, and how a view gets at it."""

from dataclasses import dataclass
from typing import Protocol

from flask import current_app, g, request

from gateway.calls import Caller, RequestCalls
from gateway.idempotency import KeyStore
from gateway.patience import unread_s
from gateway.sessions import LoginStore, SessionStore
from gateway.settings import Settings
from gateway.stream.hub import Hub
from services.chassis.deadline import Deadline
from services.contracts.ids import new_id

REQUEST_LIMIT_S = 5.0
"""For all calls of a request together, from the moment that its last bytes arrived."""


class Pingable(Protocol):
    """Something that can tell whether its database answers."""

    def ping(self) -> None:
        """Return if it answers, raise if not."""


@dataclass(frozen=True)
class Backend:
    """The collaborators of every view; tests put others in their place."""

    settings: Settings
    caller: Caller
    sessions: SessionStore
    logins: LoginStore
    keys: KeyStore
    database: Pingable
    hub: Hub


def backend() -> Backend:
    """Return the collaborators of this application."""
    found: Backend = current_app.extensions["backend"]
    return found


def calls() -> RequestCalls:
    """Return the calls of this request, which share its deadline."""
    if "calls" not in g:
        left_s = REQUEST_LIMIT_S - unread_s(request.environ)
        g.calls = RequestCalls(backend().caller.within(Deadline.after(left_s)))
    found: RequestCalls = g.calls
    return found


def actor_id() -> str:
    """Return the id of the person whose session this is."""
    found: str = g.actor_id
    return found


def operation_id() -> str:
    """Return the id of the operation that this request stands for: its idempotency key's, or a new one."""
    if "operation_id" not in g:
        g.operation_id = new_id()
    found: str = g.operation_id
    return found


def public_url() -> str:
    """Return the base of URLs that clients can use, without a slash at the end."""
    return backend().settings.public_url or request.host_url.rstrip("/")
