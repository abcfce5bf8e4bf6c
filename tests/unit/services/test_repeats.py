"""The same operation under way twice at once: the second gives the outcome of the first, wherever it was overtaken."""

import pytest

from services.chats import usecases as chats
from services.contracts.errors import Code, Forbidden, Invalid, NotFound
from services.contracts.ids import new_id


def meanwhile(store, method, act):
    """Let `act` happen once, when the store's method has found its answer and not yet given it."""
    found = getattr(store, method)

    def overtaken(*args, **kwargs):
        result = found(*args, **kwargs)
        setattr(store, method, found)
        act()
        return result

    setattr(store, method, overtaken)


@pytest.fixture
def party(world, anna, bob):
    event_id = world.event(anna)
    world.join(anna, bob, event_id)
    return event_id


@pytest.fixture
def chat_id(world, bob, party):
    return world.get_event(bob, party)["chat_id"]


@pytest.fixture
def message_id(world, bob, chat_id):
    return world.say(bob, chat_id, "hello")


def edit(world, actor, message_id, operation_id):
    return chats.edit_message(
        world.chats, world.notify, actor_id=actor, message_id=message_id, text="better", operation_id=operation_id
    )


def delete(world, actor, message_id, operation_id):
    return chats.delete_message(
        world.chats, world.notify, actor_id=actor, message_id=message_id, operation_id=operation_id
    )


@pytest.mark.parametrize("overtaken_at", ["find_message", "find", "delete"])
def test_a_deletion_overtaken_by_itself_gives_the_first_outcome(world, bob, message_id, overtaken_at):
    operation_id = new_id()
    if overtaken_at == "delete":
        message = world.chats.find_message(message_id)
        world.chats.find_message = lambda _: message  # read before it was gone
        delete(world, bob, message_id, operation_id)
    else:
        meanwhile(world.chats, overtaken_at, lambda: delete(world, bob, message_id, operation_id))
    assert delete(world, bob, message_id, operation_id) == {"id": message_id, "domain_events": []}
    with pytest.raises(NotFound) as refused:
        delete(world, bob, message_id, new_id())
    assert refused.value.code == Code.MESSAGE_UNKNOWN


@pytest.mark.parametrize("act", [edit, delete])
def test_a_repeat_is_not_refused_because_the_chat_was_closed_since(world, anna, bob, party, message_id, act):
    operation_id = new_id()
    act(world, bob, message_id, operation_id)
    world.leave(bob, party)
    assert act(world, bob, message_id, operation_id)["id"] == message_id
    with pytest.raises((Forbidden, NotFound)):
        act(world, bob, message_id, new_id())


def test_a_repeated_edit_is_not_refused_because_the_message_was_deleted_since(world, bob, message_id):
    operation_id = new_id()
    edit(world, bob, message_id, operation_id)
    delete(world, bob, message_id, new_id())
    assert edit(world, bob, message_id, operation_id)["id"] == message_id
    assert world.chats.find_message(message_id) is None


def test_a_repeated_message_is_not_refused_because_its_author_left_since(world, bob, party, chat_id):
    operation_id = new_id()
    world.say(bob, chat_id, "hello", operation_id=operation_id)
    world.leave(bob, party)
    assert world.say(bob, chat_id, "hello", operation_id=operation_id) == operation_id
    with pytest.raises(Forbidden):
        world.say(bob, chat_id, "hello")


def test_a_repeated_change_is_not_refused_because_the_event_was_deleted_since(world, anna, party):
    operation_id = new_id()
    world.change(anna, party, name="Dinner", operation_id=operation_id)
    world.delete(anna, party)
    assert world.change(anna, party, name="Dinner", operation_id=operation_id) == party
    with pytest.raises(NotFound):
        world.change(anna, party, name="Dinner")


def test_a_repeated_change_of_rights_is_not_refused_because_the_member_left_since(world, anna, bob, party):
    member_id, operation_id = world.events.find(party).member_of(bob).id, new_id()
    world.change_rights(anna, member_id, can_invite_user=True, operation_id=operation_id)
    world.leave(bob, party)
    assert world.change_rights(anna, member_id, can_invite_user=True, operation_id=operation_id) == party
    with pytest.raises(NotFound):
        world.change_rights(anna, member_id, can_invite_user=True)


@pytest.mark.parametrize("act", ["leave", "delete"])
def test_a_leaving_or_deletion_overtaken_by_itself_gives_the_first_outcome(world, anna, party, act):
    operation_id = new_id()
    meanwhile(world.events, "find_any", lambda: getattr(world, act)(anna, party, operation_id=operation_id))
    assert getattr(world, act)(anna, party, operation_id=operation_id) == party


def test_the_end_of_a_friendship_overtaken_by_itself_gives_the_first_outcome(world, anna, bob):
    world.befriend(anna, bob)
    operation_id = new_id()
    meanwhile(world.users, "unfriend", lambda: world.befriend(bob, anna))
    world.unfriend(anna, bob, operation_id=operation_id)
    assert world.unfriend(anna, bob, operation_id=operation_id) == bob
    assert world.users.list_friend_ids(anna) == [bob]


@pytest.mark.parametrize("action", ["accept", "decline", "cancel"])
def test_an_answer_overtaken_by_itself_gives_the_first_outcome(world, anna, bob, action):
    invite_id, operation_id = world.invite(anna, bob), new_id()
    actor = anna if action == "cancel" else bob
    meanwhile(world.invites, "find", lambda: world.answer(actor, invite_id, action, operation_id=operation_id))
    assert world.answer(actor, invite_id, action, operation_id=operation_id) == invite_id


def test_a_repeated_acceptance_is_not_refused_because_the_event_was_deleted_since(world, anna, carl, party):
    invite_id, operation_id = world.invite(anna, carl, party), new_id()
    world.answer(carl, invite_id, "accept", operation_id=operation_id)
    world.delete(anna, party)
    assert world.answer(carl, invite_id, "accept", operation_id=operation_id) == invite_id
    assert "gone" not in world.outcomes
    assert world.events.find(party) is None


@pytest.mark.parametrize("action", ["accept", "decline"])
def test_an_invitation_answered_while_its_repeat_is_checked_was_sent(world, anna, bob, carl, party, action):
    for receiver, event_id in ((bob, None), (carl, party)):
        operation_id = new_id()

        def send_and_answer(receiver=receiver, event_id=event_id, operation_id=operation_id):
            world.answer(receiver, world.invite(anna, receiver, event_id, operation_id=operation_id), action)

        meanwhile(world.invites, "propose", send_and_answer)
        assert world.invite(anna, receiver, event_id, operation_id=operation_id) == operation_id
        assert world.invites.list_pending(receiver) == []
    assert not world.events.find(party).has_invited(carl)


def test_a_refused_invitation_is_refused_again(world, anna, bob, carl, party):
    world.befriend(anna, carl)
    for sender, receiver, event_id, error in (
        (anna, carl, None, Invalid),
        (anna, new_id(), None, NotFound),
        (anna, bob, party, Invalid),
        (bob, carl, party, Forbidden),
    ):
        operation_id = new_id()
        for _ in range(3):
            with pytest.raises(error):
                world.invite(sender, receiver, event_id, operation_id=operation_id)


def test_an_invitation_to_an_event_deleted_while_it_was_checked_is_refused(world, anna, carl, party):
    meanwhile(world.events, "open_invitation", lambda: world.delete(anna, party))
    with pytest.raises(NotFound) as refused:
        world.invite(anna, carl, party)
    assert refused.value.code == Code.EVENT_UNKNOWN
    assert world.invites.list_pending(carl) == []
