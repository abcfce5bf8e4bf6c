"""Planning in time: what repeats and for whom which part of it changes, days, weeks and lists, by mouse and by keys."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.visitor import PHONE, Visitor
from tests.e2e.people import Person

SomeOne = Callable[..., Person]
Window = Callable[..., Visitor]

TUESDAY = date.today().replace(day=1) + timedelta(days=40)
TUESDAY += timedelta(days=(1 - TUESDAY.weekday()) % 7)
"""A Tuesday of next month, or of the one after."""
BERLIN = {"timezone_id": "Europe/Berlin"}


def week(number: int) -> date:
    """Return the Tuesday so many weeks later."""
    return TUESDAY + timedelta(weeks=number)


def at(day: date, time: str) -> str:
    """Return a wall clock as the API writes it."""
    return f"{day:%d.%m.%Y} {time}"


def dinner(person: Person, **fields: Any) -> str:
    """Plan a dinner for every Tuesday; return its id."""
    plan = {
        "name": "Dinner",
        "datetime": at(TUESDAY, "19:00"),
        "end_datetime": at(TUESDAY, "22:00"),
        "time_zone": "Europe/Berlin",
        "recurrence": "FREQ=WEEKLY;BYDAY=TU",
    }
    return person.plan(**(plan | fields))


def occurrences(person: Person, first: date, last: date) -> list[tuple[str, str]]:
    """Return name and time of all that is in the agenda."""
    page = person.get(f"/agenda?from={first.isoformat()}&to={last.isoformat()}").json()
    return [(event["name"], event["datetime"]) for event in page["events"]]


def in_agenda(visitor: Visitor, day: date) -> Locator:
    """Find what the list has on a day."""
    return visitor.page.get_by_role("region", name=re.compile(rf"Events on .*\b{day.day} {day:%B} {day.year}"))


def column(visitor: Visitor, day: date) -> Locator:
    """Find the column of a day."""
    return visitor.page.get_by_role("region", name=re.compile(rf"\b{day.day} {day:%B} {day.year}"))


def edit(visitor: Visitor, **fields: str) -> None:
    """Open the form and fill in some fields."""
    visitor.button("Edit").click()
    for label, value in fields.items():
        visitor.field(label.replace("_", " ").capitalize()).fill(value)
    visitor.button("Save").click()


def choose(visitor: Visitor, which: str) -> None:
    """Answer which occurrences are meant."""
    question = visitor.page.get_by_role("dialog", name=re.compile("Which ones"))
    question.get_by_label(re.compile(which)).check()
    question.get_by_role("button", name=re.compile("Save|Delete")).click()
    expect(visitor.dialog).to_have_count(0)


def choose_anyway(visitor: Visitor) -> None:
    """Answer which occurrences are meant; the form stays open."""
    question = visitor.page.get_by_role("dialog", name=re.compile("Which ones"))
    question.get_by_role("button", name="Save").click()
    expect(question).to_have_count(0)


class TestADinnerThatRepeats:
    def test_is_planned_moved_split_and_cancelled_by_one_while_another_looks(
        self, someone: SomeOne, window: Window
    ) -> None:
        ann, ben = someone(name="Ann"), someone(name="Ben")
        ann.befriend(ben)
        hers, his = window(ann, **BERLIN), window(ben, **BERLIN)

        # She plans it with him, every Tuesday, and is told what that will be.
        hers.open(f"#/new/{TUESDAY}")
        hers.field("Name").fill("Dinner")
        hers.dialog.get_by_text("Group event").click()
        hers.dialog.get_by_label("Ben").check()
        hers.field("Time").fill("19:00")
        hers.field("End time").fill("22:00")
        hers.field("Repeats").select_option("Every week")
        said = hers.dialog.locator(".in-words")
        expect(said).to_contain_text("Every Tuesday")
        for number in range(5):
            expect(said).to_contain_text(f"{week(number).day} {week(number):%b} {week(number).year}")
        hers.button("Save").click()
        expect(hers.heading("Dinner")).to_be_visible()
        expect(hers.page.get_by_text("Every Tuesday")).to_be_visible()

        # He accepts, and has all of them.
        his.open("#/invitations")
        his.button("Accept").click()
        his.says("Accepted.")
        his.open(f"#/agenda/{TUESDAY}")
        for number in range(4):
            expect(in_agenda(his, week(number)).get_by_role("link", name="Dinner")).to_contain_text("19:00–22:00")

        # One is moved to the day after: that one alone.
        hers.open(f"#/agenda/{TUESDAY}")
        in_agenda(hers, week(1)).get_by_role("link", name="Dinner").click()
        edit(hers, date=(week(1) + timedelta(days=1)).isoformat(), time="20:00")
        choose(hers, "Only this one")
        hers.says("Saved.")
        expect(in_agenda(his, week(1) + timedelta(days=1)).get_by_role("link")).to_contain_text("20:00–23:00")
        expect(in_agenda(his, week(1))).to_have_count(0)
        expect(in_agenda(his, week(2)).get_by_role("link", name="Dinner")).to_contain_text("19:00–22:00")

        # From the third on it is elsewhere, and later.
        hers.open(f"#/agenda/{TUESDAY}")
        in_agenda(hers, week(2)).get_by_role("link", name="Dinner").click()
        edit(hers, time="19:30", address="The Greek")
        choose(hers, "This and following")
        hers.says("Saved.")
        for number in (2, 3):
            expect(in_agenda(his, week(number)).get_by_role("link")).to_contain_text("19:30–22:30 · The Greek")
        expect(in_agenda(his, week(0)).get_by_role("link")).to_contain_text("19:00–22:00")
        expect(in_agenda(his, week(1) + timedelta(days=1)).get_by_role("link")).to_contain_text("20:00–23:00")

        # The fourth does not take place; then it ends before the third.
        hers.open(f"#/agenda/{TUESDAY}")
        in_agenda(hers, week(3)).get_by_role("link", name="Dinner").click()
        hers.button("Delete").click()
        choose(hers, "Only this one")
        hers.says("Deleted.")
        expect(in_agenda(his, week(3))).to_have_count(0)
        expect(in_agenda(his, week(2))).to_be_visible()
        hers.open(f"#/agenda/{TUESDAY}")
        in_agenda(hers, week(2)).get_by_role("link", name="Dinner").click()
        hers.button("Delete").click()
        choose(hers, "This and following")
        expect(in_agenda(his, week(2))).to_have_count(0)
        expect(in_agenda(his, week(0)).get_by_role("link", name="Dinner")).to_be_visible()
        assert occurrences(ben, TUESDAY, week(8)) == [
            ("Dinner", at(week(0), "19:00")),
            ("Dinner", at(week(1) + timedelta(days=1), "20:00")),
        ]

    def test_is_deleted_as_a_whole(self, someone: SomeOne, window: Window) -> None:
        ann = someone(name="Ann")
        dinner(ann)
        visitor = window(ann, **BERLIN)
        visitor.open(f"#/agenda/{TUESDAY}")
        in_agenda(visitor, week(1)).get_by_role("link", name="Dinner").click()
        visitor.button("Delete").click()
        choose(visitor, "^All")
        visitor.says("Deleted.")
        expect(visitor.page.get_by_text("Nothing planned")).to_be_visible()
        assert occurrences(ann, TUESDAY, week(8)) == []

    def test_asks_for_those_only_whom_a_change_can_be_for(self, someone: SomeOne, window: Window) -> None:
        ann = someone(name="Ann")
        dinner(ann)
        visitor = window(ann, **BERLIN)
        visitor.open(f"#/agenda/{TUESDAY}")
        in_agenda(visitor, week(1)).get_by_role("link", name="Dinner").click()
        visitor.button("Edit").click()
        visitor.field("Repeats").select_option("Every month")
        visitor.field("Ends").select_option("After a number of occurrences")
        visitor.field("Occurrences").fill("3")
        visitor.button("Save").click()
        question = visitor.page.get_by_role("dialog", name=re.compile("Which ones"))
        expect(question.get_by_label("Only this one")).to_have_count(0)
        assert visitor.barriers() == []
        choose(visitor, "This and following")
        visitor.says("Saved.")
        found = occurrences(ann, TUESDAY, week(30))
        assert [time for _, time in found][:2] == [at(week(0), "19:00"), at(week(1), "19:00")]
        assert len(found) == 4

    def test_is_not_there_any_more_for_who_comes_late(self, someone: SomeOne, window: Window) -> None:
        ann = someone(name="Ann")
        event_id = dinner(ann)
        visitor = window(ann, **BERLIN)
        visitor.open(f"#/event/{event_id}/{week(1):%Y%m%d}T1900")
        expect(visitor.heading("Dinner")).to_be_visible()
        ann.delete("/event", id=event_id, occurrence=at(week(1), "19:00"))
        expect(visitor.page.get_by_text("This date of the event is not available any more.")).to_be_visible()
        visitor.link("Show the whole series").click()
        expect(visitor.heading("Dinner")).to_be_visible()


class TestTheForm:
    def test_says_what_overlaps_and_what_is_past(self, someone: SomeOne, window: Window) -> None:
        ann = someone(name="Ann")
        dinner(ann)
        visitor = window(ann, **BERLIN)
        visitor.open(f"#/new/{week(2)}")
        visitor.field("Time").fill("21:30")
        expect(visitor.dialog.get_by_text("This overlaps something of yours:")).to_be_visible()
        expect(visitor.dialog.get_by_text("Dinner, 19:00–22:00")).to_be_visible()
        assert visitor.barriers() == []
        visitor.field("Time").fill("22:00")
        expect(visitor.dialog.get_by_text("Dinner, 19:00–22:00")).to_have_count(0)
        visitor.field("Date").fill("2001-01-01")
        expect(visitor.dialog.get_by_text("This is in the past.")).to_be_visible()

    def test_keeps_what_was_typed_until_it_is_discarded(self, someone: SomeOne, window: Window) -> None:
        visitor = window(someone())
        visitor.open(f"#/new/{TUESDAY}")
        visitor.field("Name").fill("Tea")
        visitor.field("End date").fill((TUESDAY - timedelta(days=1)).isoformat())
        visitor.button("Save").click()
        expect(visitor.field("End date")).to_have_accessible_description("The end must be after the start.")
        visitor.page.keyboard.press("Escape")
        visitor.button("Keep editing").click()
        expect(visitor.field("Name")).to_have_value("Tea")
        for _ in range(3):  # a browser wants to close without asking, sooner or later
            visitor.page.keyboard.press("Escape")
            expect(visitor.button("Keep editing")).to_be_visible()
            visitor.page.keyboard.press("Escape")
            expect(visitor.button("Keep editing")).to_have_count(0)
        visitor.page.keyboard.press("Escape")
        visitor.button("Discard").click()
        expect(visitor.dialog).to_have_count(0)

    def test_asks_before_the_way_back_discards_what_was_typed(self, someone: SomeOne, window: Window) -> None:
        visitor = window(someone())
        visitor.open(f"#/day/{TUESDAY}")
        visitor.button("New event").click()
        visitor.field("Name").fill("Tea")
        visitor.page.evaluate("history.back()")
        visitor.button("Keep editing").click()
        expect(visitor.field("Name")).to_have_value("Tea")
        visitor.page.evaluate("history.back()")
        visitor.button("Discard").click()
        expect(visitor.dialog).to_have_count(0)
        expect(visitor.page).to_have_url(re.compile(f"#/day/{TUESDAY}"))

    def test_adds_an_event_once_though_somebody_cannot_be_invited(self, someone: SomeOne, window: Window) -> None:
        ann, ben, cleo = someone(name="Ann"), someone(name="Ben"), someone(name="Cleo")
        ann.befriend(ben, cleo)
        visitor = window(ann)
        visitor.open(f"#/new/{TUESDAY}")
        visitor.field("Name").fill("Tea")
        visitor.dialog.get_by_text("Group event").click()
        for friend in ("Ben", "Cleo"):
            visitor.dialog.get_by_role("checkbox", name=friend).check()
        visitor.page.route(
            "**/invite",
            lambda route: route.fulfill(status=409) if ben.id in route.request.post_data else route.continue_(),
        )
        visitor.button("Save").click()
        expect(visitor.page.get_by_role("alert").get_by_text("could not be invited: Ben.")).to_be_visible()
        expect(visitor.dialog).to_have_count(0)
        assert [name for name, _ in occurrences(ann, TUESDAY, week(1))] == ["Tea"]
        assert len(cleo.invites()) == 1 and ben.invites() == []

    def test_saves_the_end_that_is_shown(self, someone: SomeOne, window: Window) -> None:
        ann = someone()
        event_id = ann.plan(datetime=at(TUESDAY, "19:00"), end_datetime=at(TUESDAY, "22:00"))
        visitor = window(ann)
        visitor.open(f"#/event/{event_id}")
        edit(visitor, Time="20:00", End_time="22:00")
        expect(visitor.dialog).to_have_count(0)
        event = ann.event(event_id)
        assert (event["datetime"], event["end_datetime"]) == (at(TUESDAY, "20:00"), at(TUESDAY, "22:00"))

    def test_shows_no_end_where_it_saves_none(self, someone: SomeOne, window: Window) -> None:
        ann = someone()
        event_id = ann.plan(datetime=at(TUESDAY, "19:00"), end_datetime=at(TUESDAY, "22:00"))
        visitor = window(ann)
        visitor.open(f"#/event/{event_id}")
        edit(visitor, End_time="")
        expect(visitor.dialog).to_have_count(0)
        assert ann.event(event_id)["end_datetime"] is None

    def test_names_the_time_that_is_half_typed(self, someone: SomeOne, window: Window) -> None:
        visitor = window(someone())
        visitor.open(f"#/new/{TUESDAY}")
        visitor.field("Name").fill("Tea")
        visitor.field("End time").fill("")
        visitor.field("End time").press("0")
        visitor.button("Save").click()
        expect(visitor.page.get_by_role("alert").get_by_text("“End time” is incomplete.")).to_be_visible()

    def test_keeps_what_was_typed_when_somebody_else_changes_or_deletes_the_same(
        self, someone: SomeOne, window: Window
    ) -> None:
        ann, ben = someone(name="Ann"), someone(name="Ben")
        event_id = dinner(ann, type="group")
        ben.join(event_id, ann)
        ann.grant(event_id, ben, is_can_change_event=True)
        his = window(ben, **BERLIN)
        his.open(f"#/event/{event_id}/{week(1):%Y%m%d}T1900")
        his.button("Edit").click()
        his.field("Description").fill("I bring a cake.")
        ann.change(event_id, datetime=at(TUESDAY, "18:00"))
        his.button("Save").click()
        choose_anyway(his)
        expect(his.field("Description")).to_have_value("I bring a cake.")
        ann.delete("/event", id=event_id)
        his.button("Save").click()
        choose_anyway(his)
        expect(his.dialog.get_by_text("That is not there any more.")).to_be_visible()
        expect(his.field("Description")).to_have_value("I bring a cake.")
        his.button("Cancel").click()
        his.button("Discard").click()
        expect(his.page.get_by_text("not available any more")).to_be_visible()

    def test_says_at_its_field_what_the_server_refuses(self, someone: SomeOne, window: Window) -> None:
        visitor = window(someone(), **BERLIN)
        visitor.page.add_init_script("Intl.supportedValuesOf = () => ['Mars/Olympus_Mons']")
        visitor.open(f"#/new/{TUESDAY}")
        visitor.field("Name").fill("Tea")
        visitor.button("Change time zone").click()
        visitor.field("Time zone").select_option("Mars/Olympus Mons")
        visitor.button("Save").click()
        expect(visitor.field("Time zone")).to_be_focused()
        expect(visitor.field("Time zone")).to_have_accessible_description(re.compile("time zone"))
        expect(visitor.field("Name")).to_have_value("Tea")

    def test_plans_days_without_times(self, someone: SomeOne, window: Window) -> None:
        ann = someone(name="Ann")
        visitor = window(ann)
        visitor.open(f"#/new/{TUESDAY}")
        visitor.field("Name").fill("Trip")
        visitor.dialog.get_by_text("All day").click()
        visitor.field("Last day").fill((TUESDAY + timedelta(days=2)).isoformat())
        visitor.button("Save").click()
        expect(visitor.heading("Trip")).to_be_visible()
        [(_, time)] = occurrences(ann, TUESDAY, week(1))
        assert time == at(TUESDAY, "00:00")
        visitor.open(f"#/calendar/{TUESDAY}")
        expect(visitor.page.locator(".bar").get_by_text("Trip").first).to_be_visible()
        expect(visitor.day(TUESDAY + timedelta(days=2))).to_have_accessible_name(re.compile("1 event"))

    def test_a_zone_is_named_where_it_is_not_the_one_here(self, someone: SomeOne, window: Window) -> None:
        ann = someone(name="Ann")
        event_id = dinner(ann, recurrence=None, datetime="13.01.2032 19:00", end_datetime="13.01.2032 22:00")
        berlin, new_york = window(ann, **BERLIN), window(ann, timezone_id="America/New_York")
        for visitor in (berlin, new_york):
            visitor.open(f"#/event/{event_id}")
            expect(visitor.heading("Dinner")).to_be_visible()
        expect(berlin.page.get_by_text("19:00–22:00")).to_be_visible()
        expect(berlin.page.get_by_text("Europe/Berlin")).to_have_count(0)
        expect(new_york.page.get_by_text("13:00–16:00")).to_be_visible()
        expect(new_york.page.get_by_text("19:00–22:00 Europe/Berlin")).to_be_visible()


@pytest.fixture
def planner(someone: SomeOne, window: Window) -> Iterator[tuple[Person, Visitor]]:
    """Return somebody with a lunch on that Tuesday, and their window with that week, hour by hour."""
    person = someone(name="Ann")
    person.plan(
        name="Lunch",
        datetime=at(TUESDAY, "12:00"),
        end_datetime=at(TUESDAY, "13:00"),
        time_zone="America/New_York",
    )
    visitor = window(person, timezone_id="America/New_York")
    visitor.open(f"#/week/{TUESDAY}")
    expect(column(visitor, TUESDAY).get_by_role("link", name="Lunch")).to_be_visible()
    yield person, visitor


def drag(visitor: Visitor, begin: tuple[float, float], end: tuple[float, float], *, drop: bool = True) -> None:
    """Drag from one point of the window to another."""
    mouse = visitor.page.mouse
    mouse.move(*begin)
    mouse.down()
    mouse.move((begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2, steps=3)
    mouse.move(*end, steps=3)
    if drop:
        mouse.up()


def middle(locator: Locator, *, down: float = 0.5) -> tuple[float, float]:
    """Return a point in the middle of something, so far down it."""
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * down


HOUR = 48


class TestDragging:
    def test_moves_an_event_to_another_day_and_hour(self, planner: tuple[Person, Visitor]) -> None:
        person, visitor = planner
        block = column(visitor, TUESDAY).get_by_role("link", name="Lunch")
        x, y = middle(block)
        thursday, _ = middle(column(visitor, TUESDAY + timedelta(days=2)))
        drag(visitor, (x, y), (thursday, y + 1.5 * HOUR))
        visitor.says("Saved.")
        moved = column(visitor, TUESDAY + timedelta(days=2)).get_by_role("link", name="Lunch")
        expect(moved).to_contain_text("13:30–14:30")
        expect(visitor.page).to_have_url(re.compile("#/week/"))
        assert occurrences(person, TUESDAY, week(1)) == [("Lunch", at(TUESDAY + timedelta(days=2), "13:30"))]

    def test_stretches_an_event_by_its_end(self, planner: tuple[Person, Visitor]) -> None:
        _, visitor = planner
        block = column(visitor, TUESDAY).get_by_role("link", name="Lunch")
        x, y = middle(block, down=0.97)
        drag(visitor, (x, y), (x, y + HOUR))
        visitor.says("Saved.")
        expect(block).to_contain_text("12:00–14:00")

    def test_moves_what_takes_days_by_days(self, planner: tuple[Person, Visitor]) -> None:
        person, visitor = planner
        person.plan(
            name="Trip", all_day="true", datetime=at(TUESDAY, "00:00"), end_datetime=at(TUESDAY + timedelta(2), "00:00")
        )
        bar = visitor.page.get_by_role("list", name="All day").get_by_role("link", name="Trip")
        expect(bar).to_be_visible()
        (x, y), (end, _) = middle(column(visitor, TUESDAY)), middle(column(visitor, TUESDAY + timedelta(days=2)))
        _, y = middle(bar)
        drag(visitor, (x, y), (end, y + 2))
        visitor.says("Saved.")
        [_, (name, time)] = occurrences(person, TUESDAY, week(1))
        assert (name, time) == ("Trip", at(TUESDAY + timedelta(days=2), "00:00"))

    def test_is_undone_by_escape(self, planner: tuple[Person, Visitor]) -> None:
        person, visitor = planner
        block = column(visitor, TUESDAY).get_by_role("link", name="Lunch")
        x, y = middle(block)
        drag(visitor, (x, y), (x, y + HOUR), drop=False)
        expect(block).to_contain_text("13:00–14:00")
        visitor.page.keyboard.press("Escape")
        visitor.page.mouse.up()
        expect(block).to_contain_text("12:00–13:00")
        assert occurrences(person, TUESDAY, week(1)) == [("Lunch", at(TUESDAY, "12:00"))]

    def test_over_free_hours_plans_something(self, planner: tuple[Person, Visitor]) -> None:
        _, visitor = planner
        friday = column(visitor, TUESDAY + timedelta(days=3))
        _, y = middle(column(visitor, TUESDAY).get_by_role("link", name="Lunch"), down=0)
        x, _ = middle(friday)
        drag(visitor, (x, y + 2), (x, y + 2.5 * HOUR))
        expect(visitor.field("Date")).to_have_value((TUESDAY + timedelta(days=3)).isoformat())
        expect(visitor.field("Time")).to_have_value("12:00")
        expect(visitor.field("End time")).to_have_value("14:30")

    def test_of_an_occurrence_asks_which_ones_are_meant(self, someone: SomeOne, window: Window) -> None:
        ann = someone(name="Ann")
        dinner(ann, datetime=at(TUESDAY, "12:00"), end_datetime=at(TUESDAY, "13:00"))
        visitor = window(ann, **BERLIN)
        visitor.open(f"#/week/{week(1)}")
        block = column(visitor, week(1)).get_by_role("link", name="Dinner")
        x, y = middle(block)
        drag(visitor, (x, y), (x, y + HOUR))
        question = visitor.page.get_by_role("dialog", name=re.compile("Which ones"))
        question.get_by_role("button", name="Cancel").click()
        expect(block).to_contain_text("12:00–13:00")
        drag(visitor, (x, y), (x, y + HOUR))
        choose(visitor, "^All")
        visitor.says("Saved.")
        expect(block).to_contain_text("13:00–14:00")
        assert occurrences(ann, TUESDAY, week(2)) == [("Dinner", at(week(n), "13:00")) for n in range(2)]

    def test_moves_one_of_those_that_repeat_on_several_days(self, someone: SomeOne, window: Window) -> None:
        ann = someone(name="Ann")
        plan = {"datetime": at(TUESDAY, "12:00"), "end_datetime": at(TUESDAY, "13:00")}
        dinner(ann, **plan, recurrence="FREQ=WEEKLY;COUNT=4;BYDAY=TU,TH")
        visitor = window(ann, **BERLIN)
        visitor.open(f"#/week/{TUESDAY}")
        friday = TUESDAY + timedelta(days=3)
        x, y = middle(column(visitor, TUESDAY + timedelta(days=2)).get_by_role("link", name="Dinner"))
        to, _ = middle(column(visitor, friday))
        drag(visitor, (x, y), (to, y))
        expect(visitor.dialog.get_by_text("Only this one can be moved like that.")).to_be_visible()
        choose(visitor, "Only this one")
        visitor.says("Saved.")
        days = [TUESDAY, friday, week(1), week(1) + timedelta(days=2)]
        assert occurrences(ann, TUESDAY, week(3)) == [("Dinner", at(day, "12:00")) for day in days]

    def test_is_not_for_fingers_but_a_tap_plans(self, someone: SomeOne, window: Window) -> None:
        visitor = window(someone(), **PHONE)
        visitor.open(f"#/day/{TUESDAY}")
        x, y = middle(visitor.page.get_by_role("group", name="Hour by hour"))
        visitor.page.touchscreen.tap(x, y)
        expect(visitor.field("Date")).to_have_value(TUESDAY.isoformat())
        begin, end = (visitor.field(label).input_value() for label in ("Time", "End time"))
        assert int(end[:2]) - int(begin[:2]) == 1


class TestViews:
    def test_are_chosen_and_turned_by_keys(self, someone: SomeOne, window: Window) -> None:
        visitor, today = window(someone()), date.today()
        visitor.open()
        heading = visitor.page.get_by_role("heading", level=1)
        expect(heading).to_have_text(f"{today:%B %Y}")
        press = visitor.page.keyboard.press
        press("d")
        expect(heading).to_contain_text(f"{today.day} {today:%B %Y}")
        press("ArrowRight")
        tomorrow = today + timedelta(days=1)
        expect(heading).to_contain_text(f"{tomorrow.day} {tomorrow:%B %Y}")
        press("w")
        expect(visitor.page.get_by_role("group", name="Hour by hour")).to_be_visible()
        expect(column(visitor, tomorrow)).to_be_visible()
        press("ArrowLeft")
        expect(column(visitor, tomorrow - timedelta(weeks=1))).to_be_visible()
        press("t")
        expect(column(visitor, today)).to_be_visible()
        press("a")
        expect(visitor.page.get_by_text("Nothing planned")).to_be_visible()
        press("m")
        expect(visitor.page.get_by_role("grid")).to_be_visible()
        press("n")
        expect(visitor.field("Name")).to_be_focused()
        visitor.page.keyboard.type("tea and wine, and dim sum")
        expect(visitor.field("Name")).to_have_value("tea and wine, and dim sum")

    def test_keys_are_where_they_are_on_a_russian_keyboard_and_can_be_switched_off(
        self, someone: SomeOne, window: Window
    ) -> None:
        visitor = window(someone())
        visitor.open()
        expect(visitor.page.get_by_role("grid")).to_be_visible()
        visitor.page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'ц', code: 'KeyW'}))")
        expect(visitor.page.get_by_role("group", name="Hour by hour")).to_be_visible()
        visitor.open("#/profile")
        visitor.page.get_by_text("Keyboard shortcuts in the calendar").click()
        visitor.go("Calendar")
        expect(visitor.page.get_by_role("group", name="Hour by hour")).to_be_visible()
        visitor.page.keyboard.press("m")
        visitor.page.keyboard.press("n")
        expect(visitor.dialog).to_have_count(0)
        expect(visitor.page.get_by_role("group", name="Hour by hour")).to_be_visible()

    def test_a_busy_day_of_the_month_scrolls_by_itself(self, someone: SomeOne, window: Window) -> None:
        person = someone()
        for hour in range(8, 16):
            person.plan(name=f"Meeting {hour}", datetime=at(TUESDAY, f"{hour:02}:00"))
        visitor = window(person)
        visitor.open(f"#/calendar/{TUESDAY}")
        busy = visitor.page.locator(".chips.is-busy")
        expect(busy.get_by_text("08:00 Meeting 8")).to_be_visible()
        assert busy.evaluate("list => list.scrollHeight > list.clientHeight")
        busy.get_by_text("15:00 Meeting 15").scroll_into_view_if_needed()
        expect(busy.get_by_text("15:00 Meeting 15")).to_be_in_viewport()

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    @pytest.mark.parametrize("view", ["calendar", "week", "day", "agenda"])
    def test_end_where_the_calendar_ends(self, someone: SomeOne, window: Window, view: str, day: str) -> None:
        person = someone()
        person.plan(name="First or last", datetime=f"{day[8:]}.{day[5:7]}.{day[:4]} 12:00")
        visitor = window(person)
        visitor.open(f"#/{view}/{day}")
        expect(visitor.page.get_by_role("link", name="First or last").last).to_be_visible()
        for name in ("Previous", "Next"):
            visitor.page.get_by_role("button", name=re.compile(f"^{name} (month|week|day)$")).click()
            expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
        expect(visitor.page.locator(".toast.is-error")).to_have_count(0)

    def test_a_list_shows_more_when_asked(self, someone: SomeOne, window: Window) -> None:
        person = someone()
        far = (date.today().replace(day=1) + timedelta(days=100)).replace(day=3)
        person.plan(name="Far away", datetime=at(far, "10:00"))
        visitor = window(person, **PHONE)
        visitor.open(f"#/agenda/{date.today()}")
        expect(visitor.page.get_by_text("Nothing planned")).to_be_visible()
        visitor.button("Show what comes later").click()
        expect(in_agenda(visitor, far).get_by_role("link", name="Far away")).to_be_visible()
