"""What one can do with the logs: one function for each call, and for what is heard."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.calling import Calls
from services.contracts import users
from services.contracts.announcements import Announcement
from services.contracts.calls import Applied
from services.contracts.streams import Page
from services.streams import model
from services.streams.model import Entry
from services.streams.storage import LogStore

MAX_PAGE = 500
PURGES_AT_ONCE = 100


@dataclass(frozen=True)
class Told:
    """An entry that was written. numbers: its place in the log of each person who was told."""

    entry: Entry
    numbers: dict[str, int]


def write_log(logs: LogStore, calls: Calls, announcements: list[Announcement]) -> list[Told]:
    """Write what has happened into the logs of those who may know, in order. Idempotent."""
    for announcement in announcements:
        if (scope := model.scope_of(announcement)) is not None:
            logs.save_scope(scope)
    needed = sorted({user_id for announcement in announcements for user_id in model.people_in(announcement)})
    found = calls.call(users.list_people, user_ids=needed) if needed else []
    people = {person["id"]: person for person in found}
    entries = [entry for announcement in announcements for entry in model.entries_of(announcement, people)]
    scopes = logs.list_scopes(entry.scope for entry in entries if entry.scope is not None)

    def may_know(entry: Entry, user_id: str) -> bool:
        scope = scopes.get(entry.scope) if entry.scope else None
        return scope is None or not scope.hides(entry.version, user_id)

    allowed = [
        replace(entry, user_ids=tuple(user_id for user_id in entry.user_ids if may_know(entry, user_id)))
        for entry in entries
    ]
    told = [entry for entry in allowed if entry.user_ids]
    return [Told(entry, numbers) for entry, numbers in zip(told, logs.append(told), strict=True)]


def read_log(logs: LogStore, *, user_id: str, after: int, limit: int) -> Page:
    """Return a part of a log, without what its person may not see any more."""
    limit = min(limit, MAX_PAGE)
    places = logs.list_items(user_id, after=after, limit=limit)
    if not places:
        head = logs.find_head(user_id)
        if head > after:  # something was written between the two questions, or everything after was purged
            places = logs.list_items(user_id, after=after, limit=limit)
        if not places:
            return Page(items=[], through=head, more=False, too_old=head != after)
    if places[0]["number"] != after + 1:
        return Page(items=[], through=logs.find_head(user_id), more=False, too_old=True)
    scopes = logs.list_scopes(place["scope"] for place in places if place["scope"] is not None)
    shown = [
        place
        for place in places
        if place["scope"] not in scopes or not scopes[place["scope"]].hides(place["version"], user_id)
    ]
    return Page(
        items=logs.list_entries(shown),
        through=places[-1]["number"],
        more=len(places) == limit,
        too_old=False,
    )


def apply(logs: LogStore, announcement: Announcement) -> Applied:
    """Hide at once what somebody may not see any more; the rest is written when its turn comes."""
    scope = model.scope_of(announcement)
    saved = scope is not None and logs.save_scope(scope)
    return Applied(outcome="applied" if saved else "stale", announcements=[])


def purge(logs: LogStore, *, before: datetime) -> None:
    """Forget what is older than it is kept, some at a time."""
    for _ in range(PURGES_AT_ONCE):
        if not logs.purge(before=before):
            return
