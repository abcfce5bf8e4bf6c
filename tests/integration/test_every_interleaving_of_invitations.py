"""Opening, answering, joining, removing and repairing in every order in which their database operations can follow.

Use cases and stores of `events` and `invites` are the real ones; calls and deliveries go straight to them, as each
actor's gateway makes them. `tests/integration/stepping.py` says how actors take turns.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from services.chassis.messaging.outbox import STATE_REQUESTED, Outbox
from services.contracts.domain_events import InvitationsRevokedV1, from_wire, to_wire
from services.contracts.errors import ServiceError
from services.contracts.ids import new_id
from services.contracts.invites import Action
from services.contracts.registry import awaited_subscribers
from services.contracts.rpc import Wire
from services.events import storage as events_storage
from services.events.model import STATE, Change, Event, Member, joining
from services.invites import storage as invites_storage
from services.invites.model import Invite
from tests.fakes.world import World
from tests.integration.stepping import Actor, every_schedule, fast_database, run, step

S = TypeVar("S", bound="Scene")


class Scene(World):
    """Anna's event, to which Bob is invited. Actors act as the gateway does: write, then deliver, then answer."""

    def __init__(self, database: Any) -> None:
        super().__init__()
        self.services["events"].events = events_storage.MongoEventStore(database)
        self.services["invites"].invites = invites_storage.MongoInviteStore(database)
        for name in ("events", "invites"):
            step(getattr(self.services[name], name))
        self.outboxes: list[Outbox] = [*events_storage.outboxes(database), *invites_storage.outboxes(database)]
        self.anna, self.bob = self.person("Anna"), self.person("Bob")
        self.event_id, self.invite_id = self.event(self.anna), new_id()
        self.done: set[Action] = set()
        self.was_removed = False

    def _caused(self, domain_events: list[Wire]) -> None:
        """Deliver at once, and only what this actor has caused: each request has a gateway of its own."""
        for wire in domain_events:
            for subscriber in awaited_subscribers(from_wire(wire)):
                self.apply(subscriber, wire)

    # What actors do.

    def send(self) -> None:
        """Send the invitation, or repeat that: the same operation."""
        with suppress(ServiceError):
            self.invite(self.anna, self.bob, self.event_id, operation_id=self.invite_id)

    def open_late(self) -> None:
        """Open the invitation, as a call does that was paused before it."""
        with suppress(ServiceError):
            self.services["events"].open_invitation(
                event_id=self.event_id, invite_id=self.invite_id, sender_id=self.anna, receiver_id=self.bob
            )

    def open_and_repair(self) -> None:
        self.open_late()
        self.reconcile()

    def reply(self, action: Action) -> Actor:
        def act() -> None:
            with suppress(ServiceError):
                self.answer(self.anna if action == "cancel" else self.bob, self.invite_id, action)
                self.done.add(action)

        return act

    def accept_and_be_removed(self) -> None:
        self.answer(self.bob, self.invite_id, "accept")
        self.done.add("accept")
        self.remove_member(self.anna, self.membership_id)
        self.was_removed = True

    def end(self) -> None:
        self.delete(self.anna, self.event_id)

    def documents(self) -> list[str]:
        return [self.event_id, self.invite_id]

    def relay(self) -> None:
        """Deliver everything that the outboxes have, whether it was delivered before or not."""
        for outbox in self.outboxes:
            for document in outbox.collection.find({"_id": {"$in": self.documents()}}):
                for entry in document.get("outbox", ()):
                    self._caused([to_wire(each) for each in outbox.to_domain_events(document, entry)])

    def relay_acceptance(self) -> None:
        """Deliver the acceptance as it waits in a queue: late, and once more."""
        invitation = self.invitation()
        for each in invitation.to_domain_events(new_id(), STATE_REQUESTED) if invitation else []:
            self.apply("events", to_wire(each))

    def reconcile(self) -> None:
        """Compare and repair, without waiting whether a discrepancy is only what is under way: the worst case."""
        invitation = self.invitation()
        found = invitation.to_domain_events(new_id(), STATE_REQUESTED) if invitation else []
        wires = [to_wire(each) for each in found]
        for discrepancy in self.services["events"].audit(domain_events=wires):
            self.services["events"].restore(domain_event=wires[discrepancy["index"]], replica_version=None)

    # What has come of it.

    @property
    def membership_id(self) -> str:
        return joining(self.bob, self.invite_id).id

    def invitation(self) -> Invite | None:
        found: Invite | None = self.services["invites"].invites.find(self.invite_id)
        return found

    def party(self) -> Event:
        found: Event | None = self.services["events"].events.find_any(self.event_id)
        assert found is not None
        return found

    def times_let_in(self) -> int:
        return sum(
            change.kind == "joined" and self.membership_id in change.affected_member_ids
            for change in self.party().changes
        )


