"""Who sees and cancels the invitations to an event, what ends with a removed member, and what has waited too long."""

from datetime import timedelta

import pytest

from services.chassis.messaging.outbox import now
from services.contracts.domain_events import InvitationsRevokedV1, to_wire
from services.contracts.errors import Code, Conflict, Forbidden, NotFound, Unavailable
from services.contracts.ids import new_id
from services.events import usecases as events_usecases
from services.events.model import STATE, Change
from services.invites import usecases
from services.invites.service import WAIT_DAYS
from tests.unit.services.test_events import refused


@pytest.fixture
def party(world, anna):
    return world.event(anna)


@pytest.fixture
def inviter(world, anna, bob, party):
    """Bob's membership, with the right to invite."""
    member_id = world.join(anna, bob, party)
    world.change_rights(anna, member_id, can_invite_user=True)
    return member_id


@pytest.fixture
def dora(world):
    return world.person("Dora")


def invited(world, actor, event_id):
    return world.services["events"].list_invited(actor_id=actor, event_id=event_id)


def waiting(world, person):
    return [invite.id for invite in world.invites.list_pending(person)]


def status(world, invite_id):
    return world.invites.find(invite_id).status


class TestSeeing:
    def test_members_see_who_is_invited_in_the_order_of_sending(self, world, anna, bob, carl, dora, party, inviter):
        assert invited(world, bob, party) == []
        sent = [(world.invite(anna, dora, party), dora), (world.invite(bob, carl, party), carl)]
        for member in (anna, bob):
            assert [(each["invite_id"], each["user_id"]) for each in invited(world, member, party)] == sent

    def test_nobody_else_does(self, world, anna, bob, carl, party):
        world.invite(anna, bob, party)
        for stranger in (bob, carl):
            refused(Forbidden, Code.EVENT_FORBIDDEN, invited, world, stranger, party)

    def test_a_single_event_is_as_unknown_as_none(self, world, anna):
        for event_id in (world.event(anna, kind="single"), new_id()):
            refused(NotFound, Code.EVENT_UNKNOWN, invited, world, anna, event_id)

    @pytest.mark.parametrize("action", ["accept", "decline", "cancel"])
    def test_what_was_answered_is_not_listed(self, world, anna, bob, party, action):
        invite_id = world.invite(anna, bob, party)
        world.answer(anna if action == "cancel" else bob, invite_id, action)
        assert invited(world, anna, party) == []


class TestTheOwnerCancels:
    def test_what_another_member_has_sent(self, world, anna, bob, carl, party, inviter):
        invite_id = world.invite(bob, carl, party)
        world.answer(anna, invite_id, "cancel")
        assert (status(world, invite_id), waiting(world, carl)) == ("cancelled", [])
        assert world.events.find(party).invited == ()
        refused(NotFound, Code.INVITE_UNKNOWN, world.answer, carl, invite_id)
        refused(NotFound, Code.INVITE_UNKNOWN, world.answer, anna, invite_id, "cancel")

    def test_what_somebody_left_behind_who_is_no_member_any_more(self, world, anna, bob, carl, party, inviter):
        invite_id = world.invite(bob, carl, party)
        world.leave(bob, party)
        world.answer(anna, invite_id, "cancel")
        assert waiting(world, carl) == []

    def test_and_nobody_else_whatever_their_rights(self, world, anna, bob, carl, dora, party, inviter):
        world.change_rights(
            anna, inviter, can_invite_user=True, can_delete_user=True, can_change_event=True, can_delete_event=True
        )
        invite_id = world.invite(anna, carl, party)
        for other in (bob, carl, dora):
            refused(Forbidden, Code.INVITE_NOT_YOURS, world.answer, other, invite_id, "cancel")
        assert [each["invite_id"] for each in invited(world, anna, party)] == [invite_id]

    def test_whoever_owns_the_event_now(self, world, anna, bob, carl, party, inviter):
        first, second = world.invite(anna, carl, party), world.invite(bob, world.person("Eve"), party)
        world.leave(anna, party)
        refused(Forbidden, Code.INVITE_NOT_YOURS, world.answer, anna, second, "cancel")
        world.answer(bob, first, "cancel")
        assert status(world, first) == "cancelled"

    def test_an_invitation_to_be_friends_is_the_senders_alone(self, world, anna, bob, carl):
        invite_id = world.invite(bob, carl)
        refused(Forbidden, Code.INVITE_NOT_YOURS, world.answer, anna, invite_id, "cancel")

    def test_a_repeat_is_answered_as_the_first_was_though_the_event_is_somebody_elses_by_now(
        self, world, anna, bob, carl, party, inviter
    ):
        invite_id, operation_id = world.invite(bob, carl, party), new_id()
        for _ in range(2):
            world.answer(anna, invite_id, "cancel", operation_id=operation_id)
            if world.events.find(party).member_of(anna):
                world.leave(anna, party)

    def test_in_the_instant_in_which_it_is_accepted_one_of_both_wins(self, world, anna, bob, carl, party, inviter):
        invite_id = world.invite(bob, carl, party)
        events_usecases.revoke_invitation(world.events, actor_id=anna, event_id=party, invite_id=invite_id)
        assert invited(world, anna, party) == []
        refused(Forbidden, Code.EVENT_FORBIDDEN, world.get_event, carl, party)
        world.answer(carl, invite_id)
        refused(NotFound, Code.INVITE_UNKNOWN, world.answer, anna, invite_id, "cancel")
        assert world.get_event(carl, party)["chat_id"]


