"""The state of each member, from everybody's answers and the number of places."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """What a member has said."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"
    IF = "if"


class State(StrEnum):
    """What follows for a member from all answers."""

    IN = "in"
    MAYBE = "maybe"
    OUT = "out"
    WAITING = "waiting"
    NONE = "none"


@dataclass(frozen=True)
class Condition:
    """When a member comes who has answered `if`: so many are in, oneself included, and all of these are."""

    at_least: int = 0
    user_ids: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Given:
    """What a member has answered, if anything. answered_at: in milliseconds. condition: only with `if`."""

    member_id: str
    user_id: str
    answer: Answer | None = None
    answered_at: int = 0
    condition: Condition = Condition()

    @property
    def place(self) -> tuple[int, str]:
        """Where the member stands in the queue."""
        return self.answered_at, self.member_id


_WITHOUT_A_PLACE = {None: State.NONE, Answer.NO: State.OUT, Answer.MAYBE: State.MAYBE}


def resolve(members: Iterable[Given], capacity: int | None = None) -> dict[str, State]:
    """Return the state of each member, by user id. capacity: how many may be in; None: any number.

    Whoever said yes or `if` is a candidate. Three steps are taken until the third one drops nobody:

    1. An `if` is dropped that names somebody who is no candidate, or wants more than there are candidates or places.
       Dropping one may deprive another of whom it names: again, until nobody is dropped.
    2. A candidate's party is the candidate, whom it names, whom they name, and so on. Parties are seated in the order
       of the latest answer in each, then of the candidate's own place: one whose people without a seat fit into the
       free places is seated as a whole.
    3. Seated `if`s that want more than are seated are dropped.

    Seated are in, dropped are maybe, the other candidates wait.

    It ends: each round but the last drops a candidate, none is ever added, and there are finitely many.

    The order of `members` does not matter: steps 1 and 3 ask of sets only, and which candidates step 1 leaves does not
    depend on the order of dropping, since who has to go stays so when others go (what is named does not come back, and
    there are ever fewer candidates). Step 2 goes by a total order, in which no two candidates are equal.

    Nobody is in whose condition does not hold: a party is seated with all whom its members name, and step 3 has found
    nobody who wants more than are seated. Without capacity every party is seated, so the loop drops an `if` only when
    it holds in no set of candidates: what stays is the largest set in which every condition holds. It contains each
    such set, therefore a further unconditional yes can only enlarge it.
    """
    members = list(members)
    candidates = {each.user_id: each for each in members if each.answer in (Answer.YES, Answer.IF)}
    states = {each.user_id: _WITHOUT_A_PLACE.get(each.answer, State.MAYBE) for each in members}
    while True:
        _drop_what_cannot_be(candidates, capacity)
        seated = _seat(candidates, capacity)
        too_few = [user_id for user_id in seated if candidates[user_id].condition.at_least > len(seated)]
        if not too_few:
            break
        for user_id in too_few:
            del candidates[user_id]
    return states | {user_id: State.IN if user_id in seated else State.WAITING for user_id in candidates}


def _drop_what_cannot_be(candidates: dict[str, Given], capacity: int | None) -> None:
    while True:
        most = len(candidates) if capacity is None else min(capacity, len(candidates))
        hopeless = [
            user_id
            for user_id, candidate in candidates.items()
            if candidate.condition.at_least > most or not candidate.condition.user_ids <= candidates.keys()
        ]
        if not hopeless:
            return
        for user_id in hopeless:
            del candidates[user_id]


def _seat(candidates: Mapping[str, Given], capacity: int | None) -> set[str]:
    parties = [(candidate, _party_of(candidate, candidates)) for candidate in candidates.values()]
    parties.sort(key=lambda each: (max(candidates[one].answered_at for one in each[1]), each[0].place))
    seated: set[str] = set()
    for _, party in parties:
        if capacity is None or len(seated | party) <= capacity:
            seated |= party
    return seated


def _party_of(candidate: Given, candidates: Mapping[str, Given]) -> set[str]:
    party: set[str] = set()
    reached = [candidate.user_id]
    while reached:
        user_id = reached.pop()
        if user_id not in party:
            party.add(user_id)
            reached += candidates[user_id].condition.user_ids
    return party
