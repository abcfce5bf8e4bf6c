"""What every store of invitations does."""

from datetime import timedelta

import pytest

from services.chassis.messaging.outbox import now
from services.contracts.errors import Forbidden
from services.contracts.ids import new_id
from services.invites.model import SENDER_REMOVED, Invite, Refusal

REFUSAL = Refusal(error="Forbidden", code="member.right_missing", message="You do not hold the right.")


def friend_invite(sender="anna", receiver="bob"):
    return Invite(id=new_id(), kind="friend", sender_id=sender, receiver_id=receiver, event_id=None, status="proposed")


def event_invite(event_id, receiver="bob"):
    return Invite(
        id=new_id(), kind="event", sender_id="anna", receiver_id=receiver, event_id=event_id, status="proposed"
    )


def pending(invites, invite, generation=0):
    assert invites.propose(invite)
    assert invites.make_pending(invite.id, generation=generation if invite.kind == "friend" else None)
    return invite


def status(invites, invite):
    return invites.find(invite.id).status


def test_a_proposal_is_invisible_until_it_is_made_pending(invites):
    invite = friend_invite()
    assert invites.propose(invite)
    assert invites.list_pending("bob") == []
    assert invites.make_pending(invite.id, generation=0)
    assert [waiting.id for waiting in invites.list_pending("bob")] == [invite.id]
    assert invites.make_pending(invite.id, generation=0)


def test_one_friend_invitation_is_open_in_each_direction(invites):
    invite = pending(invites, friend_invite())
    assert not invites.propose(friend_invite())
    assert invites.propose(friend_invite("bob", "anna"))
    assert invites.find_open_friend_invite("anna", "bob").id == invite.id


def test_a_new_friend_invitation_may_follow_one_that_ended(invites):
    invite = pending(invites, friend_invite())
    invites.answer(invite.id, "decline", actor_id="bob", operation_id=new_id())
    assert invites.find_open_friend_invite("anna", "bob") is None
    assert invites.propose(friend_invite())


def test_the_same_invitation_is_proposed_once(invites):
    invite = event_invite(new_id())
    assert invites.propose(invite)
    assert not invites.propose(invite)


def test_waiting_invitations_come_oldest_first(invites):
    sent = [pending(invites, event_invite(new_id())) for _ in range(3)]
    listed = [invite.id for invite in invites.list_pending("bob")]
    assert sorted(listed) == sorted(invite.id for invite in sent)
    assert [invite.id for invite in invites.list_sent("anna")] == listed
    assert invites.list_sent("bob") == []


@pytest.mark.parametrize(
    ("action", "actor", "outcome"),
    [("accept", "bob", "accepted"), ("decline", "bob", "declined"), ("cancel", "anna", "cancelled")],
)
def test_an_answer_settles_an_invitation_once(invites, action, actor, outcome):
    invite, operation_id = pending(invites, event_invite(new_id())), new_id()
    answered = invites.answer(invite.id, action, actor_id=actor, operation_id=operation_id)
    assert answered.status == outcome
    assert operation_id in answered.operations
    assert invites.answer(invite.id, action, actor_id=actor, operation_id=new_id()) is None
    assert invites.list_pending("bob") == []


def test_only_the_receiver_answers_and_only_the_sender_cancels(invites):
    invite = pending(invites, friend_invite())
    for action, actor in (("accept", "anna"), ("decline", "anna"), ("cancel", "bob"), ("accept", "carl")):
        assert invites.answer(invite.id, action, actor_id=actor, operation_id=new_id()) is None
    assert status(invites, invite) == "pending"


def test_a_proposal_cannot_be_answered(invites):
    invite = friend_invite()
    invites.propose(invite)
    assert invites.answer(invite.id, "accept", actor_id="bob", operation_id=new_id()) is None


