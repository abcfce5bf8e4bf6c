"""Which of our languages a request asks for."""

import pytest
from flask import Flask

from gateway.http.language import asked_language


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("ru", "ru"),
        ("ru-RU, en;q=0.9", "ru"),
        ("en-GB, ru;q=0.9", "en"),
        ("de, ru;q=0.3", "ru"),
        ("de", "en"),
        ("de, *;q=0.5, ru;q=0.1", "en"),
        ("*;q=0.2, ru;q=0.8", "ru"),
        ("en;q=0, ru", "ru"),
        ("ru;q=0, *", "en"),
        ("ru, en", "ru"),
    ],
)
def test_the_language_that_is_preferred_is_asked_for(accepted: str | None, language: str) -> None:
    headers = {} if accepted is None else {"Accept-Language": accepted}
    with Flask(__name__).test_request_context(headers=headers):
        assert asked_language() == language
