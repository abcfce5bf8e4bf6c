"""Wall clocks, time zones and the instants that they mean.

A wall clock is a naive `datetime` in whole minutes. It is what is stored; which instant it means follows from its time
zone when somebody asks: where a country changes its rules, the wall clock stays and the instant moves.

Source: RFC 5545, section 3.3.5, for what the clocks skip or show twice; RFC 3339. Zones are those of the pinned package
tzdata and never the machine's (docs/decisions/time.md).
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache, cached_property
from importlib.resources import files
from zoneinfo import ZoneInfo

from services.events.time.problems import Problem

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
LATEST = datetime.max.replace(second=0, microsecond=0)

MAX_LENGTH = 366 * DAY
WIDEST = 2 * DAY
"""More than the wall clocks of two zones have ever differed by."""

Moment = int
"""A place in the order of an agenda: minutes since the beginning of the year 1, by a wall clock or in UTC."""

_TZDATA = files("tzdata")


@dataclass(frozen=True, kw_only=True)
class Times:
    """When something is.

    ends_at: exclusive; None: no end is said. all_day: both are midnights. time_zone: None: the same wall clock
        everywhere.
    """

    starts_at: datetime
    ends_at: datetime | None = None
    all_day: bool = False
    time_zone: str | None = None

    @property
    def length(self) -> timedelta:
        """The time it takes by wall clock: none without an end, unless it takes the whole day."""
        if self.ends_at is None:
            return DAY if self.all_day else timedelta(0)
        return self.ends_at - self.starts_at

    def moved_to(self, starts_at: datetime) -> "Times":
        """Return these times from another start on; the length by wall clock stays."""
        ends_at = None if self.ends_at is None else starts_at + (self.ends_at - self.starts_at)
        return replace(self, starts_at=starts_at, ends_at=ends_at)


def parse_wall_clock(text: str) -> datetime:
    """Read `YYYY-MM-DDTHH:MM`."""
    return datetime.fromisoformat(text)


def format_wall_clock(wall_clock: datetime) -> str:
    """Write `YYYY-MM-DDTHH:MM`."""
    return wall_clock.isoformat(timespec="minutes")


def check_zone(name: str) -> None:
    """Require a name or a link of tzdata, written as it is there.

    Raises:
        Problem: time_zone
    """
    if name not in zone_names():
        raise Problem("time_zone", "must be the name of an IANA time zone such as Europe/Berlin")


@cache
def zone_names() -> frozenset[str]:
    """Return the names and links of tzdata."""
    return frozenset((_TZDATA / "zones").read_text().split())


@cache
def _zone(name: str) -> ZoneInfo:
    check_zone(name)  # before it becomes part of a path
    with (_TZDATA / "zoneinfo" / name).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def offset_of(wall_clock: datetime, time_zone: str) -> timedelta:
    """Return how far a wall clock is ahead of UTC, in whole minutes: as before the gap, or as the first of two."""
    exact = wall_clock.replace(tzinfo=_zone(time_zone)).utcoffset() or timedelta(0)
    return round(exact / MINUTE) * MINUTE


def in_zone(utc: datetime, time_zone: str) -> datetime:
    """Return the wall clock of an instant.

    Raises:
        OverflowError: it lies outside the years 1-9999
    """
    return utc.replace(tzinfo=UTC).astimezone(_zone(time_zone)).replace(tzinfo=None)


def moment_of(wall_clock: datetime, time_zone: str | None) -> Moment:
    """Return the moment of a wall clock; in UTC if there is a time zone."""
    ahead = offset_of(wall_clock, time_zone) if time_zone else timedelta(0)
    return (wall_clock - datetime.min - ahead) // MINUTE


def check(times: Times) -> None:
    """Require that times are possible.

    Raises:
        Problem: all day with a zone or a time, an unknown zone, an instant outside the years 1-9999, an end that is not
            after the start (by instant) or more than 366 days later
    """
    check_each(times)
    if times.ends_at is not None:
        length = moment_of(times.ends_at, times.time_zone) - moment_of(times.starts_at, times.time_zone)
        if length <= 0:
            raise Problem("ends_at", "must be after the start")
        if length > MAX_LENGTH // MINUTE:
            raise Problem("ends_at", f"must be at most {MAX_LENGTH.days} days after the start")


def check_each(times: Times) -> None:
    """Require that times are possible, but for the distance between start and end.

    Raises:
        Problem: all day with a zone or a time, an unknown zone, an instant outside the years 1-9999
    """
    if times.time_zone is not None:
        check_zone(times.time_zone)
    if times.all_day:
        check_all_day(times.time_zone, starts_at=times.starts_at, ends_at=times.ends_at)
    _check_years("starts_at", times.starts_at, times.time_zone)
    if times.ends_at is not None:
        _check_years("ends_at", times.ends_at, times.time_zone)


def check_all_day(time_zone: str | None, **wall_clocks: datetime | None) -> None:
    """Require of what takes whole days that it has no zone, and of wall clocks, by their fields, that they begin a day.

    Raises:
        Problem: time_zone, or a field
    """
    if time_zone is not None:
        raise Problem("time_zone", "must be null for an event that takes whole days")
    for field, wall_clock in wall_clocks.items():
        if wall_clock is not None and not is_midnight(wall_clock):
            raise Problem(field, "must be at 00:00 for an event that takes whole days")


def is_midnight(wall_clock: datetime) -> bool:
    """Tell whether a wall clock begins a day."""
    return wall_clock == start_of(wall_clock.date())


def start_of(day: date) -> datetime:
    """Return the midnight with which a day begins."""
    return datetime(day.year, day.month, day.day)


def _check_years(field: str, wall_clock: datetime, time_zone: str | None) -> None:
    if not 0 <= moment_of(wall_clock, time_zone) <= moment_of(LATEST, None):
        raise Problem(field, "must be in the years 1 to 9999, in UTC, too")


def latest_start(times: Times) -> datetime:
    """Return the last wall clock at which the same may begin again, so that it is over within the year 9999."""
    behind = min(offset_of(LATEST, times.time_zone), timedelta(0)) if times.time_zone else timedelta(0)
    takes = timedelta(0) if times.ends_at is None else max(times.length, timedelta(0))
    return LATEST + behind - takes


def instants(times: Times) -> tuple[str, str | None]:
    """Write start and end as RFC 3339: with its offset when zoned, without one when floating, a date when all day.

    An end that falls before its start by a change of the clocks is the start.
    """
    start = _instant(times.starts_at, times)
    if times.ends_at is None:
        return start, None
    takes_time = moment_of(times.ends_at, times.time_zone) > moment_of(times.starts_at, times.time_zone)
    return start, _instant(times.ends_at, times) if takes_time else start


def _instant(wall_clock: datetime, times: Times) -> str:
    if times.all_day:
        return wall_clock.date().isoformat()
    if times.time_zone is None:
        return wall_clock.isoformat()
    return wall_clock.replace(tzinfo=timezone(offset_of(wall_clock, times.time_zone))).isoformat()


@dataclass(frozen=True)
class Days:
    """Whole days [start, end). time_zone: whose days they are; None: of each event's own wall clock.

    end: None: the last day that there is is one of them.
    """

    start: date
    end: date | None
    time_zone: str | None = None

    @property
    def behind(self) -> datetime:
        """The wall clock at which they are over."""
        return datetime.max if self.end is None else start_of(self.end)

    def wall_clocks(self, lasting: timedelta = timedelta(0)) -> tuple[datetime, datetime]:
        """Return wall clocks between which, in whatever zone, everything begins that takes place on these days.

        lasting: the longest that it takes by wall clock.
        """
        end = self.behind
        if self.time_zone is not None:
            lasting, end = lasting + WIDEST, min(end, LATEST - WIDEST) + WIDEST
        return _earlier(start_of(self.start), lasting), end

    def earliest_at(self, moment: Moment) -> datetime:
        """Return a wall clock before which, in whatever zone, nothing has this moment or a later one."""
        wall_clock = datetime.min + max(0, min(moment, moment_of(LATEST, None))) * MINUTE
        return wall_clock if self.time_zone is None else _earlier(wall_clock, WIDEST)

    def moment_of(self, times: Times) -> Moment:
        """Return where a start stands in the order of these days: floating and all-day times are read in their zone."""
        return moment_of(times.starts_at, self._zone_of(times))

    def overlap(self, times: Times) -> bool:
        """Tell whether something takes place on these days. What takes no time does so in the moment of its start."""
        if times.all_day:  # its days are the same everywhere
            return times.starts_at < self.behind and _end_of(times) > moment_of(start_of(self.start), None)
        first, behind = self._moments
        start, end = self.moment_of(times), _end_of(times, self._zone_of(times))
        return start < behind and (end > first or start >= first)

    @cached_property
    def _moments(self) -> tuple[Moment, Moment]:
        return moment_of(start_of(self.start), self.time_zone), moment_of(self.behind, self.time_zone)

    def _zone_of(self, times: Times) -> str | None:
        return self.time_zone and (times.time_zone or self.time_zone)


def _earlier(wall_clock: datetime, by: timedelta) -> datetime:
    return datetime.min + max(wall_clock - datetime.min - by, timedelta(0))


def _end_of(times: Times, time_zone: str | None = None) -> Moment:
    if times.ends_at is None:
        return moment_of(times.starts_at, time_zone) + (DAY // MINUTE if times.all_day else 0)
    return moment_of(times.ends_at, time_zone)
