"""Events in memory."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from services.chassis.messaging.outbox import domain_event_id
from services.contracts.events import EventDetails, Kind
from services.events.model import (
    MAX_PLACES,
    OCCURRENCE,
    Candidate,
    Change,
    Event,
    Member,
    OpenInvitation,
    change_between,
)
from services.events.plan import Plan
from services.events.time.clock import Days, format_wall_clock
from services.events.time.series import bounds_of
from tests.fakes.operations import Operations


class FakeEvents:
    """Stands in for `services.events.storage.MongoEventStore`."""

    def __init__(self) -> None:
        self._events: dict[str, Event] = {}
        self._former: dict[str, str] = {}
        self._used: set[tuple[str, str]] = set()
        self._operations: defaultdict[str, Operations] = defaultdict(Operations)
        self._one_at_a_time = Lock()

    def insert(self, event: Event, *, operation_id: str) -> bool:
        if event.id in self._events:
            return False
        self._events[event.id] = self._done(event, _change(operation_id, "created"), operation_id)
        return True

    def find(self, event_id: str) -> Event | None:
        event = self._events.get(event_id)
        return None if event is None or event.deleted else event

    def find_any(self, event_id: str) -> Event | None:
        return self._events.get(event_id)

    def find_confirmed(self, event_id: str) -> Event | None:
        return self.find_any(event_id)

    def find_by_member(self, member_id: str) -> Event | None:
        return next((event for event in self._events.values() if event.member(member_id)), None)

    def find_by_former_member(self, member_id: str) -> Event | None:
        return self._events.get(self._former.get(member_id, ""))

    def page(self, *, after: str | None, limit: int) -> list[Event]:
        return [self._events[event_id] for event_id in sorted(self._events) if event_id > (after or "")][:limit]

    def list_open_invite_ids(self, invite_ids: list[str]) -> set[str]:
        invited = {invitation.invite_id for event in self._events.values() for invitation in event.invited}
        return invited & set(invite_ids)

    def list_overlapping(self, user_id: str, days: Days) -> list[Plan]:
        begin, end = map(format_wall_clock, days.wall_clocks())

        def may_overlap(event: Event) -> bool:
            since, until = bounds_of(event.series)
            return since <= end and until > begin

        return [
            Plan(id=event.id, kind=event.kind, details=event.details, rest=event.rest)
            for event in self._of(user_id)
            if may_overlap(event)
        ]

    def list_ids(self, user_id: str) -> list[tuple[str, Kind]]:
        return [(event.id, event.kind) for event in self._of(user_id)]

    def list_candidates(self, user_id: str, *, viewer_id: str) -> list[Candidate]:
        seen = [
            (event, bool(event.member_of(viewer_id)) or event.has_invited(viewer_id)) for event in self._of(user_id)
        ]
        return [
            Candidate(id=event.id, owner_id=event.owner_id, open=open_)
            for event, open_ in seen
            if open_ or not event.details["is_private"]
        ]

    def _of(self, user_id: str) -> list[Event]:
        mine = [event for event in self._events.values() if event.member_of(user_id)]
        return sorted(mine, key=lambda event: (event.details["starts_at"], event.id))

    def change(
        self,
        event_id: str,
        changes: EventDetails,
        *,
        actor_id: str,
        kind: Kind | None,
        versions: list[int] | None,
        operation_id: str,
    ) -> bool:
        event = self._events.get(event_id)
        member = event.member_of(actor_id) if event else None
        if event is None or member is None or "can_change_event" not in member.rights or event.rest is not None:
            return False
        details: EventDetails = {**event.details, **changes}
        if not self._operations[event_id].has_not_done(operation_id) or details == event.details:
            return False
        if kind not in (None, event.kind) or (versions is not None and event.version not in versions):
            return False
        self._events[event_id] = self._done(
            replace(event, version=event.version + 1, details=details), _change(operation_id, "changed"), operation_id
        )
        return True

    def open_invitation(self, event_id: str, invitation: OpenInvitation, *, sender_id: str) -> bool:
        event = self.find(event_id)
        if event is None or event.kind != "group":
            return False
        sender, receiver_id = event.member_of(sender_id), invitation.user_id
        if sender is None or "can_invite_user" not in sender.rights:
            return False
        if event.member_of(receiver_id) or any(opened.user_id == receiver_id for opened in event.invited):
            return False
        if len(event.members) + len(event.invited) >= MAX_PLACES or (event_id, invitation.invite_id) in self._used:
            return False
        opened = replace(invitation, sender_id=sender_id)
        self._events[event_id] = replace(event, invited=(*event.invited, opened))
        return True

    def revoke_invitation(self, event_id: str, invite_id: str, *, owner_id: str) -> bool:
        event = self.find(event_id)
        if event is None or event.owner_id != owner_id or not _is_open(event, invite_id):
            return False
        self._events[event_id] = _revoked(event, lambda invitation: invitation.invite_id == invite_id)
        return True

    def withdraw_invitation(self, event_id: str, invite_id: str) -> bool:
        event = self.find(event_id)
        if event is None or (self.has_used_invitation(event_id, invite_id) and not _is_open(event, invite_id)):
            return False
        self._used.add((event_id, invite_id))
        left = tuple(kept for kept in event.invited if kept.invite_id != invite_id)
        self._events[event_id] = replace(event, invited=left)
        return True

    def has_used_invitation(self, event_id: str, invite_id: str) -> bool:
        return (event_id, invite_id) in self._used

    def join(self, event_id: str, *, invite_id: str, member: Member, operation_id: str) -> Event | None:
        with self._one_at_a_time:
            event = self._events.get(event_id)
            if event is None or not _is_open(event, invite_id) or self.has_used_invitation(event_id, invite_id):
                return None
            self.withdraw_invitation(event_id, invite_id)
            event = self._events[event_id]
            joined = replace(event, members=(*event.members, member), version=event.version + 1)
            change = _change(operation_id, "joined", affected_member_ids=(member.id,))
            self._events[event_id] = self._done(joined, change, operation_id)
            return self._events[event_id]

    def replace_membership(self, before: Event, after: Event, *, operation_id: str) -> Event | None:
        current = self._events[before.id]
        if current.version != before.version:
            return None
        change = change_between(before, after, domain_event_id=domain_event_id(operation_id))
        self._former.update({member.id: before.id for member in change.removed_members})
        sender_id = after.removed_user_id
        current = _revoked(current, lambda invitation: bool(sender_id) and invitation.sender_id == sender_id)
        invited = () if after.deleted else current.invited
        after = replace(after, version=current.version + 1, invited=invited, removed_user_id=None)
        if change.removed_members:
            after = replace(after, last_departure=change)
        self._events[before.id] = self._done(after, change, operation_id)
        return self._events[before.id]

    def replace_plan(self, before: Event, after: Event, *, operation_id: str) -> Event | None:
        current = self._events[before.id]
        if current.version != before.version:
            return None
        occurrence = after.changed_occurrence
        kind = "changed" if occurrence is None else OCCURRENCE
        change = Change(domain_event_id=domain_event_id(operation_id), kind=kind, occurrence=occurrence)
        planned = replace(current, details=after.details, rest=after.rest, version=current.version + 1)
        self._events[before.id] = self._done(planned, change, operation_id)
        return self._events[before.id]

    def _done(self, event: Event, change: Change, operation_id: str) -> Event:
        operations = self._operations[event.id]
        operations.remember(operation_id)
        return replace(
            event,
            changes=(*event.changes, change),
            operations=operations.ids(),
            remembers_since_ms=operations.since_ms(),
        )


def _change(operation_id: str, kind: str, *, affected_member_ids: tuple[str, ...] = ()) -> Change:
    return Change(domain_event_id=domain_event_id(operation_id), kind=kind, affected_member_ids=affected_member_ids)


def _revoked(event: Event, is_meant: Callable[[OpenInvitation], bool]) -> Event:
    invited = tuple(replace(each, revoked=each.revoked or is_meant(each)) for each in event.invited)
    return replace(event, invited=invited)


def _is_open(event: Event, invite_id: str) -> bool:
    return any(invitation.invite_id == invite_id for invitation in event.invited)
