"""Logging in through the identity provider, and what is refused there."""

import os
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest

from tests.e2e.answers import ANY_4XX, Answer, ok, refused
from tests.e2e.browser import Browser, introduce
from tests.e2e.people import Person, claims_of, some_token
from tests.e2e.system import System

Someone = Callable[..., Person]


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def with_query(url: str, **changes: str | None) -> str:
    """Return the URL with query parameters replaced; None removes one."""
    query = {name: value for name, value in (query_of(url) | changes).items() if value is not None}
    return urlsplit(url)._replace(query=urlencode(query)).geturl()


def goes_to(system: System, answer: Answer) -> str:
    """Return where a redirect leads, as a whole URL."""
    assert answer.status_code == 302, answer.text
    return urljoin(system.base + "/", answer.headers["Location"])


def front_end(system: System) -> str:
    return urljoin(system.base + "/", os.environ.get("FRONTEND_URL", "/"))


def is_logged_in(browser: Browser) -> bool:
    answer = browser.get("/user")
    if answer.status_code == 200:
        return True
    refused(answer, 401)
    return False


def test_logging_in_asks_the_provider_with_state_nonce_and_pkce(browser: Browser, system: System) -> None:
    asked = query_of(browser.start_login())

    assert asked["response_type"] == "code"
    assert asked["redirect_uri"].endswith("/login/callback")
    assert {"openid", "email", "profile"} <= set(asked["scope"].split())
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert len(asked["state"]) >= 20 and len(asked["nonce"]) >= 16
    assert asked["client_id"]


def test_no_two_log_ins_share_a_state_a_nonce_or_a_challenge(browser: Browser, system: System) -> None:
    first, second = query_of(browser.start_login()), query_of(Browser(system).start_login())

    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]


def test_a_log_in_opens_a_session_and_leads_to_the_front_end(browser: Browser, system: System) -> None:
    sub = some_token()
    introduce(system, sub, claims_of(sub))
    assert not is_logged_in(browser)

    answer = browser.log_in(sub)

    assert goes_to(system, answer) == front_end(system)
    assert is_logged_in(browser)


def test_a_new_person_is_who_the_provider_says(someone: Someone) -> None:
    person = someone(name="Grace Hopper", birthdate="1906-12-09")

    assert person.me() == {
        "id": person.id,
        "google_id": person.sub,
        "name": "Grace Hopper",
        "email": person.claims["email"],
        "profile_pic": person.claims["picture"],
        "birthday": "1906-12-09",
        "event_id_list": [],
        "friend_id_list": [],
        "chat_id_list": [],
        "invite_id_list": [],
    }


def test_a_later_log_in_refreshes_name_email_and_picture_of_the_same_person(someone: Someone, system: System) -> None:
    person = someone()
    changed = {"name": "Renamed", "email": f"new-{person.sub}@example.org", "picture": "https://example.org/new.png"}
    introduce(system, person.sub, person.claims | changed)

    person.log_in(person.sub)

    now = person.me()
    assert (now["id"], now["google_id"]) == (person.id, person.sub)
    assert (now["name"], now["email"], now["profile_pic"]) == tuple(changed.values())


def test_people_are_told_apart_by_their_sub_and_not_by_their_email(someone: Someone) -> None:
    first = someone()
    second = someone(email=first.claims["email"])

    assert first.id != second.id


@pytest.mark.parametrize(
    ("claims", "key", "shown"),
    [
        ({"picture": None}, "profile_pic", ""),
        ({"picture": "data:image/png;base64,AAAA"}, "profile_pic", ""),
        ({"picture": "http://example.org/a.png"}, "profile_pic", ""),
        ({"picture": "https://example.org/" + "a" * 1981}, "profile_pic", ""),
        ({"name": "n" * 200}, "name", "n" * 200),
        ({"name": "An\u202ena\n"}, "name", "Anna"),
        ({"birthdate": None}, "birthday", None),
        ({"birthdate": "1990"}, "birthday", None),
        ({"birthdate": "1990-05"}, "birthday", None),
        ({"birthdate": "0000-05-17"}, "birthday", None),
        ({"birthdate": "--05-17"}, "birthday", None),
        ({"birthdate": ""}, "birthday", None),
        ({"birthdate": "2000-02-29"}, "birthday", "2000-02-29"),
    ],
)
def test_what_the_provider_does_not_know_is_left_open(
    someone: Someone, claims: dict[str, Any], key: str, shown: object
) -> None:
    assert someone(**claims).me()[key] == shown


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Someone"), ("ru-RU,ru;q=0.9,en;q=0.5", "Кто-то"), ("de", "Someone"), ("", "Someone")],
)
@pytest.mark.parametrize("name", [None, "", " ", "\u200b\u2060", "\u3164", "\t\u202e", "n" * 201], ids=ascii)
def test_a_missing_name_is_never_the_email(someone: Someone, language: str, words: str, name: str | None) -> None:
    nameless, other = someone(name=name), someone()
    headers = {"Accept-Language": language}
    other.befriend(nameless)

    seen = [
        nameless.get("/user", headers=headers),
        other.get("/person", id=nameless.id, headers=headers),
        other.get("/friend", id=nameless.id, headers=headers),
    ]

    assert [ok(answer)["name"] for answer in seen] == [words] * 3


