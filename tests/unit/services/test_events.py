"""Events, members, rights and their chats, through all services."""

import pytest

from services.contracts.errors import Code, Forbidden, Invalid, NotFound, PreconditionFailed
from services.contracts.ids import new_id
from services.events.model import RIGHTS


@pytest.fixture
def party(world, anna):
    return world.event(anna)


def members(world, event_id):
    return [member.user_id for member in world.events.find(event_id).members]


def refused(error, code, act, *args, **kwargs):
    with pytest.raises(error) as caught:
        act(*args, **kwargs)
    assert caught.value.code == code


def chat_of(world, actor, event_id):
    return world.get_event(actor, event_id)["chat_id"]


def test_a_group_event_has_its_creator_as_member_with_all_rights_and_a_chat(world, anna, party):
    [creator] = world.events.find(party).members
    assert (creator.user_id, creator.rights) == (anna, frozenset(RIGHTS))
    world.say(anna, chat_of(world, anna, party), "first")


def test_a_single_event_has_neither_members_to_show_nor_a_chat(world, anna):
    shown = world.get_event(anna, world.event(anna, kind="single"))
    assert (shown["member_ids"], shown["chat_id"]) == ([], None)
    assert world.chats_of(anna) == []


def test_accepting_makes_a_member_without_rights_who_may_read_the_chat(world, anna, bob, party):
    world.join(anna, bob, party)
    assert members(world, party) == [anna, bob]
    assert world.events.find(party).member_of(bob).rights == frozenset()
    world.say(bob, chat_of(world, bob, party), "hi")


def test_an_invitation_gives_sight_of_the_event_but_not_of_its_chat(world, anna, bob, party):
    refused(Forbidden, Code.EVENT_FORBIDDEN, world.get_event, bob, party)
    world.invite(anna, bob, party)
    assert world.get_event(bob, party)["chat_id"] is None
    refused(Forbidden, Code.CHAT_FORBIDDEN, world.chat, bob, chat_of(world, anna, party))


def test_a_declined_or_cancelled_invitation_takes_the_sight_back(world, anna, bob, carl, party):
    world.answer(bob, world.invite(anna, bob, party), "decline")
    world.answer(anna, world.invite(anna, carl, party), "cancel")
    for guest in (bob, carl):
        refused(Forbidden, Code.EVENT_FORBIDDEN, world.get_event, guest, party)


def test_friends_of_the_owner_see_a_public_event(world, anna, bob, carl):
    public = world.event(anna, is_private=False)
    world.befriend(anna, bob)
    assert world.get_event(bob, public)["id"] == public
    refused(Forbidden, Code.EVENT_FORBIDDEN, world.get_event, carl, public)


def test_an_invitation_is_refused_in_the_documented_order(world, anna, bob, carl, party):
    single = world.event(anna, kind="single")
    world.join(anna, bob, party)
    refused(Invalid, Code.INVITE_ONESELF, world.invite, anna, anna, new_id())
    refused(NotFound, Code.EVENT_UNKNOWN, world.invite, anna, carl, new_id())
    refused(NotFound, Code.EVENT_UNKNOWN, world.invite, anna, carl, single)
    refused(NotFound, Code.EVENT_UNKNOWN, world.invite, carl, new_id(), party)
    refused(Forbidden, Code.MEMBER_RIGHT_MISSING, world.invite, bob, new_id(), party)
    refused(NotFound, Code.USER_UNKNOWN, world.invite, anna, new_id(), party)
    refused(Invalid, Code.MEMBER_ALREADY, world.invite, anna, bob, party)


def test_one_invitation_waits_for_each_person_whoever_sends(world, anna, bob, carl, party):
    member_id = world.join(anna, bob, party)
    world.change_rights(anna, member_id, can_invite_user=True)
    first = world.invite(anna, carl, party)
    assert world.invite(bob, carl, party) == first
    assert len(world.invites.list_pending(carl)) == 1


