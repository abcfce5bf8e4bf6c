"""Events, members and rights: values and rules, no I/O, no clock. What an event is and when is in `plan.py`.

The rules that MongoDB's operators cannot express ("the last member who leaves deletes the event", "an owner is
succeeded") are functions from the event that was read to the event that should be; storage stores the result if the
event has not changed meanwhile.
"""

import json
from dataclasses import dataclass, replace

from services.contracts.domain_events import (
    DomainEvent,
    EventChangedV1,
    EventInviteEndedV1,
    InvitationsRevokedV1,
    MembershipChangedV1,
    OccurrenceChangedV1,
)
from services.contracts.errors import Code, Conflict, Forbidden, NotFound
from services.contracts.events import EventDetails, EventSummary, Kind, Scope
from services.contracts.ids import derive_id
from services.events.plan import Plan, refusals
from services.events.time import series
from services.events.time.changes import cancel, change

MAX_PLACES = 1000
"""Members and open invitations of an event together: whoever is invited has a place."""

MAX_SERIES_BYTES = 8 * 1024 * 1024
"""Of what a series says of its parts and occurrences: it has to fit into a document, which ends at 16 MiB."""

USED_INVITATIONS = 10 * MAX_PLACES
"""How many invitations that were used or have ended an event remembers, so that none lets anybody in again."""

RIGHTS = ("can_invite_user", "can_delete_user", "can_change_event", "can_delete_event")
ALL_RIGHTS = frozenset(RIGHTS)

STATE = "state requested"
"""The kind of a change that asks for the state alone."""
OCCURRENCE = "occurrence"
"""The kind of a change of one occurrence."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """A membership. id: its own, not the user's."""

    id: str
    user_id: str
    rights: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class OpenInvitation:
    """A user's permission to join.

    invite_id: of the pending invitation that it belongs to.
    sender_id: who has sent that; empty when it is not known.
    revoked: whether the invitation is to end. Until it has, it may still be accepted: `invites` alone decides which
        comes first. But it gives access to nothing, and nobody is shown it.
    """

    invite_id: str
    user_id: str
    sender_id: str = ""
    revoked: bool = False


