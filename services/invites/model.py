"""Invitations: values and rules, no I/O."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

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
from services.contracts.errors import CLASSES, Code, NotFound, ServiceError
from services.contracts.ids import derive_id

Status = Literal["proposed", "refused", "pending", "accepted", "declined", "cancelled", "void"]
"""proposed: being checked, no user sees it. refused: ended before it was pending. pending: to be answered.
void: ended because it has become pointless."""

STATUSES: tuple[Status, ...] = get_args(Status)
OPEN: tuple[Status, ...] = ("proposed", "pending")

ENDED_BY: dict[contract.Action, Status] = {"accept": "accepted", "decline": "declined", "cancel": "cancelled"}
"""What an answer makes of an invitation."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a proposal was refused, to be said again to a repeat. error: the name of the error's class."""

    error: str
    code: str
    message: str

    @classmethod
    def of(cls, error: ServiceError) -> "Refusal":
        """Keep what an error says."""
        return cls(error=type(error).__name__, code=str(error.code), message=error.message)

    def to_error(self) -> ServiceError:
        """Return the error that says so."""
        return CLASSES[self.error](self.code, self.message)


SENDER_REMOVED = Refusal.of(NotFound(Code.EVENT_UNKNOWN, "There is no such event."))
"""What a proposal is refused with whose sender was removed while it was checked: what whoever is no member is told."""


@dataclass(frozen=True, kw_only=True)
class Invite:
    """An invitation.

    event_id: None for a friend invitation.
    generation: of the pair's friendship when it was checked; None for an event's, and while proposed.
    operations: ids of the latest operations on it, by which a repeat is recognised.
    """

    id: str
    kind: contract.Kind
    sender_id: str
    receiver_id: str
    event_id: str | None
    status: Status
    generation: int | None = None
    operations: frozenset[str] = frozenset()
    refusal: Refusal | None = None

    @property
    def was_pending(self) -> bool:
        """Return whether it is pending or has been."""
        return self.status not in ("proposed", "refused")

    @property
    def is_open(self) -> bool:
        """Return whether it may still be answered, now or once it is checked."""
        return self.status in OPEN

    def may_be_answered_by(self, user_id: str, action: contract.Action) -> bool:
        """Return whether this user may take this action. The owner of an event may cancel, too: `events` knows it."""
        return user_id == (self.sender_id if action == "cancel" else self.receiver_id)

    def is_settled_by(self, domain_event: DomainEvent) -> bool:
        """Return whether the invitation is to end: it is revoked, the pair is settled, or the event is deleted."""
        if isinstance(domain_event, InvitationsRevokedV1):
            return self.id in domain_event.invite_ids
        if isinstance(domain_event, MembershipChangedV1):
            return domain_event.deleted and self.event_id == domain_event.event_id
        if not isinstance(domain_event, FriendshipChangedV1):
            return False
        is_theirs = self.event_id is None and {self.sender_id, self.receiver_id} == set(domain_event.user_ids)
        return is_theirs and (self.generation or 0) <= settled_through(domain_event)

    def event_end(self) -> MembershipChangedV1:
        """Return the domain event by which the event that this is an invitation to would end. It names no chat."""
        assert self.event_id is not None
        return MembershipChangedV1(
            domain_event_id=derive_id(self.event_id, "unknown to its owner"),
            event_id=self.event_id,
            chat_id="",
            member_user_ids=[],
            deleted=True,
            version=0,
        )

    def public(self) -> contract.Invite:
        """Return the invitation as its receiver sees it."""
        return contract.Invite(
            id=self.id,
            kind=self.kind,
            sender_id=self.sender_id,
            receiver_id=self.receiver_id,
            event_id=self.event_id,
        )

    def to_domain_events(self, domain_event_id: str, change: str) -> list[DomainEvent]:
        """Return this state, reached by a change, as domain events. Both ways to subscribers begin here.

        change: `pending`, `answered`, `revoked`, `refused`, `void`, or `state requested` for what subscribers act on
            alone.
        """
        domain_events: list[DomainEvent] = []
        if change not in ("pending", "void") and (outcome := self._outcome(domain_event_id)):
            domain_events.append(outcome)
        if change == "pending":
            domain_events.append(replace(self, status="pending")._changed(domain_event_id))
        if change in ("answered", "revoked", "void"):
            domain_events.append(self._changed(domain_event_id, outcome="revoked" if change == "revoked" else None))
        return domain_events

    def _outcome(self, domain_event_id: str) -> DomainEvent | None:
        """Return what subscribers act on; None while open, and for a friend invitation that was not accepted."""
        if self.status in OPEN:
            return None
        if self.event_id is None:
            return self._friend_accepted(domain_event_id) if self.status == "accepted" else None
        kind = EventInviteAcceptedV1 if self.status == "accepted" else EventInviteEndedV1
        return kind(
            domain_event_id=domain_event_id, invite_id=self.id, event_id=self.event_id, receiver_id=self.receiver_id
        )

    def _changed(self, domain_event_id: str, *, outcome: str | None = None) -> InviteChangedV1:
        """Return the invitation's status. One update may end many, with one entry's id: each derives its own."""
        return InviteChangedV1(
            domain_event_id=derive_id(f"{self.id}:{domain_event_id}", "changed"),
            invite_id=self.id,
            sender_id=self.sender_id,
            receiver_id=self.receiver_id,
            event_id=self.event_id,
            outcome=outcome or self.status,
        )

    def _friend_accepted(self, domain_event_id: str) -> FriendInviteAcceptedV1:
        return FriendInviteAcceptedV1(
            domain_event_id=domain_event_id,
            invite_id=self.id,
            sender_id=self.sender_id,
            receiver_id=self.receiver_id,
            generation=self.generation or 0,
        )


def settled_through(friendship: FriendshipChangedV1) -> int:
    """Return the last generation of a pair whose invitations a friendship has settled; -1 for none."""
    return friendship.generation if friendship.friends else friendship.generation - 1
