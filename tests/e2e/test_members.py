"""Members and their rights."""

from collections.abc import Callable

import pytest

from tests.e2e.answers import RIGHTS, Answer, done, ok, refused
from tests.e2e.endpoints import NOBODY
from tests.e2e.listening import Listening
from tests.e2e.people import Person

Someone = Callable[..., Person]
INVITE, REMOVE, CHANGE, DELETE = RIGHTS
ALL = dict.fromkeys(RIGHTS, True)
NONE = dict.fromkeys(RIGHTS, False)


@pytest.fixture
def ann(someone: Someone) -> Person:
    return someone(name="Ann")


@pytest.fixture
def ben(someone: Someone) -> Person:
    return someone(name="Ben")


@pytest.fixture
def cleo(someone: Someone) -> Person:
    return someone(name="Cleo")


def rights(reader: Person, event_id: str, whose: Person) -> dict[str, bool]:
    member = reader.members(event_id)[whose.id]
    return {right: member[right] for right in RIGHTS}


def expels(actor: Person, event_id: str, whom: Person, member_id: str) -> None:
    """Check that `actor` can remove a member, and that nobody is left behind."""
    done(actor.delete("/member", id=member_id))
    assert whom.id not in actor.members(event_id)


def test_the_creator_has_every_right_and_an_invited_member_none(ann: Person, ben: Person) -> None:
    ann.befriend(ben)
    event_id = ann.plan_together(ben)

    first, second = ann.event(event_id)["member_id_list"]

    for person, member_id, granted in ((ann, first, True), (ben, second, False)):
        assert ok(ben.get("/member", id=member_id)) == {
            "member_id": member_id,
            "user_id": person.id,
            "name": person.claims["name"],
            "email": person.claims["email"],
            "profile_pic": person.claims["picture"],
            "event_id": event_id,
            **dict.fromkeys(RIGHTS, granted),
        }


def test_members_are_listed_in_joining_order_and_a_new_membership_is_a_new_member(
    ann: Person, ben: Person, cleo: Person
) -> None:
    event_id = ann.plan_together(cleo, ben)
    assert list(ann.members(event_id)) == [ann.id, cleo.id, ben.id]
    before = ann.member(event_id, cleo)
    done(ann.grant(event_id, cleo, **ALL))

    done(cleo.leave(event_id))
    assert list(ann.members(event_id)) == [ann.id, ben.id]
    refused(ann.get("/member", id=before), 404)
    cleo.join(event_id, ann)

    assert list(ann.members(event_id)) == [ann.id, ben.id, cleo.id]
    assert ann.member(event_id, cleo) != before
    assert rights(ann, event_id, cleo) == NONE


def test_an_email_is_for_friends_only(ann: Person, ben: Person, cleo: Person) -> None:
    event_id = ann.plan(type="group", is_private="false")
    member_id = ann.member(event_id, ann)
    ann.befriend(cleo)
    ben.join(event_id, ann)

    seen = {person: ok(person.get("/member", id=member_id)) for person in (ann, ben, cleo)}

    assert [each["name"] for each in seen.values()] == ["Ann"] * 3
    assert [seen[person]["email"] for person in (ann, ben, cleo)] == [ann.claims["email"], None, ann.claims["email"]]
    done(cleo.delete("/friend", id=ann.id))
    assert ok(ann.get("/member", id=member_id))["email"] == ann.claims["email"]
    ben.befriend(ann)
    assert ok(ben.get("/member", id=member_id))["email"] == ann.claims["email"]


def test_the_stream_says_the_email_of_a_member_to_friends_only(ann: Person, ben: Person, cleo: Person) -> None:
    event_id = ann.plan_together(ben)
    ann.befriend(cleo)

    with Listening(ann) as friend, Listening(ben) as stranger:
        cleo.join(event_id, ann)
        done(ann.grant(event_id, cleo, **{INVITE: True}))

        for type_ in ("member.joined.v1", "member.changed.v1"):
            assert friend.wait_for(type_, user_id=cleo.id)["email"] == cleo.claims["email"]
            assert stranger.wait_for(type_, user_id=cleo.id)["email"] is None
            assert len(friend.of(type_)) == len(stranger.of(type_)) == 1


def test_a_member_of_an_event_that_i_may_not_see_is_403_and_an_unknown_one_404(ann: Person, ben: Person) -> None:
    member_id = ann.member(ann.plan(type="group"), ann)

    refused(ben.get("/member", id=member_id), 403)
    refused(ben.put("/member", {"id": member_id, INVITE: True}), 403)
    refused(ben.delete("/member", id=member_id), 403)
    refused(ben.get("/member", id=NOBODY), 404)
    refused(ben.put("/member", {"id": NOBODY, INVITE: True}), 404)
    refused(ben.delete("/member", id=NOBODY), 404)


