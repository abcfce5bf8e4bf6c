"""Invitations: the order of checks, and every way that they end."""

from collections.abc import Callable

import pytest

from tests.e2e.answers import RIGHTS, done, ok, refused
from tests.e2e.endpoints import NOBODY
from tests.e2e.people import Person

Someone = Callable[..., Person]
INVITE = RIGHTS[0]


@pytest.fixture
def ann(someone: Someone) -> Person:
    return someone(name="Ann")


@pytest.fixture
def ben(someone: Someone) -> Person:
    return someone(name="Ben")


@pytest.fixture
def cleo(someone: Someone) -> Person:
    return someone(name="Cleo")


def are_friends(ann: Person, ben: Person) -> bool:
    """Return whether two people are friends; both must say the same."""
    told = {
        ben.id in ann.me()["friend_id_list"],
        ann.id in ben.me()["friend_id_list"],
        ben.id in [friend["id"] for friend in ann.friends()],
        ann.get("/friend", id=ben.id).status_code == 200,
    }
    assert len(told) == 1
    return told.pop()


def takes_part(person: Person, event_id: str) -> bool:
    """Return whether somebody takes part in an event of May 2031; all lists must say the same."""
    told = {
        event_id in person.me()["event_id_list"],
        event_id in [event["id"] for events in person.month().values() for event in events],
        event_id in [chat.get("event_id") for chat in person.chats()],
    }
    assert len(told) == 1
    return told.pop()


def none_waits(*people: Person) -> None:
    for person in people:
        done(person.get("/invites"))
        assert person.me()["invite_id_list"] == []


class TestSending:
    def test_nothing_waits_at_first(self, ann: Person) -> None:
        none_waits(ann)

    def test_an_invitation_waits_for_its_receiver_alone(self, ann: Person, ben: Person) -> None:
        event_id = ann.plan(type="group")
        done(ann.invite(ben))
        done(ann.invite(ben, event_id))

        waiting = ok(ben.get("/invites"))

        ids = {invite["type"]: invite.pop("id") for invite in waiting}
        assert sorted(waiting, key=lambda invite: invite["type"]) == [
            {"sender_id": ann.id, "receiver_id": ben.id, "type": "event", "event_id": event_id},
            {"sender_id": ann.id, "receiver_id": ben.id, "type": "friend", "event_id": None},
        ]
        assert set(ids.values()) == set(ben.me()["invite_id_list"]) and len(ids) == 2
        none_waits(ann)
        assert not takes_part(ben, event_id) and not are_friends(ann, ben)

    def test_sending_it_again_while_it_waits_makes_no_second_one(self, ann: Person, ben: Person) -> None:
        event_id = ann.plan(type="group")
        for _ in range(3):
            done(ann.invite(ben))
            done(ann.invite(ben, event_id))

        assert len(ben.invites()) == 2
        before = ben.me()["invite_id_list"]
        done(ann.invite(ben))
        assert ben.me()["invite_id_list"] == before

    def test_to_an_event_somebody_is_invited_once_whoever_sends(self, ann: Person, ben: Person, cleo: Person) -> None:
        event_id = ann.plan_together(ben)
        done(ann.grant(event_id, ben, **{INVITE: True}))

        done(ann.invite(cleo, event_id))
        done(ben.invite(cleo, event_id))

        assert [invite["sender_id"] for invite in cleo.invites()] == [ann.id]

    def test_invitations_to_several_events_and_from_several_people_all_wait(
        self, ann: Person, ben: Person, cleo: Person
    ) -> None:
        events = [ann.plan(type="group") for _ in range(2)]
        for event_id in events:
            done(ann.invite(cleo, event_id))
        for friend in (ann, ben):
            done(friend.invite(cleo))

        assert len(cleo.invites()) == 4

    def test_two_people_may_invite_each_other(self, ann: Person, ben: Person) -> None:
        done(ann.invite(ben))
        done(ben.invite(ann))

        assert [invite["sender_id"] for invite in ann.invites()] == [ben.id]
        assert [invite["sender_id"] for invite in ben.invites()] == [ann.id]


