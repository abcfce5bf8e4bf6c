"""How an event changes as a series: one occurrence, that and all later ones, or all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.contracts.events import EventDetails, Scope
from services.events.time import rules
from services.events.time.clock import (
    DAY,
    MAX_LENGTH,
    MINUTE,
    Times,
    check,
    check_all_day,
    check_each,
    check_zone,
    is_midnight,
    parse_wall_clock,
    zone_names,
)
from services.events.time.problems import Problem, SeriesFull
from services.events.time.series import (
    OF_A_PART,
    TEXTS,
    TIMES,
    Document,
    Exceptions,
    Part,
    Series,
    make_part,
    part_details,
    times_of,
)

MAX_SPLITS = 20
MAX_EXCEPTIONS = 500

Changes = Mapping[str, Any]


def check_changes(changes: EventDetails, *, occurrence: str | None = None, scope: Scope = "all") -> None:
    """Require what can be required of changes without knowing the event.

    Raises:
        Problem: changes that are impossible, whatever the event
    """
    given: Changes = dict(changes)
    rule = None if given.get("recurrence") is None else rules.parse(given["recurrence"])
    if given.get("time_zone") is not None:
        check_zone(given["time_zone"])
    if given.get("all_day"):
        check_all_day(given.get("time_zone"), **{field: _wall_clock(given, field) for field in TIMES})
    refused: Problem | None = None
    for zone in _possible_zones(given):
        try:
            _check_together({**given, "time_zone": zone}, rule, scope if occurrence else "all")
        except Problem as exc:
            refused = exc
        else:
            return
    if refused:
        raise refused


def _possible_zones(given: Changes) -> Iterator[str | None]:
    """Yield the zones that the event may have after changes; all of them only if the changes are refused in most."""
    if "time_zone" in given or given.get("all_day"):
        yield given.get("time_zone")
    else:
        yield None
        yield from sorted(zone_names())


def _check_together(given: Changes, rule: rules.Rule | None, scope: Scope) -> None:
    if rule:
        rules.check_zone_of_until(rule, given["time_zone"])
    if "starts_at" not in given:
        return
    times = times_of(given)
    check_each(times)
    if not _may_be_shown(times, scope):
        check(times)
    if rule and scope != "this":  # one occurrence may have been moved to where the rule has none
        rules.check_start(rules.settled(rule, times), times)


def _may_be_shown(times: Times, scope: Scope) -> bool:
    """Tell whether an event may show these times though nobody could give them, and get them back as they are.

    A change of the clocks makes an occurrence longer than the first, or the end fall before the start by instant.
    """
    longest = MAX_LENGTH if scope == "all" else MAX_LENGTH + DAY - MINUTE
    return times.time_zone is not None and timedelta(0) < times.length <= longest


def change(series: Series, changes: EventDetails, *, occurrence: str | None, scope: Scope) -> Series:
    """Return the event after a change; equal to what it was if nothing changes.

    A change of the series keeps the exceptions of occurrences that it still has under their names.

    Raises:
        UnknownOccurrence: there is none of this name, or it was cancelled
        Problem: changes that are impossible, or `scope` without an occurrence
        SeriesFull: a split or an exception too many
    """
    given: Changes = dict(changes)
    if occurrence is None and scope != "all":
        raise Problem("scope", "must be all unless occurrence says which one")
    if occurrence is None:
        return _change_all(series, given)
    name = parse_wall_clock(occurrence)
    series.get(name)
    if scope == "this":
        return _change_one(series, given, name)
    return _change_following(series, given, name) if scope == "following" else _change_all(series, given)


def cancel(series: Series, *, occurrence: str, scope: Scope) -> Series | None:
    """Return the event without this occurrence, or without it and all later ones; None if nothing is left.

    Raises:
        UnknownOccurrence: there is none of this name, or it was cancelled
        SeriesFull: an exception too many
    """
    name = parse_wall_clock(occurrence)
    series.get(name)
    if scope == "all":
        return None
    if scope == "this":
        left = replace(series, exceptions={**series.exceptions, name: None})
    else:
        parts = [_ended(part, name) for part in series.parts if part.first < name]
        if not parts:
            return None
        left = _with_parts(series, parts, series.exceptions, series.common)
    return _not_full(left) if left.has_any_left() else None


# One occurrence.


def _change_one(series: Series, changes: Changes, name: datetime) -> Series:
    shown, planned = series.get(name), series.get_planned(name)
    _require_equal(changes, series, planned)
    times = _changed_times(shown.times, {"all_day": shown.times.all_day, **changes})
    if times not in (shown.times, planned.times):  # where the clocks change, what is planned may take no time
        check(times)
    changed = replace(shown, **_texts(changes), times=times)
    return _with_exception(series, name, _difference(planned, changed))


def _require_equal(changes: Changes, series: Series, planned: Part) -> None:
    """Require that nothing changes that an occurrence has in common with the others."""
    current = {**series.common, **part_details(planned)}
    for field in changes.keys() - {*TEXTS, *TIMES}:
        value = changes[field]
        if field == "recurrence" and value is not None:
            value = rules.format_rule(rules.settled(rules.parse(value), planned.times))
        if value != current.get(field):
            raise Problem(field, "cannot be changed for one occurrence alone")


def _difference(planned: Part, changed: Part) -> Document:
    """Return in which details an occurrence differs; if in its start or its end, both, so that they stay together."""
    before, after = part_details(planned), part_details(changed)
    differs = {name for name in (*TEXTS, *TIMES) if after[name] != before[name]}
    return {name: after[name] for name in differs | (set(TIMES) if differs & {*TIMES} else set())}


def _with_exception(series: Series, name: datetime, exception: Document) -> Series:
    others = {other: changes for other, changes in series.exceptions.items() if other != name}
    exceptions = {**others, name: exception} if exception else others
    return _not_full(replace(series, exceptions=exceptions))


def _not_full(series: Series) -> Series:
    if len(series.exceptions) > MAX_EXCEPTIONS:
        raise SeriesFull(f"At most {MAX_EXCEPTIONS} occurrences of an event can be changed or cancelled.")
    return series


# An occurrence and all later ones.


def _change_following(series: Series, changes: Changes, name: datetime) -> Series:
    part = next(part for part in series.parts if part.plans(name))
    base = replace(part.at(name), rule=_counting_on(part, name))
    changed, common = _renewed(base, changes), _changed_common(series, changes)
    if part is series.parts[-1] and replace(changed, last=part.last, is_cut=part.is_cut) == base:
        return replace(series, common=common)
    parts = [*(_cut(earlier, name) for earlier in series.parts if earlier.first < name), changed]
    if len(parts) > 1 + MAX_SPLITS:
        raise SeriesFull(f"An event can be split at most {MAX_SPLITS} times.")
    exceptions = series.exceptions
    if changed.rule is None:
        exceptions = {other: exception for other, exception in exceptions.items() if other < name}
    return _rescheduled(series, parts, exceptions, common)


def _counting_on(part: Part, name: datetime) -> rules.Rule | None:
    if part.rule is None or part.rule.count is None:
        return part.rule
    return replace(part.rule, count=part.rule.count - rules.count_before(part.rule, part.first, name))


def _cut(part: Part, behind: datetime) -> Part:
    """Return a part that another one follows; its rule stays, for whoever splits it earlier."""
    if part.rule is None or part.last < behind:
        return part
    return replace(part, last=rules.last_before(part.rule, part.first, behind), is_cut=True)


def _ended(part: Part, behind: datetime) -> Part:
    """Return a part whose rule ends, too: nothing brings back what was cancelled."""
    if part.rule is None or (part.last if not part.is_cut else rules.last_start(part.rule, part.times)) < behind:
        return part
    last = rules.last_before(part.rule, part.first, behind)
    rule = part.rule.ending_with(last, all_day=part.times.all_day)
    return replace(part, rule=rule, last=min(part.last, last), is_cut=part.last < last)


# All of them.


def _change_all(series: Series, changes: Changes) -> Series:
    first, common = series.parts[0], _changed_common(series, changes)
    changed = _renewed(first, changes)
    has_new_rule = "recurrence" in changes and changed.rule != first.shown_rule
    if changed.times != first.times or has_new_rule:
        return _rescheduled(series, [changed], series.exceptions, common)
    parts = [replace(part, **_texts(changes)) for part in series.parts]
    return _with_parts(series, parts, series.exceptions, common)


def _rescheduled(series: Series, parts: Sequence[Part], exceptions: Exceptions, common: Document) -> Series:
    changed = _with_parts(series, parts, exceptions, common)
    if not changed.has_any_left():
        raise Problem("recurrence", "must leave an occurrence that is not cancelled")
    return changed


def _with_parts(series: Series, parts: Sequence[Part], exceptions: Exceptions, common: Document) -> Series:
    """Return a series of other parts, with the exceptions of what still occurs."""
    bare = Series(parts=tuple(parts), common=common)
    planned = {name: bare.find_planned(name) for name in exceptions}
    kept = {name: _fitting(part, exceptions[name]) for name, part in planned.items() if part}
    return replace(bare, exceptions={name: exception for name, exception in kept.items() if exception != {}})


def _fitting(planned: Part, exception: Document | None) -> Document | None:
    """Return in what an exception still differs, without times that have become impossible: an hour of a whole day."""
    if exception is None:
        return None
    changed = planned.changed_by(exception)
    try:
        check(changed.times)
    except Problem:
        changed = replace(changed, times=planned.times)
    return _difference(planned, changed)


# What all of these have in common.


def _renewed(part: Part, changes: Changes) -> Part:
    """Return a part with other details. A rule that is not given moves along with the start.

    Times that stay may be such that nobody could give them: when the clocks have changed, or their rules.
    """
    times = _changed_times(part.times, changes)
    if times != part.times:
        check(times)
    if "recurrence" in changes:
        rule = None if changes["recurrence"] is None else rules.parse(changes["recurrence"])
    else:
        rule = part.rule and rules.moved_along(part.rule, times.starts_at)
    renewed = replace(part, **_texts(changes), times=times, rule=rule and rules.settled(rule, times))
    if not part.is_cut and (renewed.times, renewed.rule) == (part.times, part.rule):
        return renewed  # it ends where it did: nothing need be counted
    return make_part({name: getattr(renewed, name) for name in TEXTS}, times, rule)


def _changed_times(times: Times, changes: Changes) -> Times:
    """Return times after a change. An end that is not given keeps its distance; a start with a time is not all day."""
    starts_at = parse_wall_clock(changes["starts_at"]) if "starts_at" in changes else times.starts_at
    is_timed = "starts_at" in changes and not is_midnight(starts_at)
    return Times(
        starts_at=starts_at,
        ends_at=_changed_end(times, starts_at, changes),
        all_day=changes.get("all_day", times.all_day and not is_timed),
        time_zone=changes.get("time_zone", times.time_zone),
    )


def _changed_end(times: Times, starts_at: datetime, changes: Changes) -> datetime | None:
    if "ends_at" in changes:
        return _wall_clock(changes, "ends_at")
    try:
        return times.moved_to(starts_at).ends_at
    except OverflowError:
        raise Problem("ends_at", "must be in the years 1 to 9999") from None


def _wall_clock(changes: Changes, field: str) -> datetime | None:
    return None if changes.get(field) is None else parse_wall_clock(changes[field])


def _texts(changes: Changes) -> dict[str, Any]:
    return {name: changes[name] for name in TEXTS if name in changes}


def _changed_common(series: Series, changes: Changes) -> Document:
    return series.common | {name: value for name, value in changes.items() if name not in OF_A_PART}
