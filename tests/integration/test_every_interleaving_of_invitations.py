"""Opening, answering, joining, removing and repairing in every order in which their database operations can follow.

Use cases and stores of `events` and `invites` are the real ones; calls and deliveries go straight to them, as each
actor's gateway makes them. `tests/integration/stepping.py` says how actors take turns.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from services.chassis.messaging.outbox import STATE_REQUESTED, Outbox
from services.contracts.domain_events import from_wire, to_wire
from services.contracts.errors import ServiceError
from services.contracts.ids import new_id
from services.contracts.invites import Action
from services.contracts.registry import awaited_subscribers
from services.contracts.rpc import Wire
from services.events import storage as events_storage
from services.events.model import Event, joining
from services.invites import storage as invites_storage
from services.invites.model import Invite
from tests.fakes.world import World
from tests.integration.stepping import Actor, every_schedule, fast_database, run, step


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
        self.event_id, self.invite_id, self.answers = self.event(self.anna), new_id(), 0
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
                self.answers += 1

        return act

    def accept_and_be_removed(self) -> None:
        self.answer(self.bob, self.invite_id, "accept")
        self.answers += 1
        self.remove_member(self.anna, self.membership_id)
        self.was_removed = True

    def end(self) -> None:
        self.delete(self.anna, self.event_id)

    def relay(self) -> None:
        """Deliver everything that the outboxes have, whether it was delivered before or not."""
        for outbox in self.outboxes:
            for document in outbox.collection.find({"_id": {"$in": [self.event_id, self.invite_id]}}):
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
    assert status != "proposed" and now.answers <= 1 and now.times_let_in() <= 1
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


def in_every_order(database: Any, actors_of: Callable[[Scene], list[Actor]], *, sent: bool) -> int:
    """Run actors in every order; sent: Bob has the invitation before. Returns the number of orders."""

    def run_once(schedule: list[int]) -> list[int]:
        now = Scene(database)
        if sent:
            now.send()
        choices = run(actors_of(now), schedule)
        agrees(now)
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
    count = in_every_order(database, actors_of, sent=sent)
    assert count >= at_least
