"""Take the pictures in README.md: the demo data in a system of its own, started for that and ended again."""

import shutil
import tempfile
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from deploy.local import demo
from tests.browser.conftest import program
from tests.browser.visitor import PHONE
from tests.e2e.system import REPOSITORY, System, local_system

DOCS = REPOSITORY / "docs"
DAY = 26  # on which the demo plans pizza


def visit(page: Page, system: System) -> None:
    """Log in as Alice, and open the day."""
    page.goto(f"{system.base}/login?next=/%23/calendar/{date.today().replace(day=DAY)}")
    page.locator("input[name=sub]").fill("alice")
    page.keyboard.press("Enter")
    expect(page.locator(".event-card").first).to_be_visible()


def take(system: System) -> None:
    """Take the pictures."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        desk = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-GB", reduced_motion="reduce")
        visit(desk, system)
        desk.screenshot(path=DOCS / "screenshot.png")
        phone = browser.new_page(**PHONE, locale="en-GB", color_scheme="dark", reduced_motion="reduce")
        visit(phone, system)
        phone.screenshot(path=DOCS / "screenshot-phone.png")
        browser.close()


def main() -> None:
    """Start, fill, take, stop."""
    folder = Path(tempfile.mkdtemp(prefix="screenshots-"))
    system = local_system(folder)
    try:
        system.start()
        demo.fill(system.base)
        take(system)
    finally:
        system.stop()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
