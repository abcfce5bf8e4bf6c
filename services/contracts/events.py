"""Calls of the service `events`, which owns events with their members and rights."""

from typing import Literal, Required, TypedDict

from services.contracts.domain_events import (
    EventInviteAcceptedV1,
    EventInviteEndedV1,
    Subscription,
)
from services.contracts.rpc import WriteResult, answered_by

SERVICE = "events"
HANDLES = (Subscription(EventInviteAcceptedV1), Subscription(EventInviteEndedV1))

Kind = Literal["single", "group"]
Scope = Literal["this", "following", "all"]
"""Which occurrences of an event a change is about: one, that and all later ones, or every one."""


class EventDetails(TypedDict, total=False):
    """The details of an event: all of them when it is created, those that change when it is changed.

    starts_at, ends_at: wall clocks `YYYY-MM-DDTHH:MM`; ends_at: None when no end is said, the day after the last one
        when `all_day`.
    time_zone: an IANA name; None: the same wall clock everywhere, as it also is when `all_day`.
    recurrence: an RRULE value (RFC 5545, 3.3.10) in its normal form; None: it happens once.
    icon: an icon's name.
    """

    name: str
    is_private: bool
    starts_at: str
    ends_at: str | None
    all_day: bool
    time_zone: str | None
    recurrence: str | None
    address: str
    description: str
    icon: str


DETAILS = tuple(EventDetails.__annotations__)


class EventSummary(EventDetails):
    """An event, or one occurrence of it, as the calendar shows it; all details are there.

    occurrence: the planned start by which an occurrence is named, a wall clock; None for the event as a whole.
    start_instant, end_instant: RFC 3339 with the offset in force when it has a time zone, else without one; a date when
        `all_day`. end_instant: None without an end.
    """

    id: Required[str]
    kind: Required[Kind]
    occurrence: Required[str | None]
    start_instant: Required[str]
    end_instant: Required[str | None]


class Event(EventSummary):
    """An event as its page shows it.

    version: grows with every change.
    member_ids: ids of memberships (not of users) in joining order; empty for a single event.
    chat_id: None for a single event and for a viewer who is no member.
    """

    version: Required[int]
    member_ids: Required[list[str]]
    chat_id: Required[str | None]


class AgendaItem(EventSummary):
    """An event, or one occurrence of it, in an agenda. chat_id: None for a single event."""

    chat_id: Required[str | None]


class AgendaPage(TypedDict):
    """A part of an agenda. next: where the next part begins; None after the last."""

    events: list[AgendaItem]
    next: str | None


class Rights(TypedDict, total=False):
    """The four rights of a member; what is absent stays as it is."""

    can_invite_user: bool
    can_delete_user: bool
    can_change_event: bool
    can_delete_event: bool


class Member(TypedDict):
    """A membership. for_member: whether the actor takes part in the event, too."""

    id: str
    user_id: str
    event_id: str
    rights: Rights
    for_member: bool


class Invitation(TypedDict):
    """The invitation by which the receiver may join: the given one, or one that was pending before.

    revoked: whether that one must end before another can be opened.
    """

    invite_id: str
    revoked: bool


class Invited(TypedDict):
    """Who is invited to an event, and by which invitation."""

    invite_id: str
    user_id: str


class OwnIds(TypedDict):
    """What a user takes part in. chat_ids: of the group events among `event_ids`."""

    event_ids: list[str]
    chat_ids: list[str]


@answered_by(SERVICE)
def create_event(*, actor_id: str, kind: Kind, details: EventDetails, operation_id: str) -> WriteResult:
    """Create an event whose id is `operation_id`; the actor owns it. Idempotent.

    Raises:
        Invalid: event.impossible, with the name of the `field`
    """
    raise NotImplementedError


@answered_by(SERVICE)
def get_event(*, actor_id: str, event_id: str, occurrence: str | None = None) -> Event:
    """Return an event that the actor has access to: as member, as invited, or as a friend of its owner when public.

    occurrence: which one to show; None for the event as its first part says it, whatever has become of single ones.

    Raises:
        NotFound: event.unknown, occurrence.unknown
        Forbidden: event.forbidden
    """
    raise NotImplementedError


@answered_by(SERVICE)
def list_month(*, actor_id: str, year: int, month: int) -> list[EventSummary]:
    """Return what starts in a month, of the events that the actor takes part in, each occurrence by itself.

    In the order of wall clock, id and occurrence. One query.
    """
    raise NotImplementedError


@answered_by(SERVICE)
def list_agenda(
    *, actor_id: str, first_day: str, end_day: str, time_zone: str | None, limit: int, after: str | None
) -> AgendaPage:
    """Return what overlaps some whole days, of the events that the actor takes part in, each occurrence by itself.

    In the order of wall clock (of instant, with a time zone), id and occurrence. One query.

    first_day, end_day: dates `YYYY-MM-DD`; the last one is not in the range.
    time_zone: whose days they are, an IANA name; None: each event's own.
    after: the `next` of the page before.

    Raises:
        Invalid: event.impossible, with the name of the `field`
    """
    raise NotImplementedError


