"""Feeds in memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from services.chassis.messaging.outbox import now
from services.contracts.streams import FeedItem
from services.streams.model import AccessCutoff, FeedEntry, FeedPlace


@dataclass
class _Feed:
    places: dict[str, tuple[FeedPlace, datetime]] = field(default_factory=dict)
    last_sequence: int = 0


class FakeFeeds:
    """Stands in for `services.streams.storage.MongoFeedStore`."""

    def __init__(self) -> None:
        self._feeds: dict[str, _Feed] = {}
        self._entries: dict[str, FeedEntry] = {}
        self._cutoffs: dict[str, AccessCutoff] = {}
        self._saved_at: dict[str, datetime] = {}
        self._gateways: set[str] = set()
        self._leases: dict[str, datetime] = {}

    def save_cutoff(self, cutoff: AccessCutoff) -> bool:
        known = self._cutoffs.get(cutoff.id)
        if known is not None and known.version >= cutoff.version:
            return False
        self._cutoffs[cutoff.id], self._saved_at[cutoff.id] = cutoff, now()
        return True

    def list_cutoffs(self, ids: Iterable[str]) -> dict[str, AccessCutoff]:
        return {each: self._cutoffs[each] for each in set(ids) if each in self._cutoffs}

    def list_recent_cutoffs(self, *, since: datetime) -> list[AccessCutoff]:
        return [cutoff for each, cutoff in self._cutoffs.items() if self._saved_at[each] >= since]

    def add_gateway(self, queue: str) -> None:
        self._gateways.add(queue)

    def remove_gateway(self, queue: str) -> None:
        self._gateways.discard(queue)

    def list_gateways(self) -> list[str]:
        return sorted(self._gateways)

    def append(self, entries: list[FeedEntry]) -> list[dict[str, int]]:
        return [{user_id: self._sequence(entry, user_id) for user_id in entry.user_ids} for entry in entries]

    def _sequence(self, entry: FeedEntry, user_id: str) -> int:
        self._entries.setdefault(entry.id, entry)
        feed = self._feeds.setdefault(user_id, _Feed())
        if entry.id not in feed.places:
            feed.last_sequence += 1
            place = FeedPlace(
                sequence=feed.last_sequence, entry_id=entry.id, cutoff_id=entry.cutoff_id, version=entry.version
            )
            feed.places[entry.id] = place, now()
        return feed.places[entry.id][0].sequence

    def find_last_sequence(self, user_id: str) -> int:
        return self._feeds[user_id].last_sequence if user_id in self._feeds else 0

    def list_places(self, user_id: str, *, after: int, limit: int) -> list[FeedPlace]:
        places = self._feeds[user_id].places if user_id in self._feeds else {}
        return [place for place, _ in places.values() if place.sequence > after][:limit]

    def list_items(self, places: list[FeedPlace]) -> list[FeedItem]:
        found = [(place.sequence, self._entries[place.entry_id]) for place in places if place.entry_id in self._entries]
        return [
            FeedItem(
                sequence=sequence,
                kind=entry.kind,
                body=entry.body,
                cutoff_id=entry.cutoff_id,
                version=entry.version,
            )
            for sequence, entry in found
        ]

    def take_lease(self, name: str, *, until: datetime) -> bool:
        if name in self._leases and self._leases[name] > now():
            return False
        self._leases[name] = until
        return True

    def prolong_lease(self, name: str, *, until: datetime) -> None:
        self._leases[name] = until

    def purge(self, *, before: datetime) -> bool:
        for feed in self._feeds.values():
            feed.places = {entry_id: (place, at) for entry_id, (place, at) in feed.places.items() if at >= before}
        self._cutoffs = {each: cutoff for each, cutoff in self._cutoffs.items() if self._saved_at[each] >= before}
        return False
