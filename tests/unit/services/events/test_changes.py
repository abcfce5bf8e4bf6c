"""What becomes of an event when one occurrence changes, that and all later ones, or all."""

from datetime import datetime, timedelta
from typing import cast

import pytest

from services.contracts.events import EventDetails
from services.events.time import rules
from services.events.time.changes import MAX_EXCEPTIONS, MAX_SPLITS, cancel, change, check_changes
from services.events.time.problems import Problem, SeriesFull, UnknownOccurrence
from services.events.time.series import details_of
from tests.unit.services.events.planning import NEXT_YEARS, cancelled, changed, listed, planned, shown, starts

FIRST, SECOND, THIRD, FOURTH, FIFTH = (f"2026-12-{day:02}T19:00" for day in (1, 8, 15, 22, 29))


@pytest.fixture
def weekly():
    """A dinner on five Tuesdays."""
    return planned(recurrence="FREQ=WEEKLY;COUNT=5;BYDAY=TU")


def names(series):
    return listed(series, NEXT_YEARS, "name")


# One occurrence.


def test_a_changed_occurrence_differs_from_the_others_and_keeps_its_name(weekly):
    series = changed(weekly, SECOND, name="Lunch", starts_at="2026-12-09T12:00", ends_at="2026-12-09T13:00")
    assert starts(series) == ["12-01", "12-09T12:00", "12-15", "12-22", "12-29"]
    assert names(series) == ["Dinner", "Lunch", "Dinner", "Dinner", "Dinner"]
    assert shown(series, SECOND)["occurrence"] == SECOND
    assert details_of(series) == details_of(weekly)


def test_a_moved_occurrence_keeps_its_length(weekly):
    assert shown(changed(weekly, SECOND, starts_at="2026-12-31T23:00"), SECOND)["ends_at"] == "2027-01-01T01:00"


def test_a_change_that_is_taken_back_leaves_nothing(weekly):
    series = changed(weekly, SECOND, name="Lunch", starts_at="2026-12-09T12:00")
    assert changed(series, SECOND, name="Dinner", starts_at=SECOND) == weekly


def test_changing_an_occurrence_to_what_it_shows_changes_nothing(weekly):
    assert changed(weekly, SECOND, name="Dinner", starts_at=SECOND, recurrence="freq=weekly;byday=tu;count=5") == weekly
    assert changed(weekly, SECOND, is_private=True, all_day=False, time_zone=None) == weekly


@pytest.mark.parametrize(
    "details",
    [
        {"recurrence": None},
        {"recurrence": "FREQ=WEEKLY;BYDAY=TU"},
        {"time_zone": "Europe/Berlin"},
        {"all_day": True},
        {"is_private": False},
        {"capacity": 3},
        {"ends_at": SECOND},
        {"starts_at": SECOND, "ends_at": FIRST},
    ],
)
def test_what_one_occurrence_cannot_have_for_itself_is_refused(weekly, details):
    with pytest.raises(Problem) as refused:
        changed(weekly, SECOND, **details)
    assert refused.value.field in details and refused.value.field != "starts_at"


def test_an_occurrence_of_a_whole_day_has_no_hour():
    holidays = planned(starts_at="2026-12-01T00:00", ends_at=None, all_day=True, recurrence="FREQ=WEEKLY")
    with pytest.raises(Problem) as refused:
        changed(holidays, "2026-12-08T00:00", starts_at=SECOND)
    assert refused.value.field == "starts_at"
    assert starts(changed(holidays, "2026-12-08T00:00", starts_at="2026-12-09T00:00"))[:2] == [
        "12-01T00:00",
        "12-09T00:00",
    ]


def test_a_cancelled_occurrence_is_gone_and_does_not_come_back(weekly):
    series = cancelled(weekly, SECOND)
    assert starts(series) == ["12-01", "12-15", "12-22", "12-29"]
    with pytest.raises(UnknownOccurrence):
        shown(series, SECOND)
    with pytest.raises(UnknownOccurrence):
        changed(series, SECOND, name="Lunch")
    with pytest.raises(UnknownOccurrence):
        cancel(series, occurrence=SECOND, scope="this")


