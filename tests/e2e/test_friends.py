"""Friends, and what they may know of one another."""

from collections.abc import Callable

import pytest

from tests.e2e.answers import done, ok, refused
from tests.e2e.browser import introduce
from tests.e2e.people import Person

Someone = Callable[..., Person]


@pytest.fixture
def ann(someone: Someone) -> Person:
    return someone(name="Ann")


@pytest.fixture
def ben(someone: Someone) -> Person:
    return someone(name="Ben", birthdate=None)


def profile(person: Person) -> dict[str, str | None]:
    return {
        "id": person.id,
        "name": person.claims["name"],
        "email": person.claims["email"],
        "profile_pic": person.claims.get("picture", ""),
        "birthday": person.claims.get("birthdate"),
    }


def test_nobody_has_friends_at_first(ann: Person) -> None:
    done(ann.get("/friends"))
    assert ann.me()["friend_id_list"] == []


def test_friends_are_listed_for_both(ann: Person, ben: Person, someone: Someone) -> None:
    cleo = someone(name="Cleo", picture=None)
    ann.befriend(ben, cleo)

    assert sorted(ok(ann.get("/friends")), key=lambda friend: friend["name"]) == [
        profile(ben),
        profile(cleo),
    ]
    assert ok(ben.get("/friends")) == [profile(ann)]
    assert set(ann.me()["friend_id_list"]) == {ben.id, cleo.id}
    assert ben.me()["friend_id_list"] == [ann.id]


def test_a_friend_is_shown_with_friends_and_events(ann: Person, ben: Person, someone: Someone) -> None:
    cleo = someone()
    ben.befriend(ann, cleo)
    shared = ben.plan_together(ann)

    friend = ok(ann.get("/friend", id=ben.id))

    assert set(friend["friend_id_list"]) == {ann.id, cleo.id}
    assert friend == profile(ben) | {"event_id_list": [shared], "friend_id_list": friend["friend_id_list"]}


def test_only_events_that_i_may_see_are_shown(ann: Person, ben: Person, someone: Someone) -> None:
    cleo = someone()
    ben.befriend(ann, cleo)
    public_single = ben.plan(is_private="false")
    public_group = ben.plan(type="group", is_private="false")
    together = ben.plan_together(ann)
    invited = ben.plan(type="group")
    done(ben.invite(ann, invited))
    mine = ann.plan_together(ben)
    ben.plan(is_private="true")
    ben.plan(type="group", is_private="true")
    cleo.plan_together(ben, is_private="false")

    shown = ok(ann.get("/friend", id=ben.id))["event_id_list"]

    assert sorted(shown) == sorted([public_single, public_group, together, invited, mine])
    for event_id in shown:
        assert ann.event(event_id)["id"] == event_id


def test_what_may_be_seen_changes_with_the_event(ann: Person, ben: Person) -> None:
    ben.befriend(ann)
    event_id = ben.plan(is_private="true")
    assert ok(ann.get("/friend", id=ben.id))["event_id_list"] == []

    done(ben.change(event_id, is_private="false"))
    assert ok(ann.get("/friend", id=ben.id))["event_id_list"] == [event_id]

    done(ben.delete("/event", id=event_id))
    assert ok(ann.get("/friend", id=ben.id))["event_id_list"] == []


def test_who_is_no_friend_is_404(ann: Person, ben: Person) -> None:
    for nobody in (ben, ann):
        refused(ann.get("/friend", id=nobody.id), 404)
        refused(ann.delete("/friend", id=nobody.id), 404)
    ben.invited_by(ann)
    refused(ann.get("/friend", id=ben.id), 404)
    refused(ben.get("/friend", id=ann.id), 404)

    ann.befriend(ben)
    assert ok(ann.get("/friend", id=ben.id))["id"] == ben.id


def test_a_friend_of_a_friend_is_no_friend(ann: Person, ben: Person, someone: Someone) -> None:
    cleo = someone()
    ben.befriend(ann, cleo)

    refused(ann.get("/friend", id=cleo.id), 404)
    refused(ann.delete("/friend", id=cleo.id), 404)


def test_a_friendship_ends_for_both(ann: Person, ben: Person) -> None:
    ann.befriend(ben)

    done(ben.delete("/friend", id=ann.id))

    for person, other in ((ann, ben), (ben, ann)):
        done(person.get("/friends"))
        assert person.me()["friend_id_list"] == []
        refused(person.get("/friend", id=other.id), 404)
        refused(person.delete("/friend", id=other.id), 404)


def test_ending_one_friendship_leaves_the_others(ann: Person, ben: Person, someone: Someone) -> None:
    cleo = someone()
    ann.befriend(ben, cleo)

    done(ann.delete("/friend", id=ben.id))

    assert [friend["id"] for friend in ann.friends()] == [cleo.id]
    assert [friend["id"] for friend in cleo.friends()] == [ann.id]


def test_friends_may_part_and_meet_again_and_again(ann: Person, ben: Person) -> None:
    for _ in range(3):
        ann.befriend(ben)
        assert ann.me()["friend_id_list"] == [ben.id]
        done(ann.delete("/friend", id=ben.id))
        assert ben.me()["friend_id_list"] == []


def test_a_friend_who_changes_their_name_has_it_everywhere(ann: Person, ben: Person) -> None:
    ann.befriend(ben)
    event_id = ann.plan_together(ben)
    introduce(ben.system, ben.sub, ben.claims | {"name": "Benedict"})

    ben.log_in(ben.sub)

    assert ann.friends()[0]["name"] == "Benedict"
    assert ok(ann.get("/friend", id=ben.id))["name"] == "Benedict"
    assert ann.members(event_id)[ben.id]["name"] == "Benedict"
