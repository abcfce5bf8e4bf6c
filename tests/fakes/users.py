"""Profiles and friendships in memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from services.users.model import Friendship, Profile, pair_of, searchable
from tests.fakes.operations import Operations


@dataclass
class _Remembered:
    friendship: Friendship
    operations: Operations = field(default_factory=Operations)


class FakeUsers:
    """Stands in for `services.users.storage.MongoUserStore`."""

    def __init__(self) -> None:
        self._profiles: dict[str, Profile] = {}
        self._friendships: dict[tuple[str, str], _Remembered] = {}

    def save_profile(self, profile: Profile, *, operation_id: str) -> str:
        known = self._by_key(profile) or self._adopted(profile)
        saved = replace(profile, id=known.id) if known else profile
        self._profiles[saved.id] = saved
        return saved.id

    def _by_key(self, profile: Profile) -> Profile | None:
        key = (profile.issuer, profile.google_id)
        return next((known for known in self._profiles.values() if (known.issuer, known.google_id) == key), None)

    def _adopted(self, profile: Profile) -> Profile | None:
        if profile.issuer is not None:
            for known in list(self._profiles.values()):
                self._profiles[known.id] = replace(known, issuer=known.issuer or profile.issuer)
        return self._by_key(profile)

    def find_profile(self, user_id: str) -> Profile | None:
        return self._profiles.get(user_id)

    def list_profiles(self, user_ids: Iterable[str]) -> list[Profile]:
        found = [self._profiles[user_id] for user_id in user_ids if user_id in self._profiles]
        return sorted(found, key=lambda profile: (profile.name, profile.id))

    def search_profiles(self, text: str, *, offset: int, limit: int) -> list[Profile]:
        wanted = searchable(text)
        found = [p for p in self._profiles.values() if wanted in searchable(p.name) or wanted in searchable(p.email)]
        return sorted(found, key=lambda profile: (profile.name, profile.id))[offset : offset + limit]

    def find_friendship(self, one: str, other: str) -> Friendship | None:
        remembered = self._friendships.get(pair_of(one, other))
        return remembered.friendship if remembered else None

    def list_friendships(self, pairs: list[tuple[str, str]]) -> list[Friendship]:
        return [self._friendships[pair].friendship for pair in pairs if pair in self._friendships]

    def list_friend_ids(self, user_id: str) -> list[str]:
        living = [kept.friendship.pair for kept in self._friendships.values() if kept.friendship.friends]
        return sorted(other for pair in living if user_id in pair for other in pair if other != user_id)

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
