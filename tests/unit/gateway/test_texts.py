"""What a client is told of a text that is too long, whichever it is."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

EVENT = {
    "type": "single",
    "name": "Dinner",
    "is_private": "true",
    "datetime": "31.12.2026 19:30",
    "address": "",
    "icon": "pizza.svg",
}


@pytest.mark.parametrize(
    ("field", "most"), [("name", 200), ("address", 500), ("description", 10_000), ("recurrence", 2000)]
)
def test_it_is_told_how_many_characters_there_may_be(
    gateway: Callable[..., FlaskClient], field: str, most: int
) -> None:
    client = gateway()
    client.set_cookie("session", "known")

    answer = client.post("/event", json={**EVENT, field: "x" * (most + 1)})

    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["errors"] == [{"field": field, "message": f"must have at most {most:,} characters"}]
