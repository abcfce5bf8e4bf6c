"""The same operation again, at once or late: it gives the outcome of the first, wherever it was overtaken.

When that is not known any more it is refused. What changes nothing writes nothing.
"""

import time

import pytest

from services.chassis.messaging import outbox
from services.chassis.messaging.outbox import STATE_REQUESTED
from services.chassis.rpc import repeats
from services.chassis.rpc.deadline import CLOCK_SKEW_MS
from services.chats import usecases as chats
from services.contracts.domain_events import to_wire
from services.contracts.errors import Code, Conflict, Forbidden, Invalid, NotFound, PreconditionFailed, Unavailable
from services.contracts.ids import new_id
from services.invites import usecases as invites


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


def open_late(world, sender, receiver, event_id, invite_id):
    return world.services["events"].open_invitation(
        event_id=event_id, invite_id=invite_id, sender_id=sender, receiver_id=receiver
    )


def repair(world, invite_id):
    """Let `invites` tell `events` again how an invitation has ended, as the reconciler does."""
    for ended in world.invites.find(invite_id).to_domain_events(new_id(), STATE_REQUESTED):
        world.services["events"].restore(domain_event=to_wire(ended), replica_version=None)


@pytest.mark.parametrize("leaves", [True, False])
def test_whoever_was_removed_does_not_come_back_by_an_invitation_that_opens_late(world, anna, carl, party, leaves):
    invite_id = world.invite(anna, carl, party)
    world.answer(carl, invite_id)
    member_id = world.events.find(party).member_of(carl).id
    if leaves:
        world.leave(carl, party)
    else:
        world.remove_member(anna, member_id)
    with pytest.raises(NotFound) as refused:
        open_late(world, anna, carl, party, invite_id)
    assert refused.value.code == Code.INVITE_UNKNOWN
    repair(world, invite_id)
    assert world.events.find(party).member_of(carl) is None
    assert not world.events.find(party).has_invited(carl)
    assert world.join(anna, carl, party) != member_id, "a new invitation lets in"


@pytest.mark.parametrize("action", ["decline", "cancel"])
def test_an_invitation_that_was_not_accepted_does_not_open_late(world, anna, carl, party, action):
    invite_id = world.invite(anna, carl, party)
    world.answer(anna if action == "cancel" else carl, invite_id, action)
    with pytest.raises(NotFound):
        open_late(world, anna, carl, party, invite_id)
    repair(world, invite_id)
    assert not world.events.find(party).has_invited(carl)
    assert world.events.find(party).member_of(carl) is None


def test_repair_lets_in_whom_no_acceptance_has_reached_once(world, anna, carl, party):
    invite_id = world.invite(anna, carl, party)
    world.deliver_at_once = False
    world.answer(carl, invite_id)
    world.undelivered.clear()
    repair(world, invite_id)
    assert world.events.find(party).member_of(carl) is not None


# A document remembers its latest operations only.


@pytest.fixture(params=["begun before them", "begun after them", "first attempt"])
def attempt(request):
    """Return how a request comes after many others."""
    return request.param


@pytest.fixture
def few_operations(monkeypatch):
    monkeypatch.setattr(outbox, "REMEMBERED_OPERATIONS", 3)


def begun_at(attempt):
    now_ms = time.time_ns() // 1_000_000
    return {"begun before them": now_ms - 1000, "begun after them": now_ms + 2 * CLOCK_SKEW_MS, "first attempt": None}[
        attempt
    ]


def after_others(attempt, act, other):
    """Do `other` more often than a document remembers, then `act`; return whether it was done."""
    begun_at_ms = begun_at(attempt)
    for n in range(outbox.REMEMBERED_OPERATIONS + 1):
        other(n)
    with repeats.repeating(begun_at_ms):
        if attempt != "begun before them":
            act()
            return True
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == Code.OPERATION_FORGOTTEN
        return False


def test_a_change_that_may_be_forgotten_is_not_done_again(world, anna, party, few_operations, attempt):
    done = after_others(
        attempt,
        lambda: world.change(anna, party, name="Dinner"),
        lambda n: world.change(anna, party, name=f"Supper {n}"),
    )
    assert (world.get_event(anna, party)["name"] == "Dinner") == done


def test_a_deletion_that_may_be_forgotten_is_not_done_again(world, anna, party, few_operations, attempt):
    done = after_others(
        attempt, lambda: world.delete(anna, party), lambda n: world.change(anna, party, name=f"Supper {n}")
    )
    assert (world.events.find(party) is None) == done


def test_rights_that_may_be_forgotten_are_not_granted_again(world, anna, bob, party, few_operations, attempt):
    member_id = world.events.find(party).member_of(bob).id
    done = after_others(
        attempt,
        lambda: world.change_rights(anna, member_id, can_delete_event=True),
        lambda n: world.change_rights(anna, member_id, can_invite_user=n % 2 == 0),
    )
    assert ("can_delete_event" in world.events.find(party).member_of(bob).rights) == done


