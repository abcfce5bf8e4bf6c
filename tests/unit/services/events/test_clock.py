"""Wall clocks are kept; the instants that they mean follow from their zones."""

import shutil
from datetime import UTC, date, datetime, timedelta
from importlib.resources import as_file, files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.events.time import clock
from services.events.time.clock import Days, Times, check, check_zone, instants, latest_start, moment_of
from services.events.time.problems import Problem


def times(starts_at, ends_at=None, zone=None, *, all_day=False):
    return Times(
        starts_at=datetime.fromisoformat(starts_at),
        ends_at=None if ends_at is None else datetime.fromisoformat(ends_at),
        all_day=all_day,
        time_zone=zone,
    )


def test_wall_clocks_are_written_as_they_are_read():
    for text in ("2026-11-23T19:00", "0001-01-01T00:00", "9999-12-31T23:59"):
        assert clock.format_wall_clock(clock.parse_wall_clock(text)) == text


# Zones.


@pytest.mark.parametrize("name", ["Europe/Berlin", "Europe/Kyiv", "Europe/Kiev", "US/Pacific", "UTC", "Etc/GMT+12"])
def test_a_zone_is_known_by_its_name_and_by_its_links(name):
    check_zone(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "europe/berlin",
            "EUROPE/BERLIN",
            "Europe/Atlantis",
            "Europe",
            "Europe/",
            " Europe/Berlin",
            "Europe/Berlin\n",
        ),
        *(
            "/etc/localtime",
            "../zones",
            "Europe/../UTC",
            "posixrules",
            "right/UTC",
            "__init__.py",
            "W. Europe Standard Time",
        ),
        *("+02:00", "CEST", "Europe\u2215Berlin"),
    ],
)
def test_another_zone_is_refused(name):
    with pytest.raises(Problem) as refused:
        check_zone(name)
    assert refused.value.field == "time_zone"


def test_every_zone_of_tzdata_has_a_wall_clock():
    now = datetime(2026, 11, 23, 19)
    ahead = {name: clock.offset_of(now, name) for name in clock.zone_names()}
    assert len(ahead) > 500
    assert min(ahead.values()) == timedelta(hours=-12) and max(ahead.values()) == timedelta(hours=14)


@pytest.fixture
def tzdata(tmp_path, monkeypatch):
    """A copy of tzdata that a test may change."""
    with as_file(files("tzdata")) as package:
        shutil.copytree(package, tmp_path / "tzdata")
    monkeypatch.setattr(clock, "_TZDATA", tmp_path / "tzdata")
    clock._zone.cache_clear()
    yield tmp_path / "tzdata"
    clock._zone.cache_clear()


def test_when_a_country_changes_its_rules_the_wall_clock_stays_and_the_instant_moves(tzdata):
    meeting = times("2031-07-01T09:00", "2031-07-01T10:00", "Europe/Berlin")
    assert instants(meeting) == ("2031-07-01T09:00:00+02:00", "2031-07-01T10:00:00+02:00")
    (tzdata / "zoneinfo/Europe/Berlin").write_bytes(
        (tzdata / "zoneinfo/Africa/Tunis").read_bytes()
    )  # no more summer time
    clock._zone.cache_clear()
    assert instants(meeting) == ("2031-07-01T09:00:00+01:00", "2031-07-01T10:00:00+01:00")


def test_zones_are_read_from_the_package_and_not_from_the_machine(tzdata):
    (tzdata / "zoneinfo/Europe/Berlin").unlink()
    with pytest.raises(FileNotFoundError):
        instants(times("2031-07-01T09:00", zone="Europe/Berlin"))


# Instants.


@pytest.mark.parametrize(
    ("given", "start", "end"),
    [
        (times("2026-11-23T19:00"), "2026-11-23T19:00:00", None),
        (times("2026-11-23T19:00", "2026-11-24T01:30"), "2026-11-23T19:00:00", "2026-11-24T01:30:00"),
        (times("2026-11-23T00:00", all_day=True), "2026-11-23", None),
        (times("2026-11-23T00:00", "2026-11-25T00:00", all_day=True), "2026-11-23", "2026-11-25"),
        (times("2026-11-23T19:00", zone="Europe/Berlin"), "2026-11-23T19:00:00+01:00", None),
        (times("2026-07-23T19:00", zone="Europe/Berlin"), "2026-07-23T19:00:00+02:00", None),
        (times("2026-11-23T19:00", zone="UTC"), "2026-11-23T19:00:00+00:00", None),
        (times("2026-11-23T19:00", zone="America/St_Johns"), "2026-11-23T19:00:00-03:30", None),
        (times("2026-11-23T19:00", zone="Asia/Kathmandu"), "2026-11-23T19:00:00+05:45", None),
        (times("1890-01-01T12:00", zone="Europe/Berlin"), "1890-01-01T12:00:00+00:53", None),
        (times("1880-01-01T12:00", zone="America/New_York"), "1880-01-01T12:00:00-04:56", None),
        (times("0999-01-01T12:00"), "0999-01-01T12:00:00", None),
    ],
)
def test_instants_are_written_as_rfc_3339_says(given, start, end):
    assert instants(given) == (start, end)


