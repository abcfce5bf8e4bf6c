"""What `/readyz` says is missing."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

SERVICES = {"users", "events", "chats", "invites", "streams"}


@pytest.mark.parametrize(
    ("state", "named", "word"),
    [
        ({"connected": False}, {"rabbitmq", *SERVICES}, "broker"),
        ({"frozen": True}, {"rabbitmq", *SERVICES}, "broker"),
        ({"down": {"mongodb"}}, {"mongodb"}, "database"),
        ({"down": {"chats"}}, {"chats"}, "chats"),
        ({"down": SERVICES}, SERVICES, "invites"),
        ({"down": {"mongodb"}, "frozen": True}, {"mongodb", "rabbitmq", *SERVICES}, "database"),
    ],
    ids=["no connection", "frozen", "no database", "no chats", "no services", "nothing"],
)
def test_it_names_all_that_does_not_answer_and_nothing_else(
    gateway: Callable[..., FlaskClient], surroundings: Any, state: dict[str, Any], named: set[str], word: str
) -> None:
    client = gateway()
    assert client.get("/readyz").status_code == 200
    for name, value in state.items():
        setattr(surroundings, name, value)

    answer = client.get("/readyz")

    assert answer.status_code == 503 and answer.json
    assert {error["field"] for error in answer.json["errors"]} == named
    assert word in answer.json["detail"]
    assert client.get("/healthz").status_code == 200
