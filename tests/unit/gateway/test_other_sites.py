"""Other sites whose pages may use the API, and those that may not."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

FRIEND = "https://calendar.example"
ASKING = {
    "Origin": FRIEND,
    "Access-Control-Request-Method": "PUT",
    "Access-Control-Request-Headers": "content-type, if-match, idempotency-key",
}


@pytest.fixture
def client(gateway: Callable[..., FlaskClient]) -> FlaskClient:
    return gateway(cors_origins=("https://other.example", FRIEND))


@pytest.mark.parametrize("path", ["/event", "/chat/msg", "/member", "/invite", "/friend", "/user"])
def test_a_page_of_a_friend_is_given_leave_without_a_session(client: FlaskClient, path: str) -> None:
    answer = client.options(path, headers=ASKING)

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == FRIEND
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert all(name in allowed for name in ("content-type", "if-match", "idempotency-key"))


def test_a_page_of_anybody_else_is_given_none(client: FlaskClient) -> None:
    answer = client.options("/event", headers=ASKING | {"Origin": "https://evil.example"})

    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_page_of_a_friend_reads_refusals_and_what_headers_say(client: FlaskClient) -> None:
    answer = client.get("/user", headers={"Origin": FRIEND})

    assert answer.status_code == 401
    assert answer.headers["Access-Control-Allow-Origin"] == FRIEND
    exposed = {name.strip() for name in answer.headers["Access-Control-Expose-Headers"].split(",")}
    assert exposed == {"ETag", "Retry-After", "X-Invite-Id", "X-Request-Id", "X-Stream-Cursor"}


@pytest.mark.parametrize("relation", [None, "cross-site", "same-site"])
@pytest.mark.parametrize(
    ("origin", "may"),
    [
        (FRIEND, True),
        (FRIEND.upper(), True),
        ("http://localhost", None),
        ("https://evil.example", False),
        ("http://[", False),
    ],
)
def test_a_change_passes_from_a_friend_whatever_the_browser_says_of_it(
    client: FlaskClient, relation: str | None, origin: str, may: bool | None
) -> None:
    """Our own origin (None) passes unless the browser says that the page is another site's."""
    client.set_cookie("session", "known")
    headers = {"Origin": origin} | ({"Sec-Fetch-Site": relation} if relation else {})

    answer = client.post("/event", data=b"no JSON", headers=headers)

    passes = relation is None if may is None else may
    assert answer.status_code == (415 if passes else 403)


def test_an_address_in_brackets_is_no_pattern(gateway: Callable[..., FlaskClient]) -> None:
    client = gateway(cors_origins=("http://[::1]:3000",))

    for origin, may in (("http://[::1]:3000", True), ("http://::3000", False), ("http://1:3000", False)):
        answer = client.options("/event", headers=ASKING | {"Origin": origin})
        assert ("Access-Control-Allow-Origin" in answer.headers) == may
