"""An event as it goes on in time: its parts, and the occurrences that were changed or cancelled.

An event that happens once has one part without a rule. An event that repeats has one part, and one more for each split.
An occurrence is named by its planned start, whatever became of it. Where a split has put a start on one that an earlier
part has planned, too, there is only the earlier one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush, merge
from itertools import chain
from operator import itemgetter
from typing import Any, Literal, cast

from services.contracts.events import EventDetails
from services.events.time import rules
from services.events.time.clock import (
    DAY,
    LATEST,
    MINUTE,
    WIDEST,
    Days,
    Moment,
    Times,
    check,
    format_wall_clock,
    instants,
    parse_wall_clock,
)
from services.events.time.problems import UnknownOccurrence
from services.events.time.rules import Rule

Document = dict[str, Any]
Exceptions = Mapping[datetime, Document | None]
"""By the name of the occurrence: the details in which it differs from its part, or None if it is cancelled."""

TEXTS = ("name", "address", "description", "icon")
TIMES = ("starts_at", "ends_at")
OF_A_PART = (*TEXTS, *TIMES, "all_day", "time_zone", "recurrence")

Span = Literal["week", "quarter", "year"]
SPANS: dict[Span, timedelta] = {"week": 8 * DAY, "quarter": 64 * DAY, "year": 368 * DAY}
"""Classes of length by wall clock: 366 days between two instants may be two more where a zone has changed sides."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """What holds from a start on.

    times: of its first start. rule: as it was given. last: nothing of it begins later. is_cut: whether another part
    follows where the rule would go on.
    """

    name: str
    address: str
    description: str
    icon: str
    times: Times
    rule: Rule | None = None
    last: datetime
    is_cut: bool = False

    @property
    def first(self) -> datetime:
        """The first planned start."""
        return self.times.starts_at

    @property
    def is_endless(self) -> bool:
        """Tell whether it goes on to the year 9999."""
        return self.rule is not None and self.rule.is_endless and not self.is_cut

    @property
    def shown_rule(self) -> Rule | None:
        """The rule as it is shown: with an UNTIL where the next part begins."""
        if self.rule is None or not self.is_cut:
            return self.rule
        return self.rule.ending_with(self.last, all_day=self.times.all_day)

    def planned(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """Yield the planned starts between two wall clocks, both included, in order."""
        until = min(until, self.last)
        if self.rule is None:
            return iter([self.first] if since <= self.first <= until else [])
        return rules.starts(self.rule, self.first, since=since, until=until)

    def plans(self, name: datetime) -> bool:
        """Tell whether an occurrence is planned under this name."""
        return self.first <= name <= self.last and name in self.planned(name, name)

    def at(self, start: datetime) -> "Part":
        """Return what this part shows of its occurrence at a start."""
        return replace(self, times=self.times.moved_to(start))

    def changed_by(self, exception: Document) -> "Part":
        """Return what an occurrence shows that was changed."""
        texts: Document = {name: text for name, text in exception.items() if name in TEXTS}
        times: Document = {name: text and parse_wall_clock(text) for name, text in exception.items() if name in TIMES}
        return replace(self, **texts, times=replace(self.times, **times))


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """What an occurrence shows.

    name: its planned start; None of an event that happens once. moment: its place in the order of the days asked for.
    """

    name: datetime | None
    part: Part
    moment: Moment


@dataclass(frozen=True, kw_only=True)
class Series:
    """An event. parts: in the order in which they were split. common: its details that all parts share."""

    parts: tuple[Part, ...]
    exceptions: Exceptions = field(default_factory=dict)
    common: Document = field(default_factory=dict)

    @property
    def repeats(self) -> bool:
        """Tell whether it has occurrences with names."""
        return len(self.parts) > 1 or self.parts[0].rule is not None

    def find_planned(self, name: datetime) -> Part | None:
        """Return what is planned under a name, whatever became of it."""
        parts = self.parts if self.repeats else ()
        return next((part.at(name) for part in parts if part.plans(name)), None)

    def get_planned(self, name: datetime) -> Part:
        """Return what is planned under the name of an occurrence.

        Raises:
            UnknownOccurrence: there is none of this name, or it was cancelled
        """
        planned = self.find_planned(name)
        if planned is None or self.exceptions.get(name, {}) is None:
            raise UnknownOccurrence(format_wall_clock(name))
        return planned

    def get(self, name: datetime) -> Part:
        """Return what an occurrence shows.

        Raises:
            UnknownOccurrence: there is none of this name, or it was cancelled
        """
        return self.get_planned(name).changed_by(self.exceptions.get(name) or {})

    def starts_of(self, n: int, since: datetime = datetime.min, until: datetime = datetime.max) -> Iterator[datetime]:
        """Yield what the n-th part has planned and none before it, between two wall clocks, both included."""
        part = self.parts[n]
        rivals = [earlier for earlier in self.parts[:n] if earlier.last >= part.first]
        return (start for start in part.planned(since, until) if not any(rival.plans(start) for rival in rivals))

    def has_any_left(self) -> bool:
        """Tell whether there is an occurrence that is not cancelled."""
        names = chain.from_iterable(self.starts_of(n) for n in range(len(self.parts)))
        return any(self.exceptions.get(name, {}) is not None for name in names)


# From and to what is stored.


def plan(details: EventDetails) -> Series:
    """Return a new event. What an event may lack may be left out.

    Raises:
        Problem: details that are impossible, alone or together
    """
    given: Document = {**details}
    rule = None if given.get("recurrence") is None else rules.parse(given["recurrence"])
    times = times_of(given)
    check(times)
    return Series(parts=(make_part(_texts(given), times, rule),), common=_common(given))


def make_part(texts: Document, times: Times, rule: Rule | None) -> Part:
    """Return what holds from these times on, which are possible.

    Raises:
        Problem: a rule that does not go with them
    """
    rule = rule and rules.settled(rule, times)
    return Part(**texts, times=times, rule=rule, last=rules.last_start(rule, times) if rule else times.starts_at)


def times_of(details: Mapping[str, Any]) -> Times:
    """Read when something is from its details; what is left out has its default."""
    ends_at = details.get("ends_at")
    return Times(
        starts_at=parse_wall_clock(details["starts_at"]),
        ends_at=None if ends_at is None else parse_wall_clock(ends_at),
        all_day=details.get("all_day", False),
        time_zone=details.get("time_zone"),
    )


def _texts(details: Document) -> Document:
    return {name: details[name] for name in TEXTS}


def _common(details: Document) -> Document:
    return {name: value for name, value in details.items() if name not in OF_A_PART}


def load(details: EventDetails, document: Document | None) -> Series:
    """Return the event of which these are `details_of` and `document_of`. What an event may lack may be absent."""
    given: Document = {**details}
    if document is None:
        times = times_of(given)
        return Series(parts=(Part(**_texts(given), times=times, last=times.starts_at),), common=_common(given))
    return Series(
        parts=tuple(_load_part(part) for part in document["parts"]),
        exceptions={parse_wall_clock(one["occurrence"]): one["changes"] for one in document["exceptions"]},
        common=_common(given),
    )


def _load_part(document: Document) -> Part:
    return Part(
        **_texts(document),
        times=times_of(document),
        rule=None if document["recurrence"] is None else rules.parse(document["recurrence"]),
        last=parse_wall_clock(document["last"]),
        is_cut=document["is_cut"],
    )


def details_of(series: Series) -> EventDetails:
    """Return all details; those of parts as the first has them, with the rule as it is shown."""
    return cast(EventDetails, {**series.common, **part_details(series.parts[0])})


def part_details(part: Part) -> Document:
    """Return the details of a part: wall clocks as text, the rule as it is shown."""
    times = part.times
    return {
        **{name: getattr(part, name) for name in TEXTS},
        "starts_at": format_wall_clock(times.starts_at),
        "ends_at": None if times.ends_at is None else format_wall_clock(times.ends_at),
        "all_day": times.all_day,
        "time_zone": times.time_zone,
        "recurrence": None if part.shown_rule is None else rules.format_rule(part.shown_rule),
    }


def document_of(series: Series) -> Document | None:
    """Return what `details_of` does not say, as JSON can: parts and exceptions. None for an event that happens once."""
    if not series.repeats:
        return None
    exceptions = sorted(series.exceptions.items(), key=lambda item: item[0])
    return {
        "parts": [_part_document(part) for part in series.parts],
        "exceptions": [{"occurrence": format_wall_clock(name), "changes": changes} for name, changes in exceptions],
    }


def _part_document(part: Part) -> Document:
    rule = None if part.rule is None else rules.format_rule(part.rule)
    return {**part_details(part), "recurrence": rule, "last": format_wall_clock(part.last), "is_cut": part.is_cut}


def bounds_of(series: Series) -> tuple[str, str]:
    """Return the wall clocks [since, until) outside of which nothing of an event is.

    until: `9999-12-31T23:59` when endless; later than since, also if it takes no time.
    """
    moved = [series.get(name).times for name, _ in _moved(series)]
    ends = [LATEST if part.is_endless else _over(part.at(part.last).times) for part in series.parts]
    since = min(times.starts_at for times in [*(part.times for part in series.parts), *moved])
    return format_wall_clock(since), format_wall_clock(max([*ends, *map(_over, moved)]))


def _over(times: Times) -> datetime:
    takes = max(times.length, MINUTE)
    return times.starts_at + takes if times.starts_at < LATEST - takes else LATEST


def span_of(details: EventDetails) -> Span | None:
    """Return the class of an event's length by wall clock; None up to a day."""
    length = times_of({**details}).length
    return next((span for span, longest in SPANS.items() if DAY < length <= longest), None)


