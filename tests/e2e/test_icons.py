"""Event icons: an `<img>` tag by default, the picture itself for who prefers pictures."""

import base64
import re
from xml.etree import ElementTree

import pytest

from tests.e2e.answers import refused
from tests.e2e.browser import Browser, get_raw

NAMES = [
    f"{name}.svg"
    for name in (
        "bell",
        "coctail",
        "burger",
        "cart",
        "coffee",
        "confirm",
        "delete",
        "doughnut",
        "exit",
        "gamepad",
        "glasses",
        "heart",
        "music",
        "pin",
        "pizza",
        "present",
        "settings",
        "star",
        "trash",
    )
]
SVG = "image/svg+xml"
CHROME_IMAGE = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
FIREFOX_IMAGE = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
CHROME_PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"


def picture_in(html: str) -> bytes:
    """Return the picture of an `<img>` tag whose source is a data URL."""
    tag = re.fullmatch(r"\s*<img\b[^>]*\bsrc=[\"']data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)[\"'][^>]*>\s*", html)
    assert tag, html[:200]
    return base64.b64decode(tag[1], validate=True)


@pytest.mark.parametrize("name", NAMES)
def test_an_icon_is_an_img_tag_with_the_picture_inside(browser: Browser, name: str) -> None:
    answer = browser.get(f"/load_icon/{name}")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    picture = ElementTree.fromstring(picture_in(answer.text))
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert b"script" not in picture_in(answer.text).lower()


def test_no_two_icons_look_the_same(browser: Browser) -> None:
    pictures = [browser.get(f"/load_icon/{name}").text for name in NAMES]

    assert len(set(pictures)) == len(NAMES)


@pytest.mark.parametrize(
    "accept", ["image/avif,image/webp,*/*", "image/*", SVG, f"{SVG}, text/html;q=0.5", CHROME_IMAGE, FIREFOX_IMAGE]
)
def test_who_prefers_pictures_gets_the_picture_itself(browser: Browser, accept: str) -> None:
    html = browser.get("/load_icon/bell.svg")

    answer = browser.get("/load_icon/bell.svg", headers={"Accept": accept})

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].split(";")[0] == SVG
    assert answer.content == picture_in(html.text)


@pytest.mark.parametrize(
    "accept",
    [
        "image/*;q=0.1, */*;q=0.9",
        "image/svg+xml;q=0.5, */*",
        "image/*;q=0, */*",
        "*/*",
        "text/html",
        CHROME_PAGE,
        "text/html, image/*;q=0.5",
        "garbage",
        "",
    ],
)
def test_everybody_else_gets_the_tag(browser: Browser, accept: str) -> None:
    answer = browser.get("/load_icon/bell.svg", headers={"Accept": accept})

    assert answer.status_code == 200
    assert picture_in(answer.text)


def test_the_picture_is_cacheable(browser: Browser) -> None:
    first = browser.get("/load_icon/bell.svg", headers={"Accept": "image/*"})
    assert "no-store" not in first.headers["Cache-Control"]
    assert re.search(r"max-age=[1-9]", first.headers["Cache-Control"])
    assert "accept" in first.headers["Vary"].lower()

    again = browser.get("/load_icon/bell.svg", headers={"Accept": "image/*", "If-None-Match": first.headers["ETag"]})
    other = browser.get("/load_icon/bell.svg", headers={"Accept": "image/*", "If-None-Match": '"other"'})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert other.status_code == 200


@pytest.mark.parametrize("accept", ["*/*", "image/*"])
@pytest.mark.parametrize("name", ["nothing.svg", "bell", "bell.png", "bell.svg.svg", "svg", ".svg", "{bell.svg}"])
def test_an_unknown_icon_is_404(browser: Browser, name: str, accept: str) -> None:
    refused(browser.get(f"/load_icon/{name}", headers={"Accept": accept}), 404)


@pytest.mark.parametrize(
    "name",
    [
        "../bell.svg",
        "..%2fbell.svg",
        "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "../../../../../etc/passwd",
        "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "..%5c..%5cbell.svg",
        "%2fetc%2fpasswd",
        "/etc/passwd",
        "bell.svg%00",
        "bell.svg%00.png",
        "%00",
        "..",
        ".",
        "%ff.svg",
        "bell.svg/",
        "bell.svg%0a",
        "a" * 5000 + ".svg",
    ],
    ids=lambda name: name[:40],
)
def test_no_name_leads_out_of_the_icons(browser: Browser, name: str) -> None:
    status, headers, body = get_raw(browser.system, f"/load_icon/{name}")

    assert status in (400, 404, 414)
    assert b"root:" not in body and b"base64" not in body
    assert status == 414 or headers["content-type"] == "application/problem+json" or len(name) > 4000
