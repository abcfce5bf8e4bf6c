"""How a log-in begins: what is kept of it, which cookie it gets, and where the provider sends people back to."""

from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.api import identity
from gateway.api.auth import MAX_NEXT_BYTES
from gateway.api.login_cookies import MAX_OPEN_LOGINS
from tests.unit.gateway.conftest import Surroundings

PUBLIC_URL = "https://calendar.example"
EVIL = {
    "Host": "evil.example",
    "X-Forwarded-Host": "worse.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Prefix": "/worst",
    "Forwarded": "host=worst.example",
}


@pytest.fixture
def logins(surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return what is kept of the log-ins that begin."""
    begun: list[dict[str, Any]] = []

    def begin(state: str, browser: str, data: dict[str, Any]) -> None:
        begun.append({"state": state, "browser": browser, **data})

    monkeypatch.setattr(surroundings, "begin", begin, raising=False)
    return begun


@pytest.fixture
def log_in(
    gateway: Callable[..., FlaskClient], logins: list[dict[str, Any]]
) -> Callable[..., tuple[FlaskClient, TestResponse]]:
    """Return what begins a log-in with a gateway of these settings."""

    def begin(headers: dict[str, str] | None = None, query: str = "", **settings: Any) -> Any:
        client = gateway(**settings)
        with client.application.app_context():
            described = {"issuer": "https://a.example", "authorization_endpoint": "https://a.example/in"}
            identity._provider().server_metadata.update({**described, "_loaded_at": 1})
        return client, client.get(f"/login{query}", headers=headers)

    return begin


def cookie_of(answer: TestResponse) -> Any:
    (morsel,) = SimpleCookie(answer.headers["Set-Cookie"]).values()
    return morsel


def redirect_uri(answer: TestResponse) -> str:
    return parse_qs(urlsplit(answer.headers["Location"]).query)["redirect_uri"][0]


def test_under_https_the_cookie_is_of_this_host_alone(log_in: Any, logins: list[dict[str, Any]]) -> None:
    _, answer = log_in(public_url=PUBLIC_URL)

    cookie = cookie_of(answer)
    assert cookie.key == f"__Host-login-{logins[0]['state']}"
    assert cookie.value == logins[0]["browser"]
    assert (cookie["secure"], cookie["path"], cookie["domain"], cookie["httponly"]) == (True, "/", "", True)


def test_each_has_a_fresh_one_whatever_the_browser_brings(log_in: Any, logins: list[dict[str, Any]]) -> None:
    client, first = log_in(public_url=PUBLIC_URL)
    brought = {"Cookie": f"__Host-login-{logins[0]['state']}=planted; login=planted; __Host-login-x=planted"}

    second = client.get("/login", headers=brought)

    assert cookie_of(first).key != cookie_of(second).key
    assert cookie_of(first).value != cookie_of(second).value != "planted"


def test_one_more_than_five_ends_the_oldest(log_in: Any, logins: list[dict[str, Any]]) -> None:
    client, _ = log_in()
    for _ in range(MAX_OPEN_LOGINS - 1):
        assert len(client.get("/login").headers.getlist("Set-Cookie")) == 1

    _, ended = client.get("/login").headers.getlist("Set-Cookie")

    assert ended.startswith(f"login-{logins[0]['state']}=;")


@pytest.mark.parametrize("text", ["a", "%D0%B6", "%F0%9F%98%80"], ids=["ascii", "cyrillic", "emoji"])
@pytest.mark.parametrize("length", [100, 400, 2000])
def test_what_is_kept_of_somebody_unknown_is_small(
    log_in: Any, logins: list[dict[str, Any]], text: str, length: int
) -> None:
    log_in(query=f"?next=/{text * length}&more={'x' * 5000}")

    (kept,) = logins
    assert len(orjson.dumps(kept)) < MAX_NEXT_BYTES + 500


@pytest.mark.parametrize("proxies", [0, 1])
def test_with_a_public_url_nothing_that_a_request_says_of_the_host_is_believed(log_in: Any, proxies: int) -> None:
    _, answer = log_in(EVIL, public_url=PUBLIC_URL, proxies=proxies)

    assert redirect_uri(answer) == f"{PUBLIC_URL}/login/callback"


@pytest.mark.parametrize(
    ("proxies", "believed"), [(0, "http://evil.example/login/callback"), (1, "https://one.example/login/callback")]
)
def test_a_proxy_is_believed_if_it_is_trusted_and_only_the_last_one(log_in: Any, proxies: int, believed: str) -> None:
    said = EVIL | {"X-Forwarded-Host": "worse.example, one.example", "X-Forwarded-Proto": "http, https"}

    _, answer = log_in(said, proxies=proxies)

    assert redirect_uri(answer) == believed
