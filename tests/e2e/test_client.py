"""The web client as files: the page, what it consists of, and what the browser is told to refuse."""

import re
from urllib.parse import urljoin

import pytest

from tests.e2e.answers import Answer, refused
from tests.e2e.browser import Browser


@pytest.fixture
def page(browser: Browser) -> Answer:
    """Return the page at `/`."""
    answer = browser.get("/")
    assert answer.status_code == 200
    return answer


def files_of(page: Answer) -> list[str]:
    """Return the paths that the page loads."""
    return re.findall(r'(?:src|href)="([^"]+)"', page.text)


def test_the_page_is_the_client(page: Answer) -> None:
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert re.search(r"<title>Social Calendar</title>", page.text)
    assert files_of(page)


def test_everything_comes_from_us(page: Answer, browser: Browser) -> None:
    for path in files_of(page):
        assert path.startswith("/web/")
        answer = browser.get(path)
        assert answer.status_code == 200
        if path.endswith(".css"):
            for url in re.findall(r"url\(([^)]+)\)", answer.text):
                assert browser.get(urljoin(path, url.strip("\"'"))).status_code == 200


def test_the_policy_allows_nothing_but_our_own_files_and_peoples_pictures(page: Answer) -> None:
    policy = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))

    assert policy.pop("img-src") == "'self' data: https:"
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert not re.search(r"<style|<script>|\son\w+=|style=", page.text)


def test_the_page_is_asked_for_each_time_its_files_never_again(page: Answer, browser: Browser) -> None:
    assert page.headers["Cache-Control"] == "no-cache"
    assert browser.get("/", headers={"If-None-Match": page.headers["ETag"]}).status_code == 304
    for path in files_of(page):
        assert "immutable" in browser.get(path).headers["Cache-Control"]


def test_files_are_packed_for_whoever_can_unpack_them(page: Answer, browser: Browser) -> None:
    (script,) = [path for path in files_of(page) if path.endswith(".js")]
    packed = browser.get(script, headers={"Accept-Encoding": "gzip"})
    plain = browser.get(script, headers={"Accept-Encoding": "identity"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.content == plain.content
    assert int(packed.headers["Content-Length"]) < 80_000


@pytest.mark.parametrize("path", ["/web/", "/web/nothing.js", "/web/index.html", "/web/../app.py", "/calendar"])
def test_what_is_no_file_of_the_client_is_404(browser: Browser, path: str) -> None:
    refused(browser.get(path), 404)