# Reading.


def show(series: Series, occurrence: str | None) -> Document:
    """Return the details of an occurrence, or of the first part, with `occurrence`, `start_instant`, `end_instant`.

    Raises:
        UnknownOccurrence: there is none of this name, or it was cancelled
    """
    name = None if occurrence is None else parse_wall_clock(occurrence)
    return _shown(series, name, series.parts[0] if name is None else series.get(name))


def serialize(series: Series, occurrence: Occurrence) -> Document:
    """Return what `show` does of an occurrence that was listed."""
    return _shown(series, occurrence.name, occurrence.part)


def _shown(series: Series, name: datetime | None, part: Part) -> Document:
    start, end = instants(part.times)
    occurrence = None if name is None else format_wall_clock(name)
    computed = {"occurrence": occurrence, "start_instant": start, "end_instant": end}
    return {**series.common, **part_details(part), **computed}


def starting_on(series: Series, days: Days) -> Iterator[Occurrence]:
    """Yield the occurrences that begin on these days by their own wall clock, in order. Lazy."""
    begin, end = days.wall_clocks()
    found = _listed(series, days, reached=begin)
    return (one for one in found if begin <= one.part.times.starts_at < end)


def overlapping(series: Series, days: Days, *, since: Moment | None = None) -> Iterator[Occurrence]:
    """Yield the occurrences that take place on these days, in the order of (moment, name). Lazy.

    since: leave out those with an earlier moment. It costs nothing to pass over them.
    """
    found = _listed(series, days, reached=datetime.min if since is None else days.earliest_at(since))
    return (one for one in found if days.overlap(one.part.times) and (since is None or one.moment >= since))


