"""Friendships, their invitations and dialogs, through all services."""

import pytest

from services.chassis.messaging.outbox import STATE_REQUESTED
from services.contracts.errors import Code, Forbidden, Invalid, NotFound
from services.contracts.ids import new_id
from services.users import usecases as users


def waiting(world, receiver):
    return [invite.id for invite in world.invites.list_pending(receiver)]


def test_accepting_an_invitation_makes_a_friendship_and_a_dialog(world, anna, bob):
    world.befriend(anna, bob)
    assert world.users.list_friend_ids(anna) == [bob]
    assert world.users.list_friend_ids(bob) == [anna]
    [dialog] = world.chats_of(anna)
    assert dialog["user_ids"] == sorted([anna, bob])
    assert world.chats_of(bob) == [dialog]


def test_accepting_settles_the_opposite_invitation(world, anna, bob):
    there, _back = world.invite(anna, bob), world.invite(bob, anna)
    world.answer(bob, there)
    assert waiting(world, anna) == []


def test_the_same_invitation_is_not_a_second_one(world, anna, bob):
    assert world.invite(anna, bob) == world.invite(anna, bob)
    assert len(waiting(world, bob)) == 1


def test_a_repeated_sending_is_the_same_even_after_the_answer(world, anna, bob):
    operation_id = new_id()
    invite_id = world.invite(anna, bob, operation_id=operation_id)
    world.answer(bob, invite_id, "decline")
    assert world.invite(anna, bob, operation_id=operation_id) == invite_id
    assert waiting(world, bob) == []


@pytest.mark.parametrize("action", ["accept", "decline", "cancel"])
def test_a_repeated_answer_gives_the_first_outcome(world, anna, bob, action):
    invite_id, operation_id = world.invite(anna, bob), new_id()
    actor = anna if action == "cancel" else bob
    first = world.answer(actor, invite_id, action, operation_id=operation_id)
    assert world.answer(actor, invite_id, action, operation_id=operation_id) == first
    with pytest.raises(NotFound) as refused:
        world.answer(actor, invite_id, action)
    assert refused.value.code == Code.INVITE_UNKNOWN


def test_nobody_invites_themselves_a_friend_or_nobody(world, anna, bob):
    world.befriend(anna, bob)
    for receiver, error, code in (
        (anna, Invalid, Code.INVITE_ONESELF),
        (bob, Invalid, Code.FRIEND_ALREADY),
        (new_id(), NotFound, Code.USER_UNKNOWN),
    ):
        with pytest.raises(error) as refused:
            world.invite(anna, receiver)
        assert refused.value.code == code


def test_an_answer_is_for_the_receiver_and_cancelling_for_the_sender(world, anna, bob, carl):
    invite_id = world.invite(anna, bob)
    for actor, action in ((anna, "accept"), (carl, "decline"), (bob, "cancel")):
        with pytest.raises(Forbidden) as refused:
            world.answer(actor, invite_id, action)
        assert refused.value.code == Code.INVITE_NOT_YOURS


def test_ending_a_friendship_keeps_the_dialog(world, anna, bob):
    world.befriend(anna, bob)
    [dialog] = world.chats_of(anna)
    world.unfriend(bob, anna)
    assert world.users.list_friend_ids(anna) == []
    world.say(anna, dialog["id"], "still here")
    assert world.chat(bob, dialog["id"])["messages"][0]["text"] == "still here"


def test_becoming_friends_again_leads_to_the_same_dialog(world, anna, bob):
    world.befriend(anna, bob)
    world.unfriend(anna, bob)
    world.befriend(bob, anna)
    assert len(world.chats_of(anna)) == 1


def test_an_ended_friendship_is_not_brought_back_by_a_late_acceptance(world, anna, bob):
    world.befriend(anna, bob)
    [kept] = world.invites._kept.values()
    [accepted] = kept.invite.to_domain_events(new_id(), STATE_REQUESTED)
    world.unfriend(anna, bob)
    assert users.befriend(world.users, world.notify, accepted)["outcome"] == "gone"
    assert world.users.list_friend_ids(anna) == []


def test_a_repeated_end_of_a_friendship_gives_the_first_outcome(world, anna, bob):
    world.befriend(anna, bob)
    operation_id = new_id()
    world.unfriend(anna, bob, operation_id=operation_id)
    world.befriend(anna, bob)
    world.unfriend(anna, bob, operation_id=operation_id)
    assert world.users.list_friend_ids(anna) == [bob]
    with pytest.raises(NotFound):
        world.unfriend(anna, new_id())


def test_only_a_friend_s_profile_is_shown_as_one(world, anna, bob, carl):
    world.befriend(anna, bob)
    assert users.get_friend(world.users, actor_id=anna, friend_id=bob)["friend_ids"] == [anna]
    with pytest.raises(NotFound):
        users.get_friend(world.users, actor_id=anna, friend_id=carl)