def test_a_moved_occurrence_is_cancelled_under_its_name(weekly):
    series = changed(weekly, SECOND, starts_at="2026-12-09T19:00")
    with pytest.raises(UnknownOccurrence):
        cancel(series, occurrence="2026-12-09T19:00", scope="this")
    assert starts(cancelled(series, SECOND)) == ["12-01", "12-15", "12-22", "12-29"]


def test_a_count_counts_what_was_moved_and_cancelled(weekly):
    series = cancelled(changed(weekly, FIRST, starts_at="2026-12-02T20:00"), THIRD)
    assert starts(series) == ["12-02T20:00", "12-08", "12-22", "12-29"]


def test_without_the_last_occurrence_nothing_is_left():
    series = cancelled(planned(recurrence="FREQ=WEEKLY;COUNT=2"), FIRST)
    assert cancel(series, occurrence=SECOND, scope="this") is None


@pytest.mark.parametrize("scope", ["this", "following", "all"])
def test_a_change_of_an_occurrence_that_is_none_is_refused(weekly, scope):
    for series in (weekly, planned()):
        with pytest.raises(UnknownOccurrence):
            changed(series, "2026-12-02T19:00", scope, name="Lunch")
        with pytest.raises(UnknownOccurrence):
            cancel(series, occurrence="2026-12-02T19:00", scope=scope)


@pytest.mark.parametrize("scope", ["this", "following"])
def test_a_scope_needs_an_occurrence(weekly, scope):
    with pytest.raises(Problem) as refused:
        change(weekly, {"name": "Lunch"}, occurrence=None, scope=scope)
    assert refused.value.field == "scope"


# What is planned where the clocks change.

IN_THE_GAP = "2026-03-29T02:30"
NIGHTLY = {"starts_at": "2026-03-27T02:30", "ends_at": "2026-03-27T03:15", "time_zone": "Europe/Berlin"}
LONGEST = {"starts_at": "2026-11-10T12:00", "ends_at": "2027-11-11T12:00", "time_zone": "Europe/Berlin"}


@pytest.mark.parametrize(("details", "name"), [(NIGHTLY, IN_THE_GAP), (LONGEST, "2027-10-30T12:00")])
@pytest.mark.parametrize("scope", ["this", "following"])
def test_what_the_clocks_have_made_of_an_occurrence_stays_when_it_is_renamed(details, name, scope):
    series = planned(**details, recurrence="FREQ=DAILY")
    for times in ((), ("starts_at",), ("starts_at", "ends_at"), ("starts_at", "ends_at", "time_zone", "all_day")):
        given = {"name": "Call"} | {field: shown(series, name)[field] for field in times}
        check_changes(cast(EventDetails, given), occurrence=name, scope=scope)
        renamed = shown(changed(series, name, scope, **given), name)
        assert renamed == shown(series, name) | {"name": "Call", "recurrence": renamed["recurrence"]}
        assert changed(series, name, scope, **{**given, "name": "Dinner"}) == series


def test_an_event_into_whose_start_a_gap_has_come_is_renamed(monkeypatch):
    with monkeypatch.context() as before:
        before.setattr("services.events.time.series.check", lambda times: None)
        series = planned(**NIGHTLY | {"starts_at": IN_THE_GAP, "ends_at": "2026-03-29T03:15"}, recurrence="FREQ=DAILY")
    given = {"name": "Call", **{field: shown(series)[field] for field in ("starts_at", "ends_at", "time_zone")}}
    check_changes(cast(EventDetails, given))
    assert shown(changed(series, **given))["name"] == shown(changed(series, name="Call"))["name"] == "Call"


@pytest.mark.parametrize("scope", ["this", "following"])
def test_nobody_moves_an_occurrence_to_where_it_takes_no_time(scope):
    series = planned(**NIGHTLY, recurrence="FREQ=DAILY")
    for name, details in (("2026-03-28T02:30", {"starts_at": IN_THE_GAP}), (IN_THE_GAP, {"ends_at": IN_THE_GAP})):
        with pytest.raises(Problem) as refused:
            changed(series, name, scope, **details)
        assert refused.value.field == "ends_at"


def test_a_moved_occurrence_may_be_given_the_rule_that_it_has():
    night = {"starts_at": "2026-10-24T02:30", "ends_at": None, "time_zone": "Europe/Berlin"}
    until = planned(**night, recurrence="FREQ=DAILY;UNTIL=20261025T010000Z")
    moved = changed(until, "2026-10-24T02:30", starts_at="2026-10-24T04:00")
    for given in ("FREQ=DAILY;UNTIL=20261025T010000Z", shown(until)["recurrence"]):
        assert changed(moved, "2026-10-24T02:30", recurrence=given) == moved