def test_an_invitation_stays_valid_when_its_sender_has_left(world, anna, bob, carl, party):
    world.join(anna, bob, party)
    invite_id = world.invite(anna, carl, party)
    world.leave(anna, party)
    world.answer(carl, invite_id)
    assert members(world, party) == [bob, carl]


def test_a_deleted_event_takes_its_chat_and_invitations_along(world, anna, bob, carl, party):
    world.join(anna, bob, party)
    chat_id, invite_id = chat_of(world, anna, party), world.invite(anna, carl, party)
    world.delete(anna, party)
    for person in (anna, bob):
        refused(NotFound, Code.EVENT_UNKNOWN, world.get_event, person, party)
        refused(NotFound, Code.CHAT_UNKNOWN, world.chat, person, chat_id)
    refused(NotFound, Code.INVITE_UNKNOWN, world.answer, carl, invite_id)


def test_the_last_one_out_deletes_the_event(world, anna, bob, party):
    world.join(anna, bob, party)
    chat_id = chat_of(world, anna, party)
    world.leave(anna, party)
    refused(Forbidden, Code.CHAT_FORBIDDEN, world.chat, anna, chat_id)
    world.leave(bob, party)
    assert world.events.find(party) is None
    refused(NotFound, Code.CHAT_UNKNOWN, world.chat, bob, chat_id)


def test_an_owner_who_leaves_is_succeeded_by_the_longest_standing_holder_of_all_rights(world, anna, bob, carl, party):
    world.join(anna, bob, party)
    world.change_rights(anna, world.join(anna, carl, party), **dict.fromkeys(RIGHTS, True))
    world.leave(anna, party)
    assert world.events.find(party).owner_id == carl
    assert world.events.find(party).member_of(bob).rights == frozenset()


def test_without_such_a_holder_the_longest_standing_member_gets_all_rights(world, anna, bob, carl, party):
    world.join(anna, bob, party)
    world.join(anna, carl, party)
    world.leave(anna, party)
    heir = world.events.find(party).member_of(bob)
    assert (world.events.find(party).owner_id, heir.rights) == (bob, frozenset(RIGHTS))


def test_a_member_grants_and_revokes_only_rights_they_hold(world, anna, bob, carl, party):
    bobs, carls = world.join(anna, bob, party), world.join(anna, carl, party)
    world.change_rights(anna, bobs, can_invite_user=True)
    world.change_rights(bob, carls, can_invite_user=True)
    refused(Forbidden, Code.MEMBER_RIGHT_MISSING, world.change_rights, bob, carls, can_change_event=True)
    refused(Forbidden, Code.MEMBER_RIGHT_MISSING, world.change_rights, bob, carls, can_delete_user=False)
    world.change_rights(bob, carls, can_invite_user=False)
    assert world.events.find(party).member_of(carl).rights == frozenset()


def test_a_change_of_rights_is_delivered_to_nobody(world, anna, bob, party):
    bobs = world.join(anna, bob, party)
    world.deliver_at_once = False
    world.change_rights(anna, bobs, can_delete_event=True)
    assert world.undelivered == []
    world.remove_member(anna, bobs)
    assert [subscriber for subscriber, _ in world.undelivered] == ["chats", "streams"]


def test_the_owner_neither_loses_a_right_nor_is_removed(world, anna, bob, party):
    owners, bobs = world.events.find(party).members[0].id, world.join(anna, bob, party)
    world.change_rights(anna, bobs, **dict.fromkeys(RIGHTS, True))
    refused(Forbidden, Code.MEMBER_IS_OWNER, world.change_rights, bob, owners, can_change_event=False)
    refused(Forbidden, Code.MEMBER_IS_OWNER, world.change_rights, anna, owners, can_change_event=False)
    refused(Forbidden, Code.MEMBER_IS_OWNER, world.remove_member, bob, owners)
    world.change_rights(bob, owners, can_change_event=True)