def test_an_id_of_a_person_or_an_event_is_no_member_id(ann: Person) -> None:
    event_id = ann.plan(type="group")

    for other in (ann.id, event_id, ann.event(event_id)["chat_id"]):
        refused(ann.get("/member", id=other), 404)


class TestGranting:
    @pytest.fixture
    def event_id(self, ann: Person, ben: Person, cleo: Person) -> str:
        return ann.plan_together(ben, cleo)

    @pytest.mark.parametrize("right", RIGHTS)
    def test_one_right_is_granted_and_revoked_and_the_absent_ones_stay(
        self, ann: Person, ben: Person, event_id: str, right: str
    ) -> None:
        done(ann.grant(event_id, ben, **{right: True}))
        assert rights(ann, event_id, ben) == NONE | {right: True}

        done(ann.grant(event_id, ben, **ALL))
        done(ann.grant(event_id, ben, **{right: False}))
        assert rights(ann, event_id, ben) == ALL | {right: False}

    @pytest.mark.parametrize("right", RIGHTS)
    def test_only_who_holds_a_right_may_grant_it(
        self, ann: Person, ben: Person, cleo: Person, event_id: str, right: str
    ) -> None:
        refused(ben.grant(event_id, cleo, **{right: True}), 403)
        assert rights(ann, event_id, cleo) == NONE

        done(ann.grant(event_id, ben, **{right: True}))
        done(ben.grant(event_id, cleo, **{right: True}))
        assert rights(ann, event_id, cleo) == NONE | {right: True}

    @pytest.mark.parametrize("right", RIGHTS)
    def test_only_who_holds_a_right_may_revoke_it(
        self, ann: Person, ben: Person, cleo: Person, event_id: str, right: str
    ) -> None:
        done(ann.grant(event_id, cleo, **ALL))
        done(ann.grant(event_id, ben, **ALL | {right: False}))
        refused(ben.grant(event_id, cleo, **{right: False}), 403)
        assert rights(ann, event_id, cleo) == ALL

        done(ann.grant(event_id, ben, **{right: True}))
        done(ben.grant(event_id, cleo, **{right: False}))
        assert rights(ann, event_id, cleo) == ALL | {right: False}

    def test_one_right_too_many_keeps_the_others_from_being_granted(
        self, ann: Person, ben: Person, cleo: Person, event_id: str
    ) -> None:
        done(ann.grant(event_id, ben, **{INVITE: True}))

        refused(ben.grant(event_id, cleo, **{INVITE: True, DELETE: True}), 403)

        assert rights(ann, event_id, cleo) == NONE

    def test_nobody_grants_rights_to_themselves(self, ann: Person, ben: Person, event_id: str) -> None:
        refused(ben.grant(event_id, ben, **{INVITE: True}), 403)
        assert rights(ann, event_id, ben) == NONE

        done(ann.grant(event_id, ben, **{INVITE: True}))
        done(ben.grant(event_id, ben, **{INVITE: False}))
        assert rights(ann, event_id, ben) == NONE

    def test_an_invited_person_grants_nothing(self, ann: Person, ben: Person, event_id: str, someone: Someone) -> None:
        dora = someone()
        done(ann.invite(dora, event_id))

        refused(dora.grant(event_id, ben, **{INVITE: True}), 403)

    @pytest.mark.parametrize("right", RIGHTS)
    def test_the_owner_loses_no_right(self, ann: Person, ben: Person, event_id: str, right: str) -> None:
        done(ann.grant(event_id, ben, **ALL))

        for actor in (ann, ben):
            refused(actor.grant(event_id, ann, **{right: False}), 403)

        assert rights(ann, event_id, ann) == ALL


class TestUsingARight:
    """The same member, refused without the right and let through with it."""

    @pytest.fixture
    def event_id(self, ann: Person, ben: Person, cleo: Person) -> str:
        return ann.plan_together(ben, cleo)

    def uses(self, right: str, ben: Person, event_id: str, ann: Person, cleo: Person, dora: Person) -> Answer:
        if right == INVITE:
            return ben.invite(dora, event_id)
        if right == REMOVE:
            return ben.delete("/member", id=ann.member(event_id, cleo))
        if right == CHANGE:
            return ben.change(event_id, name="Supper")
        return ben.delete("/event", id=event_id)

    @pytest.mark.parametrize("right", RIGHTS)
    def test_it_needs_this_right_and_no_other(
        self, ann: Person, ben: Person, cleo: Person, someone: Someone, event_id: str, right: str
    ) -> None:
        dora = someone()
        done(ann.grant(event_id, ben, **ALL | {right: False}))
        refused(self.uses(right, ben, event_id, ann, cleo, dora), 403)

        done(ann.grant(event_id, ben, **NONE | {right: True}))
        done(self.uses(right, ben, event_id, ann, cleo, dora))

    def test_it_ends_when_the_right_is_revoked(self, ann: Person, ben: Person, event_id: str) -> None:
        done(ann.grant(event_id, ben, **{CHANGE: True}))
        done(ben.change(event_id, name="Supper"))

        done(ann.grant(event_id, ben, **{CHANGE: False}))

        refused(ben.change(event_id, name="Dinner"), 403)
        assert ann.event(event_id)["name"] == "Supper"