# An occurrence and all later ones.


def test_a_split_changes_an_occurrence_and_all_later_ones(weekly):
    series = changed(weekly, THIRD, "following", name="Supper")
    assert names(series) == ["Dinner", "Dinner", "Supper", "Supper", "Supper"]
    assert starts(series) == starts(weekly)


def test_after_a_split_the_rule_that_is_shown_ends_at_the_cut_and_the_count_goes_on(weekly):
    series = changed(weekly, THIRD, "following", name="Supper")
    assert shown(series)["recurrence"] == "FREQ=WEEKLY;UNTIL=20261208T190000;BYDAY=TU"
    assert shown(series, SECOND)["recurrence"] == "FREQ=WEEKLY;UNTIL=20261208T190000;BYDAY=TU"
    assert shown(series, FOURTH)["recurrence"] == "FREQ=WEEKLY;COUNT=3;BYDAY=TU"


def test_a_count_that_is_given_anew_begins_at_the_split(weekly):
    series = changed(weekly, THIRD, "following", recurrence="FREQ=WEEKLY;COUNT=5;BYDAY=TU")
    assert starts(series) == ["12-01", "12-08", "12-15", "12-22", "12-29", "01-05", "01-12"]


def test_the_cut_of_an_event_of_whole_days_is_a_date():
    holidays = planned(starts_at="2026-12-01T00:00", ends_at=None, all_day=True, recurrence="FREQ=DAILY")
    series = changed(holidays, "2026-12-04T00:00", "following", name="Work")
    assert shown(series)["recurrence"] == "FREQ=DAILY;UNTIL=20261203"


def test_new_planned_starts_are_the_new_names_and_the_rule_moves_along(weekly):
    series = changed(weekly, THIRD, "following", starts_at="2026-12-17T20:00")
    assert listed(series, NEXT_YEARS, "occurrence") == [
        FIRST,
        SECOND,
        "2026-12-17T20:00",
        "2026-12-24T20:00",
        "2026-12-31T20:00",
    ]
    assert shown(series, "2026-12-17T20:00")["recurrence"] == "FREQ=WEEKLY;COUNT=3;BYDAY=TH"
    with pytest.raises(UnknownOccurrence):
        shown(series, THIRD)


def test_a_split_takes_the_plan_of_its_occurrence_and_not_what_was_changed_of_that(weekly):
    series = changed(weekly, THIRD, starts_at="2026-12-16T20:00", name="Lunch")
    series = changed(series, THIRD, "following", address="Elm Street 5")
    assert starts(series) == ["12-01", "12-08", "12-16T20:00", "12-22", "12-29"]
    assert names(series) == ["Dinner", "Dinner", "Lunch", "Dinner", "Dinner"]


def test_exceptions_stay_as_long_as_their_names_do(weekly):
    series = cancelled(changed(weekly, FOURTH, name="Lunch"), SECOND)
    longer = changed(series, THIRD, "following", ends_at="2026-12-15T23:00")
    assert names(longer) == ["Dinner", "Dinner", "Lunch", "Dinner"] and starts(longer) == [
        "12-01",
        "12-15",
        "12-22",
        "12-29",
    ]
    later = changed(series, THIRD, "following", starts_at="2026-12-15T20:00")
    assert names(later) == ["Dinner"] * 4
    assert starts(later) == ["12-01", "12-15T20:00", "12-22T20:00", "12-29T20:00"]


def test_a_split_replaces_all_later_parts(weekly):
    series = changed(weekly, FOURTH, "following", name="Supper")
    series = changed(series, SECOND, "following", name="Brunch")
    assert names(series) == ["Dinner", "Brunch", "Brunch", "Brunch", "Brunch"]
    assert shown(series, SECOND)["recurrence"] == "FREQ=WEEKLY;COUNT=4;BYDAY=TU", (
        "the rule goes on behind the later cut"
    )


def test_a_split_at_the_first_occurrence_replaces_everything_and_is_none(weekly):
    series = changed(weekly, FIRST, "following", name="Brunch")
    assert names(series) == ["Brunch"] * 5 and len(series.parts) == 1


