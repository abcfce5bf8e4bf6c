"""The Nameko service `events`. Signatures, documentation and errors of its calls: `services.contracts.events`."""

from nameko.timer import timer

from services.chassis.providers import announcer, process, remote, store
from services.chassis.reconciling import RECONCILE_EVERY_S, reconcile_in_turn
from services.chassis.rpc import rpc
from services.contracts import events as contract
from services.contracts.announcements import from_wire
from services.contracts.calls import Applied, Disagreement, Health, Told, Wire, Written
from services.events import usecases
from services.events.model import Event, creator
from services.events.storage import EventStore


class Events:
    """Events with their members and rights."""

    name = contract.SERVICE

    events = store(EventStore)
    relay = announcer("events")
    calls = remote()
    process = process()

    @rpc
    def create_event(
        self,
        *,
        actor_id: str,
        kind: contract.Kind,
        name: str,
        is_private: bool,
        starts_at: str,
        address: str,
        description: str,
        icon: str,
        operation_id: str,
    ) -> Written:
        event = Event(
            id=operation_id,
            kind=kind,
            owner_id=actor_id,
            name=name,
            is_private=is_private,
            starts_at=starts_at,
            address=address,
            description=description,
            icon=icon,
            members=(creator(actor_id, operation_id),),
        )
        return usecases.create_event(self.events, self.relay.wake, event, operation_id=operation_id)

    @rpc
    def get_event(self, *, actor_id: str, event_id: str) -> contract.Event:
        return usecases.get_event(self.events, self.calls, actor_id=actor_id, event_id=event_id)

    @rpc
    def list_month(self, *, actor_id: str, year: int, month: int) -> list[contract.Summary]:
        return self.events.list_month(actor_id, year=year, month=month)

    @rpc
    def list_event_ids(self, *, actor_id: str) -> list[str]:
        return self.events.list_ids(actor_id)

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
        changes: contract.Changes,
        if_versions: list[int] | None,
        operation_id: str,
    ) -> Written:
        return usecases.change_event(
            self.events,
            self.relay.wake,
            actor_id=actor_id,
            event_id=event_id,
            kind=kind,
            changes=changes,
            if_versions=if_versions,
            operation_id=operation_id,
        )

    @rpc
    def delete_event(
        self, *, actor_id: str, event_id: str, if_versions: list[int] | None, operation_id: str
    ) -> Written:
        return usecases.delete_event(
            self.events,
            self.relay.wake,
            actor_id=actor_id,
            event_id=event_id,
            if_versions=if_versions,
            operation_id=operation_id,
        )

    @rpc
    def leave_event(self, *, actor_id: str, event_id: str, operation_id: str) -> Written:
        return usecases.leave_event(
            self.events, self.relay.wake, actor_id=actor_id, event_id=event_id, operation_id=operation_id
        )

    @rpc
    def get_member(self, *, actor_id: str, member_id: str) -> contract.Member:
        return usecases.get_member(self.events, self.calls, actor_id=actor_id, member_id=member_id)

    @rpc
    def change_rights(self, *, actor_id: str, member_id: str, rights: contract.Rights, operation_id: str) -> Written:
        return usecases.change_rights(
            self.events,
            self.relay.wake,
            actor_id=actor_id,
            member_id=member_id,
            rights=rights,
            operation_id=operation_id,
        )

    @rpc
    def remove_member(self, *, actor_id: str, member_id: str, operation_id: str) -> Written:
        return usecases.remove_member(
            self.events, self.relay.wake, actor_id=actor_id, member_id=member_id, operation_id=operation_id
        )

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

    @rpc
    def apply(self, *, announcement: Wire) -> Applied:
        return usecases.apply(self.events, self.relay.wake, from_wire(announcement))

    @rpc
    def list_announcements(self, *, kind: str, after: str | None, only: list[str] | None) -> Told:
        return self.process.tell(kind=kind, after=after, only=only)

    @rpc
    def audit(self, *, announcements: list[Wire]) -> list[Disagreement]:
        return usecases.audit(self.events, [from_wire(announcement) for announcement in announcements])

    @rpc
    def restore(self, *, announcement: Wire, seen: int | None) -> Applied:
        return usecases.apply(self.events, self.relay.wake, from_wire(announcement))

    @rpc
    def check_health(self) -> Health:
        return self.process.health()

    @timer(interval=RECONCILE_EVERY_S)
    def reconcile(self) -> None:
        """Make sure that everybody has heard what this service has announced."""
        reconcile_in_turn(self.process)
