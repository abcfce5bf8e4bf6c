"""Rules by which events repeat: read, written, and followed from any date on.

python-dateutil works out which days of one year, month or week a rule names; which of these count is
arithmetic. So nothing is worked out between the start of an event and the dates that are wanted. There are fourteen
different years: where a COUNT must be counted through all of them, no rule makes anything wait either, whatever it
names (docs/decisions/time.md).

Source: RFC 5545, section 3.3.10.
"""

import re
from calendar import isleap, monthrange
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, lru_cache, partial
from itertools import islice
from typing import Any, NamedTuple

from dateutil import rrule

from services.events.time.clock import Times, in_zone, latest_start, moment_of
from services.events.time.problems import Problem

MAX_TEXT = 2000
MAX_COUNT = 1000
MAX_INTERVAL = 1000

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")

_UNTIL = re.compile(r"[0-9]{8}(T[0-9]{6}Z?)?")


class Weekday(NamedTuple):
    """A value of BYDAY. day: 0 is Monday. number: which one of its month or year, from the end if negative; 0: each."""

    day: int
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class Rule:
    """An RRULE value; None or empty: the part is absent.

    until: as it is written; `settled` gives it the form that its event needs.
    """

    freq: str
    interval: int | None = None
    count: int | None = None
    until: str | None = None
    by_day: tuple[Weekday, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    by_set_pos: tuple[int, ...] = ()
    week_start: int | None = None

    @property
    def period(self) -> str:
        """Name the periods by which its days are worked out: the FREQ, or what holds days that others limit."""
        if self.freq == "DAILY":
            return "YEARLY" if self.by_day or self.by_month_day or self.by_month else "MONTHLY"
        return self.freq

    @property
    def is_endless(self) -> bool:
        """Tell whether only the calendar ends it."""
        return self.count is None and self.until is None

    def ending_with(self, last: datetime, *, all_day: bool) -> "Rule":
        """Return this rule with an UNTIL at its last start."""
        until = last.date().isoformat() if all_day else last.isoformat(timespec="seconds")
        return replace(self, count=None, until=until.replace("-", "").replace(":", ""))


# Reading and writing.


@lru_cache(maxsize=1000)
def parse(text: str) -> Rule:
    """Read a rule, in upper or lower case.

    Raises:
        Problem: recurrence; the reason begins with the name of the part, unless it is about the whole
    """
    if len(text) > MAX_TEXT or not text.isascii():
        raise _problem(f"must be an RRULE value of at most {MAX_TEXT} characters")
    rule = Rule(**{_PARTS[name].field: _PARTS[name].read(name, value) for name, value in _split(text.upper())})
    _check_parts_together(rule)
    return rule


def format_rule(rule: Rule) -> str:
    """Write a rule in its normal form: upper case, the parts in one order."""
    given = ((name, part, getattr(rule, part.field)) for name, part in _PARTS.items())
    return ";".join(f"{name}={part.write(value)}" for name, part, value in given if value not in (None, ()))


def _problem(reason: str) -> Problem:
    return Problem("recurrence", reason)


def _split(text: str) -> list[tuple[str, str]]:
    parts = [(name, value) for name, _, value in (part.partition("=") for part in text.split(";"))]
    names = [name for name, _ in parts]
    for name in names:
        if name not in _PARTS:
            raise _problem(f"{name[:20]!r} is not among the parts {', '.join(_PARTS)}")
        if names.count(name) > 1:
            raise _problem(f"{name} is given twice")
    if "FREQ" not in names:
        raise _problem("FREQ is missing")
    return parts


def _check_parts_together(rule: Rule) -> None:
    if rule.count is not None and rule.until is not None:
        raise _problem("COUNT and UNTIL exclude each other")
    if rule.freq in ("DAILY", "WEEKLY") and any(weekday.number for weekday in rule.by_day):
        raise _problem("BYDAY has numbers only with FREQ=MONTHLY or YEARLY")
    if rule.freq == "WEEKLY" and rule.by_month_day:
        raise _problem("BYMONTHDAY is not possible with FREQ=WEEKLY")
    if rule.by_set_pos and not (rule.by_day or rule.by_month_day or rule.by_month):
        raise _problem("BYSETPOS needs another BY part")
    if rule.by_set_pos and rule.freq == "DAILY" and not {1, -1} & set(rule.by_set_pos):
        raise _problem("BYSETPOS must be 1 or -1 with FREQ=DAILY")


def _one_of(values: tuple[str, ...]) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        if text not in values:
            raise _problem(f"{name} must be one of {', '.join(values)}")
        return text

    return read


def _number(limit: int, *, signed: bool = False) -> Callable[[str, str], int]:
    form = re.compile(r"[+-]?[0-9]{1,9}" if signed else r"[0-9]{1,9}")

    def read(name: str, text: str) -> int:
        number = int(text) if form.fullmatch(text) else 0
        if not 1 <= abs(number) <= limit:
            raise _problem(f"{name} must be from 1 to {limit}{', or from the end with a minus' if signed else ''}")
        return number

    return read


def _list_of(read_one: Callable[[str, str], Any]) -> Callable[[str, str], tuple[Any, ...]]:
    def read(name: str, text: str) -> tuple[Any, ...]:
        return tuple(dict.fromkeys(read_one(name, value) for value in text.split(",")))

    return read


def _read_weekday(name: str, text: str) -> Weekday:
    number, day = text[:-2], _one_of(WEEKDAYS)(name, text[-2:])
    return Weekday(WEEKDAYS.index(day), _number(53, signed=True)(name, number) if number else 0)


def _read_until(name: str, text: str) -> str:
    try:
        datetime.fromisoformat(text if _UNTIL.fullmatch(text) else "")
    except ValueError:
        raise _problem(
            f"{name} must be a date or a time such as 20261231, 20261231T190000 or 20261231T180000Z"
        ) from None
    return text


class _Part(NamedTuple):
    """A part of a rule: how it is read, and how it is written."""

    field: str
    read: Callable[[str, str], Any]
    write: Callable[[Any], str] = str


def _write_list(values: tuple[int, ...]) -> str:
    return ",".join(map(str, values))


def _write_weekdays(weekdays: tuple[Weekday, ...]) -> str:
    return ",".join(f"{one.number or ''}{WEEKDAYS[one.day]}" for one in weekdays)


_PARTS = {
    "FREQ": _Part("freq", _one_of(FREQUENCIES)),
    "INTERVAL": _Part("interval", _number(MAX_INTERVAL)),
    "COUNT": _Part("count", _number(MAX_COUNT)),
    "UNTIL": _Part("until", _read_until),
    "BYDAY": _Part("by_day", _list_of(_read_weekday), _write_weekdays),
    "BYMONTHDAY": _Part("by_month_day", _list_of(_number(31, signed=True)), _write_list),
    "BYMONTH": _Part("by_month", _list_of(_number(12)), _write_list),
    "BYSETPOS": _Part("by_set_pos", _list_of(_number(366, signed=True)), _write_list),
    "WKST": _Part("week_start", lambda name, text: WEEKDAYS.index(_one_of(WEEKDAYS)(name, text)), WEEKDAYS.__getitem__),
}


# Fitting a rule to an event.


def settled(rule: Rule, times: Times) -> Rule:
    """Return the rule with its UNTIL in the form for these times: a date when all day, else a wall clock.

    UNTIL in UTC becomes its wall clock, unless the clocks change on that day, and the last start by instant is another
    one than by wall clock: then that start.

    Raises:
        Problem: recurrence: UNTIL in UTC without a time zone
    """
    if rule.until is None:
        return rule
    check_zone_of_until(rule, times.time_zone)
    until = datetime.fromisoformat(rule.until)
    if until.tzinfo is not None and times.time_zone is not None:
        until = _until_in_zone(until, times.starts_at, times.time_zone)
    elif "T" not in rule.until:
        until += timedelta(days=1, seconds=-1)  # the whole day is included
    return replace(rule.ending_with(until, all_day=times.all_day), count=rule.count)


def check_zone_of_until(rule: Rule, time_zone: str | None) -> None:
    """Require a time zone if UNTIL is in UTC.

    Raises:
        Problem: recurrence
    """
    if time_zone is None and rule.until is not None and rule.until.endswith("Z"):
        raise _problem("UNTIL must not be in UTC for an event without a time zone")


def _until_in_zone(utc: datetime, first: datetime, time_zone: str) -> datetime:
    try:
        until = in_zone(utc, time_zone)
    except OverflowError:
        if utc.year == date.min.year:
            raise _problem("UNTIL must be in the years 1 to 9999") from None
        return datetime.max
    moment = moment_of(utc.replace(tzinfo=None), None)
    by_wall_clock = _last_daily(first, until, lambda start: start <= until)
    by_instant = _last_daily(first, until, lambda start: moment_of(start, time_zone) <= moment)
    return until if by_instant == by_wall_clock else by_instant


def _last_daily(first: datetime, around: datetime, is_included: Callable[[datetime], bool]) -> datetime:
    """Return the last included one of the wall clocks that have the time of the first start, around some day."""
    day = around.toordinal()
    near = range(min(day + 1, date.max.toordinal()), max(day - 3, 0), -1)  # a zone may skip a whole day
    every = (datetime.combine(date.fromordinal(one), first.time()) for one in near)
    return next((start for start in every if is_included(start)), datetime.min)


def moved_along(rule: Rule, start: datetime) -> Rule:
    """Return the rule of an event that was moved: a part that names a single day or month names the new start's.

    What counts from the end still does. A part that names several stays.
    """
    moved: dict[str, Any] = {}
    if len(rule.by_day) == 1:
        moved["by_day"] = (Weekday(start.weekday(), _number_of(start, rule)),)
    if len(rule.by_month_day) == 1:
        _, days = _month(start)
        moved["by_month_day"] = (start.day if rule.by_month_day[0] > 0 else start.day - days - 1,)
    if len(rule.by_month) == 1:
        moved["by_month"] = (start.month,)
    return replace(rule, **moved)


def _number_of(start: datetime, rule: Rule) -> int:
    """Return which one of its weekday a start is, counted as the single BYDAY of a rule counts."""
    number = rule.by_day[0].number
    counts_in_year = rule.freq == "YEARLY" and not rule.by_month
    first, days = _year(start) if counts_in_year else _month(start)
    before = (start.date() - first).days
    return before // 7 + 1 if number > 0 else -((days - 1 - before) // 7 + 1) if number else 0


def _month(day: date) -> tuple[date, int]:
    """Return the first day of the month and how many it has."""
    return date(day.year, day.month, 1), monthrange(day.year, day.month)[1]


def _year(day: date) -> tuple[date, int]:
    return date(day.year, 1, 1), 365 + isleap(day.year)


def last_start(rule: Rule, times: Times) -> datetime:
    """Return a wall clock after which nothing begins: with a COUNT the last start, else the UNTIL or the end of time.

    Raises:
        Problem: recurrence: the times are not an occurrence of the rule
    """
    check_start(rule, times)
    last = _latest_start(rule, times)
    if rule.count is not None:
        *_, last = islice(starts(rule, times.starts_at, until=last), rule.count)
    return last


def check_start(rule: Rule, times: Times) -> None:
    """Require that times are an occurrence of a rule that was settled for them.

    Raises:
        Problem: recurrence
    """
    if times.starts_at > _latest_start(rule, times) or not occurs(rule, times.starts_at, times.starts_at):
        raise _problem("must have the start of the event as its first occurrence")


def _latest_start(rule: Rule, times: Times) -> datetime:
    """Return a wall clock after which nothing begins, whatever COUNT says."""
    latest = latest_start(times)
    return latest if rule.until is None else min(latest, datetime.fromisoformat(rule.until).replace(second=0))


# Following a rule. What COUNT and UNTIL say of the end is left to the caller.


def occurs(rule: Rule, first: datetime, wall_clock: datetime) -> bool:
    """Tell whether a rule that begins with `first` has a start at this wall clock."""
    return wall_clock in starts(rule, first, since=wall_clock, until=wall_clock)


def count_before(rule: Rule, first: datetime, behind: datetime) -> int:
    """Count the starts before a wall clock, up to as many as a COUNT may be."""
    found = islice(starts(rule, first, until=behind), MAX_COUNT)
    return sum(start < behind for start in found)


def last_before(rule: Rule, first: datetime, behind: datetime) -> datetime:
    """Return the last start before a wall clock that is later than `first`."""
    for index in reversed(_periods(rule, first, first, behind)):
        found = [start for start in _starts_in(rule, first, [index]) if start < behind]
        if found:
            return found[-1]
    return first


def starts(
    rule: Rule, first: datetime, *, since: datetime = datetime.min, until: datetime = datetime.max
) -> Iterator[datetime]:
    """Yield the starts of a rule that begins with `first`, in order, from a wall clock to another one, both included.

    It costs what it yields, wherever that lies: nothing is worked out outside of the years, months or weeks around it.
    """
    around = _periods(rule, first, max(since, first), until)
    return (start for start in _starts_in(rule, first, around) if since <= start <= until)


def _periods(rule: Rule, first: datetime, since: datetime, until: datetime) -> range:
    """Return the periods between two wall clocks, as `_index` numbers them, that the interval does not leave out."""
    step = 1 if rule.freq == "DAILY" else rule.interval or 1
    begin, index = _index(rule, first), _index(rule, since)
    return range(index + (begin - index) % step, _index(rule, until) + 1, step)


def _index(rule: Rule, day: date) -> int:
    if rule.period == "YEARLY":
        return day.year
    if rule.period == "MONTHLY":
        return day.year * 12 + day.month - 1
    return (day.toordinal() - 1 - (rule.week_start or 0)) // 7


def _bounds(rule: Rule, index: int) -> tuple[date, date]:
    """Return the first and the last day of a period."""
    if rule.period == "YEARLY":
        return date(index, 1, 1), date(index, 12, 31)
    if rule.period == "MONTHLY":
        year, month = divmod(index, 12)
        return date(year, month + 1, 1), date(year, month + 1, monthrange(year, month + 1)[1])
    begin = index * 7 + 1 + (rule.week_start or 0)
    return date.fromordinal(max(begin, 1)), date.fromordinal(min(begin + 6, date.max.toordinal()))


def _starts_in(rule: Rule, first: datetime, periods: Iterable[int]) -> Iterator[datetime]:
    """Yield the starts in some periods, none before `first`."""
    pattern = _Pattern.of(rule, first)
    days_in = cache(partial(_days, pattern))  # to look up a long pattern for each period would cost more than the rest
    step = rule.interval or 1 if rule.freq == "DAILY" else 1  # the periods of others are those of the interval
    for begin, end in (_bounds(rule, index) for index in periods):
        ahead = begin.toordinal() - first.toordinal()
        if pattern.passes_over(begin, end) or -ahead % step > (end - begin).days:
            continue
        for day in days_in(_twin_of(begin), end - begin):
            if ahead + day >= 0 and (ahead + day) % step == 0:
                yield first + timedelta(days=ahead + day)


_TWINS = {(isleap(year), date(year, 1, 1).weekday()): year for year in range(2000, 2028)}
"""Years that begin on the same day of the week and have equally many days have the same days in every rule."""


def _twin_of(day: date) -> date:
    return day.replace(year=_TWINS[isleap(day.year), date(day.year, 1, 1).weekday()])


class _Pattern(NamedTuple):
    """What a rule says about any one period; what its first start implies is said, too."""

    period: str
    by_day: tuple[Weekday, ...]
    by_month_day: tuple[int, ...]
    by_month: tuple[int, ...]
    by_set_pos: tuple[int, ...]

    @classmethod
    def of(cls, rule: Rule, first: datetime) -> "_Pattern":
        by_day, by_month_day, by_month = rule.by_day, rule.by_month_day, rule.by_month
        if not by_day and not by_month_day:
            if rule.freq == "WEEKLY":
                by_day = (Weekday(first.weekday()),)
            else:
                by_month_day = tuple(range(1, 32)) if rule.freq == "DAILY" else (first.day,)
            if rule.freq == "YEARLY":
                by_month = by_month or (first.month,)
        by_set_pos = () if rule.freq == "DAILY" else rule.by_set_pos  # of one day, the first is the last
        return cls(rule.period, by_day, by_month_day, by_month, by_set_pos)

    def passes_over(self, begin: date, end: date) -> bool:
        """Tell whether BYMONTH alone says that there is nothing in a month or a week."""
        return self.period != "YEARLY" and bool(self.by_month) and not {begin.month, end.month} & {*self.by_month}

    def days(self, begin: date, end: date) -> list[date]:
        """Return the days of one period, but for BYSETPOS. Plain and numbered weekdays the library does not unite."""
        plain = [rrule.weekday(day) for day, number in self.by_day if not number]
        numbered = [
            rrule.weekday(day, self._in_reach(n)) for day, n in self.by_day if n and rrule.weekday(day) not in plain
        ]
        alternatives = [some for some in (plain, numbered) if some] or [[]]
        return sorted({start.date() for some in alternatives for start in self._in_library(begin, end, some)})

    def _in_reach(self, number: int) -> int:
        """Return the number of a weekday, or one that no month has: the library cannot count further."""
        none = 54 if self.period == "YEARLY" and not self.by_month else 6
        return max(-none, min(number, none))

    def _in_library(self, begin: date, end: date, weekdays: list[rrule.weekday]) -> rrule.rrule:
        """Return the library's rule for one period. The next lies beyond its calendar, but for weeks."""
        return rrule.rrule(
            getattr(rrule, self.period),
            dtstart=begin,
            until=end,
            interval=1 if self.period == "WEEKLY" else 12 * date.max.year,
            wkst=begin.weekday(),
            byweekday=weekdays or None,
            bymonthday=self.by_month_day or None,
            bymonth=self.by_month or None,
        )


@lru_cache(maxsize=1000)
def _days(pattern: _Pattern, begin: date, lasting: timedelta) -> tuple[int, ...]:
    """Return the days that a rule names in one period, counted from its first day."""
    days = pattern.days(begin, begin + lasting)
    positions = {position - 1 if position > 0 else len(days) + position for position in pattern.by_set_pos}
    return tuple((day - begin).days for n, day in enumerate(days) if not positions or n in positions)