def test_removing_a_member_needs_the_right_and_closes_the_chat(world, anna, bob, carl, party):
    bobs, carls = world.join(anna, bob, party), world.join(anna, carl, party)
    chat_id = chat_of(world, anna, party)
    refused(Forbidden, Code.MEMBER_RIGHT_MISSING, world.remove_member, bob, carls)
    world.remove_member(anna, carls)
    refused(Forbidden, Code.CHAT_FORBIDDEN, world.chat, carl, chat_id)
    world.remove_member(bob, bobs)
    assert members(world, party) == [anna]
    refused(NotFound, Code.MEMBER_UNKNOWN, world.remove_member, anna, bobs)


def test_a_repeated_removal_gives_the_first_outcome(world, anna, bob, party):
    bobs, operation_id = world.join(anna, bob, party), new_id()
    world.remove_member(anna, bobs, operation_id=operation_id)
    world.join(anna, bob, party)
    world.remove_member(anna, bobs, operation_id=operation_id)
    assert members(world, party) == [anna, bob]


@pytest.mark.parametrize("act", ["leave", "delete"])
def test_a_repeated_leaving_or_deletion_gives_the_first_outcome(world, anna, party, act):
    operation_id = new_id()
    getattr(world, act)(anna, party, operation_id=operation_id)
    getattr(world, act)(anna, party, operation_id=operation_id)
    refused(NotFound, Code.EVENT_UNKNOWN, getattr(world, act), anna, party)


def test_a_repeated_creation_is_one_event(world, anna):
    operation_id = new_id()
    assert world.event(anna, operation_id=operation_id) == world.event(anna, operation_id=operation_id)
    assert len(world.events.list_ids(anna)) == 1


def test_changing_an_event_is_refused_for_the_right_reason(world, anna, bob, carl, party):
    world.join(anna, bob, party)
    refused(NotFound, Code.EVENT_UNKNOWN, world.change, anna, new_id(), name="x")
    refused(NotFound, Code.EVENT_UNKNOWN, world.change, anna, party, kind="single", name="x")
    refused(Forbidden, Code.EVENT_FORBIDDEN, world.change, carl, party, name="x")
    refused(Forbidden, Code.MEMBER_RIGHT_MISSING, world.change, bob, party, name="x")
    for none_of_them in ([99], [98, 99], []):
        refused(PreconditionFailed, Code.EVENT_CHANGED, world.change, anna, party, if_versions=none_of_them, name="x")
    assert world.get_event(anna, party)["name"] == "Party"
    version = world.get_event(anna, party)["version"]
    world.change(anna, party, if_versions=[version - 1, version], name="x")


def test_deleting_an_event_is_refused_for_the_right_reason(world, anna, bob, carl, party):
    single = world.event(anna, kind="single")
    world.join(anna, bob, party)
    refused(NotFound, Code.EVENT_UNKNOWN, world.delete, anna, new_id())
    refused(NotFound, Code.EVENT_UNKNOWN, world.delete, carl, party)
    refused(Forbidden, Code.EVENT_FORBIDDEN, world.delete, carl, single)
    refused(Forbidden, Code.MEMBER_RIGHT_MISSING, world.delete, bob, party)
    refused(PreconditionFailed, Code.EVENT_CHANGED, world.delete, anna, party, if_versions=[99])


def test_one_cannot_leave_a_single_event_or_one_of_others(world, anna, bob, party):
    refused(NotFound, Code.EVENT_UNKNOWN, world.leave, anna, world.event(anna, kind="single"))
    refused(NotFound, Code.EVENT_UNKNOWN, world.leave, bob, party)


def test_whoever_left_is_not_brought_back_by_a_late_acceptance(world, anna, bob, party):
    world.deliver_at_once = False
    invite_id = world.invite(anna, bob, party)
    world.answer(bob, invite_id)
    late = list(world.undelivered)
    world.deliver_all()
    world.leave(bob, party)
    world.deliver_all()
    world.undelivered = late
    world.deliver_all()
    assert members(world, party) == [anna]