def _listed(series: Series, days: Days, *, reached: datetime) -> Iterator[Occurrence]:
    """Yield, in order, all that may take place on these days and begins at a wall clock or later; and some more."""
    if not series.repeats:
        return iter([_occurrence(series, series.parts[0].first, series.parts[0], days)])
    as_planned = [_as_planned(series, n, days, reached) for n in range(len(series.parts))]
    return merge(*as_planned, _moved_in_order(series, days, reached), key=_order)


def _order(occurrence: Occurrence) -> tuple[Moment, datetime]:
    return occurrence.moment, occurrence.name or datetime.min


def _as_planned(series: Series, n: int, days: Days, reached: datetime) -> Iterator[Occurrence]:
    """Yield what a part has planned and was neither cancelled nor moved."""
    part = series.parts[n]
    begin, end = days.wall_clocks(max(part.times.length, timedelta(0)))
    for name in series.starts_of(n, max(begin, reached), end):
        exception = series.exceptions.get(name, {})
        if exception is not None and "starts_at" not in exception:
            shown = part.at(name)
            yield _occurrence(series, name, shown.changed_by(exception) if exception else shown, days)


def _occurrence(series: Series, name: datetime, part: Part, days: Days) -> Occurrence:
    return Occurrence(name=name if series.repeats else None, part=part, moment=days.moment_of(part.times))


def _moved_in_order(series: Series, days: Days, reached: datetime) -> Iterator[Occurrence]:
    """Yield the occurrences that have times of their own. Lazy: only what begins at about the same time is compared."""
    waiting: list[tuple[tuple[Moment, datetime], Occurrence]] = []
    for starts_at, name in sorted(_moved_to(series, days, reached)):
        start = parse_wall_clock(starts_at)
        while waiting and start - waiting[0][1].part.times.starts_at > WIDEST:
            yield heappop(waiting)[1]
        one = _occurrence(series, name, series.get(name), days)
        heappush(waiting, (_order(one), one))
    yield from (one for _, one in sorted(waiting, key=itemgetter(0)))


def _moved_to(series: Series, days: Days, reached: datetime) -> Iterator[tuple[str, datetime]]:
    """Yield start and name of the occurrences that have times of their own, as far as these may be on these days."""
    around = days.wall_clocks(DAY)  # without an end it may take the whole day
    begin, end, earliest = map(format_wall_clock, (*around, reached))
    for name, own in _moved(series):
        start: str = own["starts_at"]
        if earliest <= start <= end and begin <= max(start, own["ends_at"] or ""):
            yield start, name


def _moved(series: Series) -> Iterator[tuple[datetime, Document]]:
    """Yield the names of the occurrences that have times of their own, and in what else they differ."""
    return ((name, own) for name, own in series.exceptions.items() if own and "starts_at" in own)
