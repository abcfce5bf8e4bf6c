"""Who is in: the resolution of answers, against its promises and against brute force."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.answers.resolution import Answer, Condition, Given, State, resolve

PEOPLE = "abcdef"


def yes(user_id, at=0):
    return Given(f"m-{user_id}", user_id, Answer.YES, at)


def if_(user_id, with_="", *, at_least=0, at=0):
    return Given(f"m-{user_id}", user_id, Answer.IF, at, Condition(at_least, frozenset(with_)))


def those_in(members, capacity=None):
    return {user_id for user_id, state in resolve(members, capacity).items() if state == State.IN}


@st.composite
def circles(draw):
    """A few members of an event, each with an answer or none."""
    return [draw(a_member(user_id)) for user_id in draw(st.sets(st.sampled_from(PEOPLE)).map(sorted))]


def a_member(user_id):
    others = st.frozensets(st.sampled_from(PEOPLE.replace(user_id, "")), max_size=3)
    condition = st.builds(Condition, st.integers(0, len(PEOPLE)), others)
    conditional = st.builds(
        Given, st.just(f"m-{user_id}"), st.just(user_id), st.just(Answer.IF), st.integers(0, 9), condition
    )
    plain = st.builds(
        Given,
        st.just(f"m-{user_id}"),
        st.just(user_id),
        st.sampled_from([None, Answer.YES, Answer.YES, Answer.MAYBE, Answer.NO]),
        st.integers(0, 9),
    )
    return conditional | plain


capacities = st.none() | st.integers(1, len(PEOPLE))


def holds(member, group):
    return member.condition.user_ids <= group and member.condition.at_least <= len(group)


def largest_group(members):
    """Try every set of those who might come; return the largest in which every condition holds."""
    willing = {each.user_id: each for each in members if each.answer in (Answer.YES, Answer.IF)}
    for size in range(len(willing), -1, -1):
        for group in map(set, combinations(willing, size)):
            if all(holds(willing[user_id], group) for user_id in group):
                return group
    raise AssertionError("nobody is a group in which every condition holds")


@pytest.mark.parametrize(
    ("answer", "state"),
    [(None, State.NONE), (Answer.NO, State.OUT), (Answer.MAYBE, State.MAYBE), (Answer.YES, State.IN)],
)
def test_a_plain_answer_is_what_it_says(answer, state):
    assert resolve([Given("m", "a", answer, 1)]) == {"a": state}


def test_a_circle_of_if_you_go_goes():
    assert those_in([if_("a", "b"), if_("b", "c"), if_("c", "a")]) == {"a", "b", "c"}


def test_if_four_of_us_is_maybe_until_there_are_four():
    three = [yes("a"), yes("b"), if_("c", at_least=4)]
    assert resolve(three)["c"] == State.MAYBE
    assert those_in([*three, if_("d", at_least=4)]) == set("abcd")


@pytest.mark.parametrize("named", ["z", "b", "c", "d"])
def test_an_if_that_names_somebody_who_does_not_come_is_maybe(named):
    others = [Given("m-b", "b", Answer.NO), Given("m-c", "c", Answer.MAYBE), Given("m-d", "d")]
    assert resolve([if_("a", named), *others])["a"] == State.MAYBE


def test_who_names_one_who_is_dropped_is_dropped_too():
    assert resolve([if_("a", "b"), if_("b", "c"), if_("c", at_least=9)]) == dict.fromkeys("abc", State.MAYBE)


def test_the_last_place_is_the_earlier_ones_and_the_other_waits():
    assert resolve([yes("b", at=2), yes("a", at=1)], 1) == {"a": State.IN, "b": State.WAITING}
    assert resolve([yes("b", at=1), yes("a", at=1)], 1) == {"a": State.IN, "b": State.WAITING}


def test_a_party_that_does_not_fit_waits_as_a_whole_and_a_smaller_one_passes():
    members = [yes("a", at=1), if_("b", "c", at=2), if_("c", "b", at=3), yes("d", at=4)]
    assert resolve(members, 2) == {"a": State.IN, "b": State.WAITING, "c": State.WAITING, "d": State.IN}


def test_a_place_that_is_free_again_goes_to_the_first_party_that_fits():
    members = [if_("b", "c", at=2), if_("c", "b", at=3), yes("d", at=4), yes("e", at=5)]
    assert those_in([yes("a", at=1), *members], 2) == {"a", "d"}
    assert those_in(members, 2) == {"b", "c"}


def test_who_wants_more_than_are_seated_gives_the_place_to_others():
    """Five are wanted and three fit: b does not come, and c, who waited, does."""
    members = [yes("a", at=1), if_("b", at_least=5, at=2), yes("c", at=3), yes("d", at=4), yes("e", at=5)]
    assert resolve(members, 3) == {
        "a": State.IN,
        "b": State.MAYBE,
        "c": State.IN,
        "d": State.IN,
        "e": State.WAITING,
    }


def test_whoever_waits_for_more_than_could_be_seated_beside_them_makes_room():
    circle = [if_("c", "d", at=3), if_("d", "e", at=3), if_("e", "c", at=3)]
    resolved = resolve([if_("a", at_least=4, at=1), yes("b", at=2), *circle], 4)
    assert resolved == {"a": State.MAYBE} | dict.fromkeys("bcde", State.IN)


@given(circles(), capacities, st.randoms())
def test_the_order_of_members_decides_nothing(members, capacity, random):
    shuffled = random.sample(members, len(members))
    assert resolve(shuffled, capacity) == resolve(members, capacity)


@given(circles(), capacities)
def test_nobody_is_in_whose_condition_does_not_hold_and_no_more_than_there_are_places(members, capacity):
    group = those_in(members, capacity)
    assert all(holds(each, group) for each in members if each.user_id in group)
    assert capacity is None or len(group) <= capacity


@given(circles())
def test_without_capacity_the_largest_group_that_can_go_goes(members):
    assert those_in(members) == largest_group(members)


@given(circles())
def test_one_more_unconditional_yes_takes_nobody_out(members):
    before = those_in(members)
    for number, member in enumerate(members):
        if member.user_id not in before:
            willing = [*members[:number], yes(member.user_id, at=member.answered_at), *members[number + 1 :]]
            assert before < those_in(willing)


@given(circles(), capacities)
def test_only_candidates_wait_and_only_conditions_become_maybe(members, capacity):
    states = resolve(members, capacity)
    for each in members:
        expected = {
            None: {State.NONE},
            Answer.NO: {State.OUT},
            Answer.MAYBE: {State.MAYBE},
            Answer.YES: {State.IN, State.WAITING},
            Answer.IF: {State.IN, State.WAITING, State.MAYBE},
        }[each.answer]
        assert states[each.user_id] in expected


@given(circles(), capacities)
def test_without_capacity_nobody_waits_and_with_it_no_one_alone_waits_beside_a_free_place(members, capacity):
    states = resolve(members, capacity)
    waiting = {user_id for user_id, state in states.items() if state == State.WAITING}
    free = capacity is None or len(those_in(members, capacity)) < capacity
    alone = {each.user_id for each in members if not each.condition.user_ids}
    assert not (free and waiting & alone)
    assert capacity is not None or not waiting


def test_a_thousand_members_are_resolved_in_a_moment():
    """A chain in which each names the next is the longest way: every party is the rest of the chain."""
    people = [f"{number:04}" for number in range(1000)]
    chain = [Given(f"m-{one}", one, Answer.IF, 1, Condition(0, frozenset([other]))) for one, other in pairwise(people)]
    assert len(those_in([*chain, yes(people[-1])])) == 1000