class TestRemoving:
    @pytest.fixture
    def event_id(self, ann: Person, ben: Person, cleo: Person) -> str:
        return ann.plan_together(ben, cleo)

    def test_a_removed_member_is_gone_at_once_and_may_be_invited_again(
        self, ann: Person, ben: Person, event_id: str
    ) -> None:
        member_id = ann.member(event_id, ben)

        done(ann.delete("/member", id=member_id))

        assert ben.id not in ann.members(event_id)
        refused(ann.get("/member", id=member_id), 404)
        refused(ann.delete("/member", id=member_id), 404)
        refused(ben.get("/event", id=event_id), 403)
        ben.join(event_id, ann)
        assert list(ann.members(event_id))[-1] == ben.id

    def test_the_owner_cannot_be_removed(self, ann: Person, ben: Person, event_id: str) -> None:
        done(ann.grant(event_id, ben, **ALL))

        refused(ben.delete("/member", id=ann.member(event_id, ann)), 403)

        assert ann.id in ben.members(event_id)

    def test_removing_oneself_is_leaving_and_needs_no_right(self, ann: Person, ben: Person, event_id: str) -> None:
        done(ben.delete("/member", id=ann.member(event_id, ben)))

        assert ben.id not in ann.members(event_id)
        assert ben.me()["event_id_list"] == []

    def test_the_owner_who_removes_themselves_leaves_the_event_to_the_next(
        self, ann: Person, ben: Person, event_id: str
    ) -> None:
        done(ann.delete("/member", id=ann.member(event_id, ann)))

        assert ann.me()["event_id_list"] == []
        assert rights(ben, event_id, ben) == ALL

    def test_the_last_one_who_removes_themselves_deletes_the_event(self, ann: Person) -> None:
        event_id = ann.plan(type="group")

        done(ann.delete("/member", id=ann.member(event_id, ann)))

        refused(ann.get("/event", id=event_id), 404)


class TestSuccession:
    def test_when_the_owner_leaves_the_longest_standing_member_gets_every_right(
        self, ann: Person, ben: Person, cleo: Person
    ) -> None:
        event_id = ann.plan_together(ben, cleo)

        done(ann.leave(event_id))

        assert list(ben.members(event_id)) == [ben.id, cleo.id]
        assert rights(ben, event_id, ben) == ALL
        assert rights(ben, event_id, cleo) == NONE
        done(ben.change(event_id, name="Supper"))

    def test_the_longest_standing_holder_of_every_right_is_the_next_owner(
        self, ann: Person, ben: Person, cleo: Person, someone: Someone
    ) -> None:
        dora = someone()
        event_id = ann.plan_together(ben, cleo, dora)
        for person in (cleo, dora):
            done(ann.grant(event_id, person, **ALL))

        done(ann.leave(event_id))

        assert rights(cleo, event_id, ben) == NONE
        refused(dora.delete("/member", id=dora.member(event_id, cleo)), 403)
        refused(dora.grant(event_id, cleo, **{CHANGE: False}), 403)
        expels(cleo, event_id, dora, cleo.member(event_id, dora))

    def test_rights_shared_among_several_make_nobody_the_owner(
        self, ann: Person, ben: Person, cleo: Person, someone: Someone
    ) -> None:
        dora = someone()
        event_id = ann.plan_together(ben, cleo, dora)
        done(ann.grant(event_id, cleo, **{INVITE: True, REMOVE: True}))
        done(ann.grant(event_id, dora, **{CHANGE: True, DELETE: True}))

        done(ann.leave(event_id))

        assert rights(ben, event_id, ben) == ALL
        assert rights(ben, event_id, cleo) == NONE | {INVITE: True, REMOVE: True}
        refused(cleo.delete("/member", id=cleo.member(event_id, ben)), 403)

    def test_rights_go_on_from_owner_to_owner(self, ann: Person, ben: Person, cleo: Person) -> None:
        event_id = ann.plan_together(ben, cleo)

        done(ann.leave(event_id))
        done(ben.leave(event_id))

        assert list(cleo.members(event_id)) == [cleo.id]
        assert rights(cleo, event_id, cleo) == ALL
        done(cleo.delete("/event", id=event_id))

    def test_a_former_owner_who_comes_back_is_an_ordinary_member(self, ann: Person, ben: Person) -> None:
        event_id = ann.plan_together(ben)
        done(ann.leave(event_id))

        ann.join(event_id, ben)

        assert rights(ben, event_id, ann) == NONE
        expels(ben, event_id, ann, ben.member(event_id, ann))
