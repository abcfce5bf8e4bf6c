"""Profiles and friendships: values and rules, no I/O."""

import unicodedata
from dataclasses import dataclass, field

from services.contracts.domain_events import FriendshipChangedV1, ProfileChangedV1
from services.contracts.ids import derive_id

GRAM_SIZE = 3
"""Characters in the longest run that the search index knows."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A user as the identity provider describes them. birthday: `YYYY-MM-DD` or None; picture: a URL or ``""``.

    issuer, google_id: the provider, and the user's `sub` there: together they are the key. The issuer of a profile of
    0.1.0 is None until somebody logs in.
    """

    id: str
    issuer: str | None = None
    google_id: str
    name: str
    email: str
    picture: str
    birthday: str | None

    def to_domain_event(self, domain_event_id: str) -> ProfileChangedV1:
        """Return this state as a domain event."""
        return ProfileChangedV1(
            domain_event_id=domain_event_id,
            user_id=self.id,
            google_id=self.google_id,
            name=self.name,
            email=self.email,
            picture=self.picture,
            birthday=self.birthday,
        )


@dataclass(frozen=True, kw_only=True)
class Friendship:
    """Whether the users of a pair are friends. generation: how many friendships of theirs have ended."""

    pair: tuple[str, str]
    friends: bool
    generation: int
    version: int
    remembers_since_ms: int | None = field(default=None, compare=False)

    @property
    def dialog_id(self) -> str:
        """The chat of this pair, the same for ever."""
        return dialog_id_of(self.pair)

    def has_come_to(self, generation: int) -> bool:
        """Return whether the friendship of that generation was made, whether or not it has ended since."""
        return self.generation > generation or (self.generation == generation and self.friends)

    def to_domain_event(self, domain_event_id: str) -> FriendshipChangedV1:
        """Return this state as a domain event."""
        return FriendshipChangedV1(
            domain_event_id=domain_event_id,
            user_ids=list(self.pair),
            friends=self.friends,
            generation=self.generation,
            dialog_id=self.dialog_id,
            version=self.version,
        )


def pair_of(one: str, other: str) -> tuple[str, str]:
    """Return the two ids in the order that names their pair."""
    return (one, other) if one < other else (other, one)


def dialog_id_of(pair: tuple[str, str]) -> str:
    """Mint the id of a pair's dialog; the pair is its cause, so there is one for ever."""
    return derive_id("-".join(pair), "dialog")


def searchable(text: str) -> str:
    """Fold text so that equal means alike to a reader: NFKC, then full case folding, then NFKC again.

    Source: Unicode Standard, section 3.13, definition D146 (compatibility caseless matching, simplified).
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def grams_of(*texts: str) -> list[str]:
    """List all runs of one to `GRAM_SIZE` characters in folded texts, each once, sorted."""
    sizes = range(1, GRAM_SIZE + 1)
    return sorted({text[at : at + size] for text in texts for size in sizes for at in range(len(text) - size + 1)})