def test_a_split_that_changes_nothing_is_none(weekly):
    assert changed(weekly, THIRD, "following", name="Dinner", starts_at=THIRD, is_private=True) == weekly
    open_to_friends = changed(weekly, THIRD, "following", is_private=False)
    assert len(open_to_friends.parts) == 1 and details_of(open_to_friends)["is_private"] is False


def test_a_split_may_make_whole_days_or_another_zone_of_what_follows(weekly):
    series = changed(weekly, THIRD, "following", starts_at="2026-12-15T00:00", ends_at=None, all_day=True)
    assert [shown(series)["all_day"], shown(series, "2026-12-22T00:00")["all_day"]] == [False, True]
    assert shown(series, "2026-12-22T00:00")["start_instant"] == "2026-12-22"
    zoned = changed(weekly, THIRD, "following", time_zone="Europe/Berlin")
    assert listed(zoned, NEXT_YEARS, "start_instant")[1:3] == ["2026-12-08T19:00:00", "2026-12-15T19:00:00+01:00"]


def test_what_follows_is_counted_only_if_it_may_end_elsewhere(weekly, monkeypatch):
    counted = []
    last_start = rules.last_start

    def counting(*args):
        counted.append(args)
        return last_start(*args)

    monkeypatch.setattr(rules, "last_start", counting)
    assert len(changed(weekly, THIRD, "following", name="Supper").parts) == 2 and not counted
    assert len(changed(weekly, THIRD, "following", starts_at="2026-12-15T20:00").parts) == 2 and len(counted) == 1


def test_a_start_that_two_parts_plan_is_there_once_and_as_before(weekly):
    series = changed(weekly, THIRD, "following", starts_at=SECOND, name="Supper")
    assert listed(series, NEXT_YEARS, "occurrence", "name") == [
        (FIRST, "Dinner"),
        (SECOND, "Dinner"),
        (THIRD, "Supper"),
        (FOURTH, "Supper"),
    ]
    assert shown(series, SECOND)["name"] == "Dinner"


def test_what_follows_may_happen_once(weekly):
    series = changed(changed(weekly, FOURTH, name="Lunch"), SECOND, name="Brunch")
    series = changed(series, THIRD, "following", recurrence=None)
    assert starts(series) == ["12-01", "12-08", "12-15"] and names(series) == ["Dinner", "Brunch", "Dinner"]
    assert shown(series, THIRD)["recurrence"] is None


def test_a_rule_that_does_not_fit_the_new_start_is_refused():
    twice = planned(recurrence="FREQ=WEEKLY;BYDAY=TU,TH")
    for occurrence, scope in ((None, "all"), (SECOND, "following")):
        with pytest.raises(Problem) as refused:
            changed(twice, occurrence, scope, starts_at="2026-12-09T19:00")
        assert refused.value.field == "recurrence"


def test_ending_a_series_leaves_what_was_before(weekly):
    series = cancelled(weekly, THIRD, "following")
    assert starts(series) == ["12-01", "12-08"]
    assert shown(series)["recurrence"] == "FREQ=WEEKLY;UNTIL=20261208T190000;BYDAY=TU"
    assert cancel(weekly, occurrence=FIRST, scope="following") is None
    assert cancel(weekly, occurrence=THIRD, scope="all") is None


def test_ending_a_series_of_which_the_rest_was_cancelled_leaves_nothing(weekly):
    series = cancelled(cancelled(weekly, FIRST), SECOND)
    assert cancel(series, occurrence=THIRD, scope="following") is None


def test_what_was_ended_does_not_come_back_by_an_earlier_split():
    endless = planned(recurrence="FREQ=WEEKLY")
    series = changed(endless, THIRD, "following", name="Supper")
    for last, occurrence in ((FOURTH, FIFTH), (SECOND, THIRD)):
        ended = cancelled(series, occurrence, "following")
        assert listed(ended, NEXT_YEARS, "occurrence")[-1] == last
        assert listed(changed(ended, SECOND, "following", name="Brunch"), NEXT_YEARS, "occurrence")[-1] == last
        assert listed(changed(ended, starts_at=FIRST, time_zone="Europe/Berlin"), NEXT_YEARS, "occurrence")[-1] == last


