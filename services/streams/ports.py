"""What the use cases of `streams` need of a store. `storage.py` implements it on MongoDB, `tests/fakes/` in memory."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from services.contracts.streams import Item
from services.streams.model import Entry, Scope


class FeedStore(Protocol):
    """The logs of all people."""

    def save_scope(self, scope: Scope) -> bool:
        """Remember who takes part, if that is news. Atomic; False when as much was known."""

    def list_scopes(self, ids: Iterable[str]) -> dict[str, Scope]:
        """Return what is remembered of these events."""

    def append(self, entries: list[Entry]) -> list[dict[str, int]]:
        """Write entries into the logs of their people, in order. Idempotent by the entries' ids.

        Returns for each entry the number that it has in each log.
        """

    def find_last_sequence(self, user_id: str) -> int:
        """Return the newest number of a log; 0 when there never was one."""

    def list_items(self, user_id: str, *, after: int, limit: int) -> list[dict[str, Any]]:
        """Return the places of a log after a number, in order."""

    def list_entries(self, places: list[dict[str, Any]]) -> list[Item]:
        """Return what is told at these places."""

    def purge(self, *, before: datetime) -> bool:
        """Forget some of the oldest; tell whether there may be more. The newest number of a log is kept in mind."""
