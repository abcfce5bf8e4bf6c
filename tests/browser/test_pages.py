"""Every page, in light and dark, on a desk and on a phone: nothing in anybody's way, nothing cut off."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.friends import THIS_MONTH, Circle, make_circle
from tests.browser.visitor import DESKTOP, PHONE, Visitor
from tests.e2e.people import Person
from tests.e2e.system import System

Look = Callable[[Visitor, Circle], None]


@pytest.fixture(scope="module")
def circle(system: System) -> Circle:
    """Make the people whose pages are looked at; nothing is changed by that."""
    return make_circle(system)


def calendar(visitor: Visitor, circle: Circle) -> None:
    visitor.open(f"#/calendar/{THIS_MONTH.replace(day=12)}")
    expect(visitor.page.locator(".day-list").get_by_role("link", name="An evening at the cinema")).to_be_visible()


def an_empty_day(visitor: Visitor, circle: Circle) -> None:
    visitor.open(f"#/calendar/{THIS_MONTH.replace(day=5)}")
    expect(visitor.page.get_by_text("Nothing planned")).to_be_visible()


def week(visitor: Visitor, circle: Circle) -> None:
    visitor.open(f"#/week/{THIS_MONTH.replace(day=12)}")
    expect(visitor.page.get_by_role("link", name="An evening at the cinema")).to_be_visible()


def day(visitor: Visitor, circle: Circle) -> None:
    visitor.open(f"#/day/{THIS_MONTH.replace(day=12)}")
    expect(visitor.page.get_by_role("link", name="An evening at the cinema")).to_be_visible()


def agenda(visitor: Visitor, circle: Circle) -> None:
    visitor.open(f"#/agenda/{THIS_MONTH.replace(day=9)}")
    expect(visitor.page.get_by_role("link", name="An evening at the cinema")).to_be_visible()


def an_occurrence(visitor: Visitor, circle: Circle) -> None:
    visitor.open(f"#/event/{circle.yoga}/{THIS_MONTH.replace(day=11):%Y%m%d}T1600")
    expect(visitor.page.get_by_text("New York").first).to_be_visible()


def which_occurrences(visitor: Visitor, circle: Circle) -> None:
    an_occurrence(visitor, circle)
    visitor.button("Delete").click()
    expect(visitor.dialog.get_by_label("This and following")).to_be_visible()


def a_new_series(visitor: Visitor, circle: Circle) -> None:
    visitor.open(f"#/new/{THIS_MONTH.replace(day=12)}")
    visitor.field("Repeats").select_option("Every month")
    visitor.field("Ends").select_option("On a date")
    visitor.field("Last date").fill(f"{THIS_MONTH.year + 1}-03-01")
    expect(visitor.dialog.get_by_text("Next dates")).to_be_visible()


def group_event(visitor: Visitor, circle: Circle) -> None:
    visitor.open(f"#/event/{circle.party}")
    expect(visitor.log).to_contain_text("Please do")
    expect(visitor.page.get_by_role("region", name="Members").get_by_text("Leo Lindqvist")).to_be_visible()


def single_event(visitor: Visitor, circle: Circle) -> None:
    visitor.open(f"#/event/{circle.dentist}")
    expect(visitor.heading("Dentist")).to_be_visible()


def new_event(visitor: Visitor, circle: Circle) -> None:
    visitor.open(f"#/new/{THIS_MONTH}")
    visitor.dialog.get_by_text("Group event").click()
    expect(visitor.dialog.get_by_label("Zoe Zhang")).to_be_visible()


def an_unsaved_event(visitor: Visitor, circle: Circle) -> None:
    new_event(visitor, circle)
    visitor.page.keyboard.press("Escape")
    expect(visitor.button("Keep editing")).to_be_visible()


def a_refused_event(visitor: Visitor, circle: Circle) -> None:
    visitor.open(f"#/new/{THIS_MONTH}")
    visitor.button("Save").click()
    expect(visitor.dialog.get_by_text("Name is needed.")).to_be_visible()


def rights(visitor: Visitor, circle: Circle) -> None:
    visitor.open(f"#/event/{circle.party}")
    visitor.button("Rights of Leo Lindqvist").click()
    expect(visitor.dialog.get_by_label("Change the event")).to_be_visible()


def a_question(visitor: Visitor, circle: Circle) -> None:
    visitor.open(f"#/event/{circle.party}")
    visitor.button("Delete").click()
    expect(visitor.dialog.get_by_text("for everyone")).to_be_visible()


def dialogs(visitor: Visitor, circle: Circle) -> None:
    visitor.open("#/dialogs")
    expect(visitor.link("Zoe Zhang")).to_contain_text("Are you coming on the 18th?")


def a_dialog(visitor: Visitor, circle: Circle) -> None:
    visitor.open(f"#/dialogs/{circle.dialog}")
    expect(visitor.log).to_contain_text("Are you coming on the 18th?")


def friends(visitor: Visitor, circle: Circle) -> None:
    visitor.open("#/friends")
    visitor.page.get_by_role("searchbox").fill("Sam Stone")
    expect(visitor.page.get_by_role("region", name="Search results").get_by_text("Sam Stone").first).to_be_visible()
    expect(visitor.page.get_by_text("Leo Lindqvist").first).to_be_visible()


def invitations(visitor: Visitor, circle: Circle) -> None:
    visitor.open("#/invitations")
    expect(visitor.link("Concert in the park")).to_be_visible()
    expect(visitor.page.get_by_text("Leo Lindqvist invites you")).to_be_visible()


def profile(visitor: Visitor, circle: Circle) -> None:
    visitor.open("#/profile")
    expect(visitor.page.get_by_role("main").get_by_text("Mia Moreau")).to_be_visible()


def nothing(visitor: Visitor, circle: Circle) -> None:
    visitor.open("#/nowhere")
    expect(visitor.heading("There is nothing here")).to_be_visible()


PAGES: dict[str, Look] = {
    look.__name__.replace("_", "-"): look
    for look in (
        calendar,
        an_empty_day,
        week,
        day,
        agenda,
        an_occurrence,
        which_occurrences,
        a_new_series,
        group_event,
        single_event,
        new_event,
        a_refused_event,
        rights,
        a_question,
        dialogs,
        a_dialog,
        friends,
        invitations,
        profile,
        nothing,
    )
}
SCREENS: dict[str, dict[str, Any]] = {
    "light": DESKTOP,
    "dark": DESKTOP | {"color_scheme": "dark"},
    "phone": PHONE,
    "phone-dark": PHONE | {"color_scheme": "dark"},
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("screen", SCREENS)
def test_a_page_is_for_everybody(circle: Circle, window: Callable[..., Visitor], page: str, screen: str) -> None:
    visitor = window(circle.mia, reduced_motion="reduce", **SCREENS[screen])
    PAGES[page](visitor, circle)
    visitor.picture(f"{page}-{screen}")

    assert visitor.barriers() == []
    assert is_as_wide_as_the_window(visitor)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_front_page_is_for_everybody(window: Callable[..., Visitor], screen: str) -> None:
    visitor = window(**SCREENS[screen])
    visitor.open()
    expect(visitor.link("Log in")).to_be_visible()
    visitor.picture(f"welcome-{screen}")

    assert visitor.barriers() == []
    assert is_as_wide_as_the_window(visitor)


@pytest.mark.parametrize("where", ["#/", "#/dialogs", "#/friends", "#/invitations"])
def test_a_newcomer_is_told_what_to_do(
    someone: Callable[..., Person], window: Callable[..., Visitor], where: str
) -> None:
    visitor = window(someone(), **PHONE)
    visitor.open(where)

    expect(visitor.page.locator(".empty-title").first).to_be_visible()
    assert visitor.barriers() == []


def test_what_is_touched_on_a_phone_is_large_enough(circle: Circle, window: Callable[..., Visitor]) -> None:
    visitor = window(circle.mia, **PHONE)
    for look in (
        calendar,
        week,
        day,
        agenda,
        group_event,
        new_event,
        a_new_series,
        an_occurrence,
        a_dialog,
        friends,
        invitations,
        profile,
        an_unsaved_event,
    ):
        visitor.page.goto("about:blank")  # whatever was typed there
        look(visitor, circle)
        assert too_small(visitor) == [], look.__name__


def is_as_wide_as_the_window(visitor: Visitor) -> bool:
    width = visitor.page.viewport_size["width"]  # type: ignore[index]  # it was set
    return bool(visitor.page.evaluate("document.documentElement.scrollWidth") <= width)


def too_small(visitor: Visitor) -> list[str]:
    """Return what is to be touched and is under 44 pixels high or 40 wide; links in running text are none of it."""
    return visitor.page.evaluate(
        """[...document.querySelectorAll('button, input, select, textarea, nav a, a.button, a.card, a.dialog')]
           .map((element) => element.matches('input[type=radio], input[type=checkbox]') ?
                             element.closest('label') : element)
           .filter((element) => element.checkVisibility({visibilityProperty: true, opacityProperty: true}))
           .filter((element) => !element.closest('[inert]') && !element.matches('.skip, [tabindex="-1"]'))
           .filter((element) => {
             const {width, height} = element.getBoundingClientRect();
             return height < 43.5 || width < 40;
           })
           .map((element) => element.outerHTML.slice(0, 120))"""
    )