def test_an_email_that_the_provider_says_as_the_name_is_not_shown_to_strangers(someone: Someone) -> None:
    email = f"{some_token()}@example.org"
    nameless = someone(name=email.upper(), email=email)

    assert ok(someone().get("/person", id=nameless.id))["name"] == "Someone"


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "false"},
        {"email_verified": 0},
        {"email": None},
        {"email": ""},
        {"email": "a" * 2000 + "@example.org"},
        {"email": "a" * 243 + "@example.org"},
        {"email": "a\x00b@example.org"},
    ],
    ids=str,
)
def test_an_unverified_email_opens_no_session(browser: Browser, system: System, claims: dict[str, Any]) -> None:
    sub = some_token()
    introduce(system, sub, claims_of(sub, **claims))

    refused(browser.log_in(sub), ANY_4XX)
    assert not is_logged_in(browser)

    introduce(system, sub, claims_of(sub))
    browser.log_in(sub)
    assert is_logged_in(browser)


def test_an_email_that_is_verified_no_longer_changes_nothing(someone: Someone, system: System) -> None:
    person = someone()
    introduce(system, person.sub, person.claims | {"name": "Mallory", "email_verified": False})

    refused(Browser(system).log_in(person.sub), ANY_4XX)

    assert person.me()["name"] == person.claims["name"]


@pytest.mark.parametrize(
    "claims",
    [
        {"name": {"$ne": None}},
        {"name": 5},
        {"name": "a\x00b"},
        {"name": "n" * 100_000},
        {"email": ["a@example.org"]},
        {"email": "a\x00b@example.org"},
        {"picture": {"url": "x"}},
        {"picture": "javascript:alert(1)"},
        {"birthdate": 19900517},
        {"birthdate": "1990-02-30"},
        {"birthdate": {"$ne": None}},
    ],
    ids=lambda claims: str(claims)[:40],
)
def test_odd_claims_are_no_fault_of_ours(browser: Browser, system: System, claims: dict[str, Any]) -> None:
    sub = some_token()
    introduce(system, sub, claims_of(sub) | claims)

    answer = browser.log_in(sub)

    if answer.status_code == 302:
        me = ok(browser.get("/user"))
        assert isinstance(me["name"], str) and isinstance(me["profile_pic"], str) and isinstance(me["email"], str)
        assert me["birthday"] is None or "birthdate" not in claims
    else:
        refused(answer, ANY_4XX)
        assert not is_logged_in(browser)


