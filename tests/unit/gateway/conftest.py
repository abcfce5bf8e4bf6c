"""The gateway without broker and database."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask.testing import FlaskClient
from pymongo.errors import ServerSelectionTimeoutError

from gateway.api.health import probe_broker
from gateway.app import create_app
from gateway.http.context import Backend
from gateway.live.known_sessions import KnownSessions
from gateway.settings import Settings
from services.contracts.errors import Code, Unavailable


@dataclass
class Surroundings:
    """Stands in for broker, services and database, each of which may be down.

    down: by the names that runners use. uses: for each look at a session whether it was a use. closed: the sessions
    that were ended.
    """

    down: set[str] = field(default_factory=set)
    frozen: bool = False
    connected: bool = True
    uses: list[bool] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    told_by: str | None = None
    sessions: KnownSessions = field(default_factory=KnownSessions)

    def within(self, deadline: object) -> "Surroundings":
        return self

    def start(self, call: Any, **arguments: Any) -> "Answer":
        if not self.connected:
            raise Unavailable(Code.CALL_UNREACHABLE, "not connected")
        if self.frozen or call.service in self.down:
            return Answer(Unavailable(Code.CALL_TIMEOUT, f"{call.service} did not answer in time"))
        if call is probe_broker:
            return Answer(Unavailable(Code.CALL_UNREACHABLE, "nobody has never run here"))
        return Answer(None)

    def call(self, call: Any, **arguments: Any) -> Any:
        return self.start(call, **arguments).result()

    def ping(self) -> None:
        if "mongodb" in self.down:
            raise ServerSelectionTimeoutError("no server")

    def find_user_id(self, token: str, *, is_use: bool) -> str | None:
        self.uses.append(is_use)
        return "0123456789abcdef01234567" if token == "known" else None

    def close(self, token: str) -> bool:
        self.closed.append(token)
        return token == "known"


@dataclass
class Answer:
    """Stands in for a reply."""

    failure: Exception | None

    def result(self) -> dict[str, bool]:
        if self.failure is not None:
            raise self.failure
        return {"database": True, "listening": True}


@pytest.fixture
def surroundings() -> Surroundings:
    return Surroundings()


@pytest.fixture
def gateway(surroundings: Surroundings) -> Callable[..., FlaskClient]:
    """Return what makes a client of a gateway with these settings."""

    def make(**settings: Any) -> FlaskClient:
        needed: dict[str, Any] = {"amqp_uri": "a", "mongo_uri": "m", "oidc_client_id": "i", "oidc_client_secret": "s"}
        around: Any = surroundings
        backend = Backend(
            settings=Settings(**needed, **settings),
            caller=around,
            sessions=around,
            logins=around,
            keys=around,
            database=around,
            hub=around,
        )
        return create_app(backend).test_client()

    return make