class TestTheOrderOfChecks:
    """Each refusal comes with everything that is checked later being wrong as well."""

    @pytest.fixture
    def event_id(self, ann: Person, ben: Person) -> str:
        """Return an event of Ann with Ben as a member without rights."""
        return ann.plan_together(ben)

    def body(self, receiver_id: str, event_id: str) -> dict[str, str]:
        return {"type": "event", "receiver_id": receiver_id, "event_id": event_id}

    def test_an_invalid_body_is_400_before_all_else(self, ann: Person) -> None:
        refused(ann.post("/invite", self.body("x", NOBODY)), 400, field="receiver_id")
        refused(ann.post("/invite", self.body(NOBODY, "x")), 400, field="event_id")

    def test_oneself_is_400_before_an_unknown_event(self, ann: Person, ben: Person, event_id: str) -> None:
        refused(ann.post("/invite", {"type": "friend", "receiver_id": ann.id}), 400)
        refused(ann.post("/invite", self.body(ann.id, NOBODY)), 400)
        refused(ann.post("/invite", self.body(ann.id, event_id)), 400)
        refused(ben.post("/invite", self.body(ben.id, event_id)), 400)

    def test_an_event_that_is_none_of_mine_is_404_before_an_unknown_receiver(
        self, ann: Person, ben: Person, cleo: Person, event_id: str
    ) -> None:
        for unknown in (NOBODY, ann.plan(), ben.id):
            refused(ann.post("/invite", self.body(NOBODY, unknown)), 404)
            refused(ann.post("/invite", self.body(cleo.id, unknown)), 404)
        for receiver_id in (ben.id, ann.id, NOBODY):
            refused(cleo.post("/invite", self.body(receiver_id, event_id)), 404)
        done(ann.invite(cleo, event_id))
        refused(cleo.post("/invite", self.body(ben.id, event_id)), 404)

    def test_a_missing_right_is_403_before_an_unknown_receiver_or_a_member(
        self, ann: Person, ben: Person, cleo: Person, event_id: str
    ) -> None:
        for receiver_id in (cleo.id, NOBODY, ann.id):
            refused(ben.post("/invite", self.body(receiver_id, event_id)), 403)
        none_waits(cleo, ann)

        done(ann.grant(event_id, ben, **{INVITE: True}))
        done(ben.post("/invite", self.body(cleo.id, event_id)))
        refused(ben.post("/invite", self.body(NOBODY, event_id)), 404)
        refused(ben.post("/invite", self.body(ann.id, event_id)), 400)

    def test_a_receiver_of_nothing_is_404(self, ann: Person, event_id: str) -> None:
        refused(ann.post("/invite", self.body(NOBODY, event_id)), 404)
        refused(ann.post("/invite", {"type": "friend", "receiver_id": NOBODY}), 404)

    def test_a_member_or_a_friend_already_is_400(self, ann: Person, ben: Person, event_id: str) -> None:
        refused(ann.invite(ben, event_id), 400)
        done(ann.invite(ben))
        done(ben.answer(ben.invite_to(None, ann), "accept"))

        refused(ann.invite(ben), 400)
        refused(ben.invite(ann), 400)
        none_waits(ann, ben)


