"""Profiles and friendships: values and rules, no I/O."""

from dataclasses import dataclass, field

from services.contracts.domain_events import FriendshipChangedV1, ProfileChangedV1
from services.contracts.ids import derive_id
from services.users.folding import fold, forms_of, without_accents

GRAM_SIZE = 3
"""Characters in the longest run that the search index knows."""
MAX_INDEXED = 600
"""Characters of a folded name, all its forms together, whose grams are indexed: three for each of 200."""
OVERLONG = ""
"""The one gram of a name that is longer: all such names are compared, whatever is looked for."""
MAX_GRAMS = 16
"""Grams of a search text of which the rarest is looked up."""


Pair = tuple[str, str]
"""The ids of two users, in the order that names their pair."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A user as the identity provider describes them.

    issuer, google_id: the provider, and the user's `sub` there: together they are the key. The issuer of a profile of
    0.1.0 is None until somebody logs in.
    name: ``""`` if there is none; birthday: `YYYY-MM-DD` or None; picture: a URL or ``""``.
    """

    id: str
    issuer: str | None = None
    google_id: str
    name: str
    email: str
    picture: str
    birthday: str | None

    def has_address(self, text: str) -> bool:
        """Return whether a search text is the whole e-mail address."""
        return is_address(fold(text)) and fold(text) == fold(self.email)

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


def pair_of(one: str, other: str) -> Pair:
    """Return the two ids in the order that names their pair."""
    return (one, other) if one < other else (other, one)


def other_of(pair: Pair, user_id: str) -> str:
    """Return the other one of a pair."""
    return pair[0] if pair[1] == user_id else pair[1]


def dialog_id_of(pair: Pair) -> str:
    """Mint the id of a pair's dialog; the pair is its cause, so there is one for ever."""
    return derive_id("-".join(pair), "dialog")


def name_of(name: str, email: str) -> str:
    """Return a user's name, or ``""`` for none: an address in its place would be shown to strangers."""
    return "" if fold(name) == fold(email) else name


def is_address(text: str) -> bool:
    """Return whether a search text can be a whole e-mail address."""
    return "@" in text


@dataclass(frozen=True, kw_only=True)
class SearchTerms:
    """What a profile is found by.

    sort_name: the name as results are ordered: folded, without accents.
    name_forms: the name as it is compared, in one form or two; email: as it is compared.
    name_grams: the runs of characters in the name, by which the index leads to it.
    """

    sort_name: str
    name_forms: tuple[str, ...]
    email: str
    name_grams: tuple[str, ...]

    @classmethod
    def of(cls, *, name: str, email: str) -> "SearchTerms":
        """Fold what a profile is found by."""
        forms = tuple(forms_of(name))
        bare = [without_accents(form) for form in forms]
        return cls(sort_name=bare[0], name_forms=forms, email=fold(email), name_grams=tuple(grams_of(*bare)))


def grams_of(*texts: str) -> list[str]:
    """List all runs of one to `GRAM_SIZE` characters in folded texts, each once, sorted: 1,800 at most."""
    if sum(map(len, texts)) > MAX_INDEXED:
        return [OVERLONG]
    sizes = range(1, GRAM_SIZE + 1)
    return sorted({text[at : at + size] for text in texts for size in sizes for at in range(len(text) - size + 1)})


def is_gram(folded: str) -> bool:
    """Return whether the names with this gram are those in which the folded text is, neither more nor fewer."""
    return len(folded) <= GRAM_SIZE and folded == without_accents(folded)


def grams_to_look_up(folded: str) -> list[str]:
    """List the grams by which the index may lead to a folded search text: one for each part of it, up to `MAX_GRAMS`.

    Whatever contains the text has each of them, so the rarest leads to fewest others.
    """
    bare = without_accents(folded)
    last = max(0, len(bare) - GRAM_SIZE)
    step = max(GRAM_SIZE, -(-last // (MAX_GRAMS - 1)))
    starts = [*range(0, last, step), last]
    return list(dict.fromkeys(bare[start : start + GRAM_SIZE] for start in starts))


SortKey = tuple[str, str]
"""The place of a profile among results: its name as `SearchTerms` has it, then its id."""


def window(others: int, *, offset: int, limit: int) -> tuple[int, int]:
    """Return which part of one ordered list a page needs if so many others are merged into it: offset and limit."""
    begin = max(0, offset - others)
    return begin, offset - begin + limit


def page_of(part: list[SortKey], others: list[SortKey], *, offset: int, limit: int) -> list[SortKey]:
    """Merge others into the part of an ordered list that `window` names, and cut the page out."""
    begin, _ = window(len(others), offset=offset, limit=limit)
    # What of the others belongs before the part would be found at the places that are cut off.
    return sorted([*part, *others])[offset - begin :][:limit]