@answered_by(SERVICE)
def list_own_ids(*, actor_id: str) -> OwnIds:
    """Return the ids of all events that the actor takes part in, in time order, and of their chats."""
    raise NotImplementedError


@answered_by(SERVICE)
def list_visible_event_ids(*, actor_id: str, user_id: str) -> list[str]:
    """Return the ids of those events of `user_id` that the actor has access to, in time order."""
    raise NotImplementedError


@answered_by(SERVICE)
def change_event(
    *,
    actor_id: str,
    event_id: str,
    kind: Kind | None,
    changes: EventDetails,
    if_versions: list[int] | None,
    operation_id: str,
    occurrence: str | None = None,
    scope: Scope = "all",
) -> WriteResult:
    """Change some fields of an event, or of some of its occurrences; other fields keep what others wrote.

    kind: when given, the event must be of it. if_versions: when given, the event must be at one of them.
    occurrence: which one `this` and `following` are about; with `all` it must exist.

    Raises:
        Invalid: event.impossible, with the name of the `field`
        NotFound: event.unknown, also when the event is of another kind; occurrence.unknown
        Forbidden: event.forbidden for a stranger, member.right_missing
        PreconditionFailed: event.changed
        Conflict: event.series_full
    """
    raise NotImplementedError


@answered_by(SERVICE)
def delete_event(
    *,
    actor_id: str,
    event_id: str,
    if_versions: list[int] | None,
    operation_id: str,
    occurrence: str | None = None,
    scope: Scope = "all",
) -> WriteResult:
    """Delete an event for everyone, or cancel some of its occurrences; without any left it is deleted.

    occurrence, scope: as in `change_event`. if_versions: when given, the event must be at one of them.

    Raises:
        NotFound: event.unknown, also a group event that the actor is no member of; occurrence.unknown
        Forbidden: event.forbidden (another's single event), member.right_missing
        PreconditionFailed: event.changed
        Conflict: event.series_full
    """
    raise NotImplementedError


@answered_by(SERVICE)
def leave_event(*, actor_id: str, event_id: str, operation_id: str) -> WriteResult:
    """Leave a group event; the last one out deletes it, and an owner who leaves is succeeded.

    Raises:
        NotFound: event.unknown, also for a single event and for one the actor is no member of
    """
    raise NotImplementedError


@answered_by(SERVICE)
def get_member(*, actor_id: str, member_id: str) -> Member:
    """Return a membership of an event that the actor has access to.

    Raises:
        NotFound: member.unknown
        Forbidden: event.forbidden
    """
    raise NotImplementedError


@answered_by(SERVICE)
def change_rights(*, actor_id: str, member_id: str, rights: Rights, operation_id: str) -> WriteResult:
    """Grant or revoke rights that the actor holds.

    Raises:
        NotFound: member.unknown
        Forbidden: event.forbidden for a stranger, member.right_missing, member.is_owner
    """
    raise NotImplementedError


@answered_by(SERVICE)
def remove_member(*, actor_id: str, member_id: str, operation_id: str) -> WriteResult:
    """Remove a member; removing oneself is leaving.

    Raises:
        NotFound: member.unknown
        Forbidden: event.forbidden for a stranger, member.right_missing, member.is_owner
    """
    raise NotImplementedError


@answered_by(SERVICE)
def list_invited(*, actor_id: str, event_id: str) -> list[Invited]:
    """Return who is invited to a group event that the actor takes part in, in the order the invitations were sent.

    Raises:
        NotFound: event.unknown, also for a single event
        Forbidden: event.forbidden, also for somebody who is invited
    """
    raise NotImplementedError


@answered_by(SERVICE, callers=("invites",))
def revoke_invitation(*, actor_id: str, event_id: str, invite_id: str) -> None:
    """Decide as the event's owner that an invitation shall end; `invites`, which calls this, ends it. Idempotent.

    Raises:
        NotFound: invite.unknown, when it was used or has ended, or the event is deleted
        Forbidden: invite.not_yours, when the actor does not own the event
    """
    raise NotImplementedError


@answered_by(SERVICE, callers=("invites",))
def open_invitation(*, event_id: str, invite_id: str, sender_id: str, receiver_id: str) -> Invitation:
    """Make `invite_id` the receiver's permission to join, unless another invitation is already. Idempotent.

    Raises (in this order):
        NotFound: event.unknown, also for a single event and when the sender is no member
        Forbidden: member.right_missing
        NotFound: user.unknown
        Invalid: member.already
        Conflict: event.full
        NotFound: invite.unknown, when it was used or has ended before
    """
    raise NotImplementedError
