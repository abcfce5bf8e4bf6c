"""What the use cases of `streams` need of a store. `storage.py` implements it on MongoDB, `tests/fakes/` in memory."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from services.contracts.streams import FeedItem
from services.streams.model import AccessCutoff, FeedEntry, FeedPlace


class FeedStore(Protocol):
    """The feeds of all users."""

    def save_cutoff(self, cutoff: AccessCutoff) -> bool:
        """Save who takes part, if it is newer than what is saved. Atomic; False when it is not."""

    def list_cutoffs(self, ids: Iterable[str]) -> dict[str, AccessCutoff]:
        """Return the saved cut-offs of these events, by event."""

    def list_recent_cutoffs(self, *, since: datetime) -> list[AccessCutoff]:
        """Return the cut-offs that were saved since then."""

    def add_gateway(self, queue: str) -> None:
        """Save that a gateway process wants to be told of cut-offs. Idempotent."""

    def remove_gateway(self, queue: str) -> None:
        """Forget a gateway process. Idempotent."""

    def list_gateways(self) -> list[str]:
        """Return the queues of the gateway processes that want to be told of cut-offs."""

    def append(self, entries: list[FeedEntry]) -> list[dict[str, int]]:
        """Append entries to the feeds of their users, in order. Idempotent by the entries' ids.

        Returns for each entry its sequence in each feed, by user.
        """

    def find_last_sequence(self, user_id: str) -> int:
        """Return the last sequence of a feed; 0 when it never had an item."""

    def list_places(self, user_id: str, *, after: int, limit: int) -> list[FeedPlace]:
        """Return the places of a feed after a sequence, in order."""

    def list_items(self, places: list[FeedPlace]) -> list[FeedItem]:
        """Return the items at these places."""

    def take_lease(self, name: str, *, until: datetime) -> bool:
        """Let this process alone do something until then; False when another one has the lease. Atomic."""

    def prolong_lease(self, name: str, *, until: datetime) -> None:
        """Let a lease that this process has end at another time."""

    def purge(self, *, before: datetime) -> bool:
        """Delete a batch of the oldest; return whether there may be more. A feed's last sequence outlives its items."""
