"""An event as it goes on in time: its parts, and the occurrences that were changed or cancelled.

An event that happens once has one part without a rule. An event that repeats has a part for each time that it was
split. An occurrence is named by its planned start, whatever became of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from services.contracts.events import EventDetails
from services.events.time.clock import Moment, Times

Scope = Literal["this", "following", "all"]
Document = dict[str, Any]

MAX_SPLITS = 20
MAX_EXCEPTIONS = 500


@dataclass(frozen=True, kw_only=True)
class Part:
    """What holds from a split on."""

    name: str
    address: str
    description: str
    icon: str
    times: Times


@dataclass(frozen=True, kw_only=True)
class Series:
    """An event. common: those of its details that all parts share, such as is_private."""

    parts: tuple[Part, ...]
    common: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """What an occurrence shows. name: its planned start; None of an event that happens once. moment: its place in order."""

    name: datetime | None
    part: Part
    moment: Moment = 0


# From and to what is stored.


def plan(details: EventDetails) -> Series:
    """Return a new event. Optional details may be left out.

    Raises:
        Problem: details that are impossible
    """
    raise NotImplementedError


def check_changes(changes: EventDetails) -> None:
    """Require what can be required of changes without knowing the event: the form of zone and rule, midnights all day.

    Raises:
        Problem: changes that are impossible, whatever the event
    """
    raise NotImplementedError


def load(details: EventDetails, document: Document | None) -> Series:
    """Return the event of which `details_of` and `document_of` were stored. Later details may be absent."""
    raise NotImplementedError


def details_of(series: Series) -> EventDetails:
    """Return all details, those of parts as the first part has them: wall clocks as text, the rule in its normal form."""
    raise NotImplementedError


def document_of(series: Series) -> Document | None:
    """Return what `details_of` does not say, as JSON can: parts and exceptions. None for an event that happens once."""
    raise NotImplementedError


def bounds(series: Series) -> tuple[str, str]:
    """Return wall clocks (since, until) outside of which nothing of it is; until: `9999-12-31T23:59` when endless.

    since is the earliest start. until is the latest end: one that is reached, or equal to since, when nothing takes time.
    """
    raise NotImplementedError


def span_of(details: EventDetails) -> Literal["week", "quarter", "year"] | None:
    """Return the class of an event's length: None up to a day, then up to 8, 64 and 366 days. By wall clock."""
    raise NotImplementedError


# Reading.


def show(series: Series, occurrence: str | None) -> dict[str, Any]:
    """Return the details of an occurrence, or of the first part, with `occurrence`, `start_instant`, `end_instant`.

    Raises:
        UnknownOccurrence: there is none, or it was cancelled
    """
    raise NotImplementedError


def serialize(series: Series, occurrence: Occurrence) -> dict[str, Any]:
    """Return the same of an occurrence that was listed."""
    raise NotImplementedError


def starting_in(series: Series, start: date, end: date) -> Iterator[Occurrence]:
    """Yield the occurrences that begin in [start, end) by their own wall clock, in order. Lazy."""
    raise NotImplementedError


def overlapping(
    series: Series, start: date, end: date, time_zone: str | None, *, since: Moment | None = None
) -> Iterator[Occurrence]:
    """Yield the occurrences that overlap the days [start, end), in the order of (moment, name). Lazy.

    time_zone: of these days; None: each occurrence's own wall clock. since: leave out those with an earlier moment;
    it costs nothing to pass over them.
    """
    raise NotImplementedError


# Changing.


def change(series: Series, changes: EventDetails, *, occurrence: str | None, scope: Scope) -> Series:
    """Return the event after a change; equal to what it was if nothing changes.

    Raises:
        UnknownOccurrence: there is none, or it was cancelled
        Problem: changes that are impossible
        SeriesFull: a split or an exception too many
    """
    raise NotImplementedError


def cancel(series: Series, *, occurrence: str, scope: Scope) -> Series | None:
    """Return the event without this occurrence, or without it and all later ones; None if nothing is left.

    Raises:
        UnknownOccurrence: there is none, or it was cancelled
        SeriesFull: an exception too many
    """
    raise NotImplementedError
