"""What an event shows as it goes on."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from services.events.time import rules
from services.events.time.clock import Days
from services.events.time.problems import Problem, UnknownOccurrence
from services.events.time.series import (
    Series,
    bounds_of,
    details_of,
    document_of,
    load,
    overlapping,
    plan,
    serialize,
    span_of,
    starting_on,
)
from tests.fakes.details import event_details
from tests.unit.services.events.planning import NEXT_YEARS, cancelled, changed, listed, month, planned, shown, starts


def test_what_an_event_does_not_say_has_a_default():
    party = planned(starts_at="2031-05-17T18:30", ends_at=None)
    assert details_of(party) == event_details(
        name="Dinner", ends_at=None, all_day=False, time_zone=None, recurrence=None
    )
    assert document_of(party) is None


def test_an_event_from_before_there_were_ends_is_read_as_it_was():
    old = event_details()
    assert details_of(load(old, None)) == {
        **old,
        "ends_at": None,
        "all_day": False,
        "time_zone": None,
        "recurrence": None,
    }


def test_what_all_parts_share_is_kept_whatever_it_is():
    assert dict(details_of(plan(event_details(capacity=12))))["capacity"] == 12


def test_an_event_that_happens_once_shows_its_instants():
    once = shown(planned(time_zone="Europe/Berlin"))
    assert once["start_instant"] == "2026-12-01T19:00:00+01:00"
    assert once["end_instant"] == "2026-12-01T21:00:00+01:00"
    assert once["occurrence"] is None and once["is_private"] is True


def test_an_event_that_happens_once_is_listed_without_a_name_and_has_no_occurrence():
    once = planned()
    assert listed(once, NEXT_YEARS, "occurrence", "starts_at") == [(None, "2026-12-01T19:00")]
    with pytest.raises(UnknownOccurrence):
        shown(once, "2026-12-01T19:00")


def test_an_occurrence_shows_its_own_times_and_the_event_those_of_the_first():
    weekly = planned(recurrence="freq=weekly", time_zone="Europe/Berlin")
    third = shown(weekly, "2026-12-15T19:00")
    assert (third["starts_at"], third["ends_at"]) == ("2026-12-15T19:00", "2026-12-15T21:00")
    assert third["occurrence"] == "2026-12-15T19:00" and third["recurrence"] == "FREQ=WEEKLY"
    assert shown(weekly)["starts_at"] == "2026-12-01T19:00" and shown(weekly)["occurrence"] is None


@pytest.mark.parametrize(
    "name",
    [
        "2026-12-01T18:59",
        "2026-12-02T19:00",
        "2026-11-24T19:00",
        "2026-12-15T19:00",
        "2026-12-29T19:00",
        "9999-12-31T19:00",
    ],
)
def test_a_name_under_which_nothing_occurs_is_unknown(name):
    series = cancelled(planned(recurrence="FREQ=WEEKLY;COUNT=4"), "2026-12-15T19:00")
    with pytest.raises(UnknownOccurrence):
        shown(series, name)


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"ends_at": "2026-12-01T19:00"}, "ends_at"),
        ({"time_zone": "Middle/Earth"}, "time_zone"),
        ({"all_day": True}, "starts_at"),
        ({"recurrence": "FREQ=WEEKLY;BYDAY=MO"}, "recurrence"),
        ({"recurrence": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "recurrence"),
        ({"recurrence": "FREQ=DAILY;UNTIL=20261231T180000Z"}, "recurrence"),
        ({"recurrence": "FREQ=DAILY;UNTIL=20261130"}, "recurrence"),
        ({"recurrence": ""}, "recurrence"),
    ],
)
def test_an_impossible_event_is_refused_with_the_name_of_the_field(details, field):
    with pytest.raises(Problem) as refused:
        planned(**details)
    assert refused.value.field == field


# Zones.


def test_a_weekly_nine_o_clock_in_berlin_stays_nine_o_clock_and_its_instant_moves_by_an_hour():
    weekly = planned(
        starts_at="2026-01-05T09:00", ends_at="2026-01-05T10:00", time_zone="Europe/Berlin", recurrence="FREQ=WEEKLY"
    )
    year = Days(date(2026, 1, 1), date(2027, 1, 1))
    wall_clocks = listed(weekly, year, "starts_at")
    instants = [datetime.fromisoformat(instant) for instant in listed(weekly, year, "start_instant")]
    assert len(wall_clocks) == 52 and {wall_clock[11:] for wall_clock in wall_clocks} == {"09:00"}
    week = timedelta(weeks=1)
    steps = {later.date(): later - earlier - week for earlier, later in pairwise(instants)}
    moved = {day: step for day, step in steps.items() if step}
    assert moved == {date(2026, 3, 30): timedelta(hours=-1), date(2026, 10, 26): timedelta(hours=1)}


def test_an_all_day_series_has_the_same_days_for_auckland_and_honolulu():
    holidays = planned(starts_at="2026-12-01T00:00", ends_at="2026-12-03T00:00", all_day=True, recurrence="FREQ=WEEKLY")
    for zone in (None, "Pacific/Auckland", "Pacific/Honolulu"):
        days = [Days(date(2026, 12, day), date(2026, 12, day + 1), zone) for day in range(1, 16)]
        assert [n + 1 for n, one in enumerate(days) if listed(holidays, one)] == [1, 2, 8, 9, 15]
        assert listed(holidays, days[1], "start_instant", "end_instant") == [("2026-12-01", "2026-12-03")]


def test_a_daily_series_in_a_zone_that_skipped_a_day_goes_on_over_it():
    daily = planned(
        starts_at="2011-12-28T12:00", ends_at=None, time_zone="Pacific/Apia", recurrence="FREQ=DAILY;COUNT=5"
    )
    days = Days(date(2011, 12, 28), date(2012, 1, 2), "Pacific/Apia")
    assert listed(daily, days, "start_instant") == [
        "2011-12-28T12:00:00-10:00",
        "2011-12-29T12:00:00-10:00",
        "2011-12-30T12:00:00-10:00",  # the same moment as the next, as the RFC reads it
        "2011-12-31T12:00:00+14:00",
        "2012-01-01T12:00:00+14:00",
    ]
    assert len({one.moment for one in overlapping(daily, days)}) == 4


def test_a_zone_with_half_an_hour_of_summer_time_moves_by_that():
    weekly = planned(
        starts_at="2026-09-29T19:00", ends_at=None, time_zone="Australia/Lord_Howe", recurrence="FREQ=WEEKLY;COUNT=2"
    )
    assert listed(weekly, NEXT_YEARS, "start_instant") == ["2026-09-29T19:00:00+10:30", "2026-10-06T19:00:00+11:00"]


def test_an_occurrence_whose_end_the_clocks_push_before_its_start_takes_no_time():
    nightly = planned(
        starts_at="2027-03-27T02:30",
        ends_at="2027-03-27T03:15",
        time_zone="Europe/Berlin",
        recurrence="FREQ=DAILY;COUNT=3",
    )
    assert listed(nightly, NEXT_YEARS, "start_instant", "end_instant") == [
        ("2027-03-27T02:30:00+01:00", "2027-03-27T03:15:00+01:00"),
        ("2027-03-28T02:30:00+01:00", "2027-03-28T02:30:00+01:00"),
        ("2027-03-29T02:30:00+02:00", "2027-03-29T03:15:00+02:00"),
    ]


# Ranges.


def test_what_began_before_a_range_and_reaches_into_it_is_found_by_overlap_alone():
    weekly = planned(ends_at="2026-12-11T12:00", recurrence="FREQ=WEEKLY;COUNT=3")  # ten days each
    days = Days(date(2026, 12, 10), date(2026, 12, 16))
    assert starts(weekly, days) == ["12-01", "12-08", "12-15"]
    assert [serialize(weekly, one)["occurrence"] for one in starting_on(weekly, days)] == ["2026-12-15T19:00"]


def test_a_range_has_its_first_midnight_and_not_its_last():
    midnight = planned(starts_at="2026-12-01T00:00", ends_at=None, recurrence="FREQ=DAILY;COUNT=9")
    assert starts(midnight, Days(date(2026, 12, 3), date(2026, 12, 5))) == ["12-03T00:00", "12-04T00:00"]
    until_midnight = planned(starts_at="2026-12-01T23:00", ends_at="2026-12-02T00:00", recurrence="FREQ=DAILY;COUNT=9")
    assert starts(until_midnight, Days(date(2026, 12, 3), date(2026, 12, 4))) == ["12-03T23:00"]


def test_an_occurrence_that_was_moved_over_the_edge_of_a_month_is_in_the_right_month_only():
    weekly = planned(recurrence="FREQ=WEEKLY;COUNT=6")
    assert month(weekly, 2026, 12) == ["12-01", "12-08", "12-15", "12-22", "12-29"]
    moved = changed(weekly, "2026-12-29T19:00", starts_at="2027-01-02T20:00")
    moved = changed(moved, "2026-12-01T19:00", starts_at="2026-11-30T19:00")
    assert month(moved, 2026, 11) == ["11-30"]
    assert month(moved, 2026, 12) == ["12-08", "12-15", "12-22"]
    assert month(moved, 2027, 1) == ["01-02T20:00", "01-05"]
    assert shown(moved, "2026-12-29T19:00")["starts_at"] == "2027-01-02T20:00"


def test_occurrences_are_in_the_order_of_where_they_were_moved_to():
    weekly = changed(planned(recurrence="FREQ=WEEKLY;COUNT=4"), "2026-12-01T19:00", starts_at="2026-12-16T19:00")
    weekly = changed(weekly, "2026-12-22T19:00", starts_at="2026-12-08T19:00")  # where another is
    assert listed(weekly, NEXT_YEARS, "occurrence") == [
        "2026-12-08T19:00",
        "2026-12-22T19:00",
        "2026-12-15T19:00",
        "2026-12-01T19:00",
    ]


def test_a_range_in_the_far_future_costs_what_it_shows():
    daily = planned(recurrence="FREQ=DAILY", time_zone="Europe/Berlin")
    rules._days.cache_clear()
    assert len(listed(daily, Days(date(9000, 1, 1), date(9000, 1, 8), "Asia/Tokyo"))) == 7
    assert rules._days.cache_info().misses <= 3


def test_an_endless_series_is_read_as_far_as_one_asks():
    weekly = planned(recurrence="FREQ=WEEKLY")
    rules._days.cache_clear()
    found = overlapping(weekly, Days(date(2026, 1, 1), date(9999, 1, 1)))
    assert [next(found).name for _ in range(3)] == [datetime(2026, 12, day, 19) for day in (1, 8, 15)]
    assert rules._days.cache_info().misses < 8


def test_reading_may_begin_in_the_middle():
    series = changed(planned(recurrence="FREQ=DAILY"), "2026-12-05T19:00", starts_at="2027-06-01T19:00")
    days = Days(date(2026, 12, 1), date(2027, 12, 1))
    every = list(overlapping(series, days))
    rules._days.cache_clear()
    assert list(overlapping(series, days, since=every[-3].moment)) == every[-3:]
    assert rules._days.cache_info().misses <= 3


def test_what_was_moved_is_looked_at_only_as_far_as_one_reads(monkeypatch):
    series = planned(recurrence="FREQ=DAILY;COUNT=40", time_zone="Europe/Berlin")
    for day in range(1, 31):
        series = changed(series, f"2026-12-{day:02}T19:00", starts_at=f"2027-06-{day:02}T20:00")
    looked_at = []
    get = Series.get

    def counting(series, name):
        looked_at.append(name)
        return get(series, name)

    monkeypatch.setattr(Series, "get", counting)
    for time_zone in (None, "Asia/Tokyo"):
        days = Days(date(2027, 6, 1), date(2027, 6, 20), time_zone)
        first = next(overlapping(series, days))
        assert first.part.times.starts_at == datetime(2027, 6, 1, 20) and len(looked_at) <= 5
        later = next(overlapping(series, days, since=first.moment + 10 * 24 * 60))
        assert later.part.times.starts_at == datetime(2027, 6, 11, 20) and len(looked_at) <= 12
        looked_at.clear()
        assert len(listed(series, days)) <= len(looked_at) <= 24
        looked_at.clear()


def test_what_was_moved_is_in_the_order_of_instants():
    series = planned(recurrence="FREQ=DAILY;COUNT=9", time_zone="Asia/Tokyo")
    series = changed(series, "2026-12-05T19:00", "following", time_zone="America/New_York")
    for name, start in (("06", "2027-02-01T10:00"), ("07", "2027-02-02T10:00"), ("02", "2027-02-01T23:00")):
        series = changed(series, f"2026-12-{name}T19:00", starts_at=start)
    days = Days(date(2027, 1, 1), date(2027, 12, 1))
    assert listed(series, days, "occurrence") == [f"2026-12-{day}T19:00" for day in ("06", "02", "07")]
    in_utc = listed(series, Days(days.start, days.end, "UTC"), "start_instant")
    assert in_utc == ["2027-02-01T23:00:00+09:00", "2027-02-01T10:00:00-05:00", "2027-02-02T10:00:00-05:00"]


# What storage needs to know.


@pytest.mark.parametrize(
    ("details", "span"),
    [
        ({"ends_at": None}, None),
        ({}, None),
        ({"ends_at": "2026-12-02T19:00"}, None),
        ({"ends_at": "2026-12-02T19:01"}, "week"),
        ({"ends_at": "2026-12-09T19:00"}, "week"),
        ({"ends_at": "2026-12-09T19:01"}, "quarter"),
        ({"ends_at": "2027-02-03T19:00"}, "quarter"),
        ({"ends_at": "2027-02-03T19:01"}, "year"),
        ({"ends_at": "2027-12-02T19:00"}, "year"),
        ({"starts_at": "2026-12-01T00:00", "ends_at": None, "all_day": True}, None),
        ({"starts_at": "2027-03-28T03:00", "ends_at": "2027-03-28T02:59", "time_zone": "Europe/Berlin"}, None),
        ({"starts_at": "2011-12-01T00:00", "ends_at": "2012-12-02T00:00", "time_zone": "Pacific/Apia"}, "year"),
    ],
)
def test_events_are_classed_by_their_length(details, span):
    assert span_of(details_of(planned(**details))) == span


@pytest.mark.parametrize(
    ("details", "bounds"),
    [
        ({"recurrence": "FREQ=WEEKLY"}, ("2026-12-01T19:00", "9999-12-31T23:59")),
        ({"recurrence": "FREQ=WEEKLY;COUNT=2"}, ("2026-12-01T19:00", "2026-12-08T21:00")),
        ({"recurrence": "FREQ=WEEKLY;COUNT=2", "ends_at": None}, ("2026-12-01T19:00", "2026-12-08T19:01")),
        ({"recurrence": "FREQ=DAILY;UNTIL=20261208T190000"}, ("2026-12-01T19:00", "2026-12-08T21:00")),
        ({"ends_at": None}, ("2026-12-01T19:00", "2026-12-01T19:01")),
        ({"starts_at": "9999-12-31T23:59", "ends_at": None}, ("9999-12-31T23:59", "9999-12-31T23:59")),
        ({"starts_at": "2026-12-01T00:00", "ends_at": None, "all_day": True}, ("2026-12-01T00:00", "2026-12-02T00:00")),
    ],
)
def test_nothing_of_an_event_is_outside_of_its_bounds(details, bounds):
    assert (
        bounds_of(plan(event_details(**{"starts_at": "2026-12-01T19:00", "ends_at": "2026-12-01T21:00", **details})))
        == bounds
    )


def test_bounds_reach_as_far_as_anything_was_moved():
    weekly = changed(planned(recurrence="FREQ=WEEKLY;COUNT=3"), "2026-12-01T19:00", starts_at="2027-05-01T19:00")
    weekly = changed(weekly, "2026-12-08T19:00", starts_at="2026-10-01T19:00")
    assert bounds_of(weekly) == ("2026-10-01T19:00", "2027-05-01T21:00")
