"""Invitations: values and rules, no I/O."""

from dataclasses import dataclass
from typing import Literal, get_args

from services.contracts import invites as contract
from services.contracts.announcements import (
    Announcement,
    EventInviteAcceptedV1,
    EventInviteEndedV1,
    FriendInviteAcceptedV1,
    FriendshipChangedV1,
    InviteChangedV1,
)
from services.contracts.ids import derive_id

Status = Literal["proposed", "refused", "pending", "accepted", "declined", "cancelled", "void"]
"""proposed: being checked, nobody sees it. refused: ended without ever having been shown.
pending: waits for an answer. void: ended by what happened elsewhere."""

STATUSES: tuple[Status, ...] = get_args(Status)
OPEN: tuple[Status, ...] = ("proposed", "pending")

ENDED_BY: dict[contract.Action, Status] = {"accept": "accepted", "decline": "declined", "cancel": "cancelled"}
"""What an answer makes of an invitation."""


@dataclass(frozen=True, kw_only=True)
class Invite:
    """An invitation.

    event_id: None for a friend invitation.
    generation: of the pair's friendship when it was checked; None for an event's, and while proposed.
    operations: ids of the latest operations on it, by which a repeat is known.
    """

    id: str
    kind: contract.Kind
    sender_id: str
    receiver_id: str
    event_id: str | None
    status: Status
    generation: int | None = None
    operations: frozenset[str] = frozenset()

    @property
    def was_shown(self) -> bool:
        """Tell whether its receiver has ever seen it, whatever became of it."""
        return self.status not in ("proposed", "refused")

    def may_be_answered_by(self, user_id: str, action: contract.Action) -> bool:
        """Tell whether it is for this user to take this action."""
        return user_id == (self.sender_id if action == "cancel" else self.receiver_id)

    def seen(self) -> contract.Invite:
        """Return the invitation as its receiver sees it."""
        return contract.Invite(
            id=self.id,
            kind=self.kind,
            sender_id=self.sender_id,
            receiver_id=self.receiver_id,
            event_id=self.event_id,
        )

    def announced(self, fact_id: str) -> Announcement | None:
        """Tell this state as the fact of that id; None while open, and for a friend invitation not accepted."""
        if self.status in OPEN:
            return None
        if self.event_id is None:
            return self._friend_accepted(fact_id) if self.status == "accepted" else None
        kind = EventInviteAcceptedV1 if self.status == "accepted" else EventInviteEndedV1
        return kind(fact_id=fact_id, invite_id=self.id, event_id=self.event_id, receiver_id=self.receiver_id)

    def told(self, fact_id: str) -> InviteChangedV1:
        """Tell how the invitation stands. Many may end by one update, which makes one fact: each gets an id of it."""
        return InviteChangedV1(
            fact_id=derive_id(f"{self.id}:{fact_id}", "told"),
            invite_id=self.id,
            sender_id=self.sender_id,
            receiver_id=self.receiver_id,
            event_id=self.event_id,
            outcome=self.status,
        )

    def _friend_accepted(self, fact_id: str) -> FriendInviteAcceptedV1:
        return FriendInviteAcceptedV1(
            fact_id=fact_id,
            invite_id=self.id,
            sender_id=self.sender_id,
            receiver_id=self.receiver_id,
            generation=self.generation or 0,
        )


def settled_through(friendship: FriendshipChangedV1) -> int:
    """Return the last generation of a pair whose invitations a friendship has settled; -1 for none."""
    return friendship.generation if friendship.friends else friendship.generation - 1
