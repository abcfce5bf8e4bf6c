"""What the use cases of `users` need of a store. `storage.py` implements it on MongoDB, `tests/fakes/` in memory."""

from collections.abc import Iterable
from typing import Protocol

from services.users.model import Friendship, Pair, Profile


class UserStore(Protocol):
    """Profiles and friendships."""

    def save_profile(self, profile: Profile, *, operation_id: str) -> str:
        """Insert the profile, or refresh the one of its issuer and `google_id`. Idempotent; returns the user's id.

        Profiles without an issuer become those of the first issuer for whom a profile is saved that is not known yet.
        """

    def find_profile(self, user_id: str) -> Profile | None:
        """Return a profile."""

    def list_profiles(self, user_ids: Iterable[str]) -> list[Profile]:
        """Return the profiles of these users, by folded name and id. One query."""

    def search_profiles(
        self, text: str, *, known_ids: Iterable[str], by_address: bool, offset: int, limit: int
    ) -> list[Profile]:
        """Return profiles whose name contains `text`, by folded name and id; of `known_ids`, also by their e-mail.

        Others are found by their whole e-mail address if `by_address`. What contains what: `services.users.folding`.
        Four queries, whatever there is; the e-mails of `known_ids` are compared one by one.
        """

    def find_friendship(self, one: str, other: str) -> Friendship | None:
        """Return the friendship of a pair; None when they never were friends."""

    def find_pair(self, user_id: str, other_id: str) -> tuple[bool, Friendship | None]:
        """Return whether the other one has a profile, and the friendship of both. One query."""

    def list_friendships(self, pairs: list[tuple[str, str]]) -> list[Friendship]:
        """Return the friendships of those of these pairs that ever were friends. One query."""

    def list_friend_ids(self, user_id: str) -> list[str]:
        """Return the ids of a user's friends."""

    def list_friendship_pairs(self, user_id: str) -> list[tuple[Pair, bool]]:
        """Return with whom a user is or was friends, and whether they are. One query."""

    def list_profiles_and_friends(self, user_ids: Iterable[str]) -> list[tuple[Profile, set[str]]]:
        """Return the profiles of these users, each with the ids of the user's friends. One query."""

    def befriend(self, one: str, other: str, *, generation: int, operation_id: str) -> Friendship | None:
        """Make two users friends, unless a friendship of theirs has ended since `generation`. Atomic.

        Returns None when there is nothing to do: friends already, or another generation.
        """

    def unfriend(self, one: str, other: str, *, operation_id: str) -> Friendship | None:
        """End the friendship of a pair. Atomic; None when they are no friends."""

    def find_confirmed(self, one: str, other: str) -> Friendship | None:
        """Return how a pair stands to each other, once no election can take that back."""

    def find_operation(self, one: str, other: str, operation_id: str) -> Friendship | None:
        """Return the friendship if it has recorded this operation: then the call is a repeat."""
