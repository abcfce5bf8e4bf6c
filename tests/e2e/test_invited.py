"""Invitations that members see, that the owner cancels, that a removed sender takes along, and that wait 90 days."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.answers import RIGHTS, done, ok, refused
from tests.e2e.endpoints import NOBODY
from tests.e2e.listening import Listening
from tests.e2e.parallel import at_once
from tests.e2e.people import Person
from tests.e2e.system import LocalSystem, local_system

Someone = Callable[..., Person]


@pytest.fixture
def ann(someone: Someone) -> Person:
    return someone(name="Ann")


@pytest.fixture
def ben(someone: Someone) -> Person:
    return someone(name="Ben")


@pytest.fixture
def cleo(someone: Someone) -> Person:
    return someone(name="Cleo")


@pytest.fixture
def event_id(ann: Person, ben: Person) -> str:
    """Ann's event, in which Ben takes part and may invite."""
    event_id = ann.plan_together(ben)
    done(ann.grant(event_id, ben, is_can_invite_user=True))
    return event_id


def sent(sender: Person, receiver: Person, event_id: str) -> str:
    """Invite somebody; return the invitation's id."""
    answer = sender.invite(receiver, event_id)
    done(answer)
    return answer.headers["X-Invite-Id"]


def invited(person: Person, event_id: str) -> list[dict[str, Any]]:
    answer = person.get("/event/invited", id=event_id)
    return [] if answer.status_code == 204 else ok(answer)


def has_ended(invite_id: str, receiver: Person, event_id: str) -> None:
    """Nothing of an invitation is left to its receiver."""
    assert invite_id not in [invite["id"] for invite in receiver.invites()]
    assert invite_id not in receiver.me()["invite_id_list"]
    for action in ("accept", "decline"):
        refused(receiver.answer(invite_id, action), 404)
    refused(receiver.get("/event", id=event_id), 403)


class TestWhoIsInvited:
    def test_members_see_it_in_the_order_of_sending(
        self, ann: Person, ben: Person, cleo: Person, event_id: str, someone: Someone
    ) -> None:
        assert ben.get("/event/invited", id=event_id).status_code == 204
        dan = someone(name="Dan", picture=None)
        first, second = sent(ben, dan, event_id), sent(ann, cleo, event_id)

        for member in (ann, ben):
            assert invited(member, event_id) == [
                {"invite_id": first, "user_id": dan.id, "name": "Dan", "profile_pic": ""},
                {"invite_id": second, "user_id": cleo.id, "name": "Cleo", "profile_pic": cleo.claims["picture"]},
            ]

    def test_who_has_answered_is_invited_no_more(self, ann: Person, cleo: Person, event_id: str) -> None:
        for who, action in ((cleo, "decline"), (ann, "cancel"), (cleo, "accept")):
            done(who.answer(sent(ann, cleo, event_id), action))
            assert invited(ann, event_id) == []

    def test_nobody_else_sees_it(self, ann: Person, ben: Person, cleo: Person, event_id: str) -> None:
        sent(ann, cleo, event_id)
        refused(cleo.get("/event/invited", id=event_id), 403)
        done(ben.leave(event_id))
        refused(ben.get("/event/invited", id=event_id), 403)

    def test_an_event_that_is_unknown_single_or_deleted_is_404(self, ann: Person, event_id: str) -> None:
        done(ann.delete("/event", id=event_id))
        for unknown in (NOBODY, ann.plan(type="single"), event_id):
            refused(ann.get("/event/invited", id=unknown), 404)