def test_a_friendship_settles_both_directions(invites):
    there, back = pending(invites, friend_invite()), pending(invites, friend_invite("bob", "anna"))
    unrelated = pending(invites, friend_invite("anna", "carl"))
    invites.settle_pair("anna", "bob", through=0)
    assert (status(invites, there), status(invites, back), status(invites, unrelated)) == ("void", "void", "pending")


def test_what_settled_an_earlier_generation_leaves_a_later_invitation_alone(invites):
    invite = pending(invites, friend_invite(), generation=1)
    invites.settle_pair("anna", "bob", through=0)
    assert status(invites, invite) == "pending"


def test_a_proposal_that_is_settled_while_it_is_checked_is_never_shown(invites):
    invite = friend_invite()
    invites.propose(invite)
    invites.settle_pair("anna", "bob", through=0)
    assert not invites.make_pending(invite.id, generation=0)
    assert invites.list_pending("bob") == []


def test_a_proposal_survives_what_settled_an_earlier_generation(invites):
    invite = friend_invite()
    invites.propose(invite)
    invites.settle_pair("anna", "bob", through=0)
    assert invites.make_pending(invite.id, generation=1)


def test_the_end_of_an_event_ends_its_invitations(invites):
    event_id = new_id()
    shown, proposed, other = pending(invites, event_invite(event_id)), event_invite(event_id), event_invite(new_id())
    invites.propose(proposed)
    pending(invites, other)
    invites.end_event(event_id)
    assert (status(invites, shown), status(invites, proposed), status(invites, other)) == ("void", "refused", "pending")


def test_a_refused_or_dropped_proposal_is_never_shown(invites):
    refused, dropped = event_invite(new_id()), event_invite(new_id())
    invites.propose(refused)
    invites.propose(dropped)
    assert invites.refuse(refused.id, REFUSAL)
    invites.drop_proposal(dropped.id)
    assert not invites.make_pending(refused.id, generation=None)
    assert not invites.make_pending(dropped.id, generation=None)
    assert not invites.find(refused.id).was_pending
    assert not invites.propose(refused)


def test_what_is_shown_can_be_neither_refused_nor_dropped_and_only_that_becomes_void(invites):
    shown, proposed = pending(invites, event_invite(new_id())), event_invite(new_id())
    invites.propose(proposed)
    assert not invites.refuse(shown.id, REFUSAL)
    invites.drop_proposal(shown.id)
    assert status(invites, shown) == "pending"
    for invite in (shown, proposed):
        invites.void(invite.id)
    assert (status(invites, shown), status(invites, proposed)) == ("void", "proposed")
    assert invites.find(shown.id).was_pending


def happening_between_two_updates(invites, monkeypatch, act):
    """Let something happen after the store's next update of many; in memory nothing comes between, so at once."""
    collection = getattr(invites, "_invites", None)
    if collection is None:
        act()
        return
    update_many = collection.update_many

    def update_and_act(*args):
        monkeypatch.undo()
        update_many(*args)
        act()

    monkeypatch.setattr(collection, "update_many", update_and_act)


def test_an_invitation_that_is_shown_while_its_event_ends_does_not_wait(invites, monkeypatch):
    invite = event_invite(new_id())
    invites.propose(invite)
    happening_between_two_updates(invites, monkeypatch, lambda: invites.make_pending(invite.id, generation=None))
    invites.end_event(invite.event_id)
    assert invites.list_pending("bob") == []


def test_an_invitation_that_is_shown_while_its_pair_is_settled_does_not_wait(invites, monkeypatch):
    invite = friend_invite()
    invites.propose(invite)
    happening_between_two_updates(invites, monkeypatch, lambda: invites.make_pending(invite.id, generation=0))
    invites.settle_pair("anna", "bob", through=0)
    assert invites.list_pending("bob") == []


def test_a_proposal_whose_check_was_not_finished_is_found_after_a_while(invites):
    forgotten, checked = friend_invite(), friend_invite("carl", "dora")
    assert invites.propose(forgotten)
    pending(invites, checked)

    assert invites.list_proposals(sent_before=now() - timedelta(minutes=1)) == []
    assert [found.id for found in invites.list_proposals(sent_before=now() + timedelta(minutes=1))] == [forgotten.id]