class TestForgedCallbacks:
    """Success and refusals share one set-up: a log-in that needs only its callback."""

    @pytest.fixture
    def sub(self, system: System) -> str:
        sub = some_token()
        introduce(system, sub, claims_of(sub))
        return sub

    @pytest.fixture
    def callback(self, browser: Browser, sub: str) -> str:
        return browser.agree(browser.start_login(), sub)

    def test_the_callback_itself_is_accepted(self, browser: Browser, callback: str) -> None:
        assert browser.get(callback).status_code == 302
        assert is_logged_in(browser)

    @pytest.mark.parametrize(
        "change",
        [
            {"state": "forged"},
            {"state": ""},
            {"state": None},
            {"state": '{"$ne": null}'},
            {"state": "\x00"},
            {"code": "forged"},
            {"code": ""},
            {"code": None},
            {"code": None, "state": None},
            {"code": None, "error": "access_denied"},
            {"code": None, "error": "access_denied", "state": None},
            {"code": None, "error": "<script>alert(1)</script>"},
        ],
        ids=str,
    )
    def test_a_forged_one_opens_no_session(
        self, browser: Browser, callback: str, change: dict[str, str | None]
    ) -> None:
        problem = refused(browser.get(with_query(callback, **change)), ANY_4XX)

        assert "<script>" not in str(problem)
        assert not is_logged_in(browser)

    @pytest.mark.parametrize("name", ["state", "code"])
    def test_a_parameter_given_twice_opens_no_session(self, browser: Browser, callback: str, name: str) -> None:
        refused(browser.get(f"{callback}&{name}=other"), 400)
        assert not is_logged_in(browser)

    def test_one_of_another_browser_opens_no_session(self, system: System, callback: str) -> None:
        victim = Browser(system)
        victim.start_login()

        refused(victim.get(callback), ANY_4XX)
        assert not is_logged_in(victim)

    def test_one_in_a_browser_that_asked_nothing_opens_no_session(self, system: System, callback: str) -> None:
        victim = Browser(system)

        refused(victim.get(callback), ANY_4XX)
        assert not is_logged_in(victim)

    def test_the_code_of_another_log_in_opens_no_session(self, browser: Browser, callback: str, system: System) -> None:
        mallory, sub = Browser(system), some_token()
        introduce(system, sub, claims_of(sub))
        stolen = query_of(mallory.agree(mallory.start_login(), sub))["code"]

        refused(browser.get(with_query(callback, code=stolen)), ANY_4XX)
        assert not is_logged_in(browser)

    def test_a_replayed_one_is_refused_and_opens_no_session(self, browser: Browser, callback: str) -> None:
        before = browser.copy()
        assert browser.get(callback).status_code == 302

        refused(before.get(callback), ANY_4XX)
        assert not is_logged_in(before)
        refused(browser.get(callback), ANY_4XX)

    def test_a_replay_after_log_out_opens_no_session(self, browser: Browser, callback: str) -> None:
        browser.get(callback)
        browser.get("/logout")

        refused(browser.get(callback), ANY_4XX)
        assert not is_logged_in(browser)

    def test_a_used_code_under_a_fresh_state_opens_no_session(self, browser: Browser, callback: str) -> None:
        browser.get(callback)
        browser.get("/logout")
        fresh = query_of(browser.start_login())["state"]

        refused(browser.get(with_query(callback, state=fresh)), ANY_4XX)
        assert not is_logged_in(browser)

    def test_somebody_who_denies_at_the_provider_gets_no_session(self, browser: Browser) -> None:
        back = browser.http.post(browser.start_login(), data={"action": "deny"}, allow_redirects=False)

        problem = refused(browser.get(back.headers["Location"]), ANY_4XX)
        assert "cancelled" in problem["detail"]
        assert not is_logged_in(browser)

    @pytest.mark.parametrize("first", [0, 1])
    def test_those_of_two_tabs_are_both_accepted(self, browser: Browser, sub: str, first: int) -> None:
        leaving = [browser.start_login(next=f"/{tab}") for tab in ("a", "b")]
        tabs = [browser.agree(where, sub) for where in leaving]

        for tab in (tabs[first], tabs[1 - first]):
            assert browser.get(tab).status_code == 302
            assert is_logged_in(browser)

    def test_each_has_a_cookie_of_its_own_named_after_its_state(self, browser: Browser, sub: str) -> None:
        states = [query_of(browser.start_login())["state"] for _ in range(2)]
        secrets = [browser.http.cookies[f"login-{state}"] for state in states]
        assert len(set(secrets)) == 2

        assert browser.log_in(sub).status_code == 302
        assert {f"login-{state}" for state in states} <= set(dict(browser.http.cookies))

    def test_a_cookie_that_somebody_has_planted_is_not_adopted(self, browser: Browser, sub: str) -> None:
        state = query_of(browser.start_login())["state"]
        planted = "x" * 43
        for name in ("login", f"login-{state}"):
            browser.http.cookies.set(name, planted, domain="localhost.local", path="/")

        fresh = query_of(browser.start_login())["state"]

        assert browser.http.cookies[f"login-{fresh}"] != planted
        assert browser.log_in(sub).status_code == 302

    def test_five_may_be_open_at_once_and_one_more_drops_the_oldest(self, browser: Browser, sub: str) -> None:
        tabs = [browser.agree(browser.start_login(), sub) for _ in range(6)]

        refused(browser.get(tabs[0]), ANY_4XX)
        for tab in tabs[1:]:
            assert browser.get(tab).status_code == 302
        assert [name for name in dict(browser.http.cookies) if name.startswith("login")] == []


