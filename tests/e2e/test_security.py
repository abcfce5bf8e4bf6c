"""What browsers are told, and what other sites are refused."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.answers import Answer, ok, refused
from tests.e2e.browser import Browser
from tests.e2e.endpoints import NOBODY, PERSONAL, Endpoint, name_of
from tests.e2e.people import Person, a_plan

OTHER_SITE = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "garbage"},
    {"Origin": "http://[::1"},
    {"Origin": "http://["},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "ours", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "ours", "Sec-Fetch-Site": "same-site"},
]
CHANGING = [endpoint for endpoint in PERSONAL if endpoint[0] != "GET"]


def named(headers: dict[str, str], ann: Person) -> dict[str, str]:
    """Put in what our own origin is."""
    return {name: ann.system.base if value == "ours" else value for name, value in headers.items()}


def changes(event_id: str) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Return one request of each state-changing method, all of which would do something to the event."""
    return {
        "POST": ("POST", "/event", {"body": a_plan(name="Intruder")}),
        "PUT": ("PUT", "/event", {"body": {"id": event_id, "name": "Changed"}}),
        "DELETE": ("DELETE", "/event", {"query": {"id": event_id}}),
    }


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("headers", OTHER_SITE, ids=str)
def test_a_change_that_another_site_sends_is_refused(ann: Person, method: str, headers: dict[str, str]) -> None:
    event_id = ann.plan()
    verb, path, content = changes(event_id)[method]
    before = ann.event(event_id), ann.me()

    refused(ann.request(verb, path, **content, headers=named(headers, ann)), 403)

    assert (ann.event(event_id), ann.me()) == before
    assert ann.request(verb, path, **content).status_code in (200, 204)


@pytest.mark.parametrize("endpoint", CHANGING, ids=name_of)
def test_every_state_changing_endpoint_refuses_other_sites(ann: Person, endpoint: Endpoint) -> None:
    method, path = endpoint
    content: dict[str, Any] = {"body": {}} if method in ("POST", "PUT") else {"query": {"id": NOBODY}}

    refused(ann.request(method, path, **content, headers={"Origin": "https://evil.example"}), 403)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "ours"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "ours", "Sec-Fetch-Site": "same-origin"},
    ],
    ids=str,
)
def test_a_change_from_our_own_pages_or_from_no_browser_passes(
    ann: Person, method: str, headers: dict[str, str]
) -> None:
    verb, path, content = changes(ann.plan())[method]

    assert ann.request(verb, path, **content, headers=named(headers, ann)).status_code in (200, 204)


def test_reading_is_not_refused_but_another_site_is_not_told_that_it_may_look(ann: Person) -> None:
    answer = ann.get("/user", headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"})

    assert ok(answer)["id"] == ann.id
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_preflight_of_another_site_is_told_nothing(ann: Person) -> None:
    answer = ann.request(
        "OPTIONS",
        "/event",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "PUT"},
    )

    assert answer.status_code < 500
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("endpoint", [*PERSONAL, ("GET", "/healthz")], ids=name_of)
def test_asking_for_leave_needs_no_session(browser: Browser, endpoint: Endpoint) -> None:
    method, path = endpoint

    answer = browser.request("OPTIONS", path)

    assert answer.status_code == 200
    assert method in answer.headers["Allow"]


def test_a_form_of_another_site_cannot_pass_as_json(ann: Person) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        refused(ann.request("POST", "/event", data=b"{}", headers={"Content-Type": content_type}), 415)


ANSWERS: dict[str, Callable[[Person], Answer]] = {
    "200": lambda ann: ann.get("/user"),
    "204 list": lambda ann: ann.get("/invites"),
    "204 change": lambda ann: ann.change(ann.plan(), name="Supper"),
    "302 log in": lambda ann: ann.get("/login"),
    "302 log out": lambda ann: Browser(ann.system).get("/logout"),
    "304": lambda ann: not_modified(ann),
    "400": lambda ann: ann.get("/event", id="x"),
    "400 callback": lambda ann: Browser(ann.system).get("/login/callback"),
    "401": lambda ann: Browser(ann.system).get("/user"),
    "403": lambda ann: ann.post("/event", a_plan(), headers={"Origin": "https://evil.example"}),
    "404": lambda ann: ann.get("/event", id=NOBODY),
    "404 path": lambda ann: Browser(ann.system).get("/nothing/here"),
    "405": lambda ann: ann.put("/user", {}),
    "412": lambda ann: ann.change(ann.plan(), name="Supper", headers={"If-Match": '"other"'}),
    "413": lambda ann: ann.request("POST", "/event", data=b" " * 1_100_000, headers={"Content-Type": JSON}),
    "415": lambda ann: ann.request("POST", "/event", data=b"{}", headers={"Content-Type": "text/plain"}),
    "icon": lambda ann: Browser(ann.system).get("/load_icon/bell.svg"),
    "icon picture": lambda ann: Browser(ann.system).get("/load_icon/bell.svg", headers={"Accept": "image/*"}),
    "icon unknown": lambda ann: Browser(ann.system).get("/load_icon/nothing.svg"),
    "front page": lambda ann: Browser(ann.system).get("/"),
    "health": lambda ann: Browser(ann.system).get("/healthz"),
    "readiness": lambda ann: Browser(ann.system).get("/readyz"),
    "openapi": lambda ann: Browser(ann.system).get("/openapi.json"),
    "docs": lambda ann: Browser(ann.system).get("/docs"),
}
JSON = "application/json"
PERSONAL_ANSWERS = ["200", "204 list", "204 change", "302 log in", "302 log out", "304", "400", "401", "403", "404"]


def not_modified(ann: Person) -> Answer:
    event_id = ann.plan()
    etag = ann.get("/event", id=event_id).headers["ETag"]
    return ann.get("/event", id=event_id, headers={"If-None-Match": etag})


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_answer_forbids_sniffing(ann: Person, kind: str) -> None:
    answer = ANSWERS[kind](ann)

    wanted = kind.split()[0]
    assert not wanted.isdigit() or answer.status_code == int(wanted), answer.text
    assert answer.status_code < 500
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("kind", PERSONAL_ANSWERS)
def test_an_answer_that_depends_on_who_asks_is_kept_by_no_cache(ann: Person, kind: str) -> None:
    directives = ANSWERS[kind](ann).headers["Cache-Control"].replace(" ", "").split(",")

    assert {"no-store", "private"} & set(directives)
    assert "public" not in directives


@pytest.mark.parametrize(
    "path", ["/user", "/friends", "/invites", "/chats?count_getting=0&count=5", "/events?year=2031&month=5"]
)
def test_every_personal_list_is_kept_by_no_cache(ann: Person, path: str) -> None:
    answer = ann.get(path)

    assert answer.status_code in (200, 204)
    assert {"no-store", "private"} & set(answer.headers["Cache-Control"].replace(" ", "").split(","))


def test_the_answer_to_a_log_in_is_kept_by_no_cache(ann: Person) -> None:
    answer = ann.log_in(ann.sub)

    assert {"no-store", "private"} & set(answer.headers["Cache-Control"].replace(" ", "").split(","))