@pytest.mark.parametrize(
    ("zone", "wall_clock", "instant"),
    [
        ("Europe/Berlin", "2027-03-28T02:30", "2027-03-28T02:30:00+01:00"),  # skipped: the offset before
        ("Europe/Berlin", "2027-03-28T03:00", "2027-03-28T03:00:00+02:00"),
        ("Europe/Berlin", "2027-10-31T02:30", "2027-10-31T02:30:00+02:00"),  # twice: the first
        ("Europe/Berlin", "2027-10-31T03:00", "2027-10-31T03:00:00+01:00"),
        ("America/New_York", "2007-03-11T02:30", "2007-03-11T02:30:00-05:00"),  # the RFC's own example
        ("America/New_York", "2007-11-04T01:30", "2007-11-04T01:30:00-04:00"),  # the RFC's own example
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:15:00+10:30"),  # a gap of half an hour
        ("Australia/Lord_Howe", "2026-10-04T02:30", "2026-10-04T02:30:00+11:00"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-05T01:45:00+11:00"),
        ("Australia/Lord_Howe", "2026-04-05T02:00", "2026-04-05T02:00:00+10:30"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T12:00:00-10:00"),  # a day that never was
        ("Pacific/Apia", "2011-12-31T00:00", "2011-12-31T00:00:00+14:00"),
    ],
)
def test_what_the_clocks_skip_or_show_twice_is_read_as_rfc_5545_says(zone, wall_clock, instant):
    assert instants(times(wall_clock, zone=zone))[0] == instant


def test_an_end_that_falls_before_its_start_takes_no_time():
    early = times("2027-03-28T02:30", "2027-03-28T03:15", "Europe/Berlin")
    assert instants(early) == ("2027-03-28T02:30:00+01:00", "2027-03-28T02:30:00+01:00")


# What is possible.


@pytest.mark.parametrize(
    "possible",
    [
        times("2026-11-23T19:00", "2026-11-23T19:01"),
        times("2026-11-23T19:00", "2027-11-24T19:00"),
        times("2026-11-23T00:00", "2026-11-24T00:00", all_day=True),
        times("2026-11-23T00:00", "2027-11-24T00:00", all_day=True),
        times("0001-01-01T00:00"),
        times("9999-12-31T23:59"),
        times("9999-12-31T00:00", all_day=True),
        times("9999-12-31T23:59", zone="Asia/Tokyo"),
        times("0001-01-01T00:00", zone="America/New_York"),
        times("2027-03-28T03:00", "2027-03-28T02:59", "Europe/Berlin"),  # 02:59 is skipped and means 03:59
        times("2011-12-29T12:00", "2011-12-31T12:00", "Pacific/Apia"),
    ],
)
def test_times_may_be_anywhere_from_the_year_1_to_9999(possible):
    check(possible)


@pytest.mark.parametrize(
    ("impossible", "field"),
    [
        (times("2026-11-23T19:00", "2026-11-23T19:00"), "ends_at"),
        (times("2026-11-23T19:00", "2026-11-23T18:59"), "ends_at"),
        (times("2026-11-23T19:00", "2027-11-24T19:01"), "ends_at"),
        (times("2026-11-23T00:00", "2026-11-23T00:00", all_day=True), "ends_at"),
        (times("2026-11-23T00:00", "2026-11-23T19:00", all_day=True), "ends_at"),
        (times("2026-11-23T19:00", all_day=True), "starts_at"),
        (times("2026-11-23T00:00", zone="Europe/Berlin", all_day=True), "time_zone"),
        (times("2026-11-23T19:00", zone="Europe/berlin"), "time_zone"),
        (times("2027-03-28T02:30", "2027-03-28T03:15", "Europe/Berlin"), "ends_at"),  # means 03:30 to 03:15
        (times("2027-03-28T02:30", "2027-03-28T03:30", "Europe/Berlin"), "ends_at"),
        (times("0001-01-01T00:00", zone="Asia/Tokyo"), "starts_at"),
        (times("9999-12-31T23:59", zone="America/New_York"), "starts_at"),
        (times("9999-12-31T12:00", "9999-12-31T23:00", "America/New_York"), "ends_at"),
        (times("2026-03-29T12:00", "2027-03-30T13:01", "Europe/Berlin"), "ends_at"),
    ],
)
def test_impossible_times_are_refused_with_the_name_of_the_field(impossible, field):
    with pytest.raises(Problem) as refused:
        check(impossible)
    assert refused.value.field == field


def test_the_last_of_a_series_is_over_within_the_year_9999():
    assert latest_start(times("2026-11-23T19:00")) == datetime(9999, 12, 31, 23, 59)
    assert latest_start(times("2026-11-23T19:00", "2026-11-23T20:00")) == datetime(9999, 12, 31, 22, 59)
    assert latest_start(times("2026-11-23T19:00", zone="America/New_York")) == datetime(9999, 12, 31, 18, 59)
    assert latest_start(times("2026-11-23T00:00", all_day=True)) == datetime(9999, 12, 31, 23, 59)


# Days.

WALL_CLOCKS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(
    lambda at: at.replace(second=0, microsecond=0)
)
ZONES = st.sampled_from(
    [
        *("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Pacific/Kiritimati", "Etc/GMT+12"),
        *("Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Manila", "America/Juneau", "Africa/Monrovia", "UTC"),
    ]
)


@given(WALL_CLOCKS, ZONES)
@settings(max_examples=100, deadline=None)
def test_a_moment_is_the_instant_in_minutes(wall_clock, zone):
    written = datetime.fromisoformat(instants(Times(starts_at=wall_clock, time_zone=zone))[0])
    since_the_year_1 = written - datetime(1, 1, 1, tzinfo=UTC)
    assert moment_of(wall_clock, zone) == since_the_year_1 / timedelta(minutes=1)


@given(WALL_CLOCKS, ZONES, ZONES)
@settings(max_examples=100, deadline=None)
def test_whatever_the_zones_what_takes_place_on_a_day_begins_around_it(wall_clock, zone, reader):
    event = Times(starts_at=wall_clock, ends_at=wall_clock + timedelta(hours=5), time_zone=zone)
    for shift in (-2, -1, 0, 1, 2):
        day = wall_clock.date() + timedelta(days=shift)
        days = Days(day, day + timedelta(days=1), reader)
        begin, end = days.wall_clocks(event.length)
        assert not days.overlap(event) or begin <= event.starts_at <= end
        assert days.earliest_at(days.moment_of(event)) <= event.starts_at


def days_of(event, zone, around=range(-2, 4)):
    """List the days of a zone on which an event takes place, by their distance from the day of its start."""
    first = event.starts_at.date()
    nearby = {n: Days(first + timedelta(days=n), first + timedelta(days=n + 1), zone) for n in around}
    return [n for n, days in nearby.items() if days.overlap(event)]


@pytest.mark.parametrize("zone", [None, "Pacific/Auckland", "Pacific/Honolulu", "Pacific/Apia"])
def test_an_event_of_whole_days_has_the_same_days_in_every_zone(zone):
    assert days_of(times("2026-11-23T00:00", all_day=True), zone) == [0]
    assert days_of(times("2026-11-23T00:00", "2026-11-25T00:00", all_day=True), zone) == [0, 1]


@pytest.mark.parametrize(
    ("event", "zone", "days"),
    [
        (times("2026-11-23T19:00"), None, [0]),
        (times("2026-11-23T00:00"), None, [0]),
        (times("2026-11-23T19:00", "2026-11-24T00:00"), None, [0]),
        (times("2026-11-23T19:00", "2026-11-24T00:01"), None, [0, 1]),
        (times("2026-11-23T19:00", "2026-11-25T12:00"), None, [0, 1, 2]),
        (times("2026-11-23T19:00", "2026-11-24T00:01"), "Pacific/Auckland", [0, 1]),
        (times("2026-11-23T19:00", "2026-11-23T20:00", "Europe/Berlin"), None, [0]),
        (times("2026-11-23T19:00", "2026-11-23T20:00", "Europe/Berlin"), "Pacific/Auckland", [1]),
        (times("2026-11-23T02:00", "2026-11-23T03:00", "Europe/Berlin"), "Pacific/Honolulu", [-1]),
        (times("2026-11-23T11:00", "2026-11-23T14:00", "Europe/Berlin"), "Pacific/Auckland", [0, 1]),
        (times("2026-11-23T12:00", zone="Europe/Berlin"), "Pacific/Auckland", [1]),  # in the moment of midnight
        (times("2027-03-28T02:30", "2027-03-28T03:15", "Europe/Berlin"), "Europe/Berlin", [0]),
        (times("2011-12-30T12:00", zone="Pacific/Apia"), "Pacific/Apia", [1]),  # there is no such day
        (times("2011-12-30T00:00", all_day=True), "Pacific/Apia", [0]),
        (times("2011-12-30T12:00", zone="Pacific/Apia"), "UTC", [0]),
    ],
)
def test_events_take_place_on_the_days_of_whoever_reads(event, zone, days):
    assert days_of(event, zone) == days


def test_days_at_both_ends_of_the_calendar_have_wall_clocks_around_them():
    for zone in (None, "Pacific/Apia"):
        first, last = Days(date.min, date(1, 1, 2), zone), Days(date(9999, 12, 30), date.max, zone)
        assert first.wall_clocks(timedelta(days=366))[0] == datetime.min
        assert first.overlap(times("0001-01-01T12:00"))
        assert last.overlap(times("9999-12-30T23:00"))
        assert not last.overlap(times("9999-12-31T00:00", all_day=True))
        assert last.earliest_at(10**15) <= clock.LATEST and first.earliest_at(-1) == datetime.min