@dataclass(frozen=True, kw_only=True)
class Change:
    """What has happened to an event, as far as its state does not show it: an entry of its outbox.

    kind: as `EventChangedV1.change`, `OCCURRENCE` for a change of one occurrence, or `STATE` for the state alone.
    removed_members: the memberships that it ended; affected_member_ids: the members that have joined, or whose rights
    have changed; occurrence: the one that was changed or cancelled.
    """

    domain_event_id: str
    kind: str
    occurrence: str | None = None
    removed_members: tuple[Member, ...] = ()
    affected_member_ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Event(Plan):
    """An event with its members and open invitations.

    members: in joining order; empty once it is deleted.
    invited: in the order in which they were invited.
    removed_user_id: whom a decision has removed. It is not stored: when the decision is, what that user has sent and is
        open by then is revoked.
    changed_occurrence: the only one that a decision has changed or cancelled. It is not stored, either.
    changes: those that are still to be published.
    last_departure: the last change by which somebody lost access, published or not.
    operations: ids of the latest operations on it, by which a repeat is recognised.
    remembers_since_ms: when the oldest of them was done; None while none was forgotten.
    """

    owner_id: str
    members: tuple[Member, ...]
    invited: tuple[OpenInvitation, ...] = ()
    changes: tuple[Change, ...] = ()
    last_departure: Change | None = None
    removed_user_id: str | None = None
    changed_occurrence: str | None = None
    deleted: bool = False
    version: int = 1
    operations: frozenset[str] = frozenset()
    remembers_since_ms: int | None = None

    def member_of(self, user_id: str) -> Member | None:
        """Return a user's membership."""
        return next((member for member in self.members if member.user_id == user_id), None)

    def member(self, member_id: str) -> Member | None:
        """Return the membership of that id."""
        return next((member for member in self.members if member.id == member_id), None)

    def has_same_roster(self, other: "Event") -> bool:
        """Tell whether the same people take part in both, with the same rights."""
        return (self.members, self.owner_id, self.deleted) == (other.members, other.owner_id, other.deleted)

    def is_same(self, other: "Event") -> bool:
        """Tell whether both are the same, with the same people."""
        return self.has_same_plan(other) and self.has_same_roster(other)

    def has_invited(self, user_id: str) -> bool:
        """Return whether this user has an open invitation that is not revoked."""
        return any(invitation.user_id == user_id and not invitation.revoked for invitation in self.invited)

    def caused_by(self, domain_event_id: str) -> list[DomainEvent]:
        """Return the domain events that a change has caused: the very ones that the outbox publishes.

        After the change was published, they are made from the event's state and its last departure.
        """
        known = [change for change in self.changes if change.domain_event_id == domain_event_id]
        if not known:
            known = [Change(domain_event_id=domain_event_id, kind=STATE)]
            known += [self.last_departure] if self.last_departure else []
        return [domain_event for change in known for domain_event in self.to_domain_events(change)]

    def to_domain_events(self, change: Change) -> list[DomainEvent]:
        """Return this state, reached by a change, as domain events. Both ways to subscribers begin here."""
        domain_events: list[DomainEvent] = []
        if self.kind == "group" and change.kind not in ("changed", "rights", OCCURRENCE):  # no replica shows the rest
            domain_events.append(self._membership_changed(change))
        if change.kind in ("left", STATE) and any(invitation.revoked for invitation in self.invited):
            domain_events.append(self._invitations_revoked(change))
        if change.kind == OCCURRENCE:
            domain_events.append(self._occurrence_changed(change))
        elif change.kind != STATE:
            domain_events.append(self._event_changed(change))
        return domain_events

    def _invitations_revoked(self, change: Change) -> InvitationsRevokedV1:
        return InvitationsRevokedV1(
            domain_event_id=change.domain_event_id,
            event_id=self.id,
            invite_ids=[invitation.invite_id for invitation in self.invited if invitation.revoked],
            version=self.version,
        )

    def _membership_changed(self, change: Change) -> MembershipChangedV1:
        return MembershipChangedV1(
            domain_event_id=change.domain_event_id,
            event_id=self.id,
            chat_id=self.chat_id,
            member_user_ids=[member.user_id for member in self.members],
            deleted=self.deleted,
            version=self.version,
        )

    def _event_changed(self, change: Change) -> EventChangedV1:
        return EventChangedV1(
            domain_event_id=change.domain_event_id,
            event_id=self.id,
            chat_id=self.chat_id,
            change=change.kind,
            event=_without_id(self.summary()),
            members=[
                {"id": member.id, "user_id": member.user_id, "rights": sorted(member.rights)} for member in self.members
            ],
            removed_members=[{"id": member.id, "user_id": member.user_id} for member in change.removed_members],
            affected_member_ids=list(change.affected_member_ids),
            version=self.version,
        )

    def _occurrence_changed(self, change: Change) -> OccurrenceChangedV1:
        """Say what an occurrence is now, which may be none: it was cancelled or has ceased since."""
        occurrence = change.occurrence or ""
        try:
            shown = _without_id(self.summary(occurrence))
        except NotFound:
            shown = {}
        return OccurrenceChangedV1(
            domain_event_id=change.domain_event_id,
            event_id=self.id,
            chat_id=self.chat_id,
            occurrence=occurrence,
            cancelled=not shown,
            event=shown,
            members=[{"id": member.id, "user_id": member.user_id} for member in self.members],
            version=self.version,
        )


def _without_id(summary: EventSummary) -> dict[str, object]:
    return {name: value for name, value in summary.items() if name != "id"}


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An event that a viewer may have access to. open: as member or invited user; else only as the owner's friend."""

    id: str
    owner_id: str
    open: bool


def planned(event_id: str, kind: Kind, details: EventDetails, *, owner_id: str) -> Event:
    """Return a new event, whose owner is its only member.

    Raises:
        Invalid: event.impossible
    """
    with refusals():
        new = series.plan(details)
    return Event(
        id=event_id,
        kind=kind,
        owner_id=owner_id,
        details=series.details_of(new),
        rest=series.document_of(new),
        members=(creator(owner_id, event_id),),
    )


def creator(user_id: str, event_id: str) -> Member:
    """Return the first membership of an event: all rights."""
    return Member(id=derive_id(event_id, "member"), user_id=user_id, rights=ALL_RIGHTS)


def joining(user_id: str, invite_id: str) -> Member:
    """Return the membership that an invitation leads to: no rights. The same invitation gives the same membership."""
    return Member(id=derive_id(invite_id, "member"), user_id=user_id)


def end_of(invitation: OpenInvitation, event_id: str) -> EventInviteEndedV1:
    """Return the domain event that would end a permission to join."""
    return EventInviteEndedV1(
        domain_event_id=derive_id(invitation.invite_id, "unknown to its owner"),
        invite_id=invitation.invite_id,
        event_id=event_id,
        receiver_id=invitation.user_id,
    )


