"""Wall clocks, time zones and the instants that they mean.

A wall clock is a naive `datetime` in whole minutes. It is what is stored; which instant it means follows from its time
zone, when it is asked for.

Source: RFC 5545, section 3.3.5; RFC 3339.
"""

from dataclasses import dataclass
from datetime import datetime

Moment = int
"""A place in the order of an agenda: minutes since the beginning of the year 1, of a wall clock or in UTC."""


@dataclass(frozen=True, kw_only=True)
class Times:
    """When something is.

    ends_at: exclusive; None: no end is said. all_day: both are midnights. time_zone: None: the same wall clock everywhere.
    """

    starts_at: datetime
    ends_at: datetime | None = None
    all_day: bool = False
    time_zone: str | None = None


def parse_wall_clock(text: str) -> datetime:
    """Read `YYYY-MM-DDTHH:MM`."""
    raise NotImplementedError


def format_wall_clock(wall_clock: datetime) -> str:
    """Write `YYYY-MM-DDTHH:MM`."""
    raise NotImplementedError


def check_zone(name: str) -> None:
    """Require a name or a link of the pinned tzdata, as it is written there.

    Raises:
        Problem: time_zone
    """
    raise NotImplementedError


def check(times: Times) -> None:
    """Require that times are possible.

    Raises:
        Problem: all_day with a time or a zone, an unknown zone, an end that is not after the start or more than 366 days
            later, an instant outside the years 1-9999
    """
    raise NotImplementedError


def instants(times: Times) -> tuple[str, str | None]:
    """Write start and end as RFC 3339: with an offset when zoned, without one when floating, a date when all day.

    An end before the start, by instant, is the start.
    """
    raise NotImplementedError


def moment_of(times: Times, time_zone: str | None) -> Moment:
    """Return where a start stands in an agenda.

    time_zone: of the reader; floating and all-day times are read in it. None: by wall clock.
    """
    raise NotImplementedError
