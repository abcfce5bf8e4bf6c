"""What one can do with the feeds: one function for each call and each group of domain events."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import orjson

from services.chassis.messaging.outbox import now
from services.chassis.rpc.client import BoundClient, PendingReply, was_returned
from services.chassis.rpc.deadline import CLOCK_SKEW_MS
from services.contracts import gateways, users
from services.contracts.domain_events import DomainEvent, EventChangedV1
from services.contracts.errors import Code, Unavailable
from services.contracts.gateways import Cutoff
from services.contracts.rpc import HandlerResult, Wire, handled
from services.contracts.streams import FeedItem, FeedPage
from services.streams import model
from services.streams.model import FeedEntry
from services.streams.ports import FeedStore

MAX_PAGE = 500
PURGE_LEASE = timedelta(minutes=1)
"""How long a process that has died keeps others from purging; far longer than a batch takes."""
BROADCAST_BYTES = 1024 * 1024
"""Of the items that are brought to the gateway's processes in one message."""
PAGE_BYTES = 4 * 1024 * 1024
"""Of the items in a page of a feed; the first one is in it however large it is."""
GATEWAY_LIMIT_S = 3.0
"""How long a gateway process is waited for: longer than `STALL_LIMIT_S`, after which it sends nothing that it has."""
UNDER_WAY = timedelta(minutes=1)
"""How long an item may be on its way from its handler to a gateway process."""


@dataclass(frozen=True)
class Appended:
    """A feed entry that was written. sequences: its place in the feed of each user who may read it."""

    entry: FeedEntry
    sequences: dict[str, int]

    def to_wire(self) -> Wire:
        """Return the entry as gateway processes get it: once, for all users."""
        return {
            "kind": self.entry.kind,
            "body": self.entry.body,
            "cutoff_id": self.entry.cutoff_id,
            "version": self.entry.version,
            "sequences": self.sequences,
        }


def append_to_feeds(feeds: FeedStore, calls: BoundClient, domain_events: list[DomainEvent]) -> list[Appended]:
    """Write what has happened into the feeds of those who may read it, in order. Idempotent."""
    for domain_event in domain_events:
        if (cutoff := model.cutoff_of(domain_event)) is not None:
            feeds.save_cutoff(cutoff)
    needed = sorted({user_id for domain_event in domain_events for user_id in model.user_ids_in(domain_event)})
    viewers = sorted({user_id for domain_event in domain_events for user_id in model.viewer_ids_in(domain_event)})
    found = calls.call(users.list_users, user_ids=needed, viewer_ids=viewers) if needed else []
    profiles = {profile["id"]: profile for profile in found}
    entries = [entry for domain_event in domain_events for entry in model.feed_entries_of(domain_event, profiles)]
    readable = [entry for entry in _for_those_who_may_read(feeds, entries) if entry.user_ids]
    return [Appended(entry, sequences) for entry, sequences in zip(readable, feeds.append(readable), strict=True)]


def cut(appended: list[Appended]) -> Iterator[bytes]:
    """Cut entries into messages for the gateway's processes, in order; one is as large as it is, the others fit."""
    waiting: list[bytes] = []
    for one in appended:
        item = orjson.dumps(one.to_wire())
        if waiting and sum(map(len, waiting)) + len(item) > BROADCAST_BYTES:
            yield b'{"items":[%b]}' % b",".join(waiting)
            waiting = []
        waiting.append(item)
    if waiting:
        yield b'{"items":[%b]}' % b",".join(waiting)


def _for_those_who_may_read(feeds: FeedStore, entries: list[FeedEntry]) -> list[FeedEntry]:
    cutoffs = feeds.list_cutoffs(entry.cutoff_id for entry in entries if entry.cutoff_id is not None)

    def may_read(entry: FeedEntry, user_id: str) -> bool:
        cutoff = cutoffs.get(entry.cutoff_id) if entry.cutoff_id else None
        if cutoff is None:
            return True
        # Whoever has left since has left for everybody: that they have joined comes late, and would stand after it.
        about = [user_id, entry.member_user_id] if entry.member_user_id else [user_id]
        return not any(cutoff.is_hidden_from(one, version=entry.version) for one in about)

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
    items = feeds.list_items(readable)
    fitting = _first_of(items)
    if len(fitting) < len(items):
        return FeedPage(items=fitting, through=fitting[-1]["sequence"], more=True, too_old=False)
    return FeedPage(items=items, through=places[-1].sequence, more=len(places) == limit, too_old=False)


def _first_of(items: list[FeedItem]) -> list[FeedItem]:
    """Return as many items as fit into a page, from the first one on."""
    size = 0
    for number, item in enumerate(items):
        size += len(orjson.dumps(item["body"]))
        if number and size > PAGE_BYTES:
            return items[:number]
    return items


def save_cutoff(feeds: FeedStore, calls: BoundClient, changed: EventChangedV1) -> HandlerResult:
    """Revoke access to the feed entries of an event at once; the entries themselves are appended later, in order.

    When this returns no gateway process sends any of them to whoever has lost access, whatever is on its way to it.
    """
    cutoff = model.cutoff_of(changed)
    if cutoff is None:
        return handled("stale")
    saved = feeds.save_cutoff(cutoff)
    _tell_gateways(
        feeds, calls, lambda queue, limited: limited.start(gateways.cut_off.of_queue(queue), cutoff=cutoff.public())
    )
    return handled("applied" if saved else "stale")


def end_session(feeds: FeedStore, calls: BoundClient, session: str) -> None:
    """Tell every gateway process that a session has ended. When this returns none of them takes it for one."""
    _tell_gateways(
        feeds, calls, lambda queue, limited: limited.start(gateways.end_session.of_queue(queue), session=session)
    )


def _tell_gateways(
    feeds: FeedStore, calls: BoundClient, tell: Callable[[str, BoundClient], PendingReply[None]]
) -> None:
    """Tell every gateway process something, and wait until each knows it.

    One whose queue is gone has no streams that are fed from it. One that does not answer in time is paused: it reads
    the feeds again before it sends anything.

    Raises:
        Unavailable: call.unreachable; who knows of it is unknown.
    """
    limited = calls.at_most(GATEWAY_LIMIT_S)
    replies = [(queue, tell(queue, limited)) for queue in feeds.list_gateways()]
    for queue, reply in replies:
        try:
            reply.result()
        except Unavailable as exc:
            if was_returned(exc):
                feeds.remove_gateway(queue)
            elif exc.code != Code.CALL_TIMEOUT or limited is calls:  # it was not waited for long enough
                raise


def register_gateway(feeds: FeedStore, queue: str) -> list[Cutoff]:
    """Let a gateway process be told of cut-offs from now on; return those that it may have missed."""
    feeds.add_gateway(queue)
    since = now() - UNDER_WAY - timedelta(milliseconds=CLOCK_SKEW_MS)
    return [cutoff.public() for cutoff in feeds.list_recent_cutoffs(since=since)]


def purge(feeds: FeedStore, *, before: datetime) -> None:
    """Delete all that is older than it is kept, a batch at a time. One process at a time."""
    if not feeds.take_lease("purge", until=now() + PURGE_LEASE):
        return
    while feeds.purge(before=before):
        feeds.prolong_lease("purge", until=now() + PURGE_LEASE)
    feeds.prolong_lease("purge", until=now())
