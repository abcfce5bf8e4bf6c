"""Rules are read, written and followed as RFC 5545 says, and none makes anybody wait."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.events.time import rules
from services.events.time.clock import Times
from services.events.time.problems import Problem
from services.events.time.rules import (
    WEEKDAYS,
    format_rule,
    last_before,
    last_start,
    moved_along,
    parse,
    settled,
    starts,
)
from tests.unit.services.events.day_by_day import days_of, starts_of

LABOUR_DAY = datetime(1997, 9, 2, 9)
"""The start of nearly all examples of the RFC."""


def dates(found):
    return [f"{start:%d.%m.%Y}" for start in found]


def in_september(*days):
    return [f"{day:02}.09.1997" for day in days]


# Reading and writing.


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("freq=weekly;byday=tu;count=10", "FREQ=WEEKLY;COUNT=10;BYDAY=TU"),
        ("WKST=SU;INTERVAL=2;FREQ=WEEKLY;BYDAY=TH,MO", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH,MO;WKST=SU"),
        ("BYSETPOS=-1;BYDAY=mo,tu;FREQ=MONTHLY", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", "FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=2"),
        ("FREQ=MONTHLY;BYDAY=+1FR,-1fr,2MO", "FREQ=MONTHLY;BYDAY=1FR,-1FR,2MO"),
        ("FREQ=DAILY;INTERVAL=1;UNTIL=20261231", "FREQ=DAILY;INTERVAL=1;UNTIL=20261231"),
    ],
)
def test_a_rule_comes_back_in_its_normal_form(given, written):
    assert format_rule(parse(given)) == written
    assert format_rule(parse(written)) == written


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "FREQ"),
        ("INTERVAL=2", "FREQ"),
        ("FREQ=", "FREQ"),
        ("FREQ=HOURLY", "FREQ"),
        ("FREQ=SECONDLY", "FREQ"),
        ("FREQ=WEEKLY,DAILY", "FREQ"),
        ("FREQ=WEEKLY;FREQ=WEEKLY", "FREQ"),
        ("RRULE:FREQ=WEEKLY", "RRULE:FREQ"),
        ("FREQ=YEARLY;BYYEARDAY=100", "BYYEARDAY"),
        ("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO"),
        ("FREQ=DAILY;BYHOUR=9", "BYHOUR"),
        ("FREQ=DAILY;X-EASTER=0", "X-EASTER"),
        ("FREQ=DAILY;", "''"),
        ("FREQ=DAILY; COUNT=2", "' COUNT'"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("FREQ=DAILY;COUNT=-1", "COUNT"),
        ("FREQ=DAILY;COUNT=1001", "COUNT"),
        ("FREQ=DAILY;COUNT=1,2", "COUNT"),
        ("FREQ=DAILY;COUNT=", "COUNT"),
        ("FREQ=DAILY;COUNT=" + "9" * 1900, "COUNT"),
        ("FREQ=DAILY;COUNT=2;COUNT=2", "COUNT"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20261231", "COUNT"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=1001", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=1.5", "INTERVAL"),
        ("FREQ=DAILY;UNTIL=2026-12-31", "UNTIL"),
        ("FREQ=DAILY;UNTIL=2026W531", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20260230", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20261231T250000", "UNTIL"),
        ("FREQ=DAILY;UNTIL=00000101", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20261231T190000+0100", "UNTIL"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY"),
        ("FREQ=DAILY;BYDAY=-1MO", "BYDAY"),
        ("FREQ=YEARLY;BYDAY=54MO", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY"),
        ("FREQ=WEEKLY;BYDAY=MO,", "BYDAY"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=-32", "BYMONTHDAY"),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH"),
        ("FREQ=YEARLY;BYMONTH=-1", "BYMONTH"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "BYSETPOS"),
        ("FREQ=YEARLY;BYDAY=MO;BYSETPOS=367", "BYSETPOS"),
        ("FREQ=DAILY;BYDAY=MO;BYSETPOS=2", "BYSETPOS"),
        ("FREQ=WEEKLY;WKST=1", "WKST"),
        ("FREQ=DAILY;COUNT=\u0663", "RRULE"),
        ("FREQ=DA\u0131LY", "RRULE"),
        ("FREQ=WEEKLY;BYDAY=" + ",".join(["MO"] * 3328), "RRULE"),
    ],
)
def test_what_is_no_rule_is_refused_with_the_name_of_the_part(text, part):
    with pytest.raises(Problem) as refused:
        parse(text)
    assert refused.value.field == "recurrence"
    assert part in refused.value.reason


BERLIN = Times(starts_at=datetime(2026, 11, 23, 19), time_zone="Europe/Berlin")
FLOATING = Times(starts_at=datetime(2026, 11, 23, 19))
ALL_DAY = Times(starts_at=datetime(2026, 11, 23), all_day=True)


@pytest.mark.parametrize(
    ("times", "until", "comes_back"),
    [
        (FLOATING, "20261231", "20261231T235959"),
        (FLOATING, "20261231T190000", "20261231T190000"),
        (BERLIN, "20261231", "20261231T235959"),
        (BERLIN, "20261231T190000", "20261231T190000"),
        (BERLIN, "20261231T180000Z", "20261231T190000"),
        (BERLIN, "20260731T170000Z", "20260731T190000"),
        (ALL_DAY, "20261231", "20261231"),
        (ALL_DAY, "20261231T190000", "20261231"),
    ],
)
def test_until_comes_back_in_the_form_of_its_event(times, until, comes_back):
    assert settled(parse(f"FREQ=DAILY;UNTIL={until}"), times).until == comes_back


@pytest.mark.parametrize("times", [FLOATING, ALL_DAY])
def test_until_in_utc_is_refused_without_a_time_zone(times):
    with pytest.raises(Problem, match="UNTIL"):
        settled(parse("FREQ=DAILY;UNTIL=20261231T180000Z"), times)


def test_until_in_utc_must_have_a_wall_clock_unless_there_is_none_later():
    assert settled(parse("FREQ=DAILY;UNTIL=99991231T233000Z"), BERLIN).until == "99991231T235959"
    new_york = replace(BERLIN, time_zone="America/New_York")
    with pytest.raises(Problem, match="UNTIL"):
        settled(parse("FREQ=DAILY;UNTIL=00010101T000000Z"), new_york)


@pytest.mark.parametrize(
    ("first", "time_zone", "until", "comes_back", "last"),
    [
        ("2026-10-24T02:30", "Europe/Berlin", "20261025T002959Z", "20261025T022959", "2026-10-24T02:30"),
        ("2026-10-24T02:30", "Europe/Berlin", "20261025T003000Z", "20261025T023000", "2026-10-25T02:30"),
        ("2026-10-24T02:30", "Europe/Berlin", "20261025T010000Z", "20261025T023000", "2026-10-25T02:30"),
        ("2026-10-24T02:30", "Europe/Berlin", "20261025T012959Z", "20261025T023000", "2026-10-25T02:30"),
        ("2026-10-24T02:30", "Europe/Berlin", "20261025T013000Z", "20261025T023000", "2026-10-25T02:30"),
        ("2026-03-28T02:30", "Europe/Berlin", "20260329T005900Z", "20260329T015900", "2026-03-28T02:30"),
        ("2026-03-28T02:30", "Europe/Berlin", "20260329T011500Z", "20260328T023000", "2026-03-28T02:30"),
        ("2026-03-28T02:30", "Europe/Berlin", "20260329T013000Z", "20260329T033000", "2026-03-29T02:30"),
        ("2011-12-28T10:00", "Pacific/Apia", "20111230T150000Z", "20111229T100000", "2011-12-29T10:00"),
    ],
)
def test_until_in_utc_ends_a_rule_by_instant_where_the_clocks_change(first, time_zone, until, comes_back, last):
    times = Times(starts_at=datetime.fromisoformat(first), time_zone=time_zone)
    rule = settled(parse(f"FREQ=DAILY;UNTIL={until}"), times)
    assert rule.until == comes_back
    assert (
        last_before(rule, times.starts_at, last_start(rule, times) + timedelta(minutes=1)).isoformat(timespec="minutes")
        == last
    )


# The examples of the RFC, 3.8.5.3, as far as they say what our events can.


@pytest.mark.parametrize(
    ("text", "first", "expected"),
    [
        ("FREQ=DAILY;COUNT=10", LABOUR_DAY, in_september(2, 3, 4, 5, 6, 7, 8, 9, 10, 11)),
        ("FREQ=DAILY;INTERVAL=2", LABOUR_DAY, in_september(*range(2, 31, 2))),
        ("FREQ=DAILY;INTERVAL=10;COUNT=5", LABOUR_DAY, [*in_september(2, 12, 22), "02.10.1997", "12.10.1997"]),
        (
            "FREQ=YEARLY;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
            datetime(1998, 1, 1, 9),
            [f"{day:02}.01.{year}" for year in (1998, 1999, 2000) for day in range(1, 32)],
        ),
        (
            "FREQ=DAILY;BYMONTH=1",
            datetime(1998, 1, 1, 9),
            [f"{day:02}.01.{year}" for year in (1998, 1999, 2000) for day in range(1, 32)],
        ),
        ("FREQ=WEEKLY;COUNT=5", LABOUR_DAY, in_september(2, 9, 16, 23, 30)),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU", LABOUR_DAY, [*in_september(2, 16, 30), "14.10.1997", "28.10.1997"]),
        ("FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", LABOUR_DAY, in_september(2, 4, 9, 11, 16, 18, 23, 25, 30)),
        (
            "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,WE,FR",
            datetime(1997, 9, 1, 9),
            [*in_september(1, 3, 5, 15, 17, 19, 29), "01.10.1997", "03.10.1997", "13.10.1997"],
        ),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", LABOUR_DAY, in_september(2, 4, 16, 18, 30)),
        ("FREQ=MONTHLY;COUNT=10;BYDAY=1FR", datetime(1997, 9, 5, 9), ["05.09.1997", "03.10.1997", "07.11.1997"]),
        (
            "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
            datetime(1997, 9, 7, 9),
            ["07.09.1997", "28.09.1997", "02.11.1997", "30.11.1997", "04.01.1998", "25.01.1998", "01.03.1998"],
        ),
        ("FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", datetime(1997, 9, 22, 9), ["22.09.1997", "20.10.1997", "17.11.1997"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-3", datetime(1997, 9, 28, 9), ["28.09.1997", "29.10.1997", "28.11.1997"]),
        ("FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", LABOUR_DAY, [*in_september(2, 15), "02.10.1997", "15.10.1997"]),
        (
            "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
            datetime(1997, 9, 30, 9),
            ["30.09.1997", "01.10.1997", "31.10.1997", "01.11.1997", "30.11.1997", "01.12.1997", "31.12.1997"],
        ),
        (
            "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
            datetime(1997, 9, 10, 9),
            [*in_september(10, 11, 12, 13, 14, 15), "10.03.1999", "11.03.1999"],
        ),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", LABOUR_DAY, [*in_september(2, 9, 16, 23, 30), "04.11.1997"]),
        (
            "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
            datetime(1997, 6, 10, 9),
            ["10.06.1997", "10.07.1997", "10.06.1998", "10.07.1998"],
        ),
        (
            "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
            datetime(1997, 3, 10, 9),
            ["10.03.1997", "10.01.1999", "10.02.1999", "10.03.1999", "10.01.2001"],
        ),
        ("FREQ=YEARLY;BYDAY=20MO", datetime(1997, 5, 19, 9), ["19.05.1997", "18.05.1998", "17.05.1999"]),
        (
            "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
            datetime(1997, 3, 13, 9),
            ["13.03.1997", "20.03.1997", "27.03.1997", "05.03.1998", "12.03.1998"],
        ),
        (
            "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
            datetime(1998, 2, 13, 9),
            ["13.02.1998", "13.03.1998", "13.11.1998", "13.08.1999", "13.10.2000"],
        ),
        (
            "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
            datetime(1997, 9, 13, 9),
            ["13.09.1997", "11.10.1997", "08.11.1997", "13.12.1997", "10.01.1998", "07.02.1998", "07.03.1998"],
        ),
        (
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
            datetime(1996, 11, 5, 9),
            ["05.11.1996", "07.11.2000", "02.11.2004"],
        ),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", datetime(1997, 9, 4, 9), ["04.09.1997", "07.10.1997"]),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
            datetime(1997, 9, 29, 9),
            ["29.09.1997", "30.10.1997", "27.11.1997", "30.12.1997", "29.01.1998", "26.02.1998", "30.03.1998"],
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
            datetime(1997, 8, 5, 9),
            ["05.08.1997", "10.08.1997", "19.08.1997", "24.08.1997"],
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
            datetime(1997, 8, 5, 9),
            ["05.08.1997", "17.08.1997", "19.08.1997", "31.08.1997"],
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
            datetime(2007, 1, 15, 9),
            ["15.01.2007", "30.01.2007", "15.02.2007", "15.03.2007", "30.03.2007"],
        ),
    ],
)
def test_the_rfc_s_own_examples(text, first, expected):
    assert dates(islice(starts(parse(text), first), len(expected))) == expected
    last_start(parse(text), Times(starts_at=first))  # which requires that the start is one of them


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("FREQ=DAILY;COUNT=10", "11.09.1997"),
        ("FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", "02.10.1997"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "16.10.1997"),
        ("FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", "15.01.1998"),
    ],
)
def test_a_count_ends_a_rule_where_the_rfc_says(text, last):
    assert f"{last_start(parse(text), Times(starts_at=LABOUR_DAY)):%d.%m.%Y}" == last


# Hard cases.


@pytest.mark.parametrize(
    ("text", "first", "expected"),
    [
        ("FREQ=YEARLY", datetime(2096, 2, 29), ["29.02.2096", "29.02.2104", "29.02.2108"]),
        ("FREQ=MONTHLY", datetime(2026, 1, 31), ["31.01.2026", "31.03.2026", "31.05.2026", "31.07.2026", "31.08.2026"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", datetime(2026, 1, 30), ["30.01.2026", "27.02.2026"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", datetime(2026, 10, 30), ["30.10.2026", "27.11.2026", "25.12.2026", "29.01.2027"]),
        (
            "FREQ=YEARLY;BYDAY=MO,2MO,1TU;BYMONTH=6",
            datetime(2026, 6, 1),
            dates(datetime(2026, 6, n) for n in (1, 2, 8, 15)),
        ),
        ("FREQ=MONTHLY;BYDAY=MO,1TU", datetime(2026, 6, 1), dates(datetime(2026, 6, n) for n in (1, 2, 8, 15, 22, 29))),
        ("FREQ=YEARLY;BYDAY=53MO", datetime(2029, 12, 31), ["31.12.2029", "31.12.2035", "31.12.2040"]),
        ("FREQ=YEARLY;BYMONTHDAY=1;BYDAY=MO;BYSETPOS=366,1", datetime(2026, 6, 1), ["01.06.2026", "01.02.2027"]),
        ("FREQ=MONTHLY;BYDAY=1MO,53MO,-53MO", datetime(2026, 12, 7), ["07.12.2026", "04.01.2027"]),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=-1", datetime(2026, 12, 4), ["04.12.2026", "11.12.2026"]),
        ("FREQ=WEEKLY;BYDAY=MO,SU;INTERVAL=2;WKST=SU", datetime(2026, 12, 28), ["28.12.2026", "10.01.2027"]),
        ("FREQ=DAILY;INTERVAL=997;BYMONTH=2;BYMONTHDAY=29", datetime(2024, 2, 29), ["29.02.2024", "29.02.6124"]),
    ],
)
def test_hard_cases(text, first, expected):
    assert dates(islice(starts(parse(text), first), len(expected))) == expected


def test_after_the_year_9999_nothing_occurs():
    daily, weekly = parse("FREQ=DAILY"), parse("FREQ=WEEKLY;BYDAY=MO,FR,SA,SU")
    assert dates(starts(daily, datetime(9999, 12, 30, 9))) == ["30.12.9999", "31.12.9999"]
    assert dates(starts(weekly, datetime(9999, 12, 25, 9)))[-2:] == ["27.12.9999", "31.12.9999"]
    assert dates(starts(parse("FREQ=YEARLY;INTERVAL=1000"), datetime(2999, 1, 1)))[-1] == "01.01.9999"


def test_the_first_days_of_the_calendar_are_in_a_week_too():
    rule = parse("FREQ=WEEKLY;WKST=WE")
    assert dates(islice(starts(rule, datetime(1, 1, 1)), 2)) == dates([datetime(1, 1, 1), datetime(1, 1, 8)])


# An event and its rule.


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=WEEKLY;BYDAY=TU",
        "FREQ=MONTHLY;BYMONTHDAY=24",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=DAILY;UNTIL=20261122",
        "FREQ=DAILY;UNTIL=20261123T185959",
    ],
)
def test_a_start_that_is_no_occurrence_is_refused_though_the_rule_may_never_yield(text):
    rules._days.cache_clear()
    with pytest.raises(Problem) as refused:
        last_start(parse(text), FLOATING)
    assert refused.value.field == "recurrence"
    assert rules._days.cache_info().misses <= 1, "only the period of the start is looked at"


def test_until_on_the_very_instant_is_included():
    until = settled(parse("FREQ=DAILY;UNTIL=20261125T180000Z"), BERLIN)
    assert last_start(until, BERLIN) == datetime(2026, 11, 25, 19)
    before = settled(parse("FREQ=DAILY;UNTIL=20261125T175959Z"), BERLIN)
    assert list(starts(before, BERLIN.starts_at, until=last_start(before, BERLIN)))[-1] == datetime(2026, 11, 24, 19)


@pytest.mark.parametrize(
    ("text", "old", "new", "moved"),
    [
        ("FREQ=WEEKLY;BYDAY=TU", "2026-11-24", "2026-11-25", "FREQ=WEEKLY;BYDAY=WE"),
        (
            "FREQ=WEEKLY;INTERVAL=2;COUNT=9;BYDAY=TU",
            "2026-11-24",
            "2026-11-28",
            "FREQ=WEEKLY;INTERVAL=2;COUNT=9;BYDAY=SA",
        ),
        ("FREQ=WEEKLY;BYDAY=TU,TH", "2026-11-24", "2026-11-26", "FREQ=WEEKLY;BYDAY=TU,TH"),
        ("FREQ=MONTHLY;BYMONTHDAY=24", "2026-11-24", "2026-12-01", "FREQ=MONTHLY;BYMONTHDAY=1"),
        ("FREQ=MONTHLY;BYMONTHDAY=-7", "2026-11-24", "2026-11-30", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("FREQ=MONTHLY;BYDAY=4TU", "2026-11-24", "2026-12-02", "FREQ=MONTHLY;BYDAY=1WE"),
        ("FREQ=MONTHLY;BYDAY=-1TU", "2026-11-24", "2026-11-19", "FREQ=MONTHLY;BYDAY=-2TH"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=4", "2026-11-24", "2026-11-25", "FREQ=MONTHLY;BYDAY=WE;BYSETPOS=4"),
        ("FREQ=YEARLY;BYDAY=4TH;BYMONTH=11", "2026-11-26", "2026-10-12", "FREQ=YEARLY;BYDAY=2MO;BYMONTH=10"),
        ("FREQ=YEARLY;BYDAY=20MO", "2026-05-18", "2026-01-01", "FREQ=YEARLY;BYDAY=1TH"),
        ("FREQ=YEARLY;BYDAY=-1TH", "2026-12-31", "2026-12-30", "FREQ=YEARLY;BYDAY=-1WE"),
        ("FREQ=YEARLY;BYMONTHDAY=24;BYMONTH=11", "2026-11-24", "2027-02-03", "FREQ=YEARLY;BYMONTHDAY=3;BYMONTH=2"),
        ("FREQ=DAILY;BYMONTH=11", "2026-11-24", "2026-12-24", "FREQ=DAILY;BYMONTH=12"),
        ("FREQ=MONTHLY", "2026-11-24", "2026-11-25", "FREQ=MONTHLY"),
    ],
)
def test_a_rule_moves_along_with_the_start_of_its_event(text, old, new, moved):
    old, new = datetime.fromisoformat(old), datetime.fromisoformat(new)
    last_start(parse(text), Times(starts_at=old))
    assert format_rule(moved_along(parse(text), new)) == moved
    assert moved_along(parse(text), old) == parse(text), "what stays where it is keeps its rule"
    last_start(parse(moved), Times(starts_at=new))


# Against the oracle.


@st.composite
def rules_with_starts(draw):
    """A rule in its normal form with a start that is its occurrence, as far as one is near."""
    freq = draw(st.sampled_from(rules.FREQUENCIES))
    parts = [f"FREQ={freq}"]
    interval = draw(st.sampled_from([None, None, 1, 2, 3, 5, 13]))
    parts += [f"INTERVAL={interval}"] if interval else []
    parts += [f"BYDAY={days}"] if (days := draw(weekdays(freq))) else []
    in_month = [1, 2, 13, 15, 28, 29, 30, 31, -1, -2, -29, -31]
    by_month_day = draw(st.one_of(st.none(), lists_of(in_month))) if freq != "WEEKLY" else None
    parts += [f"BYMONTHDAY={by_month_day}"] if by_month_day else []
    parts += [f"BYMONTH={months}"] if (months := draw(st.one_of(st.none(), lists_of(range(1, 13))))) else []
    positions = [1, -1] if freq == "DAILY" else [1, 2, 3, 5, 20, -1, -2, -5]
    if days or by_month_day or months:
        parts += [f"BYSETPOS={some}"] if (some := draw(st.one_of(st.none(), st.none(), lists_of(positions)))) else []
    parts += [f"WKST={day}"] if (day := draw(st.sampled_from([None, *WEEKDAYS]))) else []
    text, base = ";".join(parts), draw(st.datetimes(datetime(1890, 1, 1), datetime(2110, 1, 1)))
    base = base.replace(second=0, microsecond=0)
    every = text.replace(f"INTERVAL={interval};", "") if interval else text
    day = next(days_of(every, base.date(), base.date() + timedelta(days=400)), None)
    assume(day)
    return text, datetime.combine(day or base, base.time())


def lists_of(values):
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True).map(
        lambda some: ",".join(map(str, some))
    )


def weekdays(freq):
    numbered = [f"{n}{day}" for n in (1, 2, 4, 5, -1, -2, -5) for day in WEEKDAYS]
    if freq == "YEARLY":
        numbered += [f"{n}{day}" for n in (20, 53, -20, -53) for day in WEEKDAYS]
    values = WEEKDAYS if freq in ("DAILY", "WEEKLY") else [*WEEKDAYS, *numbered]
    return st.one_of(st.none(), lists_of(values))


@given(rules_with_starts(), st.integers(0, 500), st.integers(0, 400))
@settings(max_examples=120, deadline=None)
def test_a_rule_yields_what_the_oracle_lists_wherever_one_begins_to_read(rule_with_start, skipped, days):
    text, first = rule_with_start
    since, until = first + timedelta(days=skipped), first + timedelta(days=skipped + days)
    expected = [start for start in starts_of(text, first, until) if start >= since]
    assert list(starts(parse(text), first, since=since, until=until)) == expected


@given(rules_with_starts(), st.integers(1, 500))
@settings(max_examples=40, deadline=None)
def test_the_last_start_before_a_wall_clock_is_the_oracle_s(rule_with_start, days):
    text, first = rule_with_start
    behind = first + timedelta(days=days)
    expected = [start for start in starts_of(text, first, behind) if start < behind][-1]
    assert last_before(parse(text), first, behind) == expected


@given(rules_with_starts(), st.integers(1, 30))
@settings(max_examples=40, deadline=None)
def test_a_count_ends_where_the_oracle_has_counted_so_many(rule_with_start, count):
    text, first = rule_with_start
    counted = starts_of(text, first, first + timedelta(days=600))[:count]
    assume(len(counted) == count)
    counting = replace(parse(text), count=count)
    assert last_start(counting, Times(starts_at=first)) == counted[-1]
    assert rules.count_before(counting, first, counted[-1]) == count - 1


# What it costs.


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("FREQ=DAILY", datetime(2, 1, 1)),
        ("FREQ=WEEKLY;BYDAY=MO,TH", datetime(1, 1, 1)),
        ("FREQ=MONTHLY;BYDAY=-1FR", datetime(1, 1, 26)),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", datetime(4, 2, 29)),
        ("FREQ=DAILY;INTERVAL=3;BYDAY=MO", datetime(1, 1, 1)),
    ],
)
def test_what_lies_before_and_after_a_range_costs_nothing(text, first):
    rule = parse(text)
    last_start(rule, Times(starts_at=first))
    rules._days.cache_clear()
    found = list(starts(rule, first, since=datetime(2031, 1, 1), until=datetime(2031, 3, 31)))
    assert rules._days.cache_info().misses <= 14, "no period is worked out outside of these months"
    assert found == [] if "29" in text else len(found) > 2


EVERY_NUMBERED_DAY = ",".join(f"{n}{day}" for n in range(1, 54) for day in WEEKDAYS[:6])


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,53SU;BYMONTHDAY=29;BYSETPOS=11", datetime(2028, 12, 29)),
        (f"FREQ=YEARLY;BYDAY={EVERY_NUMBERED_DAY};BYMONTHDAY=29;BYSETPOS=11", datetime(2028, 12, 29)),
        ("FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=29;BYMONTH=2", datetime(2044, 2, 29)),
        ("FREQ=DAILY;INTERVAL=1000;BYDAY=MO", datetime(2026, 11, 23)),
    ],
)
def test_a_count_that_is_never_reached_is_counted_in_the_days_of_few_years(text, first, monkeypatch):
    asked = []
    in_library = rules._Pattern._in_library

    def counting(*args):
        asked.append(args)
        return in_library(*args)

    monkeypatch.setattr(rules._Pattern, "_in_library", counting)
    rules._days.cache_clear()
    last_start(parse(f"{text};COUNT=1000"), Times(starts_at=first))
    assert 0 < len(asked) <= 2 * len(rules._TWINS), "each year twice: plain weekdays, and numbered ones"
    assert all(len(weekdays) <= 53 * 6 for *_, weekdays in asked), "a plain weekday is one"