class TestTheOwnerCancels:
    def test_what_others_have_sent(self, ann: Person, ben: Person, cleo: Person, event_id: str) -> None:
        with Listening(cleo) as cleos, Listening(ben) as bens:
            invite_id = sent(ben, cleo, event_id)
            [waiting] = cleo.invites()
            done(ann.answer(invite_id, "cancel"))
            for stream in (cleos, bens):
                assert stream.wait_for("invite.cancelled.v1") == {**waiting, "outcome": "cancelled"}
        has_ended(invite_id, cleo, event_id)
        assert ben.get("/invites", sent="true").status_code == 204
        refused(ann.answer(invite_id, "cancel"), 404)
        assert sent(ben, cleo, event_id) != invite_id

    def test_and_no_other_member_whatever_they_may(
        self, ann: Person, ben: Person, cleo: Person, event_id: str, someone: Someone
    ) -> None:
        done(ann.grant(event_id, ben, **dict.fromkeys(RIGHTS, True)))
        invite_id = sent(ann, cleo, event_id)
        for other in (ben, cleo, someone()):
            refused(other.answer(invite_id, "cancel"), 403)
        assert [each["invite_id"] for each in invited(ben, event_id)] == [invite_id]

    def test_whoever_owns_the_event_now(self, ann: Person, ben: Person, cleo: Person, event_id: str) -> None:
        invite_id = sent(ann, cleo, event_id)
        done(ann.leave(event_id))
        done(ben.answer(invite_id, "cancel"))
        has_ended(invite_id, cleo, event_id)

    def test_what_others_have_sent_once_under_a_key(
        self, ann: Person, ben: Person, cleo: Person, event_id: str
    ) -> None:
        query = {"id": sent(ben, cleo, event_id), "action": "cancel"}
        for _ in range(2):
            done(ann.delete("/invite", headers={"Idempotency-Key": "cancel"}, **query))

    def test_or_it_is_accepted_at_the_same_time(
        self, ann: Person, ben: Person, event_id: str, someone: Someone
    ) -> None:
        for guest in [someone() for _ in range(5)]:
            invite_id = sent(ben, guest, event_id)
            accepted, cancelled = at_once(
                lambda guest=guest, id_=invite_id: guest.answer(id_, "accept"),  # type: ignore[misc]
                lambda id_=invite_id: ann.answer(id_, "cancel"),  # type: ignore[misc]
            )
            assert sorted((accepted.status_code, cancelled.status_code)) == [204, 404]
            assert (guest.id in ann.members(event_id)) == (accepted.status_code == 204)
            assert invited(ann, event_id) == []


class TestARemovedMember:
    def test_takes_along_what_waits_of_what_they_sent_to_the_event(
        self, ann: Person, ben: Person, cleo: Person, event_id: str, someone: Someone
    ) -> None:
        dan = someone()
        elsewhere, annas = sent(ben, cleo, ben.plan(type="group")), sent(ann, dan, event_id)
        with Listening(cleo) as cleos:
            invite_id = sent(ben, cleo, event_id)
            done(ann.delete("/member", id=ann.member(event_id, ben)))
            has_ended(invite_id, cleo, event_id)
            assert cleos.wait_for("invite.cancelled.v1")["id"] == invite_id
        assert cleo.me()["invite_id_list"] == [elsewhere]
        assert [invite["id"] for invite in ok(ben.get("/invites", sent="true"))] == [elsewhere]
        assert [each["invite_id"] for each in invited(ann, event_id)] == [annas]
        assert sent(ann, cleo, event_id) != invite_id

    @pytest.mark.parametrize("how", ["leave", "remove oneself"])
    def test_who_leaves_does_not(self, ann: Person, ben: Person, cleo: Person, event_id: str, how: str) -> None:
        invite_id = sent(ben, cleo, event_id)
        done(ben.leave(event_id) if how == "leave" else ben.delete("/member", id=ben.member(event_id, ben)))
        assert [each["invite_id"] for each in invited(ann, event_id)] == [invite_id]
        done(cleo.answer(invite_id, "accept"))
        assert list(ann.members(event_id)) == [ann.id, cleo.id]

    def test_sends_and_is_accepted_before_or_not_at_all(
        self, ann: Person, ben: Person, event_id: str, someone: Someone
    ) -> None:
        waiting, fresh = someone(), someone()
        invite_id, member_id = sent(ben, waiting, event_id), ann.member(event_id, ben)
        accepted, sending, removed = at_once(
            lambda: waiting.answer(invite_id, "accept"),
            lambda: ben.invite(fresh, event_id),
            lambda: ann.delete("/member", id=member_id),
        )
        done(removed)
        assert (waiting.id in ann.members(event_id)) == (accepted.status_code == 204)
        assert accepted.status_code in (204, 404) and sending.status_code in (204, 404)
        assert waiting.invites() == fresh.invites() == []
        assert invited(ann, event_id) == []


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSystem]:
    """A system in which invitations wait for a second."""
    system = local_system(tmp_path_factory.mktemp("impatient"))
    system.environment["INVITATION_WAIT_S"] = "1"
    system.start()
    try:
        yield system
    finally:
        system.stop()


def test_what_has_waited_too_long_ends_as_if_it_was_cancelled(
    impatient: LocalSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.e2e.listening.ARRIVES_WITHIN_S", 120.0)
    ann, ben = Person(impatient), Person(impatient)
    event_id = ann.plan(type="group")
    with Listening(ben) as bens:
        invite_id = sent(ann, ben, event_id)
        done(ann.invite(ben))
        bens.wait_for("invite.cancelled.v1", count=2)
    has_ended(invite_id, ben, event_id)
    assert invited(ann, event_id) == []
    assert ann.get("/invites", sent="true").status_code == 204
    assert sent(ann, ben, event_id) != invite_id