class TestFriendship:
    @pytest.fixture
    def invite_id(self, ann: Person, ben: Person) -> str:
        return ben.invited_by(ann)

    def test_accepting_makes_friends_and_their_dialog(self, ann: Person, ben: Person, invite_id: str) -> None:
        assert not are_friends(ann, ben)

        done(ben.answer(invite_id, "accept"))

        assert are_friends(ann, ben)
        assert ann.dialog_with(ben) == ben.dialog_with(ann)
        assert ann.me()["chat_id_list"] == ben.me()["chat_id_list"] == [ann.dialog_with(ben)]
        none_waits(ann, ben)

    @pytest.mark.parametrize(("action", "by"), [("decline", "ben"), ("cancel", "ann")])
    def test_declining_and_cancelling_make_none(
        self, ann: Person, ben: Person, invite_id: str, action: str, by: str
    ) -> None:
        done({"ann": ann, "ben": ben}[by].answer(invite_id, action))

        none_waits(ann, ben)
        assert not are_friends(ann, ben)
        assert ann.chats() == ben.chats() == []
        ann.befriend(ben)
        assert are_friends(ann, ben)

    @pytest.mark.parametrize("answer", ["accept", "decline"])
    def test_an_answer_is_given_once(self, ann: Person, ben: Person, invite_id: str, answer: str) -> None:
        done(ben.answer(invite_id, answer))

        for again in ("accept", "decline"):
            refused(ben.answer(invite_id, again), 404)
        refused(ann.answer(invite_id, "cancel"), 404)
        assert are_friends(ann, ben) == (answer == "accept")

    def test_what_was_cancelled_cannot_be_answered(self, ann: Person, ben: Person, invite_id: str) -> None:
        done(ann.answer(invite_id, "cancel"))

        for action in ("accept", "decline"):
            refused(ben.answer(invite_id, action), 404)
        refused(ann.answer(invite_id, "cancel"), 404)
        assert not are_friends(ann, ben)

    def test_only_the_receiver_answers_and_only_the_sender_who_owns_the_event_cancels(
        self, ann: Person, ben: Person, cleo: Person, invite_id: str
    ) -> None:
        for action in ("accept", "decline"):
            refused(ann.answer(invite_id, action), 403)
            refused(cleo.answer(invite_id, action), 403)
        refused(ben.answer(invite_id, "cancel"), 403)
        refused(cleo.answer(invite_id, "cancel"), 403)
        assert ben.me()["invite_id_list"] == [invite_id]
        assert not are_friends(ann, ben)

        done(ben.answer(invite_id, "accept"))
        assert are_friends(ann, ben)

    def test_accepting_settles_the_opposite_invitation(self, ann: Person, ben: Person, invite_id: str) -> None:
        opposite = ann.invited_by(ben)

        done(ben.answer(invite_id, "accept"))

        none_waits(ann, ben)
        for action in ("accept", "decline"):
            refused(ann.answer(opposite, action), 404)
        refused(ben.answer(opposite, "cancel"), 404)
        assert are_friends(ann, ben)
        assert len(ann.chats()) == 1

    def test_declining_leaves_the_opposite_invitation(self, ann: Person, ben: Person, invite_id: str) -> None:
        opposite = ann.invited_by(ben)

        done(ben.answer(invite_id, "decline"))

        done(ann.answer(opposite, "accept"))
        assert are_friends(ann, ben)

    def test_an_old_invitation_does_not_outlive_a_friendship(self, ann: Person, ben: Person, invite_id: str) -> None:
        opposite = ann.invited_by(ben)
        done(ben.answer(invite_id, "accept"))
        done(ann.delete("/friend", id=ben.id))

        none_waits(ann, ben)
        refused(ann.answer(opposite, "accept"), 404)
        assert not are_friends(ann, ben)

        done(ann.invite(ben))
        assert len(ben.invites()) == 1