class InviterScene(Scene):
    """Anna's event, to which Carl, who may invite and no more, has invited Bob or is about to.

    sent_by_anna: the invitation that Bob is left with after Anna has invited him, too; None if she was refused.
    """

    def __init__(self, database: Any) -> None:
        super().__init__(database)
        self.carl, self.annas_id, self.sent_by_anna = self.person("Carl"), new_id(), ""
        self.inviter = Member(id=new_id(), user_id=self.carl, rights=frozenset({"can_invite_user"}))
        alone = self.party()
        both = replace(alone, members=(*alone.members, self.inviter))
        self.services["events"].events.replace_membership(alone, both, operation_id=new_id())
        self.inviter_was_removed = self.owner_has_left = False

    def send(self) -> None:
        with suppress(ServiceError):
            self.invite(self.carl, self.bob, self.event_id, operation_id=self.invite_id)

    def send_annas(self) -> None:
        self.sent_by_anna = self.invite(self.anna, self.bob, self.event_id, operation_id=self.annas_id)

    def cancel_as_owner(self) -> None:
        with suppress(ServiceError):
            self.answer(self.anna, self.invite_id, "cancel")
            self.done.add("cancel")

    def remove_inviter(self) -> None:
        self.remove_member(self.anna, self.inviter.id)
        self.inviter_was_removed = True

    def owner_leaves(self) -> None:
        self.leave(self.anna, self.event_id)
        self.owner_has_left = True

    def documents(self) -> list[str]:
        return [*super().documents(), self.annas_id]

    def reconcile(self) -> None:
        super().reconcile()
        states = self.party().to_domain_events(Change(domain_event_id=new_id(), kind=STATE))
        wires = [to_wire(each) for each in states if isinstance(each, InvitationsRevokedV1)]
        for discrepancy in self.services["invites"].audit(domain_events=wires):
            self.services["invites"].restore(domain_event=wires[discrepancy["index"]], replica_version=None)


def settle(now: Scene) -> None:
    """Let everything arrive, and repair twice: the second time nothing may be left to do."""
    now.relay()
    now.reconcile()
    before = now.party()
    now.relay()
    now.reconcile()
    assert now.party() == before


def agrees(now: Scene) -> None:
    """The event's roster and the invitation say the same, removed is removed, and the token has let in once at most."""
    assert not (now.times_let_in() and now.party().has_invited(now.bob)), "a used token is open again"
    settle(now)
    party, invitation = now.party(), now.invitation()
    status = invitation.status if invitation else "refused"
    assert status != "proposed" and len(now.done) <= 1 and now.times_let_in() <= 1
    if party.deleted:
        assert status != "pending" and party.invited == () and party.members == ()
        return
    assert party.has_invited(now.bob) == (status == "pending")
    assert (party.member(now.membership_id) is not None) == (status == "accepted" and not now.was_removed)
    assert now.times_let_in() == (status == "accepted")
    places = now.outboxes[0].collection.find_one({"_id": now.event_id})["places"]  # type: ignore[index]
    assert places == len(party.members) + len(party.invited)


@pytest.fixture(scope="module")
def database(mongo_uri: str) -> Iterator[Any]:
    with fast_database(mongo_uri) as database:
        events_storage.prepare(database)
        invites_storage.prepare(database)
        yield database


def ended_before_the_answer(now: InviterScene) -> None:
    """What was answered holds at once, before anything is published: accepted or ended, and nothing in between."""
    invitation, has_joined = now.invitation(), now.party().member(now.membership_id) is not None
    status = invitation.status if invitation else "refused"
    assert has_joined == (status == "accepted")
    for action, outcome in (("accept", "accepted"), ("decline", "declined")):
        assert (action in now.done) == (status == outcome)
    assert status == "cancelled" if "cancel" in now.done else status != "cancelled" or now.inviter_was_removed
    if now.inviter_was_removed:
        assert status in ("accepted", "cancelled", "refused")
        assert now.invite_id not in [each.invite_id for each in now.party().invited if not each.revoked]
    if now.sent_by_anna and now.sent_by_anna != now.invite_id:
        assert now.services["invites"].invites.find(now.annas_id).status == "pending"
        assert now.party().has_invited(now.bob)


