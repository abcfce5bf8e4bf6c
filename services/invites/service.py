"""The Nameko service `invites`. Signatures, documentation and errors of its calls: `services.contracts.invites`."""

from datetime import timedelta

from nameko.timer import timer

from services.chassis import outbox
from services.chassis.providers import announcer, process, remote, store
from services.chassis.reconciling import RECONCILE_EVERY_S, reconcile_in_turn
from services.chassis.rpc import rpc
from services.contracts import invites as contract
from services.contracts.announcements import from_wire
from services.contracts.calls import Applied, Disagreement, Health, Told, Wire, Written
from services.invites import usecases
from services.invites.model import Invite
from services.invites.storage import InviteStore

SWEEP_EVERY_S = 5
UNFINISHED_AFTER = timedelta(seconds=10)
"""Longer than any call may take: nobody works on such a proposal any more."""


class Invites:
    """Invitations and their answers."""

    name = contract.SERVICE

    invites = store(InviteStore)
    relay = announcer("invites")
    calls = remote()
    process = process()

    @rpc
    def send_invite(
        self, *, actor_id: str, kind: contract.Kind, receiver_id: str, event_id: str | None, operation_id: str
    ) -> Written:
        invite = Invite(
            id=operation_id,
            kind=kind,
            sender_id=actor_id,
            receiver_id=receiver_id,
            event_id=event_id,
            status="proposed",
        )
        return usecases.send_invite(self.invites, self.calls, self.relay.wake, invite)

    @rpc
    def list_invites(self, *, actor_id: str) -> list[contract.Invite]:
        return usecases.list_invites(self.invites, actor_id=actor_id)

    @rpc
    def list_invite_ids(self, *, actor_id: str) -> list[str]:
        return self.invites.list_waiting_ids(actor_id)

    @rpc
    def answer_invite(self, *, actor_id: str, invite_id: str, action: contract.Action, operation_id: str) -> Written:
        return usecases.answer_invite(
            self.invites,
            self.relay.wake,
            actor_id=actor_id,
            invite_id=invite_id,
            action=action,
            operation_id=operation_id,
        )

    @rpc
    def apply(self, *, announcement: Wire) -> Applied:
        return usecases.apply(self.invites, self.relay.sweep_soon, from_wire(announcement))

    @rpc
    def list_announcements(self, *, kind: str, after: str | None, only: list[str] | None) -> Told:
        return self.process.tell(kind=kind, after=after, only=only)

    @rpc
    def audit(self, *, announcements: list[Wire]) -> list[Disagreement]:
        return usecases.audit(self.invites, [from_wire(announcement) for announcement in announcements])

    @rpc
    def restore(self, *, announcement: Wire, seen: int | None) -> Applied:
        return usecases.apply(self.invites, self.relay.sweep_soon, from_wire(announcement))

    @rpc
    def check_health(self) -> Health:
        return self.process.health()

    @timer(interval=RECONCILE_EVERY_S)
    def reconcile(self) -> None:
        """Make sure that everybody has heard what this service has announced."""
        reconcile_in_turn(self.process)

    @timer(interval=SWEEP_EVERY_S)
    def finish_proposals(self) -> None:
        """Finish invitations whose sending was cut short."""
        sent_before = outbox.now() - UNFINISHED_AFTER
        usecases.finish_proposals(self.invites, self.calls, self.relay.wake, sent_before=sent_before)
