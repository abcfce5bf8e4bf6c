"""Rules by which events repeat.

Source: RFC 5545, section 3.3.10.
"""

from dataclasses import dataclass
from datetime import datetime

from services.events.time.clock import Times


@dataclass(frozen=True, kw_only=True)
class Rule:
    """An RRULE value. until: a wall clock, the last moment at which something may begin."""

    freq: str
    interval: int = 1
    count: int | None = None
    until: datetime | None = None


def parse(text: str, times: Times) -> Rule:
    """Read a rule for an event that begins at these times, which must be its first occurrence.

    Raises:
        Problem: recurrence; the reason begins with the name of the part
    """
    raise NotImplementedError


def format_rule(rule: Rule, *, all_day: bool) -> str:
    """Write a rule in its normal form."""
    raise NotImplementedError
