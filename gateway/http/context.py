"""The collaborators of a gateway process, and what belongs to the current request."""

from dataclasses import dataclass
from typing import Protocol

from flask import current_app, g, request

from gateway.calls import RequestCalls, RpcClient
from gateway.http.request_age import unread_s
from gateway.live.hub import Hub
from gateway.settings import Settings
from gateway.stores.idempotency import KeyStore
from gateway.stores.logins import LoginStore
from gateway.stores.sessions import SessionStore
from services.chassis.rpc.deadline import Deadline
from services.contracts.ids import new_id

REQUEST_LIMIT_S = 5.0
"""For all calls of a request together, from the moment that its last bytes arrived."""


class Pingable(Protocol):
    """A database connection that can be checked."""

    def ping(self) -> None:
        """Return if it answers, raise if not."""


@dataclass(frozen=True)
class Backend:
    """The collaborators of every view; tests put others in their place."""

    settings: Settings
    caller: RpcClient
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
    """Return the id of the user whose session this is."""
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
    return backend().settings.public_url or requested_url()


def requested_url() -> str:
    """Return the base of URLs as the client has named it in this request, without a slash at the end."""
    return f"{request.scheme}://{request.host.lower()}"