def test_a_rule_that_ended_anyway_keeps_its_form(weekly):
    series = changed(weekly, THIRD, "following", recurrence="FREQ=DAILY;COUNT=30")
    series = changed(series, "2026-12-20T19:00", "following", recurrence="FREQ=DAILY")
    ended = cancelled(series, "2027-01-20T19:00", "following")
    assert [part.rule and part.rule.count for part in ended.parts] == [5, 30, None]


# All of them.


def test_other_fields_change_in_every_part_and_leave_the_exceptions(weekly):
    series = changed(changed(weekly, FIRST, name="Lunch"), THIRD, "following", name="Supper")
    series = changed(series, None, "all", address="Elm Street 5")
    assert names(series) == ["Lunch", "Dinner", "Supper", "Supper", "Supper"]
    assert set(listed(series, NEXT_YEARS, "address")) == {"Elm Street 5"}
    assert names(changed(series, None, "all", name="Brunch")) == ["Lunch", *["Brunch"] * 4]


@pytest.mark.parametrize(
    "details",
    [
        {"starts_at": "2026-12-01T20:00"},
        {"ends_at": "2026-12-01T23:00"},
        {"ends_at": None},
        {"time_zone": "Europe/Berlin"},
        {"recurrence": "FREQ=WEEKLY;COUNT=5"},
        {"starts_at": "2026-12-01T00:00", "ends_at": "2026-12-02T00:00", "all_day": True},
    ],
)
def test_another_time_makes_one_part_again(weekly, details):
    series = changed(changed(weekly, THIRD, "following", name="Supper"), **details)
    assert len(series.parts) == 1 and names(series) == ["Dinner"] * 5


def test_the_same_time_leaves_the_parts(weekly):
    series = changed(weekly, THIRD, "following", name="Supper")
    same = {**details_of(series), "name": "Feast"}
    assert names(changed(series, None, "all", **same)) == ["Feast"] * 5
    assert len(changed(series, None, "all", **same).parts) == 2
    assert (
        changed(
            series,
            None,
            "all",
            **details_of(series),
        )
        != series
    ), "a name that is given is given to every part"


def test_changing_all_to_what_they_are_changes_nothing(weekly):
    assert changed(weekly, None, "all", **details_of(weekly)) == weekly
    assert changed(planned(), None, "all", **details_of(planned())) == planned()


def test_an_occurrence_that_is_named_with_all_need_only_exist(weekly):
    series = changed(weekly, THIRD, "all", starts_at="2026-12-02T19:00")
    assert starts(series) == ["12-02", "12-09", "12-16", "12-23", "12-30"]


def test_a_series_that_moves_drops_the_exceptions_whose_names_are_gone(weekly):
    series = cancelled(changed(weekly, FOURTH, name="Lunch"), SECOND)
    assert starts(changed(series, starts_at="2026-12-01T20:00")) == [
        f"12-{day}T20:00" for day in ("01", "08", "15", "22", "29")
    ]
    shifted = changed(series, starts_at=SECOND)
    assert starts(shifted) == ["12-15", "12-22", "12-29", "01-05"] and names(shifted)[1] == "Lunch"


def test_an_event_that_is_not_to_repeat_any_more_drops_all_exceptions(weekly):
    series = cancelled(changed(weekly, FIRST, name="Lunch"), SECOND)
    once = changed(series, recurrence=None)
    assert listed(once, NEXT_YEARS, "occurrence", "name") == [(None, "Dinner")]
    assert not once.exceptions


def test_an_event_may_begin_to_repeat():
    assert starts(changed(planned(), recurrence="FREQ=DAILY;COUNT=3")) == ["12-01", "12-02", "12-03"]


def test_a_change_that_leaves_no_occurrence_is_refused(weekly):
    series = cancelled(weekly, FIRST)
    with pytest.raises(Problem) as refused:
        changed(series, recurrence="FREQ=WEEKLY;COUNT=1")
    assert refused.value.field == "recurrence"


def test_times_that_an_occurrence_cannot_have_any_more_are_dropped_and_the_rest_stays():
    nightly = planned(starts_at="2026-12-01T00:00", ends_at="2026-12-02T00:00", recurrence="FREQ=DAILY;COUNT=4")
    series = changed(
        nightly, "2026-12-02T00:00", starts_at="2026-12-02T10:00", ends_at="2026-12-02T11:00", name="Lunch"
    )
    series = changed(series, "2026-12-03T00:00", starts_at="2026-12-03T10:00")
    holidays = changed(series, all_day=True)
    assert starts(holidays) == [f"12-0{day}T00:00" for day in (1, 2, 3, 4)]
    assert names(holidays) == ["Dinner", "Lunch", "Dinner", "Dinner"]
    assert list(holidays.exceptions) == [datetime(2026, 12, 2)]


