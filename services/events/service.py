"""The Nameko service `events`. Signatures, documentation and errors of its calls: `services.contracts.events`."""

from collections.abc import Sequence

from services.chassis.dependencies import outbox_relay, rpc_client, store
from services.chassis.messaging.handlers import handles
from services.chassis.rpc.server import rpc
from services.chassis.service import Service
from services.contracts import events as contract
from services.contracts.domain_events import (
    DomainEvent,
    EventChangedV1,
    EventInviteAcceptedV1,
    EventInviteEndedV1,
    InvitationsRevokedV1,
    MembershipChangedV1,
    OccurrenceChangedV1,
)
from services.contracts.rpc import Discrepancy, HandlerResult, ReplicaPage, WriteResult
from services.events import storage, usecases
from services.events.ports import EventStore


class Events(Service):
    """Events with their members and rights."""

    name = contract.SERVICE
    publishes = (MembershipChangedV1, InvitationsRevokedV1, EventChangedV1, OccurrenceChangedV1)
    prepare = staticmethod(storage.prepare)
    outboxes = staticmethod(storage.outboxes)

    events: EventStore = store(storage.MongoEventStore, relay="events")
    relay = outbox_relay("events")
    calls = rpc_client()

    @rpc
    def create_event(
        self, *, actor_id: str, kind: contract.Kind, details: contract.EventDetails, operation_id: str
    ) -> WriteResult:
        return usecases.create_event(
            self.events, self.relay.notify, actor_id=actor_id, kind=kind, details=details, operation_id=operation_id
        )

    @rpc
    def get_event(self, *, actor_id: str, event_id: str, occurrence: str | None = None) -> contract.Event:
        return usecases.get_event(self.events, self.calls, actor_id=actor_id, event_id=event_id, occurrence=occurrence)

    @rpc
    def list_month(self, *, actor_id: str, year: int, month: int) -> list[contract.EventSummary]:
        return usecases.list_month(self.events, actor_id=actor_id, year=year, month=month)

    @rpc
    def list_agenda(
        self, *, actor_id: str, first_day: str, end_day: str, time_zone: str | None, limit: int, after: str | None
    ) -> contract.AgendaPage:
        return usecases.list_agenda(
            self.events,
            actor_id=actor_id,
            first_day=first_day,
            end_day=end_day,
            time_zone=time_zone,
            limit=limit,
            after=after,
        )

    @rpc
    def list_own_ids(self, *, actor_id: str) -> contract.OwnIds:
        return usecases.list_own_ids(self.events, actor_id=actor_id)

    @rpc
    def list_visible_event_ids(self, *, actor_id: str, user_id: str) -> list[str]:
        return usecases.list_visible_event_ids(self.events, self.calls, actor_id=actor_id, user_id=user_id)

    @rpc
    def change_event(
        self,
        *,
        actor_id: str,
        event_id: str,
        kind: contract.Kind | None,
        changes: contract.EventDetails,
        if_versions: list[int] | None,
        operation_id: str,
        occurrence: str | None = None,
        scope: contract.Scope = "all",
    ) -> WriteResult:
        return usecases.change_event(
            self.events,
            self.relay.notify,
            actor_id=actor_id,
            event_id=event_id,
            kind=kind,
            changes=changes,
            if_versions=if_versions,
            operation_id=operation_id,
            occurrence=occurrence,
            scope=scope,
        )

    @rpc
    def delete_event(
        self,
        *,
        actor_id: str,
        event_id: str,
        if_versions: list[int] | None,
        operation_id: str,
        occurrence: str | None = None,
        scope: contract.Scope = "all",
    ) -> WriteResult:
        return usecases.delete_event(
            self.events,
            self.relay.notify,
            actor_id=actor_id,
            event_id=event_id,
            if_versions=if_versions,
            operation_id=operation_id,
            occurrence=occurrence,
            scope=scope,
        )

    @rpc
    def leave_event(self, *, actor_id: str, event_id: str, operation_id: str) -> WriteResult:
        return usecases.leave_event(
            self.events, self.relay.notify, actor_id=actor_id, event_id=event_id, operation_id=operation_id
        )

    @rpc
    def get_member(self, *, actor_id: str, member_id: str) -> contract.Member:
        return usecases.get_member(self.events, self.calls, actor_id=actor_id, member_id=member_id)

    @rpc
    def change_rights(
        self, *, actor_id: str, member_id: str, rights: contract.Rights, operation_id: str
    ) -> WriteResult:
        return usecases.change_rights(
            self.events,
            self.relay.notify,
            actor_id=actor_id,
            member_id=member_id,
            rights=rights,
            operation_id=operation_id,
        )

    @rpc
    def remove_member(self, *, actor_id: str, member_id: str, operation_id: str) -> WriteResult:
        return usecases.remove_member(
            self.events, self.relay.notify, actor_id=actor_id, member_id=member_id, operation_id=operation_id
        )

    @rpc
    def list_invited(self, *, actor_id: str, event_id: str) -> list[contract.Invited]:
        return usecases.list_invited(self.events, actor_id=actor_id, event_id=event_id)

    @rpc
    def revoke_invitation(self, *, actor_id: str, event_id: str, invite_id: str) -> None:
        usecases.revoke_invitation(self.events, actor_id=actor_id, event_id=event_id, invite_id=invite_id)

    @rpc
    def open_invitation(
        self, *, event_id: str, invite_id: str, sender_id: str, receiver_id: str
    ) -> contract.Invitation:
        return usecases.open_invitation(
            self.events,
            self.calls,
            event_id=event_id,
            invite_id=invite_id,
            sender_id=sender_id,
            receiver_id=receiver_id,
        )

    @handles(EventInviteAcceptedV1)
    def join(self, accepted: EventInviteAcceptedV1) -> HandlerResult:
        return usecases.join(self.events, self.relay.notify, accepted)

    @handles(EventInviteEndedV1)
    def withdraw_invitation(self, ended: EventInviteEndedV1) -> HandlerResult:
        return usecases.withdraw_invitation(self.events, ended)

    def page_replicas(self, kind: str, *, after: str | None) -> ReplicaPage:
        if kind != EventInviteEndedV1.__name__:
            return super().page_replicas(kind, after=after)
        return usecases.page_invitations(self.events, after=after)

    def repair(self, domain_event: DomainEvent, *, replica_version: int | None) -> HandlerResult:
        if isinstance(domain_event, EventInviteAcceptedV1 | EventInviteEndedV1):
            return usecases.repair(self.events, self.relay.notify, domain_event)
        return super().repair(domain_event, replica_version=replica_version)

    def find_discrepancies(self, domain_events: Sequence[DomainEvent]) -> list[Discrepancy]:
        return usecases.find_discrepancies(self.events, domain_events)
