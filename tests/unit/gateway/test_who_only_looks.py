"""HEAD, and a browser that fetches ahead of its user, change nothing: neither sessions, nor log-ins, nor streams.

Behind these gateways nobody answers what a GET would do: whatever is tried fails.
"""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

PREFETCHES = (
    {"Sec-Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch;anonymous-client-ip"},
    {"Sec-Purpose": "prefetch;prerender"},
    {"Purpose": "Prefetch"},
    {"X-Purpose": "preview"},
    {"X-Moz": "prefetch"},
)


@pytest.fixture
def client(gateway: Callable[..., FlaskClient]) -> FlaskClient:
    client = gateway()
    client.set_cookie("session", "known")
    return client


@pytest.mark.parametrize("headers", PREFETCHES, ids=str)
@pytest.mark.parametrize("path", ["/logout", "/login", "/login/callback?state=s&code=c", "/stream?since=1"])
def test_what_would_change_something_is_not_fetched_ahead(
    client: FlaskClient, path: str, headers: dict[str, str]
) -> None:
    answer = client.get(path, headers=headers)

    assert (answer.status_code, answer.content_type) == (403, "application/problem+json")
    assert "Set-Cookie" not in answer.headers


def test_a_look_at_a_stream_opens_none(client: FlaskClient) -> None:
    answer = client.head("/stream?since=7")

    assert (answer.status_code, answer.mimetype, answer.headers["X-Stream-Cursor"]) == (200, "text/event-stream", "7")
    assert answer.data == b""


def test_a_look_at_the_way_out_or_back_ends_and_begins_nothing(client: FlaskClient) -> None:
    for path in ("/logout", "/login/callback?state=s&code=c"):
        answer = client.head(path)
        assert answer.status_code == 302
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({"Content-Type": "text/plain"}, ("Accept", "application/json")),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, ("Accept-Encoding", "identity")),
    ],
)
def test_a_refusal_of_a_body_says_what_is_taken(
    client: FlaskClient, headers: dict[str, str], says: tuple[str, str]
) -> None:
    answer = client.post("/event", data=b"{}", headers=headers)

    assert answer.status_code == 415
    assert says in list(answer.headers.items())
