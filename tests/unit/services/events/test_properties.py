"""Whatever people plan, move, split and cancel: reading shows just that."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.events.time.changes import cancel
from services.events.time.clock import Days
from services.events.time.problems import Problem
from services.events.time.series import Series, bounds_of, details_of, overlapping, plan, serialize, starting_on
from tests.fakes.details import event_details
from tests.unit.services.events.planning import FIRST_TO_LAST, changed, planned, stored

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ZONES = [None, "Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kathmandu"]


# One series, against a list of its occurrences.


@dataclass
class Listed:
    """A series as a list of what it shows, changed by hand: the obvious way, and the wrong one for a database."""

    step: timedelta
    occurrences: dict[datetime, dict[str, Any]] = field(default_factory=dict)
    own: dict[datetime, dict[str, Any]] = field(default_factory=dict)
    cancelled: set[datetime] = field(default_factory=set)

    def plan(self, first: datetime, count: int, details: dict[str, Any]) -> None:
        for name in (first + n * self.step for n in range(count)):
            self.occurrences[name] = {**details, "starts_at": name}
        known = self.occurrences.keys()
        self.own = {name: changes for name, changes in self.own.items() if name in known}
        self.cancelled = {name for name in self.cancelled if name in known}

    def living(self) -> list[datetime]:
        return [name for name in self.occurrences if name not in self.cancelled]

    def change_one(self, name: datetime, changes: dict[str, Any]) -> None:
        self.own[name] = {**self.own.get(name, {}), **changes}

    def change_following(self, name: datetime, start: datetime, text: str) -> None:
        left = [other for other in self.occurrences if other >= name]
        details = {**self.occurrences[name], "name": text}
        self.occurrences = {other: shown for other, shown in self.occurrences.items() if other < name}
        self.plan(start, len(left), details)

    def shown(self) -> list[tuple[datetime, str, datetime]]:
        every = [{**self.occurrences[name], **self.own.get(name, {}), "occurrence": name} for name in self.living()]
        return sorted((one["starts_at"], one["name"], one["occurrence"]) for one in every)


def shown(series: Series) -> list[tuple[datetime, str, datetime]]:
    every = [serialize(series, one) for one in overlapping(series, FIRST_TO_LAST)]
    parsed = [(one["starts_at"], one["name"], one["occurrence"]) for one in every]
    found = [(datetime.fromisoformat(start), name, datetime.fromisoformat(named)) for start, name, named in parsed]
    assert [start for start, _, _ in found] == sorted(start for start, _, _ in found)
    return sorted(found)


Action = tuple[str, int, int]
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["rename", "move", "cancel", "split", "split and move"]), st.integers(0, 30), st.integers(0, 50)
    ),
    max_size=8,
)


def act(series: Series, listed: Listed, action: Action, number: int) -> Series:
    """Do the same to both. The names of the later parts come after those of the earlier ones."""
    what, which, hours = action
    living = listed.living()
    name = living[which % len(living)]
    occurrence, text = f"{name:%Y-%m-%dT%H:%M}", f"{what} {number}"
    if what == "cancel":
        listed.cancelled.add(name)
        return stored(
            changed(series) if (left := cancel(series, occurrence=occurrence, scope="this")) is None else left
        )
    if what == "rename":
        listed.change_one(name, {"name": text})
        return changed(series, occurrence, name=text)
    if what == "move":
        start = name + (hours - 25) * HOUR
        listed.change_one(name, {"starts_at": start})
        return changed(series, occurrence, starts_at=f"{start:%Y-%m-%dT%H:%M}")
    start = name + (hours * HOUR if what == "split and move" else 0 * HOUR)
    listed.change_following(name, start, text)
    return changed(series, occurrence, "following", name=text, starts_at=f"{start:%Y-%m-%dT%H:%M}")


@given(st.sampled_from(["DAILY", "WEEKLY"]), st.integers(1, 3), st.integers(1, 12), ACTIONS)
@settings(max_examples=100, deadline=None)
def test_changing_then_reading_is_reading_then_changing(freq, interval, count, actions):
    first = datetime(2026, 12, 1, 19)
    listed = Listed(step=interval * (DAY if freq == "DAILY" else 7 * DAY))
    listed.plan(first, count, {"name": "Dinner"})
    series = planned(recurrence=f"FREQ={freq};INTERVAL={interval};COUNT={count}")
    for number, action in enumerate(actions):
        if action[0] == "cancel" and len(listed.living()) == 1:
            continue  # then nothing would be left
        try:
            after = act(series, listed, action, number)
        except Problem:
            assert not listed.living(), "only what leaves no occurrence is refused"
            return
        series = after
        assert shown(series) == listed.shown()


@given(st.integers(1, 40), st.integers(1, 40), st.dates(date(2026, 11, 1), date(2027, 4, 1)), st.integers(0, 60))
@settings(max_examples=40, deadline=None)
def test_a_split_that_says_the_same_again_shows_the_same(count, at, start, length):
    weekdays = planned(recurrence=f"FREQ=WEEKLY;COUNT={count};BYDAY=TU,WE,FR", time_zone="Europe/Berlin")
    names = [one.name for one in overlapping(weekdays, FIRST_TO_LAST)]
    name = names[at % count]
    split = changed(weekdays, f"{name:%Y-%m-%dT%H:%M}", "following", address="Elm Street 5")
    days = Days(start, start + length * DAY, "America/New_York")
    before = [serialize(weekdays, one) for one in overlapping(weekdays, days)]
    after = [serialize(split, one) for one in overlapping(split, days)]
    same = ("name", "occurrence", "starts_at", "ends_at", "start_instant", "end_instant")
    assert [[one[key] for key in same] for one in before] == [[one[key] for key in same] for one in after]
    assert [one["address"] == "Elm Street 5" for one in after] == [
        one["occurrence"] >= f"{name:%Y-%m-%dT%H:%M}" for one in before
    ]


# Agendas of many events.

STARTS = st.datetimes(datetime(2026, 11, 20), datetime(2026, 12, 20)).map(
    lambda at: at.replace(second=0, microsecond=0)
)


@st.composite
def events(draw: Any) -> Series:
    """An event that happens once or repeats, floats or has a zone or whole days; some of its occurrences moved."""
    start, hours, zone = draw(STARTS), draw(st.sampled_from([0, 1, 3, 30, 200])), draw(st.sampled_from(ZONES))
    if draw(st.booleans()) and zone is None:
        start, hours = start.replace(hour=0, minute=0), hours // 24 * 24
    all_day = zone is None and start.hour == start.minute == 0 and hours % 24 == 0
    details = event_details(
        starts_at=f"{start:%Y-%m-%dT%H:%M}",
        ends_at=f"{start + hours * HOUR:%Y-%m-%dT%H:%M}" if hours else None,
        time_zone=zone,
        all_day=all_day,
        recurrence=draw(
            st.sampled_from([None, "FREQ=DAILY", "FREQ=DAILY;INTERVAL=5;COUNT=4", "FREQ=WEEKLY", "FREQ=MONTHLY"])
        ),
    )
    series = plan(details)
    for name in [one.name for one in islice(overlapping(series, FIRST_TO_LAST), 3) if one.name]:
        if draw(st.booleans()):
            moved = name + draw(st.integers(-100, 100)) * (DAY if all_day else HOUR)
            series = changed(series, f"{name:%Y-%m-%dT%H:%M}", starts_at=f"{moved:%Y-%m-%dT%H:%M}")
    return series


RANGES = st.tuples(st.dates(date(2026, 11, 15), date(2026, 12, 31)), st.integers(0, 40), st.sampled_from(ZONES))
Key = tuple[int, int, datetime]


def keys(series: Series, n: int, days: Days, since: int | None = None) -> list[Key]:
    return [(one.moment, n, one.name or datetime.min) for one in overlapping(series, days, since=since)]


def agenda(calendar: list[Series], days: Days, since: int | None = None) -> list[Key]:
    return list(merge(*(keys(series, n, days, since) for n, series in enumerate(calendar))))


@given(st.lists(events(), max_size=4), RANGES, st.integers(1, 7))
@settings(max_examples=40, deadline=None)
def test_the_pages_of_an_agenda_joined_are_one_page(calendar, around, limit):
    start, length, zone = around
    days = Days(start, start + length * DAY, zone)
    joined: list[Key] = []
    while True:
        since = joined[-1][0] if joined else None
        page = [key for key in agenda(calendar, days, since) if not joined or key > joined[-1]][:limit]
        joined += page
        if len(page) < limit:
            break
    assert joined == agenda(calendar, days) == sorted(joined)


def is_on(days: Days, shown: dict[str, Any]) -> bool:
    """Tell whether something takes place on these days, as one reads it off what it shows."""
    start, end = shown["start_instant"], shown["end_instant"]
    begin, behind = datetime(days.start.year, days.start.month, days.start.day), days.behind
    if shown["all_day"]:
        last = date.fromisoformat(end) if end else date.fromisoformat(start) + DAY
        return date.fromisoformat(start) < behind.date() and last > days.start
    begins, ends = (
        datetime.fromisoformat(shown["starts_at"]),
        datetime.fromisoformat(shown["ends_at"] or shown["starts_at"]),
    )
    if days.time_zone is not None:
        begin, behind = (instant_of(at, days.time_zone) for at in (begin, behind))
        begins, ends = (instant_of(at, shown["time_zone"] or days.time_zone) for at in (begins, ends))
    return begins < behind and (ends > begin or begins >= begin)


def instant_of(wall_clock: datetime, zone: str) -> datetime:
    return wall_clock.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@given(events(), RANGES)
@settings(max_examples=100, deadline=None)
def test_what_is_found_in_a_range_is_all_that_takes_place_there(series, around):
    start, length, zone = around
    days = Days(start, start + length * DAY, zone)
    in_years = islice(overlapping(series, FIRST_TO_LAST), 100)  # the events begin near each other
    every = [serialize(series, one) for one in in_years]
    expected = {one["occurrence"] for one in every if is_on(days, one)}
    found = [serialize(series, one)["occurrence"] for one in overlapping(series, days)]
    assert len(found) == len(set(found)) and set(found) == expected
    since, until = bounds_of(series)
    assert all(since <= one["starts_at"] < until and (one["ends_at"] or "") <= until for one in every)


@given(events(), RANGES)
@settings(max_examples=40, deadline=None)
def test_every_occurrence_begins_in_one_month_only(series, around):
    months = [
        Days(date(2026, 9, 1), date(2026, 12, 1)),
        Days(date(2026, 12, 1), date(2027, 1, 1)),
        Days(date(2027, 1, 1), date(2027, 5, 1)),
    ]
    found = [one for days in months for one in starting_on(series, days)]
    assert len(found) == len({one.name for one in found})
    assert [one.part.times.starts_at for one in found] == sorted(one.part.times.starts_at for one in found)
    assert found == list(starting_on(series, Days(months[0].start, months[-1].end)))


@given(events())
@settings(max_examples=40, deadline=None)
def test_changing_an_event_to_what_it_shows_changes_nothing(series):
    assert changed(series, None, "all", **details_of(series)) == series
    for one in islice(overlapping(series, FIRST_TO_LAST), 5):
        if one.name:
            same = serialize(series, one)
            again = {key: same[key] for key in details_of(series)}
            assert changed(series, same["occurrence"], "this", **again) == series
