"""Fixtures of the browser tests: Debian's Chromium, and windows of it."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect, sync_playwright

from tests.browser.visitor import Visitor
from tests.e2e.people import Person
from tests.e2e.system import System

PATIENCE_MS = 10_000


def program() -> str:
    """Return where the browser is that is installed; nothing is downloaded."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert found, "there is no chromium: deploy/chromium installs it"
    return found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """Start the browser."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def someone(system: System) -> Callable[..., Person]:
    """Return what makes a new person; keywords are claims of the identity provider."""
    return lambda **claims: Person(system, **{"picture": None, **claims})


@pytest.fixture
def window(chromium: Chromium, system: System) -> Iterator[Callable[..., Visitor]]:
    """Return what opens a window for a person, or for nobody. It is closed at the end, and must not have complained."""
    opened: list[Visitor] = []

    def open_for(person: Person | None = None, **options: object) -> Visitor:
        visitor = Visitor(chromium, system, person, **options)
        visitor.page.set_default_timeout(PATIENCE_MS)
        opened.append(visitor)
        return visitor

    yield open_for
    for visitor in opened:
        visitor.close()
