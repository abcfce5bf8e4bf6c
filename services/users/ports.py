"""What the use cases of `users` need of a store. `storage.py` implements it on MongoDB, `tests/fakes/` in memory."""

from collections.abc import Iterable
from typing import Protocol

from services.users.model import Friendship, Profile


class PeopleStore(Protocol):
    """Profiles and friendships."""

    def save_profile(self, profile: Profile, *, operation_id: str) -> str:
        """Insert the profile, or refresh the one that has its `google_id`. Idempotent; returns the user's id."""

    def find_profile(self, user_id: str) -> Profile | None:
        """Return a profile."""

    def list_profiles(self, user_ids: Iterable[str]) -> list[Profile]:
        """Return the profiles of these people, in one query, by name and id."""

    def search_profiles(self, text: str, *, offset: int, limit: int) -> list[Profile]:
        """Return profiles whose name or e-mail contains `text`, by name and id.

        One query. The index of grams narrows the search down, gives the order, and knows the folded text, in which a
        text longer than a gram is looked for. That is computed, since a filter would read each candidate: like this
        only the profiles that are returned are read.
        """

    def find_friendship(self, one: str, other: str) -> Friendship | None:
        """Return how a pair stands to each other; None when they never were friends."""

    def list_friendships(self, pairs: list[tuple[str, str]]) -> list[Friendship]:
        """Return how these pairs stand to each other, those that ever were friends. One query."""

    def list_friend_ids(self, user_id: str) -> list[str]:
        """Return the ids of a person's friends. They are in the keys, so that the index alone answers."""

    def befriend(self, one: str, other: str, *, generation: int, operation_id: str) -> Friendship | None:
        """Make two people friends, unless a friendship of theirs has ended since `generation`. Atomic.

        Returns None when there is nothing to do: friends already, or another generation.
        """

    def unfriend(self, one: str, other: str, *, operation_id: str) -> Friendship | None:
        """End the friendship of a pair. Atomic; None when they are no friends."""

    def find_operation(self, one: str, other: str, operation_id: str) -> Friendship | None:
        """Return the friendship when it remembers this operation: then the call is a repeat."""