def nothing_is_left_of_the_revoked(now: InviterScene) -> None:
    settle(now)
    assert not any(invitation.revoked for invitation in now.party().invited)


def in_every_order(
    database: Any, actors_of: Callable[[S], list[Actor]], *, sent: bool, scene: type[S], judge: Callable[[S], None]
) -> int:
    """Run actors in every order; sent: Bob has the invitation before. Returns the number of orders."""

    def run_once(schedule: list[int]) -> list[int]:
        now = scene(database)
        if sent:
            now.send()
        choices = run(actors_of(now), schedule)
        judge(now)
        return choices

    return every_schedule(run_once)


SCENES: dict[str, tuple[Callable[[Scene], list[Actor]], bool, int]] = {
    "accepted, removed, repaired": (lambda now: [now.accept_and_be_removed, now.reconcile], True, 20),
    "accepted, removed, sent again": (lambda now: [now.accept_and_be_removed, now.send], True, 20),
    "accepted, removed, opened late": (lambda now: [now.accept_and_be_removed, now.open_late], True, 15),
    "accepted, removed, opened late, repaired": (
        lambda now: [now.accept_and_be_removed, now.open_and_repair],
        True,
        100,
    ),
    "accepted, removed, delivered late": (lambda now: [now.accept_and_be_removed, now.relay_acceptance], True, 10),
    "sent twice": (lambda now: [now.send, now.send], False, 30),
    "sent, accepted, repaired": (lambda now: [now.send, now.reply("accept"), now.reconcile], False, 200),
    "sent, cancelled, repaired": (lambda now: [now.send, now.reply("cancel"), now.reconcile], False, 200),
    "answered in three ways": (lambda now: [now.reply("accept"), now.reply("decline"), now.reply("cancel")], True, 90),
    "sent, event deleted": (lambda now: [now.send, now.end], False, 10),
    "accepted, event deleted": (lambda now: [now.reply("accept"), now.end], True, 5),
}
"""What each actor does, whether Bob was invited before, and how many orders there are at least."""


@pytest.mark.parametrize("scene", SCENES)
def test_roster_and_invitation_agree(database: Any, scene: str) -> None:
    actors_of, sent, at_least = SCENES[scene]
    count = in_every_order(database, actors_of, sent=sent, scene=Scene, judge=agrees)
    assert count >= at_least


INVITER_SCENES: dict[str, tuple[Callable[[InviterScene], list[Actor]], bool, int]] = {
    "cancelled by the owner, accepted": (lambda now: [now.cancel_as_owner, now.reply("accept")], True, 15),
    "cancelled by the owner twice": (lambda now: [now.cancel_as_owner, now.cancel_as_owner], True, 100),
    "cancelled by the owner, the owner leaves": (lambda now: [now.cancel_as_owner, now.owner_leaves], True, 30),
    "inviter removed, accepted": (lambda now: [now.remove_inviter, now.reply("accept")], True, 8),
    "inviter removed, cancelled by the owner": (lambda now: [now.remove_inviter, now.cancel_as_owner], True, 50),
    "inviter removed, repaired": (lambda now: [now.remove_inviter, now.reconcile], True, 10),
    "inviter removed, sending": (lambda now: [now.remove_inviter, now.send], False, 10),
    "inviter removed, sending, accepted": (lambda now: [now.remove_inviter, now.send, now.reply("accept")], False, 100),
    "inviter removed, invited by another": (lambda now: [now.remove_inviter, now.send_annas], True, 15),
}
"""The same with Carl's invitation, which Anna, who owns the event, cancels, or who removes Carl."""


@pytest.mark.parametrize("scene", INVITER_SCENES)
def test_an_invitation_is_accepted_or_ends_with_its_sender_or_by_the_owner(database: Any, scene: str) -> None:
    actors_of, sent, at_least = INVITER_SCENES[scene]

    def judge(now: InviterScene) -> None:
        ended_before_the_answer(now)
        nothing_is_left_of_the_revoked(now)
        if now.sent_by_anna in ("", now.invite_id):
            agrees(now)

    count = in_every_order(database, actors_of, sent=sent, scene=InviterScene, judge=judge)
    assert count >= at_least
