"""The Nameko service `invites`. Signatures, documentation and errors of its calls: `services.contracts.invites`."""

from collections.abc import Sequence
from datetime import timedelta

from nameko.timer import timer

from services.chassis.dependencies import outbox_relay, rpc_client, store
from services.chassis.messaging import outbox
from services.chassis.messaging.handlers import handles
from services.chassis.rpc.server import rpc
from services.chassis.service import Service
from services.chassis.settings import Number
from services.contracts import invites as contract
from services.contracts.domain_events import (
    DomainEvent,
    EventInviteAcceptedV1,
    EventInviteEndedV1,
    FriendInviteAcceptedV1,
    FriendshipChangedV1,
    InvitationsRevokedV1,
    InviteChangedV1,
    MembershipChangedV1,
)
from services.contracts.rpc import Discrepancy, HandlerResult, ReplicaPage, WriteResult
from services.invites import storage, usecases
from services.invites.model import Invite
from services.invites.ports import InviteStore

PROPOSALS_INTERVAL_S = 5
WAIT_DAYS = 90
"""How long an invitation waits for its answer, unless `INVITATION_WAIT_S` says otherwise."""
UNFINISHED_AFTER = timedelta(seconds=10)
"""Longer than any call may take: no process works on such a proposal any more."""


EXPIRY_INTERVAL_S = 60


class Invites(Service):
    """Invitations and their answers."""

    name = contract.SERVICE
    numbers = (Number("INVITATION_WAIT_S", WAIT_DAYS * 24 * 3600, 1, 10 * 365 * 24 * 3600),)
    publishes = (FriendInviteAcceptedV1, EventInviteAcceptedV1, EventInviteEndedV1, InviteChangedV1)
    prepare = staticmethod(storage.prepare)
    outboxes = staticmethod(storage.outboxes)

    invites: InviteStore = store(storage.MongoInviteStore, relay="invites")
    relay = outbox_relay("invites")
    calls = rpc_client()

    @rpc
    def send_invite(
        self, *, actor_id: str, kind: contract.Kind, receiver_id: str, event_id: str | None, operation_id: str
    ) -> WriteResult:
        invite = Invite(
            id=operation_id,
            kind=kind,
            sender_id=actor_id,
            receiver_id=receiver_id,
            event_id=event_id,
            status="proposed",
        )
        return usecases.send_invite(self.invites, self.calls, self.relay.notify, invite)

    @rpc
    def list_invites(self, *, actor_id: str) -> list[contract.Invite]:
        return usecases.list_invites(self.invites, actor_id=actor_id)

    @rpc
    def list_sent_invites(self, *, actor_id: str) -> list[contract.Invite]:
        return usecases.list_sent_invites(self.invites, actor_id=actor_id)

    @rpc
    def list_invite_ids(self, *, actor_id: str) -> list[str]:
        return self.invites.list_pending_ids(actor_id)

    @rpc
    def answer_invite(
        self, *, actor_id: str, invite_id: str, action: contract.Action, operation_id: str
    ) -> WriteResult:
        return usecases.answer_invite(
            self.invites,
            self.calls,
            self.relay.notify,
            actor_id=actor_id,
            invite_id=invite_id,
            action=action,
            operation_id=operation_id,
        )

    @handles(FriendshipChangedV1)
    def settle_pair(self, changed: FriendshipChangedV1) -> HandlerResult:
        return usecases.settle_pair(self.invites, self.relay.poll_soon, changed)

    @handles(MembershipChangedV1)
    def end_event(self, changed: MembershipChangedV1) -> HandlerResult:
        return usecases.end_event(self.invites, self.relay.poll_soon, changed)

    @handles(InvitationsRevokedV1)
    def end_revoked(self, revoked: InvitationsRevokedV1) -> HandlerResult:
        return usecases.end_revoked(self.invites, self.relay.notify, revoked)

    def page_replicas(self, kind: str, *, after: str | None) -> ReplicaPage:
        if kind != MembershipChangedV1.__name__:
            return super().page_replicas(kind, after=after)
        return usecases.page_pending(self.invites, after=after)

    def find_discrepancies(self, domain_events: Sequence[DomainEvent]) -> list[Discrepancy]:
        return usecases.find_discrepancies(self.invites, domain_events)

    @timer(interval=PROPOSALS_INTERVAL_S)
    def finish_proposals(self) -> None:
        """Finish proposals whose process has died."""
        sent_before = outbox.now() - UNFINISHED_AFTER
        usecases.finish_proposals(self.invites, self.calls, self.relay.notify, sent_before=sent_before)

    @timer(interval=EXPIRY_INTERVAL_S)
    def expire(self) -> None:
        """End invitations that have waited too long."""
        sent_before = outbox.now() - timedelta(seconds=self.context.settings.numbers["INVITATION_WAIT_S"])
        usecases.expire(self.invites, self.relay.poll_soon, sent_before=sent_before)