class TestJoining:
    @pytest.fixture
    def event_id(self, ann: Person) -> str:
        return ann.plan(type="group")

    @pytest.fixture
    def invite_id(self, ann: Person, ben: Person, event_id: str) -> str:
        return ben.invited_by(ann, event_id)

    def test_accepting_makes_a_member_with_access_to_event_and_chat(
        self, ann: Person, ben: Person, event_id: str, invite_id: str
    ) -> None:
        assert not takes_part(ben, event_id)

        done(ben.answer(invite_id, "accept"))

        assert takes_part(ben, event_id)
        assert list(ben.members(event_id)) == [ann.id, ben.id]
        chat_id = ben.event(event_id)["chat_id"]
        done(ben.say(chat_id, "Hello"))
        assert ann.texts(chat_id) == ben.texts(chat_id) == ["Hello"]
        assert ben.me()["chat_id_list"] == [chat_id]
        none_waits(ann, ben)

    @pytest.mark.parametrize(("action", "by"), [("decline", "ben"), ("cancel", "ann")])
    def test_declining_and_cancelling_make_none(
        self, ann: Person, ben: Person, event_id: str, invite_id: str, action: str, by: str
    ) -> None:
        done({"ann": ann, "ben": ben}[by].answer(invite_id, action))

        none_waits(ann, ben)
        assert not takes_part(ben, event_id)
        assert list(ann.members(event_id)) == [ann.id]
        ben.join(event_id, ann)
        assert takes_part(ben, event_id)

    @pytest.mark.parametrize("answer", ["accept", "decline"])
    def test_an_answer_is_given_once(
        self, ann: Person, ben: Person, event_id: str, invite_id: str, answer: str
    ) -> None:
        done(ben.answer(invite_id, answer))

        for again in ("accept", "decline"):
            refused(ben.answer(invite_id, again), 404)
        refused(ann.answer(invite_id, "cancel"), 404)
        assert takes_part(ben, event_id) == (answer == "accept")
        assert len(ann.members(event_id)) == 1 + (answer == "accept")

    def test_only_the_receiver_answers_and_only_the_sender_who_owns_the_event_cancels(
        self, ann: Person, ben: Person, cleo: Person, event_id: str, invite_id: str
    ) -> None:
        cleo.join(event_id, ann)
        for action in ("accept", "decline"):
            refused(ann.answer(invite_id, action), 403)
            refused(cleo.answer(invite_id, action), 403)
        refused(ben.answer(invite_id, "cancel"), 403)
        refused(cleo.answer(invite_id, "cancel"), 403)
        assert ben.me()["invite_id_list"] == [invite_id]

        done(ann.answer(invite_id, "cancel"))
        none_waits(ben)

    @pytest.mark.parametrize("what", ["left", "lost the right"])
    def test_it_stays_valid_when_its_sender_leaves_or_may_not_invite_any_more(
        self, ann: Person, ben: Person, cleo: Person, event_id: str, what: str
    ) -> None:
        cleo.join(event_id, ann)
        done(ann.grant(event_id, cleo, **{INVITE: True}))
        invite_id = ben.invited_by(cleo, event_id)
        if what == "left":
            done(cleo.leave(event_id))
        else:
            done(ann.grant(event_id, cleo, **{INVITE: False}))

        done(ben.answer(invite_id, "accept"))

        assert takes_part(ben, event_id)

    def test_it_stays_valid_when_the_owner_who_sent_it_has_left(
        self, ann: Person, ben: Person, cleo: Person, event_id: str, invite_id: str
    ) -> None:
        cleo.join(event_id, ann)
        done(ann.leave(event_id))

        done(ben.answer(invite_id, "accept"))

        assert list(ben.members(event_id)) == [cleo.id, ben.id]

    def test_it_ends_with_the_event(self, ann: Person, ben: Person, event_id: str, invite_id: str) -> None:
        done(ann.delete("/event", id=event_id))

        none_waits(ben)
        for action in ("accept", "decline"):
            refused(ben.answer(invite_id, action), 404)
        refused(ann.answer(invite_id, "cancel"), 404)

    def test_an_invitation_to_another_event_stays(
        self, ann: Person, ben: Person, event_id: str, invite_id: str
    ) -> None:
        other = ben.invited_by(ann, ann.plan(type="group"))

        done(ann.delete("/event", id=event_id))

        assert ben.me()["invite_id_list"] == [other]

    def test_who_has_left_is_not_brought_back_by_the_old_invitation(
        self, ann: Person, ben: Person, event_id: str, invite_id: str
    ) -> None:
        done(ben.answer(invite_id, "accept"))
        done(ben.leave(event_id))

        refused(ben.answer(invite_id, "accept"), 404)
        assert not takes_part(ben, event_id)

        assert ben.invited_by(ann, event_id) != invite_id

    def test_an_invited_person_need_not_be_a_friend_nor_becomes_one(
        self, ann: Person, ben: Person, invite_id: str
    ) -> None:
        done(ben.answer(invite_id, "accept"))

        assert not are_friends(ann, ben)
        assert "user_id_1" not in ben.chats()[0]


def test_an_unknown_invitation_is_404(ann: Person) -> None:
    for action in ("accept", "decline", "cancel"):
        refused(ann.answer(NOBODY, action), 404)


def test_a_sender_learns_the_id_of_an_invitation_finds_it_again_and_cancels_it(someone: Callable[[], Person]) -> None:
    anna, boris = someone(), someone()
    event_id = anna.plan(type="group")
    body = {"type": "event", "receiver_id": boris.id, "event_id": event_id}

    sent = anna.post("/invite", body, headers={"Idempotency-Key": "one"})
    invite_id = sent.headers["X-Invite-Id"]

    assert anna.post("/invite", body, headers={"Idempotency-Key": "one"}).headers["X-Invite-Id"] == invite_id
    assert anna.post("/invite", body).headers["X-Invite-Id"] == invite_id  # while it waits there is one
    assert ok(anna.get("/invites", sent="true")) == boris.invites()
    assert boris.get("/invites", sent="true").status_code == 204
    assert anna.get("/invites", sent="maybe").status_code == 400
    done(anna.answer(invite_id, "cancel"))
    assert boris.invites() == [] and anna.get("/invites", sent="true").status_code == 204
