"""A visitor: somebody with a browser window of their own, in front of the web client."""

import re
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator, Page, expect

from tests.e2e.people import Person
from tests.e2e.system import REPOSITORY, System

PICTURES = REPOSITORY / "build" / "screenshots"
AXE = REPOSITORY / "gateway" / "web" / "node_modules" / "axe-core" / "axe.min.js"

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 820}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}

EXPECTED_NOISE = re.compile(r"Failed to load resource")
"""What a browser says of every answer of 400 and above, and of every picture that is not there."""


class Visitor:
    """A window of its own, with cookies of its own.

    Args:
        chromium: the browser program.
        system: what runs.
        person: who is logged in from the beginning; None: nobody.
        options: of Playwright's context: viewport, colour scheme, language.
    """

    def __init__(self, chromium: Chromium, system: System, person: Person | None = None, **options: Any) -> None:
        self.system, self.person = system, person
        self.context = chromium.new_context(**({"base_url": system.base, "locale": "en-GB"} | DESKTOP | options))
        if person is not None:
            cookie = person.http.cookies["session"]
            self.context.add_cookies([{"name": "session", "value": cookie, "url": system.base}])
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning") and not EXPECTED_NOISE.search(message.text):
            self.complaints.append(message.text)

    def close(self) -> None:
        """Close the window; it must not have complained."""
        self.context.close()
        assert self.complaints == []

    # finding

    def button(self, name: str, **options: Any) -> Locator:
        """Find a button by its exact name."""
        return self.page.get_by_role("button", name=name, exact=True, **options)

    def link(self, name: str | re.Pattern[str]) -> Locator:
        """Find a link by its name."""
        return self.page.get_by_role("link", name=name)

    def heading(self, name: str | re.Pattern[str]) -> Locator:
        """Find a heading."""
        return self.page.get_by_role("heading", name=name)

    @property
    def dialog(self) -> Locator:
        """Find the dialog that is open."""
        return self.page.get_by_role("dialog")

    def field(self, label: str) -> Locator:
        """Find a field of the dialog that is open by its exact label."""
        return self.dialog.get_by_label(label, exact=True)

    @property
    def menu(self) -> Locator:
        """Find the main menu."""
        return self.page.get_by_role("navigation")

    def says(self, text: str | re.Pattern[str]) -> None:
        """Wait until a note says something."""
        expect(self.page.locator(".toasts").get_by_text(text).first).to_be_visible()

    # doing

    def open(self, where: str = "") -> None:
        """Open a page of the client, with a reload."""
        self.page.goto(f"/{where}")

    def log_in(self, sub: str) -> None:
        """Log in as a person does, from the front page."""
        self.open()
        self.link("Log in").click()
        self.page.locator("input[name=sub]").fill(sub)
        self.page.keyboard.press("Enter")
        expect(self.menu).to_be_visible()

    def go(self, name: str) -> None:
        """Choose a page of the main menu."""
        self.menu.get_by_role("link", name=name).click()
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    def go_to_month(self, when: date) -> None:
        """Turn the pages of the calendar to a month."""
        self.go("Calendar")
        heading = self.page.get_by_role("heading", level=1)
        now = date.today()
        months = (when.year - now.year) * 12 + when.month - now.month
        for _ in range(abs(months)):
            before = heading.inner_text()
            self.button("Next month" if months > 0 else "Previous month").click()
            expect(heading).not_to_have_text(before)

    def day(self, when: date) -> Locator:
        """Find a day in the calendar."""
        spoken = f"{when:%A}.* {when.day} {when:%B} {when.year}"
        return self.page.get_by_role("grid").get_by_role("button", name=re.compile(spoken))

    def plan(self, name: str, *, address: str = "Home", with_friends: bool = False, **fields: str) -> None:
        """Fill in the form of a new event and save it; the event's page opens."""
        self.button("New event").click()
        self.field("Name").fill(name)
        if with_friends:
            self.dialog.get_by_text("Group event").click()
        self.field("Address").fill(address)
        for label, value in fields.items():
            self.field(label.replace("_", " ").capitalize()).fill(value)
        self.button("Save").click()
        expect(self.heading(name)).to_be_visible()

    def write(self, text: str) -> None:
        """Write a message into the chat that is open."""
        self.page.get_by_role("textbox", name="Message").fill(text)
        self.button("Send").click()

    # looking

    @property
    def log(self) -> Locator:
        """Find the messages of the chat that is open."""
        return self.page.get_by_role("log")

    def picture(self, name: str) -> Path:
        """Keep what the window shows now."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    def barriers(self) -> list[str]:
        """Return what axe finds wrong with the page, for people with a keyboard, a screen reader or weak eyes."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run({resultTypes: ['violations']})")
        return [
            f"{violation['impact']}: {violation['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]