class TestARemovedMember:
    def test_takes_along_what_waits_of_what_they_sent_to_the_event(self, world, anna, bob, carl, dora, party, inviter):
        other_party, friend = world.event(bob), world.invite(bob, dora)
        elsewhere, annas = world.invite(bob, dora, other_party), world.invite(anna, dora, party)
        invite_id = world.invite(bob, carl, party)
        world.remove_member(anna, inviter)
        assert (status(world, invite_id), waiting(world, carl)) == ("cancelled", [])
        assert waiting(world, dora) == [friend, elsewhere, annas]
        assert [each["invite_id"] for each in invited(world, anna, party)] == [annas]
        refused(NotFound, Code.INVITE_UNKNOWN, world.answer, carl, invite_id)
        refused(Forbidden, Code.EVENT_FORBIDDEN, world.get_event, carl, party)

    @pytest.mark.parametrize("leave", ["leave", "remove oneself"])
    def test_whoever_leaves_takes_nothing_along(self, world, bob, carl, party, inviter, leave):
        invite_id = world.invite(bob, carl, party)
        world.leave(bob, party) if leave == "leave" else world.remove_member(bob, inviter)
        world.answer(carl, invite_id)
        assert world.events.find(party).member_of(carl)

    def test_who_comes_back_invites_anew_and_late_repeats_of_the_removal_leave_that_alone(
        self, world, anna, bob, carl, dora, party, inviter
    ):
        world.invite(bob, carl, party)
        world.deliver_at_once = False
        world.remove_member(anna, inviter)
        late = [each for each in world.undelivered if each[0] == "invites"]
        assert [wire["kind"] for _, wire in late] == ["InvitationsRevokedV1"]
        world.deliver_at_once = True
        world.deliver_all()
        world.change_rights(anna, world.join(anna, bob, party), can_invite_user=True)
        again, new = world.invite(bob, carl, party), world.invite(bob, dora, party)
        for delivery in late:
            world.apply(*delivery)
        assert (waiting(world, carl), waiting(world, dora)) == ([again], [new])

    def test_who_sends_in_that_instant_is_no_member_any_more(self, world, anna, bob, carl, party, inviter, monkeypatch):
        invite_id, open_invitation = new_id(), world.events.open_invitation

        def opened_and_removed(*args, **kwargs):
            monkeypatch.undo()
            is_open = open_invitation(*args, **kwargs)
            world.remove_member(anna, inviter)
            return is_open

        monkeypatch.setattr(world.events, "open_invitation", opened_and_removed)
        for _ in range(2):
            refused(NotFound, Code.EVENT_UNKNOWN, world.invite, bob, carl, party, operation_id=invite_id)
        assert (waiting(world, carl), status(world, invite_id)) == ([], "refused")
        assert world.events.find(party).invited == ()

    def test_who_is_invited_by_another_before_the_invitation_has_ended_is_invited(
        self, world, anna, bob, carl, party, inviter
    ):
        ended = world.invite(bob, carl, party)
        world.deliver_at_once = False
        world.remove_member(anna, inviter)
        invite_id = world.invite(anna, carl, party)
        assert (status(world, ended), waiting(world, carl)) == ("cancelled", [invite_id])
        world.deliver_all()
        assert [each["invite_id"] for each in invited(world, anna, party)] == waiting(world, carl) == [invite_id]

    def test_who_accepts_before_the_invitation_has_ended_takes_part(self, world, anna, bob, carl, party, inviter):
        invite_id = world.invite(bob, carl, party)
        world.deliver_at_once = False
        world.remove_member(anna, inviter)
        world.answer(carl, invite_id)
        world.deliver_all()
        assert world.events.find(party).member_of(carl)
        assert status(world, invite_id) == "accepted"

    def test_reconciliation_ends_what_no_domain_event_has_ended(self, world, anna, bob, carl, party, inviter):
        invite_id = world.invite(bob, carl, party)
        world.deliver_at_once = False
        world.remove_member(anna, inviter)
        world.undelivered.clear()
        [state] = revoked_state(world, party)
        invites = world.services["invites"]
        assert [each["index"] for each in invites.audit(domain_events=[state])] == [0]
        invites.restore(domain_event=state, replica_version=None)
        assert status(world, invite_id) == "cancelled"
        assert invites.audit(domain_events=[state]) == []

    def test_places_that_are_about_to_be_free_refuse_nobody_for_good(
        self, world, anna, bob, carl, dora, party, inviter, monkeypatch
    ):
        monkeypatch.setattr("services.events.usecases.MAX_PLACES", 3)
        monkeypatch.setattr("tests.fakes.events.MAX_PLACES", 3)
        world.invite(bob, carl, party)
        refused(Conflict, Code.EVENT_FULL, world.invite, anna, dora, party)
        monkeypatch.setattr("services.events.usecases.MAX_PLACES", 2)
        monkeypatch.setattr("tests.fakes.events.MAX_PLACES", 2)
        world.deliver_at_once = False
        world.remove_member(anna, inviter)
        refused(Unavailable, Code.WRITE_CONTENDED, world.invite, anna, dora, party)