class TestWhoOnlyLooks:
    """HEAD, and a browser that fetches ahead of its user, change nothing."""

    LOOKS: ClassVar[tuple[tuple[str, dict[str, str]], ...]] = (
        ("HEAD", {}),
        ("GET", {"Sec-Purpose": "prefetch"}),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"Purpose": "prefetch"}),
    )

    @pytest.mark.parametrize(("method", "headers"), LOOKS, ids=str)
    def test_a_look_at_the_way_out_ends_no_session(
        self, someone: Someone, method: str, headers: dict[str, str]
    ) -> None:
        person = someone()

        answer = person.request(method, "/logout", headers=headers)

        assert "Set-Cookie" not in answer.headers
        assert answer.status_code == (302 if method == "HEAD" else 403)
        assert is_logged_in(person)
        person.get("/logout")
        assert not is_logged_in(person)

    @pytest.mark.parametrize(("method", "headers"), LOOKS, ids=str)
    def test_a_look_at_the_way_in_begins_and_ends_no_log_in(
        self, browser: Browser, system: System, method: str, headers: dict[str, str]
    ) -> None:
        sub = some_token()
        introduce(system, sub, claims_of(sub))
        callback = browser.agree(browser.start_login(), sub)

        for url in ("/login", callback):
            answer = browser.request(method, url, headers=headers)
            assert "Set-Cookie" not in answer.headers
            assert answer.status_code == (302 if method == "HEAD" else 403)

        assert not is_logged_in(browser)
        assert browser.get(callback).status_code == 302
        assert is_logged_in(browser)


class TestWhereALogInLeads:
    @pytest.fixture
    def sub(self, system: System) -> str:
        sub = some_token()
        introduce(system, sub, claims_of(sub))
        return sub

    @pytest.mark.parametrize("path", ["/user", "/docs", "/calendar?year=2031&month=5", "/a/b/c"])
    def test_next_leads_to_that_path_of_our_own(self, browser: Browser, system: System, sub: str, path: str) -> None:
        answer = browser.log_in(sub, next=path)

        assert goes_to(system, answer) == system.base + path
        assert is_logged_in(browser)

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "",
            "https://evil.example/",
            "http://evil.example",
            "//evil.example",
            "///evil.example",
            "////evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "\\/evil.example",
            "/\\/evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r/evil.example",
            "\t//evil.example",
            " //evil.example",
            "\x00//evil.example",
            "/\x00/evil.example",
            "/user\r\nSet-Cookie: a=b",
            "/user\r\nLocation: https://evil.example",
            "https:evil.example",
            "https:/evil.example",
            "https:\\\\evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "evil.example",
            "@evil.example",
            ".evil.example",
            "//evil.example@localhost/",
            "http://localhost@evil.example/",
            "HTTPS://EVIL.EXAMPLE",
        ],
        ids=ascii,
    )
    def test_next_never_leads_elsewhere(self, browser: Browser, system: System, sub: str, elsewhere: str) -> None:
        answer = browser.log_in(sub, next=elsewhere)

        assert goes_to(system, answer) == front_end(system)
        assert "Set-Cookie" not in answer.headers["Location"]
        assert is_logged_in(browser)

    @pytest.mark.parametrize("path", ["/logout", "/login", "/%6cogout", "/x/../logout", "/login/callback?state=x"])
    def test_next_leads_neither_out_nor_in_again(self, browser: Browser, system: System, sub: str, path: str) -> None:
        assert goes_to(system, browser.log_in(sub, next=path)) == front_end(system)
        assert is_logged_in(browser)

    def test_next_given_twice_is_refused(self, browser: Browser) -> None:
        refused(browser.request("GET", "/login", query=[("next", "/user"), ("next", "/docs")]), 400, field="next")

    def test_next_belongs_to_one_log_in(self, browser: Browser, system: System, sub: str) -> None:
        browser.start_login(next="/docs")

        assert goes_to(system, browser.log_in(sub)) == front_end(system)
