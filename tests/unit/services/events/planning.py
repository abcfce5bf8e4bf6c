"""Events for tests, and what a test wants to see of them."""

import json
from datetime import date
from typing import Any

from services.events.time import changes
from services.events.time.clock import Days
from services.events.time.series import (
    Series,
    details_of,
    document_of,
    load,
    overlapping,
    plan,
    serialize,
    show,
    starting_on,
)
from tests.fakes.details import event_details

DINNER = {"name": "Dinner", "starts_at": "2026-12-01T19:00", "ends_at": "2026-12-01T21:00"}
"""On a Tuesday."""

FIRST_TO_LAST = Days(date(1, 1, 1), date(9999, 12, 31))
NEXT_YEARS = Days(date(2026, 1, 1), date(2030, 1, 1))


def planned(**details: Any) -> Series:
    """Return a dinner, but for what is given, as it comes back from the database."""
    return stored(plan(event_details(**{**DINNER, **details})))


def stored(series: Series) -> Series:
    """Return an event as it comes back from the database, which changes nothing."""
    document = document_of(series)
    loaded = load(details_of(series), None if document is None else json.loads(json.dumps(document)))
    assert loaded == series
    return loaded


def changed(series: Series, occurrence: str | None = None, scope: Any = None, **details: Any) -> Series:
    """Change an event; `this` occurrence if one is named, otherwise all."""
    reach: Any = scope or ("this" if occurrence else "all")
    given: Any = details
    return stored(changes.change(series, given, occurrence=occurrence, scope=reach))


def cancelled(series: Series, occurrence: str, scope: Any = "this") -> Series:
    """Cancel an occurrence, or it and all later ones, when some are left."""
    left = changes.cancel(series, occurrence=occurrence, scope=scope)
    assert left is not None
    return stored(left)


def listed(series: Series, days: Days = NEXT_YEARS, *fields: str) -> list[Any]:
    """List a field, or several, of what an event shows in these days: starts, if none is named."""
    shown = [serialize(series, one) for one in overlapping(series, days)]
    return [
        each[fields[0]] if len(fields) == 1 else tuple(each[field] for field in fields or ("starts_at",))
        for each in shown
    ]


def starts(series: Series, days: Days = NEXT_YEARS) -> list[str]:
    """List the days on which the occurrences begin, as `12-31`, in their order; with the hour, if it is not 19:00."""
    return [short(start) for start in listed(series, days, "starts_at")]


def short(wall_clock: str) -> str:
    return wall_clock[5:].removesuffix("T19:00")


def month(series: Series, year: int, number: int) -> list[str]:
    """List the days of a month on which something begins."""
    days = Days(date(year, number, 1), date(year + number // 12, number % 12 + 1, 1))
    return [short(serialize(series, one)["starts_at"]) for one in starting_on(series, days)]


def shown(series: Series, occurrence: str | None = None) -> dict[str, Any]:
    return show(series, occurrence)