def revoked_state(world, event_id):
    """Return what `events` says when it is asked for the state of its data."""
    event = world.events.find_any(event_id)
    states = event.to_domain_events(Change(domain_event_id=new_id(), kind=STATE))
    return [to_wire(each) for each in states if isinstance(each, InvitationsRevokedV1)]


class TestWaiting:
    def expire(self, world, **after):
        usecases.expire(
            world.invites, world.poll_soon, sent_before=now() - timedelta(days=WAIT_DAYS) + timedelta(**after)
        )

    def test_what_has_waited_too_long_ends_as_if_it_was_cancelled(self, world, anna, bob, carl, party):
        invite_id, friend = world.invite(anna, bob, party), world.invite(carl, bob)
        self.expire(world, days=WAIT_DAYS - 1)
        assert waiting(world, bob) == [invite_id, friend]
        self.expire(world, days=WAIT_DAYS + 1)
        assert waiting(world, bob) == []
        for each in (invite_id, friend):
            refused(NotFound, Code.INVITE_UNKNOWN, world.answer, bob, each)
        [ended, changed] = world.invites.find(invite_id).to_domain_events(new_id(), "answered")
        assert changed.outcome == "cancelled"
        world.apply("events", to_wire(ended))
        assert world.events.find(party).invited == ()
        assert {world.invite(anna, bob, party), world.invite(carl, bob)} == set(waiting(world, bob))

    def test_one_process_at_a_time_ends_it(self, world, anna, bob):
        invite_id = world.invite(anna, bob)
        world.invites.take_lease("expire", until=now() + timedelta(minutes=1))
        self.expire(world, days=WAIT_DAYS + 1)
        assert waiting(world, bob) == [invite_id]
