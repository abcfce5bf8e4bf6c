"""Profiles and friendships in memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from services.users.folding import finds, fold, forms_of
from services.users.model import Friendship, Pair, Profile, SearchTerms, pair_of
from tests.fakes.operations import Operations


@dataclass
class _Remembered:
    friendship: Friendship
    operations: Operations = field(default_factory=Operations)


class FakeUsers:
    """Stands in for `services.users.storage.MongoUserStore`."""

    def __init__(self) -> None:
        self._profiles: dict[str, Profile] = {}
        self._issuer_of_unnamed: str | None = None
        self._friendships: dict[tuple[str, str], _Remembered] = {}

    def save_profile(self, profile: Profile, *, operation_id: str) -> str:
        known = self._by_key(profile) or self._adopted(profile)
        saved = replace(profile, id=known.id) if known else profile  # from now on it names its issuer
        self._profiles[saved.id] = saved
        return saved.id

    def _by_key(self, profile: Profile) -> Profile | None:
        key = (profile.issuer, profile.google_id)
        return next((known for known in self._profiles.values() if (known.issuer, known.google_id) == key), None)

    def _adopted(self, profile: Profile) -> Profile | None:
        self._issuer_of_unnamed = self._issuer_of_unnamed or profile.issuer
        if profile.issuer != self._issuer_of_unnamed:
            return None
        return self._by_key(replace(profile, issuer=None))

    def find_profile(self, user_id: str) -> Profile | None:
        return self._profiles.get(user_id)

    def list_profiles(self, user_ids: Iterable[str]) -> list[Profile]:
        found = [self._profiles[user_id] for user_id in user_ids if user_id in self._profiles]
        return sorted(found, key=_sort_key)

    def search_profiles(
        self, text: str, *, known_ids: Iterable[str], by_address: bool, offset: int, limit: int
    ) -> list[Profile]:
        wanted, known_ids = fold(text), set(known_ids)

        def is_found(profile: Profile) -> bool:
            by_email = profile.id in known_ids and finds(wanted, fold(profile.email))
            by_name = any(finds(wanted, form) for form in forms_of(profile.name))
            return by_name or by_email or (by_address and profile.has_address(text))

        return sorted(filter(is_found, self._profiles.values()), key=_sort_key)[offset : offset + limit]

    def find_friendship(self, one: str, other: str) -> Friendship | None:
        remembered = self._friendships.get(pair_of(one, other))
        return remembered.friendship if remembered else None

    def find_pair(self, user_id: str, other_id: str) -> tuple[bool, Friendship | None]:
        return other_id in self._profiles, self.find_friendship(user_id, other_id)

    def list_friendships(self, pairs: list[tuple[str, str]]) -> list[Friendship]:
        return [self._friendships[pair].friendship for pair in pairs if pair in self._friendships]

    def list_friend_ids(self, user_id: str) -> list[str]:
        living = [kept.friendship.pair for kept in self._friendships.values() if kept.friendship.friends]
        return sorted(other for pair in living if user_id in pair for other in pair if other != user_id)

    def list_friendship_pairs(self, user_id: str) -> list[tuple[Pair, bool]]:
        return [(pair, kept.friendship.friends) for pair, kept in self._friendships.items() if user_id in pair]

    def list_profiles_and_friends(self, user_ids: Iterable[str]) -> list[tuple[Profile, set[str]]]:
        return [(profile, set(self.list_friend_ids(profile.id))) for profile in self.list_profiles(user_ids)]

    def befriend(self, one: str, other: str, *, generation: int, operation_id: str) -> Friendship | None:
        pair = pair_of(one, other)
        kept = self._friendships.get(pair)
        if kept is None:
            if generation != 0:
                return None
            kept = self._friendships[pair] = _Remembered(Friendship(pair=pair, friends=False, generation=0, version=0))
        if kept.friendship.friends or kept.friendship.generation != generation:
            return None
        kept.friendship = replace(kept.friendship, friends=True, version=kept.friendship.version + 1)
        kept.operations.remember(operation_id)
        return kept.friendship

    def unfriend(self, one: str, other: str, *, operation_id: str) -> Friendship | None:
        kept = self._friendships.get(pair_of(one, other))
        if kept is None or not kept.friendship.friends or not kept.operations.has_not_done(operation_id):
            return None
        was = kept.friendship
        kept.friendship = replace(was, friends=False, version=was.version + 1, generation=was.generation + 1)
        kept.operations.remember(operation_id)
        return kept.friendship

    def find_confirmed(self, one: str, other: str) -> Friendship | None:
        kept = self._friendships.get(pair_of(one, other))
        return replace(kept.friendship, remembers_since_ms=kept.operations.since_ms()) if kept else None

    def find_operation(self, one: str, other: str, operation_id: str) -> Friendship | None:
        kept = self._friendships.get(pair_of(one, other))
        return kept.friendship if kept and operation_id in kept.operations else None


def _sort_key(profile: Profile) -> tuple[str, str]:
    return SearchTerms.of(name=profile.name, email=profile.email).sort_name, profile.id