# Old clients.


def test_when_only_the_start_is_given_the_length_stays():
    assert shown(changed(planned(), starts_at="2026-12-24T23:00"))["ends_at"] == "2026-12-25T01:00"
    assert shown(changed(planned(), starts_at="2026-12-24T23:00", ends_at=None))["ends_at"] is None
    assert shown(changed(planned(ends_at=None), starts_at="2026-12-24T23:00"))["ends_at"] is None


def test_a_start_with_a_time_makes_an_event_of_whole_days_a_timed_one():
    holidays = planned(
        starts_at="2026-12-01T00:00", ends_at="2026-12-03T00:00", all_day=True, recurrence="FREQ=DAILY;UNTIL=20261204"
    )
    timed = shown(changed(holidays, starts_at="2026-12-01T10:00"))
    assert timed["all_day"] is False and timed["ends_at"] == "2026-12-03T10:00"
    assert timed["recurrence"] == "FREQ=DAILY;UNTIL=20261204T235959"
    assert shown(changed(holidays, starts_at="2026-12-02T00:00"))["all_day"] is True
    with pytest.raises(Problem):
        changed(holidays, starts_at="2026-12-01T10:00", all_day=True)


def test_a_start_so_late_that_the_end_has_no_year_is_refused():
    with pytest.raises(Problem) as refused:
        changed(planned(), starts_at="9999-12-31T23:00")
    assert refused.value.field == "ends_at"


# Without the event.


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"recurrence": "FREQ=NEVER"}, "recurrence"),
        ({"recurrence": ""}, "recurrence"),
        ({"time_zone": "Middle/Earth"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"starts_at": FIRST, "all_day": True}, "starts_at"),
        ({"starts_at": "2026-12-01T00:00", "all_day": True, "time_zone": "Europe/Berlin"}, "time_zone"),
        ({"starts_at": FIRST, "ends_at": FIRST, "time_zone": None}, "ends_at"),
        ({"starts_at": FIRST, "ends_at": FIRST}, "ends_at"),
        ({"starts_at": FIRST, "ends_at": "2026-12-01T18:30"}, "ends_at"),
        ({"starts_at": FIRST, "ends_at": "2026-11-01T19:00", "time_zone": "Europe/Berlin"}, "ends_at"),
        ({"starts_at": FIRST, "ends_at": "2027-12-03T19:00"}, "ends_at"),
        ({"all_day": True, "time_zone": "Europe/Berlin"}, "time_zone"),
        ({"all_day": True, "ends_at": FIRST}, "ends_at"),
        ({"starts_at": FIRST, "recurrence": "FREQ=WEEKLY;BYDAY=WE"}, "recurrence"),
        ({"starts_at": FIRST, "recurrence": "FREQ=DAILY;UNTIL=20261130"}, "recurrence"),
        ({"starts_at": FIRST, "recurrence": "FREQ=DAILY;UNTIL=20261130T000000Z"}, "recurrence"),
        ({"time_zone": None, "recurrence": "FREQ=DAILY;UNTIL=20261130T000000Z"}, "recurrence"),
        ({"all_day": True, "recurrence": "FREQ=DAILY;UNTIL=20261130T000000Z"}, "recurrence"),
        ({"starts_at": "0001-01-01T00:00", "time_zone": "Europe/Berlin"}, "starts_at"),
    ],
)
def test_what_is_impossible_for_every_event_is_refused_before_it_is_known(changes, field):
    with pytest.raises(Problem) as refused:
        check_changes(changes)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "Lunch"},
        {"starts_at": "2026-03-29T03:15", "ends_at": "2026-03-29T02:30"},  # in the gap of Berlin
        {"starts_at": "2026-03-28T19:00", "ends_at": "2027-03-29T20:00"},
        {"starts_at": FIRST, "recurrence": "FREQ=DAILY;UNTIL=20261201T080000Z"},
        {"recurrence": "FREQ=DAILY;UNTIL=20261201T080000Z"},
        {"starts_at": "2026-12-01T00:00", "recurrence": "FREQ=DAILY;UNTIL=20261201"},
        {"recurrence": None, "time_zone": None, "ends_at": None},
        {"starts_at": FIRST, "all_day": False, "time_zone": "Europe/Berlin", "recurrence": "FREQ=DAILY"},
    ],
)
def test_what_may_be_possible_is_left_to_the_event(changes):
    check_changes(changes)


