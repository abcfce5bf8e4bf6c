"""Everything can be done without a mouse."""

from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import expect

from tests.browser.visitor import Visitor
from tests.e2e.people import Person

MOST_TABS = 60

Window = Callable[..., Visitor]


def tab_to(visitor: Visitor, selector: str) -> None:
    """Press Tab until the focus is there; whatever has it on the way must show it."""
    for _ in range(MOST_TABS):
        visitor.page.keyboard.press("Tab")
        shown = visitor.page.evaluate(
            """() => { const style = getComputedStyle(document.activeElement.matches('input[type=radio]') ?
                         document.activeElement.nextElementSibling : document.activeElement);
                       return style.outlineStyle !== 'none' || style.boxShadow !== 'none'; }"""
        )
        assert shown or visitor.page.evaluate("document.activeElement === document.body")
        if visitor.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached")


def test_an_event_is_planned_with_keys_alone(someone: Callable[..., Person], window: Window) -> None:
    visitor = window(someone())
    visitor.open()
    expect(visitor.menu).to_be_visible()
    press = visitor.page.keyboard.press

    # The first thing that Tab finds leads past the menu.
    press("Tab")
    expect(visitor.button("Skip to content")).to_be_focused()
    press("Enter")
    expect(visitor.page.get_by_role("main")).to_be_focused()

    # Through the days by the arrows, and over the edge of the month.
    tab_to(visitor, ".rdp-day_button")
    tomorrow = date.today() + timedelta(days=1)
    press("ArrowRight")
    expect(visitor.day(tomorrow)).to_be_focused()
    press("Enter")
    expect(visitor.page.get_by_role("gridcell", selected=True)).to_contain_text(str(tomorrow.day))
    month = visitor.page.get_by_role("heading", level=1).inner_text()
    press("PageDown")
    expect(visitor.page.get_by_role("heading", level=1)).not_to_have_text(month)
    press("PageUp")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(month)
    expect(visitor.page.get_by_role("gridcell", selected=True).get_by_role("button")).to_be_focused()

    # The form takes the focus, keeps it, and gives it back.
    visitor.button("New event").focus()
    press("Enter")
    expect(visitor.field("Name")).to_be_focused()
    press("Escape")
    expect(visitor.dialog).to_have_count(0)
    expect(visitor.button("New event")).to_be_focused()

    press("Enter")
    expect(visitor.field("Name")).to_be_focused()
    visitor.page.keyboard.type("Breakfast")
    tab_to(visitor, "input[name=type]")
    press("ArrowRight")
    expect(visitor.dialog.get_by_label("Group event")).to_be_checked()
    visitor.field("Address").focus()
    visitor.page.keyboard.type("The terrace")
    press("Enter")
    expect(visitor.heading("Breakfast")).to_be_focused()

    # Written and sent.
    tab_to(visitor, "textarea")
    visitor.page.keyboard.type("Anybody?")
    press("Shift+Enter")
    visitor.page.keyboard.type("At eight.")
    press("Enter")
    expect(visitor.log).to_contain_text("Anybody?\nAt eight.", use_inner_text=True)
    expect(visitor.page.get_by_role("textbox", name="Message")).to_be_focused()

    # A question begins at what undoes nothing.
    visitor.button("Delete").focus()
    press("Enter")
    expect(visitor.dialog.get_by_role("button", name="Cancel")).to_be_focused()
    press("Tab")
    press("Enter")
    visitor.says("Deleted.")


def test_what_comes_is_read_out(someone: Callable[..., Person], window: Window) -> None:
    ann, ben = someone(name="Ann"), someone(name="Ben")
    event_id = ann.plan_together(ben, name="Supper")
    visitor = window(ann)
    visitor.open(f"#/event/{event_id}")

    expect(visitor.log).to_have_attribute("role", "log")
    assert visitor.page.get_by_role("status").count() >= 2
    assert visitor.page.get_by_role("alert").count() == 1
    for landmark in ("banner", "navigation", "main", "contentinfo"):
        expect(visitor.page.get_by_role(landmark)).to_have_count(1)
