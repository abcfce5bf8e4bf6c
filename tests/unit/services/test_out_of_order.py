"""Domain events that come in any order, several times or late lead to what one delivery in order leads to."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.ids import derive_id, new_id
from services.contracts.rpc import Wire
from services.users.model import Profile
from tests.fakes.world import World

PEOPLE = ("anna", "bob", "carl")

acts = st.lists(
    st.tuples(
        st.sampled_from(
            ["befriend", "cross", "unfriend", "event", "invite", "accept", "decline", "leave", "delete", "remove"]
        ),
        st.sampled_from(PEOPLE),
        st.sampled_from(PEOPLE),
    ),
    max_size=14,
)


def chats_of(world, person):
    """Return the ids of the chats that a person may read."""
    return [chat.id for chat in world.chats.list_newest(person, offset=0, limit=1000)]


def picture_of(world):
    """Return all that people can see, and nothing that may differ (versions, what is remembered)."""
    return {
        person: {
            "friends": world.users.list_friend_ids(person),
            "events": sorted(event_id for event_id, _ in world.events.list_ids(person)),
            "chats": sorted(chats_of(world, person)),
            "waiting": sorted(invite.id for invite in world.invites.list_pending(person)),
        }
        for person in PEOPLE
    }


def expected_copies(world):
    """Return which chats each must have: those of their events, and a dialog with each who ever was a friend."""
    chats: dict[str, set[str]] = {person: set() for person in PEOPLE}
    for event in world.events._events.values():
        for member in event.members:
            chats[member.user_id].add(event.chat_id)
    for kept in world.users._friendships.values():
        for person in kept.friendship.pair:
            chats[person].add(kept.friendship.dialog_id)
    return chats


class Script:
    """Plays the same acts in any world: ids come from the acts, not from chance; what is refused is skipped."""

    def __init__(self, world):
        self.world, self.events, self.step = world, [], 0

    def play(self, act, one, other):
        self.step += 1
        operation_id = derive_id(f"{self.step}", act)
        try:
            getattr(self, act)(one, other, operation_id)
        except Exception as refusal:
            if not hasattr(refusal, "code"):
                raise

    def befriend(self, one, other, operation_id):
        invite_id = self.world.invite(one, other, operation_id=operation_id)
        self.world.answer(other, invite_id, operation_id=derive_id(operation_id, "answer"))

    def cross(self, one, other, operation_id):
        there = self.world.invite(one, other, operation_id=operation_id)
        back = self.world.invite(other, one, operation_id=derive_id(operation_id, "back"))
        self.world.answer(other, there, operation_id=derive_id(operation_id, "answer"))
        self.world.answer(one, back, operation_id=derive_id(operation_id, "answer back"))

    def unfriend(self, one, other, operation_id):
        self.world.unfriend(one, other, operation_id=operation_id)

    def event(self, one, other, operation_id):
        self.events.append(self.world.event(one, operation_id=operation_id))

    def invite(self, one, other, operation_id):
        self.world.invite(one, other, self.events[-1] if self.events else operation_id, operation_id=operation_id)

    def accept(self, one, other, operation_id):
        for invite in self.world.invites.list_pending(one):
            self.world.answer(one, invite.id, operation_id=derive_id(operation_id, invite.id))

    def decline(self, one, other, operation_id):
        for invite in self.world.invites.list_pending(one):
            self.world.answer(one, invite.id, "decline", operation_id=derive_id(operation_id, invite.id))

    def leave(self, one, other, operation_id):
        self.world.leave(one, self.events[-1] if self.events else operation_id, operation_id=operation_id)

    def delete(self, one, other, operation_id):
        self.world.delete(one, self.events[-1] if self.events else operation_id, operation_id=operation_id)

    def remove(self, one, other, operation_id):
        event = self.world.events.find(self.events[-1]) if self.events else None
        member = event.member_of(other) if event else None
        if member:
            self.world.remove_member(one, member.id, operation_id=operation_id)


def world_of_people(**kwargs):
    world = World(**kwargs)
    for name in PEOPLE:
        world.users.save_profile(_profile(name), operation_id=new_id())
    return world


def _profile(name):
    return Profile(id=name, google_id=name, name=name, email=name, picture="", birthday=None)


Delivery = tuple[str, Wire]
FATES = ("handled", "handled twice", "dropped", "handled and not acknowledged")
"""What becomes of a delivery; the last two come again, after others."""


def deliver_somehow(world, data):
    """Deliver what waits in an order, and with mishaps, as hypothesis likes; at the end everything once more."""
    delivered: list[Delivery] = []
    again: list[Delivery] = []
    while world.undelivered or again:
        waiting = world.undelivered or again
        index = data.draw(st.integers(0, len(waiting) - 1), label="which")
        delivery = waiting.pop(index)
        is_retry = delivery in delivered
        fate = "handled" if is_retry else data.draw(st.sampled_from(FATES), label="fate")
        delivered.append(delivery)
        if fate != "dropped":
            world.apply(*delivery)
        if fate == "handled twice":
            world.apply(*delivery)
        elif fate != "handled":
            again.append(delivery)
    for delivery in delivered:
        world.apply(*delivery)
    world.undelivered.clear()


@settings(max_examples=300, deadline=None)
@given(acts=acts, data=st.data())
def test_any_order_of_delivery_between_two_acts_gives_the_serial_outcome(acts, data):
    serial, shuffled = world_of_people(), world_of_people(deliver_at_once=False)
    plays = [(Script(serial), serial), (Script(shuffled), shuffled)]
    for act in acts:
        for script, world in plays:
            script.play(*act)
            if world is shuffled:
                deliver_somehow(shuffled, data)
    assert picture_of(shuffled) == picture_of(serial)


@settings(max_examples=300, deadline=None)
@given(acts=acts, data=st.data())
def test_domain_events_that_come_late_and_mixed_leave_replicas_that_agree_with_their_owners(acts, data):
    world = world_of_people(deliver_at_once=False)
    script = Script(world)
    for act in acts:
        script.play(*act)
        for _ in range(data.draw(st.integers(0, 2), label="deliveries")):
            if world.undelivered:
                world.deliver(data.draw(st.integers(0, len(world.undelivered) - 1), label="which"))
    deliver_somehow(world, data)
    assert {person: set(chats_of(world, person)) for person in PEOPLE} == expected_copies(world)
    for person in PEOPLE:
        for invite in world.invites.list_pending(person):
            assert_still_makes_sense(world, invite)


def assert_still_makes_sense(world, invite):
    if invite.kind == "event":
        event = world.events.find(invite.event_id)
        assert event is not None and event.has_invited(invite.receiver_id)
        return
    friendship = world.users.find_friendship(invite.sender_id, invite.receiver_id)
    assert friendship is None or (not friendship.friends and friendship.generation == invite.generation)