def change_between(before: Event, after: Event, *, domain_event_id: str) -> Change:
    """Describe the difference that replacing memberships makes."""
    removed = tuple(member for member in before.members if after.member(member.id) is None)
    return Change(
        domain_event_id=domain_event_id,
        kind="deleted" if after.deleted else "left" if removed else "rights",
        removed_members=removed,
        affected_member_ids=tuple(member.id for member in after.members if member not in before.members),
    )


def deleted(event: Event) -> Event:
    """Return the event's tombstone: no members, no open invitations, no texts, no occurrences."""
    details: EventDetails = {**event.details, "name": "", "address": "", "description": "", "recurrence": None}
    return replace(event, deleted=True, members=(), invited=(), details=details, rest=None)


def changed(event: Event, changes: EventDetails, *, occurrence: str | None, scope: Scope) -> Event:
    """Return the event after some of its details, or of those of some of its occurrences, have changed.

    Raises:
        Invalid: event.impossible
        NotFound: occurrence.unknown
        Conflict: event.series_full
    """
    with refusals():
        after = change(event.series, changes, occurrence=occurrence, scope=scope)
    return _with(event, after, occurrence, scope)


def cancelled(event: Event, occurrence: str, scope: Scope) -> Event:
    """Return the event without an occurrence, or without that and all later ones; without any it is deleted.

    Raises:
        NotFound: occurrence.unknown
        Conflict: event.series_full
    """
    with refusals():
        left = cancel(event.series, occurrence=occurrence, scope=scope)
    return deleted(event) if left is None else _with(event, left, occurrence, scope)


def _with(event: Event, after: series.Series, occurrence: str | None, scope: Scope) -> Event:
    if after == event.series:
        return event
    rest = series.document_of(after)
    if rest is not None and len(json.dumps(rest, ensure_ascii=False).encode()) > MAX_SERIES_BYTES:
        raise Conflict(Code.EVENT_SERIES_FULL, "The occurrences of this event say too much already.")
    return replace(
        event,
        details=series.details_of(after),
        rest=rest,
        changed_occurrence=occurrence if scope == "this" else None,
    )


def without(event: Event, leaver: Member) -> Event:
    """Return the event after a member has left. Without members it is deleted; an owner is succeeded."""
    members = tuple(member for member in event.members if member.id != leaver.id)
    if not members:
        return deleted(event)
    remaining = replace(event, members=members)
    return _succeeded(remaining) if leaver.user_id == event.owner_id else remaining


def _succeeded(event: Event) -> Event:
    """Make the longest-standing holder of all rights the owner, or the longest-standing member its holder."""
    heir = next((member for member in event.members if member.rights == ALL_RIGHTS), event.members[0])
    heir = replace(heir, rights=ALL_RIGHTS)
    members = tuple(heir if member.id == heir.id else member for member in event.members)
    return replace(event, owner_id=heir.user_id, members=members)


def with_rights(event: Event, actor: Member, target: Member, wanted: dict[str, bool]) -> Event:
    """Return the event after `actor` has granted and revoked rights of `target`.

    Raises:
        Forbidden: member.right_missing, member.is_owner
    """
    if not wanted.keys() <= actor.rights:
        missing = sorted(wanted.keys() - actor.rights)
        raise Forbidden(Code.MEMBER_RIGHT_MISSING, f"You do not hold the right: {', '.join(missing)}.")
    granted = {right for right, on in wanted.items() if on}
    rights = (target.rights | granted) - (wanted.keys() - granted)
    if target.user_id == event.owner_id and rights != ALL_RIGHTS:
        raise Forbidden(Code.MEMBER_IS_OWNER, "The owner of an event keeps all rights.")
    changed = replace(target, rights=frozenset(rights))
    return replace(event, members=tuple(changed if member.id == target.id else member for member in event.members))


def removed(event: Event, actor: Member, target: Member) -> Event:
    """Return the event after `actor` has removed `target`; removing oneself is leaving, which revokes nothing.

    Raises:
        Forbidden: member.right_missing, member.is_owner
    """
    if actor.id != target.id:
        require(actor, "can_delete_user")
        if target.user_id == event.owner_id:
            raise Forbidden(Code.MEMBER_IS_OWNER, "The owner of an event cannot be removed.")
        return replace(without(event, target), removed_user_id=target.user_id)
    return without(event, target)


def require(member: Member, right: str) -> None:
    """Require that a member holds a right.

    Raises:
        Forbidden: member.right_missing
    """
    if right not in member.rights:
        raise Forbidden(Code.MEMBER_RIGHT_MISSING, f"You do not hold the right: {right}.")