def test_a_removal_that_may_be_forgotten_is_neither_done_again_nor_unknown(world, anna, bob, party, few_operations):
    member_id, operation_id = world.events.find(party).member_of(bob).id, new_id()
    begun_at_ms = begun_at("begun before them")
    world.remove_member(anna, member_id, operation_id=operation_id)
    with repeats.repeating(begun_at_ms):
        assert world.remove_member(anna, member_id, operation_id=operation_id) == party
    for n in range(outbox.REMEMBERED_OPERATIONS + 1):
        world.change(anna, party, name=f"Supper {n}")
    with repeats.repeating(begun_at_ms), pytest.raises(Conflict):
        world.remove_member(anna, member_id, operation_id=operation_id)


def test_an_edit_that_may_be_forgotten_is_not_done_again(world, bob, message_id, few_operations, attempt):
    def say(text):
        chats.edit_message(
            world.chats, world.notify, actor_id=bob, message_id=message_id, text=text, operation_id=new_id()
        )

    done = after_others(attempt, lambda: say("better"), lambda n: say(f"text {n}"))
    assert (world.chats.find_message(message_id).text == "better") == done


def test_the_end_of_a_friendship_that_may_be_forgotten_is_not_done_again(world, anna, bob, few_operations, attempt):
    def end_and_begin_again(_):
        if bob in world.users.list_friend_ids(anna):
            world.unfriend(bob, anna)
        world.befriend(anna, bob)

    done = after_others(attempt, lambda: world.unfriend(anna, bob), end_and_begin_again)
    assert (world.users.list_friend_ids(anna) == []) == done


# What changes nothing writes nothing.


def test_the_same_values_change_no_version(world, anna, bob, party):
    before = world.events.find(party)
    details = {name: before.details[name] for name in ("name", "address", "starts_at", "is_private")}
    member = before.member_of(bob)
    world.change(anna, party, **details)
    world.change(anna, party)
    world.change(anna, party, if_versions=[before.version], name=before.details["name"])
    world.change_rights(anna, member.id)
    world.change_rights(anna, member.id, can_invite_user=False)
    world.change_rights(bob, member.id)
    assert world.events.find(party) == before


def test_the_same_values_are_refused_to_whoever_may_not_change_them(world, anna, bob, party):
    before = world.events.find(party)
    with pytest.raises(Forbidden):
        world.change(bob, party, name=before.details["name"])
    with pytest.raises(PreconditionFailed):
        world.change(anna, party, name=before.details["name"], if_versions=[before.version + 1])
    assert world.events.find(party) == before


def test_the_same_text_is_no_edit(world, bob, message_id):
    edit(world, bob, message_id, new_id())
    operations = world.chats._operations[message_id].ids()
    edit(world, bob, message_id, new_id())
    assert world.chats._operations[message_id].ids() == operations


# A refusal is given again, also if the first try had no answer.


class Unreachable:
    """Calls that nobody answers."""

    def call(self, call, **arguments):
        raise Unavailable(Code.CALL_TIMEOUT, "no answer")


def first_try_is_503(world, sender, receiver, event_id, operation_id):
    """Send an invitation while `events` does not answer; later the timer finishes it."""
    service = world.services["invites"]
    calls, service.calls = service.calls, Unreachable()
    with pytest.raises(Unavailable):
        world.invite(sender, receiver, event_id, operation_id=operation_id)
    service.calls = calls
    invites.finish_proposals(world.invites, world, world.notify, sent_before=outbox.now() + outbox.LEASE)


def test_an_invitation_refused_after_a_503_is_refused_again_whatever_holds_since(world, anna, bob, carl, party):
    member_id, operation_id = world.events.find(party).member_of(bob).id, new_id()
    first_try_is_503(world, bob, carl, party, operation_id)
    world.change_rights(anna, member_id, can_invite_user=True)
    for _ in range(2):
        with pytest.raises(Forbidden) as refused:
            world.invite(bob, carl, party, operation_id=operation_id)
        assert refused.value.code == Code.MEMBER_RIGHT_MISSING
    assert world.invites.list_pending(carl) == []
    assert not world.events.find(party).has_invited(carl)
    assert world.invite(bob, carl, party), "a new request is judged anew"


def test_an_invitation_sent_after_a_503_was_sent(world, anna, carl, party):
    operation_id = new_id()
    first_try_is_503(world, anna, carl, party, operation_id)
    assert [invite.id for invite in world.invites.list_pending(carl)] == [operation_id]
    assert world.invite(anna, carl, party, operation_id=operation_id) == operation_id
    assert len(world.invites.list_pending(carl)) == 1


def test_an_invitation_of_friends_refused_after_a_503_is_refused_by_its_repeat(world, anna, bob):
    operation_id = new_id()
    world.befriend(anna, bob)
    first_try_is_503(world, anna, bob, None, operation_id)
    for _ in range(2):
        with pytest.raises(Invalid) as refused:
            world.invite(anna, bob, operation_id=operation_id)
        assert refused.value.code == Code.FRIEND_ALREADY