def test_an_occurrence_may_have_been_moved_to_where_its_rule_has_none():
    moved: EventDetails = {"starts_at": "2026-12-09T19:00", "recurrence": "FREQ=WEEKLY;BYDAY=TU"}
    check_changes(moved, occurrence=SECOND, scope="this")
    with pytest.raises(Problem, match="recurrence"):
        check_changes(moved, occurrence=SECOND, scope="following")


# Limits.


def test_twenty_splits_are_possible_and_only_new_ones_count():
    daily = planned(recurrence="FREQ=DAILY")
    days = [f"{datetime(2026, 12, 1, 19) + timedelta(days=n):%Y-%m-%dT%H:%M}" for n in range(1, MAX_SPLITS + 2)]
    for day in days[:-1]:
        daily = changed(daily, day, "following", name=day)
    with pytest.raises(SeriesFull):
        changed(daily, days[-1], "following", name="one too many")
    daily = changed(daily, days[-2], "following", name="where one was")
    assert len(changed(daily, days[3], "following", name="instead of many").parts) == 5


def test_five_hundred_exceptions_are_possible_and_only_those_that_exist_count():
    daily = planned(recurrence="FREQ=DAILY")
    days = [f"{datetime(2026, 12, 1, 19) + timedelta(days=n):%Y-%m-%dT%H:%M}" for n in range(MAX_EXCEPTIONS + 1)]
    for n, day in enumerate(days[:-1]):
        daily = changed(daily, day, name=day) if n % 2 else cancelled(daily, day)
    with pytest.raises(SeriesFull):
        change(daily, {"name": "one too many"}, occurrence=days[-1], scope="this")
    with pytest.raises(SeriesFull):
        cancel(daily, occurrence=days[-1], scope="this")
    again = cancel(daily, occurrence=days[1], scope="this")
    assert again is not None and len(again.exceptions) == MAX_EXCEPTIONS
    fewer = change(daily, {"name": "Dinner"}, occurrence=days[1], scope="this")
    assert cancel(fewer, occurrence=days[-1], scope="this") is not None
    shorter = changed(daily, days[101], "following", starts_at=f"{days[101][:11]}20:00")
    assert len(shorter.exceptions) == 101


def test_the_last_one_may_be_cancelled_when_five_hundred_were():
    daily = planned(recurrence=f"FREQ=DAILY;COUNT={MAX_EXCEPTIONS + 1}")
    days = [f"{datetime(2026, 12, 1, 19) + timedelta(days=n):%Y-%m-%dT%H:%M}" for n in range(MAX_EXCEPTIONS + 1)]
    for day in days[:-1]:
        rest = cancel(daily, occurrence=day, scope="this")
        assert rest is not None
        daily = rest
    assert cancel(daily, occurrence=days[-1], scope="this") is None


@pytest.mark.parametrize(("occurrence", "scope"), [(None, "all"), (FIRST, "following")])
def test_what_does_not_differ_from_the_others_any_more_does_not_count(weekly, occurrence, scope):
    series = changed(changed(weekly, SECOND, name="Lunch"), THIRD, name="Lunch", address="Elm Street 5")
    series = changed(changed(series, FOURTH, starts_at="2026-12-22T20:00", ends_at="2026-12-22T22:00"), FIFTH, icon="x")
    series = changed(series, occurrence, scope, name="Lunch")
    assert [f"{name:%d}" for name in series.exceptions] == ["15", "22", "29"]
    assert names(changed(series, name="Brunch")) == ["Brunch"] * 5
    assert listed(series, NEXT_YEARS, "address").count("Elm Street 5") == 1


def test_what_all_have_moved_to_is_no_move_any_more():
    daily = planned(recurrence="FREQ=DAILY;COUNT=4", ends_at=None)
    series = changed(daily, "2026-12-02T19:00", ends_at="2026-12-02T23:00")
    assert not changed(series, ends_at="2026-12-01T23:00").exceptions
