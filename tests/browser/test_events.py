"""Planning in the client: creating, changing, deleting, leaving; moving through the months."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import expect

from tests.browser.visitor import Visitor
from tests.e2e.people import Person

NEXT_MONTH = (date.today().replace(day=1) + timedelta(days=40)).replace(day=17)

SomeOne = Callable[..., Person]
Window = Callable[..., Visitor]


def test_an_event_is_created_changed_and_deleted(someone: SomeOne, window: Window) -> None:
    person = someone()
    visitor = window(person)
    visitor.open()
    visitor.plan("Jazz night", address="Blue club", time="21:15", description="Second row")
    visitor.says("Added to your calendar.")
    expect(visitor.page.get_by_text("21:15")).to_be_visible()

    visitor.button("Edit").click()
    visitor.field("Name").fill("Jazz evening")
    visitor.field("Date").fill(NEXT_MONTH.isoformat())
    visitor.dialog.get_by_label("Music").check()
    visitor.button("Save").click()
    visitor.says("Saved.")
    expect(visitor.heading("Jazz evening")).to_be_visible()

    visitor.go_to_month(NEXT_MONTH)
    cell = visitor.page.get_by_role("gridcell", name=re.compile(f"{NEXT_MONTH:%B} {NEXT_MONTH.year}, 1 event"))
    expect(cell.get_by_text("Jazz evening")).to_be_visible()
    picture = cell.locator("img")
    assert "/load_icon/music.svg" in (picture.get_attribute("src") or "")
    assert picture.evaluate("image => image.naturalWidth") > 0
    visitor.day(NEXT_MONTH).click()
    visitor.page.get_by_role("region", name="Events on").get_by_role("link", name="Jazz evening").click()

    visitor.button("Delete").click()
    visitor.dialog.get_by_role("button", name="Cancel").click()
    expect(visitor.heading("Jazz evening")).to_be_visible()
    visitor.button("Delete").click()
    visitor.dialog.get_by_role("button", name="Delete").click()
    visitor.says("Deleted.")
    expect(visitor.page.get_by_text("Jazz evening")).to_have_count(0)
    assert person.month(NEXT_MONTH.year, NEXT_MONTH.month) == {}


def test_a_form_says_what_is_missing_where_it_is_missing(someone: SomeOne, window: Window) -> None:
    visitor = window(someone())
    visitor.open()
    visitor.button("New event").click()
    visitor.button("Save").click()

    name = visitor.field("Name")
    expect(name).to_be_focused()
    expect(name).to_have_accessible_description("Name is needed.")
    name.fill("Tea")
    visitor.field("Date").fill("")
    visitor.button("Save").click()
    expect(visitor.field("Date")).to_be_focused()
    expect(name).to_have_value("Tea")


def test_a_change_that_somebody_else_has_made_meanwhile_is_not_overwritten_unseen(
    someone: SomeOne, window: Window
) -> None:
    person = someone()
    event_id = person.plan(name="Tea")
    visitor = window(person)
    visitor.open(f"#/event/{event_id}")
    expect(visitor.heading("Tea")).to_be_visible()
    with visitor.page.expect_response(lambda answer: "/event?id=" in answer.url and bool(answer.headers.get("etag"))):
        visitor.button("Edit").click()
    person.change(event_id, address="Elsewhere")
    visitor.field("Name").fill("Coffee")
    visitor.button("Save").click()
    expect(visitor.dialog.get_by_text("Somebody has changed this event meanwhile.")).to_be_visible()

    visitor.button("Save").click()
    visitor.says("Saved.")
    event = person.event(event_id)
    assert (event["name"], event["address"]) == ("Coffee", "Elsewhere")


def test_a_member_leaves_and_the_others_see_it(someone: SomeOne, window: Window) -> None:
    ann, ben = someone(name="Ann"), someone(name="Ben")
    event_id = ann.plan_together(ben, name="Supper")
    hers, his = window(ann), window(ben)
    for visitor in (hers, his):
        visitor.open(f"#/event/{event_id}")
        expect(visitor.page.get_by_text("2 members")).to_be_visible()

    expect(his.button("Edit")).to_have_count(0)
    expect(his.button("Delete")).to_have_count(0)
    his.button("Leave").click()
    his.dialog.get_by_role("button", name="Leave").click()
    his.says("You have left the event.")
    expect(hers.page.get_by_text("1 member")).to_be_visible()
    expect(his.page.get_by_text("Supper")).to_have_count(0)


def test_rights_are_given_and_a_member_is_removed(someone: SomeOne, window: Window) -> None:
    ann, ben = someone(name="Ann"), someone(name="Ben")
    event_id = ann.plan_together(ben, name="Supper")
    hers, his = window(ann), window(ben)
    for visitor in (hers, his):
        visitor.open(f"#/event/{event_id}")
    expect(his.button("Leave")).to_be_visible()

    hers.button("Rights of Ben").click()
    hers.dialog.get_by_label("Change the event").check()
    hers.button("Save").click()
    expect(his.button("Edit")).to_be_visible()

    hers.button("Rights of Ben").click()
    hers.button("Remove").click()
    hers.dialog.get_by_role("button", name="Remove").click()
    expect(hers.page.get_by_text("1 member")).to_be_visible()
    expect(his.page.get_by_text("not available any more")).to_be_visible()


def test_the_months_go_by_and_today_leads_back(someone: SomeOne, window: Window) -> None:
    visitor, today = window(someone()), date.today()
    visitor.open()
    heading = visitor.page.get_by_role("heading", level=1)
    expect(heading).to_have_text(f"{today:%B %Y}")
    visitor.go_to_month(NEXT_MONTH)
    expect(heading).to_have_text(f"{NEXT_MONTH:%B %Y}")
    expect(visitor.page.get_by_role("grid", name=f"{NEXT_MONTH:%B %Y}")).to_be_visible()
    visitor.button("Previous month").click()
    visitor.button("Previous month").click()
    expect(heading).not_to_have_text(re.compile(f"{today:%B}|{NEXT_MONTH:%B}"))
    visitor.button("Today").click()
    expect(heading).to_have_text(f"{today:%B %Y}")


def test_an_invited_person_answers_on_the_event_s_page(someone: SomeOne, window: Window) -> None:
    ann, ben = someone(name="Ann"), someone(name="Ben")
    event_id = ann.plan(type="group", name="Supper")
    ben.invited_by(ann, event_id)
    visitor = window(ben)
    visitor.open(f"#/event/{event_id}")
    expect(visitor.page.get_by_text("You are invited")).to_be_visible()
    expect(visitor.log).to_have_count(0)
    visitor.button("Accept").click()
    expect(visitor.log).to_be_visible()
    expect(visitor.page.get_by_text("2 members")).to_be_visible()