def test_a_refusal_is_kept_with_its_reason_once(invites):
    refused, other = event_invite(new_id()), Refusal(error="NotFound", code="event.unknown", message="Gone.")
    invites.propose(refused)
    assert invites.find(refused.id).refusal is None
    assert invites.refuse(refused.id, REFUSAL)
    assert not invites.refuse(refused.id, other)
    for found in (invites.find(refused.id), invites.find_confirmed(refused.id)):
        assert (found.status, found.refusal) == ("refused", REFUSAL)
    error = REFUSAL.to_error()
    assert (type(error), error.code, error.message) == (Forbidden, REFUSAL.code, REFUSAL.message)
    assert Refusal.of(error) == REFUSAL


def test_somebody_who_may_for_another_reason_cancels_what_is_pending(invites):
    invite, proposed = pending(invites, event_invite(new_id())), event_invite(new_id())
    invites.propose(proposed)
    operation_id = new_id()
    cancelled = invites.answer(invite.id, "cancel", actor_id=None, operation_id=operation_id)
    assert (cancelled.status, operation_id in cancelled.operations) == ("cancelled", True)
    assert invites.answer(invite.id, "cancel", actor_id=None, operation_id=new_id()) is None
    assert invites.answer(proposed.id, "cancel", actor_id=None, operation_id=new_id()) is None


def test_what_is_revoked_ends_whether_it_was_shown_or_not(invites):
    event_id = new_id()
    shown, proposed = pending(invites, event_invite(event_id)), event_invite(event_id, "carl")
    accepted, other = pending(invites, event_invite(event_id, "dora")), pending(invites, event_invite(event_id, "eve"))
    invites.propose(proposed)
    invites.answer(accepted.id, "accept", actor_id="dora", operation_id=new_id())
    ids = [shown.id, proposed.id, accepted.id, new_id()]
    assert {invite.id for invite in invites.list_open_among(ids)} == {shown.id, proposed.id}
    assert invites.end_revoked(ids)
    assert not invites.end_revoked(ids)
    outcomes = [status(invites, invite) for invite in (shown, proposed, accepted, other)]
    assert outcomes == ["cancelled", "refused", "accepted", "pending"]
    assert invites.find(proposed.id).refusal == SENDER_REMOVED
    assert not invites.make_pending(proposed.id, generation=None)
    assert invites.list_open_among(ids) == invites.list_open_among([]) == []
    assert not invites.end_revoked([])


def test_what_has_waited_too_long_ends_the_oldest_first_a_batch_at_a_time(invites, monkeypatch):
    monkeypatch.setattr("services.invites.storage.EXPIRED_AT_ONCE", 2)
    monkeypatch.setattr("tests.fakes.invites.EXPIRED_AT_ONCE", 2)
    sent = [pending(invites, friend_invite()), *(pending(invites, event_invite(new_id())) for _ in range(2))]
    proposed = event_invite(new_id())
    invites.propose(proposed)
    assert not invites.expire(sent_before=now() - timedelta(minutes=1))
    later = now() + timedelta(minutes=1)
    assert invites.expire(sent_before=later)
    assert [status(invites, invite) for invite in sent].count("cancelled") == 2
    assert invites.expire(sent_before=later)
    assert not invites.expire(sent_before=later)
    assert {status(invites, invite) for invite in sent} == {"cancelled"}
    assert status(invites, proposed) == "proposed"
    assert invites.propose(friend_invite())


def test_a_lease_is_taken_by_one_at_a_time(invites):
    assert invites.take_lease("expire", until=now() + timedelta(minutes=1))
    assert not invites.take_lease("expire", until=now() + timedelta(minutes=1))
    invites.prolong_lease("expire", until=now())
    assert invites.take_lease("expire", until=now() + timedelta(minutes=1))
