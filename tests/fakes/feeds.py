"""Feeds in memory."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from services.contracts.streams import FeedItem
from services.streams.model import AccessCutoff, FeedEntry


@dataclass
class _Feed:
    places: list[dict[str, Any]] = field(default_factory=list)
    last_sequence: int = 0


class FakeFeeds:
    """Stands in for `services.streams.storage.MongoFeedStore`."""

    def __init__(self) -> None:
        self._feeds: dict[str, _Feed] = {}
        self._entries: dict[str, FeedEntry] = {}
        self._cutoffs: dict[str, AccessCutoff] = {}

    def save_cutoff(self, cutoff: AccessCutoff) -> bool:
        known = self._cutoffs.get(cutoff.id)
        if known is not None and known.version >= cutoff.version:
            return False
        self._cutoffs[cutoff.id] = cutoff
        return True

    def list_cutoffs(self, ids: Any) -> dict[str, AccessCutoff]:
        return {each: self._cutoffs[each] for each in set(ids) if each in self._cutoffs}

    def append(self, entries: list[FeedEntry]) -> list[dict[str, int]]:
        return [{user_id: self._place(entry, user_id) for user_id in entry.user_ids} for entry in entries]

    def _place(self, entry: FeedEntry, user_id: str) -> int:
        self._entries.setdefault(entry.id, entry)
        feed = self._feeds.setdefault(user_id, _Feed())
        for place in feed.places:
            if place["entry_id"] == entry.id:
                return int(place["sequence"])
        feed.last_sequence += 1
        place = {
            "sequence": feed.last_sequence,
            "entry_id": entry.id,
            "cutoff_id": entry.cutoff_id,
            "version": entry.version,
            "at": datetime.now(UTC),
        }
        feed.places.append(place)
        return feed.last_sequence

    def find_last_sequence(self, user_id: str) -> int:
        return self._feeds[user_id].last_sequence if user_id in self._feeds else 0

    def list_items(self, user_id: str, *, after: int, limit: int) -> list[dict[str, Any]]:
        places = self._feeds[user_id].places if user_id in self._feeds else []
        return [place for place in places if place["sequence"] > after][:limit]

    def list_entries(self, places: list[dict[str, Any]]) -> list[FeedItem]:
        found = [(place, self._entries[place["entry_id"]]) for place in places]
        return [FeedItem(sequence=place["sequence"], kind=entry.kind, body=entry.body) for place, entry in found]

    def purge(self, *, before: datetime) -> bool:
        for feed in self._feeds.values():
            feed.places = [place for place in feed.places if place["at"] >= before]
        return False
