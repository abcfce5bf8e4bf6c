"""What the gateway asks of users, and in which words it says what they do not have."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from gateway.http.hooks import SESSION_COOKIE
from services.contracts import users
from tests.unit.gateway.conftest import Surroundings

NAMELESS = {"id": "1" * 24, "name": "", "email": None, "picture": "", "birthday": None}


@pytest.fixture
def asked(surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return what is asked of the service users, which finds somebody without a name."""
    asked: list[dict[str, Any]] = []

    def call(call: Any, **arguments: Any) -> list[Any]:
        assert call is users.search_users
        asked.append(arguments)
        return [NAMELESS]

    monkeypatch.setattr(surroundings, "call", call, raising=False)
    return asked


def search(client: FlaskClient, **headers: str) -> Any:
    client.set_cookie(SESSION_COOKIE, "known")
    return client.get("/search/users?filtered_str=ben@example.test", headers=headers).get_json()


@pytest.mark.parametrize("search_by_email", [True, False])
def test_whether_strangers_are_found_by_their_address_is_a_setting(
    gateway: Callable[..., FlaskClient], asked: list[dict[str, Any]], search_by_email: bool
) -> None:
    search(gateway(search_by_email=search_by_email))

    [arguments] = asked
    assert (arguments["by_address"], arguments["text"]) == (search_by_email, "ben@example.test")
    assert arguments["actor_id"] == "0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("accepted", "words"),
    [
        ("ru", "Кто-то"),
        ("ru-RU, en;q=0.8", "Кто-то"),
        ("de, ru;q=0.3", "Кто-то"),
        ("en-GB, ru;q=0.9", "Someone"),
        ("ru;q=0, en;q=0.1", "Someone"),
        ("de", "Someone"),
        ("*", "Someone"),
        ("", "Someone"),
        (";;;=q,", "Someone"),
    ],
)
def test_a_missing_name_is_said_in_the_language_of_the_asker(
    gateway: Callable[..., FlaskClient], asked: list[dict[str, Any]], accepted: str, words: str
) -> None:
    [found] = search(gateway(), **{"Accept-Language": accepted})

    assert (found["name"], found["email"], found["birthday"]) == (words, None, None)
    assert asked
