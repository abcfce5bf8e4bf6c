"""What one can do with the feeds: one function for each call and each group of domain events."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.rpc.client import BoundClient
from services.contracts import users
from services.contracts.domain_events import DomainEvent, EventChangedV1
from services.contracts.rpc import HandlerResult, handled
from services.contracts.streams import FeedPage
from services.streams import model
from services.streams.model import FeedEntry
from services.streams.ports import FeedStore

MAX_PAGE = 500
PURGES_AT_ONCE = 100


@dataclass(frozen=True)
class Appended:
    """A feed entry that was written. sequences: its place in the feed of each user who may read it."""

    entry: FeedEntry
    sequences: dict[str, int]


def append_to_feeds(feeds: FeedStore, calls: BoundClient, domain_events: list[DomainEvent]) -> list[Appended]:
    """Write what has happened into the feeds of those who may read it, in order. Idempotent."""
    for domain_event in domain_events:
        if (cutoff := model.cutoff_of(domain_event)) is not None:
            feeds.save_cutoff(cutoff)
    needed = sorted({user_id for domain_event in domain_events for user_id in model.user_ids_in(domain_event)})
    found = calls.call(users.list_users, user_ids=needed) if needed else []
    profiles = {profile["id"]: profile for profile in found}
    entries = [entry for domain_event in domain_events for entry in model.feed_entries_of(domain_event, profiles)]
    readable = [entry for entry in _for_those_who_may_read(feeds, entries) if entry.user_ids]
    return [Appended(entry, sequences) for entry, sequences in zip(readable, feeds.append(readable), strict=True)]


def _for_those_who_may_read(feeds: FeedStore, entries: list[FeedEntry]) -> list[FeedEntry]:
    cutoffs = feeds.list_cutoffs(entry.cutoff_id for entry in entries if entry.cutoff_id is not None)

    def may_read(entry: FeedEntry, user_id: str) -> bool:
        cutoff = cutoffs.get(entry.cutoff_id) if entry.cutoff_id else None
        return cutoff is None or not cutoff.is_hidden_from(user_id, version=entry.version)

    return [
        replace(entry, user_ids=tuple(user_id for user_id in entry.user_ids if may_read(entry, user_id)))
        for entry in entries
    ]


def read_feed(feeds: FeedStore, *, user_id: str, after: int, limit: int) -> FeedPage:
    """Return a part of a feed, without what its user may not read any more."""
    limit = min(limit, MAX_PAGE)
    places = feeds.list_places(user_id, after=after, limit=limit)
    if not places:
        last_sequence = feeds.find_last_sequence(user_id)
        if last_sequence > after:  # an item was appended between the two queries, or all after `after` were purged
            places = feeds.list_places(user_id, after=after, limit=limit)
        if not places:
            return FeedPage(items=[], through=last_sequence, more=False, too_old=last_sequence != after)
    if places[0].sequence != after + 1:
        return FeedPage(items=[], through=feeds.find_last_sequence(user_id), more=False, too_old=True)
    cutoffs = feeds.list_cutoffs(place.cutoff_id for place in places if place.cutoff_id is not None)
    readable = [
        place
        for place in places
        if place.cutoff_id not in cutoffs or not cutoffs[place.cutoff_id].is_hidden_from(user_id, version=place.version)
    ]
    return FeedPage(
        items=feeds.list_items(readable),
        through=places[-1].sequence,
        more=len(places) == limit,
        too_old=False,
    )


def save_cutoff(feeds: FeedStore, changed: EventChangedV1) -> HandlerResult:
    """Revoke access to the feed entries of an event at once; the entries themselves are appended later, in order."""
    cutoff = model.cutoff_of(changed)
    return handled("applied" if cutoff is not None and feeds.save_cutoff(cutoff) else "stale")


def purge(feeds: FeedStore, *, before: datetime) -> None:
    """Delete what is older than it is kept, a batch at a time."""
    for _ in range(PURGES_AT_ONCE):
        if not feeds.purge(before=before):
            return
