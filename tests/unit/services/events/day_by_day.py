"""An oracle: what a rule means, said day by day and without haste."""

import calendar
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby

from services.events.time.rules import WEEKDAYS

DAY = timedelta(days=1)


def parts_of(text: str) -> dict[str, str]:
    return dict(part.split("=") for part in text.split(";"))


def numbers(parts: dict[str, str], name: str) -> list[int]:
    return [int(number) for number in parts.get(name, "").split(",") if number]


def period_of(parts: dict[str, str], day: date) -> int:
    """Number the year, month, week or day that a day is in."""
    if parts["FREQ"] == "YEARLY":
        return day.year
    if parts["FREQ"] == "MONTHLY":
        return day.year * 12 + day.month
    if parts["FREQ"] == "WEEKLY":
        first_day = WEEKDAYS.index(parts.get("WKST", "MO"))
        return (day.toordinal() - date(2024, 1, 1).toordinal() - first_day) // 7  # that was a Monday
    return day.toordinal()


def is_weekday(parts: dict[str, str], day: date) -> bool:
    return any(is_value_of_byday(parts, value, day) for value in parts["BYDAY"].split(","))


def is_value_of_byday(parts: dict[str, str], value: str, day: date) -> bool:
    if WEEKDAYS[day.weekday()] != value[-2:]:
        return False
    if len(value) == 2:
        return True
    in_year = parts["FREQ"] == "YEARLY" and "BYMONTH" not in parts
    alike = alike_in(day.year, None if in_year else day.month, day.weekday())
    number = int(value[:-2])
    return 0 < abs(number) <= len(alike) and alike[number - 1 if number > 0 else number] == day


@cache
def alike_in(year: int, month: int | None, weekday: int) -> list[date]:
    """List the Mondays, say, of a year or a month."""
    every_day = (date(year, each, n) for each in range(1, 13) for n in range(1, calendar.monthrange(year, each)[1] + 1))
    return [day for day in every_day if month in (None, day.month) and day.weekday() == weekday]


def is_named(parts: dict[str, str], first: date, day: date) -> bool:
    """Tell whether a day is in the set of its period, of which BYSETPOS takes some."""
    by_month_day, by_month = numbers(parts, "BYMONTHDAY"), numbers(parts, "BYMONTH")
    if by_month and day.month not in by_month:
        return False
    from_the_end = day.day - calendar.monthrange(day.year, day.month)[1] - 1
    if by_month_day and not {day.day, from_the_end} & set(by_month_day):
        return False
    if "BYDAY" in parts:
        return is_weekday(parts, day)
    if by_month_day or parts["FREQ"] == "DAILY":
        return True
    if parts["FREQ"] == "WEEKLY":
        return day.weekday() == first.weekday()
    return day.day == first.day and (parts["FREQ"] == "MONTHLY" or bool(by_month) or day.month == first.month)


def days_of(text: str, first: date, until: date) -> Iterator[date]:
    """Yield the days of a rule that begins with `first`, but for what COUNT and UNTIL leave out."""
    parts = parts_of(text)
    longest = 366 if parts["FREQ"] == "YEARLY" else 31  # so that the first and the last period are whole
    begin, end = max(first - longest * DAY, date.min), min(until + longest * DAY, date.max)
    every_day = (begin + n * DAY for n in range((end - begin).days + 1))
    for period, days in groupby(every_day, key=lambda day: period_of(parts, day)):
        named = [day for day in days if is_named(parts, first, day)]
        positions = numbers(parts, "BYSETPOS")
        if positions:
            named = [day for n, day in enumerate(named) if n + 1 in positions or n - len(named) in positions]
        if (period - period_of(parts, first)) % int(parts.get("INTERVAL", "1")) == 0:
            yield from (day for day in named if first <= day <= until)


def starts_of(text: str, first: datetime, until: datetime) -> list[datetime]:
    """List the starts of a rule up to a wall clock, but for what COUNT and UNTIL leave out."""
    found = (datetime.combine(day, first.time()) for day in days_of(text, first.date(), until.date()))
    return [start for start in found if start <= until]
