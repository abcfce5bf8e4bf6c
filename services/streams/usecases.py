"""What one can do with the feeds: one function for each call, and for what is heard."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.rpc.client import BoundClient
from services.contracts import users
from services.contracts.domain_events import DomainEvent, EventChangedV1
from services.contracts.rpc import HandlerResult, handled
from services.contracts.streams import Page
from services.streams import model
from services.streams.model import Entry
from services.streams.ports import FeedStore

MAX_PAGE = 500
PURGES_AT_ONCE = 100


@dataclass(frozen=True)
class Appended:
    """An entry that was written. numbers: its place in the log of each person who was told."""

    entry: Entry
    numbers: dict[str, int]


def append_to_feeds(feeds: FeedStore, calls: BoundClient, domain_events: list[DomainEvent]) -> list[Appended]:
    """Write what has happened into the feeds of those who may know, in order. Idempotent."""
    for domain_event in domain_events:
        if (scope := model.scope_of(domain_event)) is not None:
            feeds.save_scope(scope)
    needed = sorted({user_id for domain_event in domain_events for user_id in model.people_in(domain_event)})
    found = calls.call(users.list_people, user_ids=needed) if needed else []
    people = {person["id"]: person for person in found}
    entries = [entry for domain_event in domain_events for entry in model.entries_of(domain_event, people)]
    scopes = feeds.list_scopes(entry.scope for entry in entries if entry.scope is not None)

    def may_know(entry: Entry, user_id: str) -> bool:
        scope = scopes.get(entry.scope) if entry.scope else None
        return scope is None or not scope.hides(entry.version, user_id)

    allowed = [
        replace(entry, user_ids=tuple(user_id for user_id in entry.user_ids if may_know(entry, user_id)))
        for entry in entries
    ]
    told = [entry for entry in allowed if entry.user_ids]
    return [Appended(entry, numbers) for entry, numbers in zip(told, feeds.append(told), strict=True)]


def read_feed(feeds: FeedStore, *, user_id: str, after: int, limit: int) -> Page:
    """Return a part of a log, without what its person may not see any more."""
    limit = min(limit, MAX_PAGE)
    places = feeds.list_items(user_id, after=after, limit=limit)
    if not places:
        head = feeds.find_last_sequence(user_id)
        if head > after:  # something was written between the two questions, or everything after was purged
            places = feeds.list_items(user_id, after=after, limit=limit)
        if not places:
            return Page(items=[], through=head, more=False, too_old=head != after)
    if places[0]["number"] != after + 1:
        return Page(items=[], through=feeds.find_last_sequence(user_id), more=False, too_old=True)
    scopes = feeds.list_scopes(place["scope"] for place in places if place["scope"] is not None)
    shown = [
        place
        for place in places
        if place["scope"] not in scopes or not scopes[place["scope"]].hides(place["version"], user_id)
    ]
    return Page(
        items=feeds.list_entries(shown),
        through=places[-1]["number"],
        more=len(places) == limit,
        too_old=False,
    )


def save_cutoff(feeds: FeedStore, changed: EventChangedV1) -> HandlerResult:
    """Hide at once what somebody may not see any more; the rest is appended when its turn comes."""
    cutoff = model.scope_of(changed)
    return handled("applied" if cutoff is not None and feeds.save_scope(cutoff) else "stale")


def purge(feeds: FeedStore, *, before: datetime) -> None:
    """Forget what is older than it is kept, some at a time."""
    for _ in range(PURGES_AT_ONCE):
        if not feeds.purge(before=before):
            return
