"""Sessions: their cookies, and their end."""

from collections.abc import Callable
from http.cookies import SimpleCookie
from urllib.parse import urljoin

import pytest

from gateway.stores.sessions import MAX_SESSION_AGE
from tests.e2e.answers import Answer, ok, refused
from tests.e2e.browser import Browser, get_raw, introduce
from tests.e2e.parallel import at_once
from tests.e2e.people import Person, claims_of, some_token
from tests.e2e.system import System

Someone = Callable[..., Person]
EVERY_WORKER = 8
"""Requests on new connections, enough that each worker most likely answers one."""


@pytest.fixture
def person(someone: Someone) -> Person:
    return someone()


def is_worthless(copy: Browser) -> None:
    """Check that the cookies of a browser open nothing, on any worker."""
    for _ in range(EVERY_WORKER):
        refused(copy.get("/user"), 401)


def names_of(browser: Browser) -> list[str]:
    return [cookie.name for cookie in browser.http.cookies]


def cookies_set_by(answer: Answer) -> SimpleCookie:
    cookies = SimpleCookie()
    for header in answer.raw.headers.getlist("Set-Cookie"):
        cookies.load(header)
    return cookies


def test_a_session_is_known_to_every_worker(person: Person) -> None:
    for _ in range(EVERY_WORKER):
        assert person.me()["id"] == person.id


def test_cookies_are_http_only_lax_and_for_our_host_alone(browser: Browser, system: System) -> None:
    sub = some_token()
    introduce(system, sub, claims_of(sub))

    cookies = [morsel for morsel in cookies_set_by(browser.log_in(sub)).values() if morsel.value]

    assert cookies
    for cookie in cookies:
        assert cookie["httponly"]
        assert cookie["samesite"].lower() == "lax"
        assert cookie["path"] == "/"
        assert cookie["domain"] == ""
        assert bool(cookie["secure"]) == system.base.startswith("https")
    (session,) = (cookie for cookie in cookies if cookie.key == "session")
    assert int(session["max-age"]) == MAX_SESSION_AGE.total_seconds()


def test_the_session_id_is_a_new_one_after_each_log_in(person: Person) -> None:
    before = person.copy()

    person.log_in(person.sub)

    assert dict(person.http.cookies) != dict(before.http.cookies)
    assert person.me()["id"] == person.id
    is_worthless(before)


def test_a_session_that_somebody_has_planted_is_not_the_one_that_a_log_in_opens(
    browser: Browser, system: System
) -> None:
    sub = some_token()
    introduce(system, sub, claims_of(sub))
    callback = browser.agree(browser.start_login(), sub)
    planted = browser.copy()

    browser.get(callback)

    assert ok(browser.get("/user"))["google_id"] == sub
    is_worthless(planted)


def test_logging_in_as_somebody_else_changes_who_i_am(someone: Someone) -> None:
    ann, ben = someone(), someone()

    ann.log_in(ben.sub)

    assert ann.me()["id"] == ben.id


def test_logging_out_ends_the_session_for_every_copy_of_the_cookie(person: Person, system: System) -> None:
    copy = person.copy()
    assert ok(copy.get("/user"))["id"] == person.id

    answer = person.get("/logout")

    assert answer.status_code == 302
    assert urljoin(system.base, answer.headers["Location"]).startswith(system.base)
    refused(person.get("/user"), 401)
    is_worthless(copy)


def test_logging_out_by_top_level_navigation_from_elsewhere_works(person: Person) -> None:
    copy = person.copy()

    person.get(
        "/logout", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    )

    is_worthless(copy)


def test_logging_out_from_our_own_pages_works(person: Person, system: System) -> None:
    copy = person.copy()

    person.get("/logout", headers={"Sec-Fetch-Site": "same-origin", "Referer": system.base + "/"})

    is_worthless(copy)


def test_logging_out_leaves_the_other_device_logged_in(person: Person, system: System) -> None:
    phone = Browser(system)
    phone.log_in(person.sub)

    person.get("/logout")

    assert ok(phone.get("/user"))["id"] == person.id


def test_logging_out_without_a_session_is_no_error(browser: Browser, person: Person) -> None:
    assert browser.get("/logout").status_code == 302
    assert [person.get("/logout").status_code for _ in range(2)] == [302, 302]


def test_a_request_that_runs_while_i_log_out_does_not_revive_the_session(person: Person) -> None:
    copy = person.copy()

    at_once(lambda: person.get("/logout"), *[lambda: copy.get("/user")] * 10)

    is_worthless(copy)


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "x",
        ".",
        "...",
        "null",
        "../../etc/passwd",
        '{"$ne":null}',
        "eyJ1c2VyX2lkIjoiMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3In0.aGVsbG8.c2lnbmF0dXJl",
        "%00%FF",
        "\xe9\xff",
        "a" * 3000,
        "0123456789abcdef01234567",
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_a_cookie_that_is_garbage_is_no_session(person: Person, garbage: str) -> None:
    """The same request with the real cookies is answered, so that the refusal is for the cookie."""
    assert person.get("/user").status_code == 200
    header = "; ".join(f"{name}={garbage}" for name in names_of(person))

    status, headers, _ = get_raw(person.system, "/user", Cookie=header)

    assert status == 401
    assert headers["content-type"] == "application/problem+json"


def test_a_cookie_that_was_tampered_with_is_no_session(person: Person) -> None:
    real = dict(person.http.cookies.items())
    for name, value in real.items():
        for place in (0, len(value) // 2):
            other = value[:place] + ("A" if value[place] != "A" else "B") + value[place + 1 :]
            header = "; ".join(f"{key}={other if key == name else kept}" for key, kept in real.items())
            status, _, _ = get_raw(person.system, "/user", Cookie=header)
            assert status == 401


def test_garbage_cookies_do_not_stop_a_log_in(browser: Browser, person: Person) -> None:
    for name in names_of(person):
        browser.http.cookies.set(name, "garbage", domain="localhost.local", path="/")

    browser.log_in(person.sub)

    assert ok(browser.get("/user"))["id"] == person.id
