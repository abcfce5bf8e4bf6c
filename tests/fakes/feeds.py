"""Feeds in memory."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from services.contracts.streams import Item
from services.streams.model import Entry, Scope


@dataclass
class _Feed:
    places: list[dict[str, Any]] = field(default_factory=list)
    last_sequence: int = 0


class FakeFeeds:
    """Stands in for `services.streams.storage.MongoFeedStore`."""

    def __init__(self) -> None:
        self._feeds: dict[str, _Feed] = {}
        self._entries: dict[str, Entry] = {}
        self._scopes: dict[str, Scope] = {}

    def save_scope(self, scope: Scope) -> bool:
        known = self._scopes.get(scope.id)
        if known is not None and known.version >= scope.version:
            return False
        self._scopes[scope.id] = scope
        return True

    def list_scopes(self, ids: Any) -> dict[str, Scope]:
        return {each: self._scopes[each] for each in set(ids) if each in self._scopes}

    def append(self, entries: list[Entry]) -> list[dict[str, int]]:
        return [{user_id: self._place(entry, user_id) for user_id in entry.user_ids} for entry in entries]

    def _place(self, entry: Entry, user_id: str) -> int:
        self._entries.setdefault(entry.id, entry)
        feed = self._feeds.setdefault(user_id, _Feed())
        for place in feed.places:
            if place["entry"] == entry.id:
                return int(place["number"])
        feed.last_sequence += 1
        place = {
            "number": feed.last_sequence,
            "entry": entry.id,
            "scope": entry.scope,
            "version": entry.version,
            "at": datetime.now(UTC),
        }
        feed.places.append(place)
        return feed.last_sequence

    def find_last_sequence(self, user_id: str) -> int:
        return self._feeds[user_id].last_sequence if user_id in self._feeds else 0

    def list_items(self, user_id: str, *, after: int, limit: int) -> list[dict[str, Any]]:
        places = self._feeds[user_id].places if user_id in self._feeds else []
        return [place for place in places if place["number"] > after][:limit]

    def list_entries(self, places: list[dict[str, Any]]) -> list[Item]:
        found = [(place, self._entries[place["entry"]]) for place in places]
        return [Item(number=place["number"], kind=entry.kind, body=entry.body) for place, entry in found]

    def purge(self, *, before: datetime) -> bool:
        for feed in self._feeds.values():
            feed.places = [place for place in feed.places if place["at"] >= before]
        return False
