"""What an event is and when, whoever takes part: as it is stored, shown, listed and changed. No I/O, no clock."""

import heapq
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from operator import itemgetter
from typing import Any, cast

from services.contracts.errors import Code, Conflict, Invalid, NotFound
from services.contracts.events import AgendaItem, AgendaPage, EventDetails, EventSummary, Kind, Scope
from services.contracts.ids import derive_id
from services.events.time import changes, clock, ranges, series
from services.events.time.clock import Days
from services.events.time.problems import Problem, SeriesFull, UnknownOccurrence
from services.events.time.series import Occurrence, Series

TIME = frozenset({"starts_at", "ends_at", "all_day", "time_zone", "recurrence"})
"""Details that must agree with each other."""

Place = tuple[int, str, str]
"""Where an occurrence stands in a list: its moment, the id of its event, and its name, or `""` if it has none."""
Listed = tuple[Place, "Plan", Occurrence]

_CURSOR = re.compile(
    r"(?P<moment>0|-?[1-9][0-9]{0,9})\.(?P<id>[0-9a-f]{24})\.(?P<name>([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})?)",
    re.ASCII,
)


def chat_id_of(event_id: str) -> str:
    """Name the chat of a group event."""
    return derive_id(event_id, "chat")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What an event is and when.

    details: of a series, those of its first part.
    rest: what else there is to a series, as `series.document_of` says it; None for what happens once.
    """

    id: str
    kind: Kind
    details: EventDetails
    rest: Mapping[str, Any] | None = None

    @property
    def chat_id(self) -> str:
        """The chat of a group event, minted by the event."""
        return chat_id_of(self.id)

    @cached_property
    def series(self) -> Series:
        """The event as it goes on in time."""
        return series.load(self.details, None if self.rest is None else dict(self.rest))

    def summary(self, occurrence: str | None = None) -> EventSummary:
        """Return what the calendar shows of the event, or of one occurrence.

        Raises:
            NotFound: occurrence.unknown
        """
        with refusals():
            return self._summary(series.show(self.series, occurrence))

    def require_occurrence(self, occurrence: str | None) -> None:
        """Require that there is an occurrence, if one is named.

        Raises:
            NotFound: occurrence.unknown
        """
        if occurrence is not None:
            self.summary(occurrence)

    def has_same_plan(self, other: "Plan") -> bool:
        """Tell whether both are the same thing at the same time."""
        return (self.details, self.rest) == (other.details, other.rest)

    def listed(self, occurrence: Occurrence) -> EventSummary:
        """Return what the calendar shows of an occurrence that was listed."""
        return self._summary(series.serialize(self.series, occurrence))

    def _summary(self, shown: Mapping[str, Any]) -> EventSummary:
        return cast(EventSummary, {"id": self.id, "kind": self.kind, **shown})


@dataclass(frozen=True, kw_only=True)
class Agenda:
    """What takes place on some days, after a place in the order of it."""

    days: Days
    after: Place | None

    @property
    def days_left(self) -> Days:
        """The days on which there may be something after that place."""
        return self.days if self.after is None else ranges.since(self.days, self.after[0])

    def page(self, plans: Iterable[Plan], limit: int) -> AgendaPage:
        """Return the first items. plans: all that take place on the days that are left, and maybe others."""
        found = list(islice(self._listed(plans), limit + 1))
        items = [AgendaItem(**plan.listed(one), chat_id=_chat_of(plan)) for _, plan, one in found[:limit]]
        return AgendaPage(events=items, next=_cursor(found[limit - 1][0]) if len(found) > limit else None)

    def _listed(self, plans: Iterable[Plan]) -> Iterator[Listed]:
        since = None if self.after is None else self.after[0]
        every = _in_order(plans, lambda each: series.overlapping(each, self.days, since=since))
        return (listed for listed in every if self.after is None or listed[0] > self.after)


def agenda_of(*, first_day: str, end_day: str, time_zone: str | None, after: str | None) -> Agenda:
    """Return the agenda that is asked for. after: the `next` of the page before.

    Raises:
        Invalid: event.impossible
    """
    with refusals():
        if time_zone is not None:
            clock.check_zone(time_zone)
        days = ranges.agenda(first_day, end_day, time_zone)
        return Agenda(days=days, after=None if after is None else _place_at(after))


@contextmanager
def refusals() -> Iterator[None]:
    """Refuse what makes no sense as calls do.

    Raises:
        Invalid: event.impossible
        NotFound: occurrence.unknown
        Conflict: event.series_full
    """
    try:
        yield
    except Problem as exc:
        raise Invalid(Code.EVENT_IMPOSSIBLE, exc.reason, json.dumps({"field": exc.field})) from exc
    except UnknownOccurrence as exc:
        raise NotFound(Code.OCCURRENCE_UNKNOWN, "There is no such occurrence, or it was cancelled.") from exc
    except SeriesFull as exc:
        raise Conflict(Code.EVENT_SERIES_FULL, str(exc)) from exc


def require_possible(wanted: EventDetails, *, occurrence: str | None, scope: Scope) -> None:
    """Require of changes what can be said whatever the event is.

    Raises:
        Invalid: event.impossible
    """
    with refusals():
        changes.check_changes(wanted, occurrence=occurrence, scope=scope)


def list_starting(plans: Iterable[Plan], days: Days) -> list[EventSummary]:
    """Return what starts on some days, in the order of wall clock, id and occurrence."""
    return [plan.listed(one) for _, plan, one in _in_order(plans, lambda each: series.starting_on(each, days))]


def _in_order(plans: Iterable[Plan], occurrences: Callable[[Series], Iterator[Occurrence]]) -> Iterator[Listed]:
    def listed(plan: Plan) -> Iterator[Listed]:
        return ((_place_of(plan, one), plan, one) for one in occurrences(plan.series))

    return heapq.merge(*map(listed, plans), key=itemgetter(0))


def _place_of(plan: Plan, occurrence: Occurrence) -> Place:
    name = occurrence.name
    return occurrence.moment, plan.id, "" if name is None else clock.format_wall_clock(name)


def _cursor(place: Place) -> str:
    return ".".join(map(str, place))


def _place_at(cursor: str) -> Place:
    found = _CURSOR.fullmatch(cursor)
    if found is None or not ranges.is_moment(int(found["moment"])) or not _is_name(found["name"]):
        raise Problem("after", "must be the next of the page before")
    return int(found["moment"]), found["id"], found["name"]


def _is_name(text: str) -> bool:
    try:
        return not text or bool(clock.parse_wall_clock(text))
    except ValueError:
        return False


def _chat_of(plan: Plan) -> str | None:
    return plan.chat_id if plan.kind == "group" else None
