"""When a session ends: by a clock in the test's hands."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from gateway.api import auth
from gateway.live.known_sessions import REMEMBERED_S
from gateway.stores.sessions import SessionStore, session_name
from tests.unit.gateway.conftest import Surroundings

LOGGED_IN_AT = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Collection:
    """Stands in for the collection of sessions; instants come back without a zone, as the driver gives them."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}
        self.updates = 0

    def insert_one(self, document: dict[str, Any]) -> None:
        self.documents[document["_id"]] = document

    def find_one(self, wanted: dict[str, Any]) -> dict[str, Any] | None:
        found = self.documents.get(wanted["_id"])
        return found and {
            name: value.replace(tzinfo=None) if isinstance(value, datetime) else value for name, value in found.items()
        }

    def update_one(self, wanted: dict[str, Any], update: dict[str, Any]) -> None:
        self.updates += 1
        self.documents[wanted["_id"]].update(update["$set"])


class Life:
    """A session, and how long ago somebody has logged in."""

    def __init__(self) -> None:
        self.sessions, self.now = Collection(), LOGGED_IN_AT
        database: Any = self
        self.store = SessionStore(database, lambda: self.now)
        self.token = self.store.open("anna")

    def lasts(self, days: float, *, is_use: bool = True) -> bool:
        self.now = LOGGED_IN_AT + timedelta(days=days)
        return self.store.find_user_id(self.token, is_use=is_use) == "anna"


@pytest.fixture
def session() -> Life:
    return Life()


def test_a_session_ends_30_days_after_its_last_use(session: Life) -> None:
    assert session.lasts(29)
    assert session.lasts(58)
    assert not session.lasts(88)


def test_a_session_ends_180_days_after_log_in_however_much_it_is_used(session: Life) -> None:
    assert all(session.lasts(day) for day in range(180))
    assert not session.lasts(180)


def test_what_is_no_use_prolongs_nothing(session: Life) -> None:
    assert all(session.lasts(day, is_use=False) for day in range(30))
    assert not session.lasts(30, is_use=False)
    assert session.sessions.updates == 0


def test_a_session_is_prolonged_once_a_day_at_most(session: Life) -> None:
    assert all(session.lasts(hour / 24) for hour in range(24 * 10))
    assert session.sessions.updates < 10


def test_a_session_near_its_absolute_end_is_not_written_with_each_use(session: Life) -> None:
    assert all(session.lasts(day) for day in range(160))
    written = session.sessions.updates
    assert all(session.lasts(160 + hour / 24) for hour in range(24 * 19))
    assert session.sessions.updates <= written + 1


def test_a_session_of_the_first_version_has_180_days_from_its_next_use(session: Life) -> None:
    (document,) = session.sessions.documents.values()
    del document["opened_at"]
    assert all(session.lasts(day) for day in range(2, 182))
    assert not session.lasts(182)


@pytest.mark.parametrize(
    ("method", "path", "headers", "is_use"),
    [
        ("GET", "/sync?since=x", {}, True),
        ("HEAD", "/sync?since=x", {}, False),
        ("GET", "/sync?since=x", {"Sec-Purpose": "prefetch"}, False),
        ("GET", "/stream?since=x", {}, False),
    ],
    ids=str,
)
def test_what_is_a_use(
    gateway: Callable[..., FlaskClient],
    surroundings: Surroundings,
    method: str,
    path: str,
    headers: dict[str, str],
    is_use: bool,
) -> None:
    client = gateway()
    client.set_cookie("session", "known")

    assert client.open(path, method=method, headers=headers).status_code == 400
    assert surroundings.uses == [is_use]


@pytest.mark.parametrize("is_told", [True, False])
def test_log_out_is_answered_when_every_process_knows_it_or_has_forgotten_the_session(
    gateway: Callable[..., FlaskClient], surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch, is_told: bool
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(auth.time, "sleep", slept.append)
    surroundings.down = set() if is_told else {"streams"}
    client = gateway()
    client.set_cookie("session", "known")

    assert client.get("/logout").status_code == 302

    assert surroundings.closed == ["known"]
    assert slept == ([] if is_told else [REMEMBERED_S])


def test_a_session_that_was_seen_a_moment_ago_is_not_read_again(
    gateway: Callable[..., FlaskClient], surroundings: Surroundings
) -> None:
    surroundings.told_by = "amq.gen-ours"
    client = gateway()
    client.set_cookie("session", "known")

    for _ in range(3):
        client.get("/events?year=x")
    assert len(surroundings.uses) == 1

    surroundings.told_by = None
    client.get("/events?year=x")
    assert len(surroundings.uses) == 2


def test_a_use_is_not_hidden_by_what_was_none(gateway: Callable[..., FlaskClient], surroundings: Surroundings) -> None:
    surroundings.told_by = "amq.gen-ours"
    client = gateway()
    client.set_cookie("session", "known")

    client.head("/events?year=x")
    client.get("/events?year=x")

    assert surroundings.uses == [False, True]


def test_a_session_that_ends_while_it_is_read_opens_nothing(
    gateway: Callable[..., FlaskClient], surroundings: Surroundings
) -> None:
    client = gateway()
    client.set_cookie("session", "known")
    surroundings.sessions.end(session_name("known"))
    assert client.get("/events?year=x").status_code == 401


@pytest.mark.parametrize("is_known", [True, False])
def test_a_cookie_of_no_session_is_no_reason_to_call_anybody(
    gateway: Callable[..., FlaskClient], surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(auth.time, "sleep", slept.append)
    monkeypatch.setattr(Surroundings, "call", lambda *_, **__: 1 / 0)
    if is_known:
        surroundings.sessions.end(session_name("no session"))
    client = gateway()
    client.set_cookie("session", "no session")

    assert client.get("/logout").status_code == 302

    assert slept == ([] if is_known else [REMEMBERED_S])
