"""Days that are asked for: a month, an agenda, and what is left of one."""

from dataclasses import replace
from datetime import date, timedelta

from services.events.time.clock import DAY, LATEST, Days, Moment, moment_of
from services.events.time.problems import Problem

MAX_DAYS = 400
"""Days of an agenda."""

_LATEST = moment_of(LATEST, None)


def month(year: int, month: int) -> Days:
    """Return the days of a month."""
    is_last = (year, month) == (date.max.year, date.max.month)
    return Days(date(year, month, 1), None if is_last else date(year + month // 12, month % 12 + 1, 1))


def agenda(first_day: str, end_day: str, time_zone: str | None) -> Days:
    """Return the days from one to another, `YYYY-MM-DD`; the last one is not among them.

    Raises:
        Problem: end_day
    """
    first, end = date.fromisoformat(first_day), date.fromisoformat(end_day)
    if end <= first:
        raise Problem("end_day", "must be after the first day")
    if end - first > timedelta(days=MAX_DAYS):
        raise Problem("end_day", f"must be at most {MAX_DAYS} days after the first day")
    return Days(first, end, time_zone)


def since(days: Days, moment: Moment) -> Days:
    """Return those of the days, and a few more, on which something may be that begins at a moment or later."""
    earliest = max(days.start, days.earliest_at(moment).date())
    return replace(days, start=earliest if days.end is None else min(earliest, days.end))


def is_moment(moment: int) -> bool:
    """Return whether something may begin at a moment. A wall clock may be read in a zone that is ahead, or behind."""
    a_day = DAY // timedelta(minutes=1)
    return -a_day <= moment <= _LATEST + a_day
