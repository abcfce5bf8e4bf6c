"""What the use cases of `invites` need of a store. `storage.py` implements it on MongoDB, `tests/fakes/` in memory."""

from datetime import datetime
from typing import Protocol

from services.contracts import invites as contract
from services.invites.model import Invite, Refusal


class InviteStore(Protocol):
    """Invitations."""

    def propose(self, invite: Invite) -> bool:
        """Store a proposal: an invitation that no user sees before it was checked.

        False when it is stored already (a repeat), or an open friend invitation has the same sender and receiver.
        """

    def find(self, invite_id: str) -> Invite | None:
        """Return an invitation in whatever status."""

    def find_confirmed(self, invite_id: str) -> Invite | None:
        """Return an invitation as a majority has it: no election can take that back."""

    def find_open_friend_invite(self, sender_id: str, receiver_id: str) -> Invite | None:
        """Return the proposed or pending friend invitation from this sender to this receiver."""

    def list_proposals(self, *, sent_before: datetime) -> list[Invite]:
        """Return proposals that were sent before that time, at most 100."""

    def list_pending(self, receiver_id: str) -> list[Invite]:
        """Return the invitations that are pending at a receiver, oldest first."""

    def list_sent(self, sender_id: str) -> list[Invite]:
        """Return the invitations of a sender that are pending, oldest first."""

    def list_pending_ids(self, receiver_id: str) -> list[str]:
        """Return the ids of these invitations, in the same order."""

    def page(self, *, after: str | None, limit: int) -> list[Invite]:
        """Return invitations in whatever status in the order of their ids. after: the last id of the page before."""

    def list_pending_between(self, pairs: list[tuple[str, str]]) -> list[Invite]:
        """Return the pending friend invitations between the users of any of these pairs. One query."""

    def list_pending_for(self, event_ids: list[str]) -> list[Invite]:
        """Return the pending invitations to any of these events. One query."""

    def list_open_among(self, invite_ids: list[str]) -> list[Invite]:
        """Return which of these invitations are proposed or pending. One query."""

    def make_pending(self, invite_id: str, *, generation: int | None) -> bool:
        """Make a proposal pending, unless the pair's friendship has settled it meanwhile. Atomic, idempotent.

        generation: of the friendship when it was checked. False when the invitation is neither proposed nor pending.
        """

    def drop_proposal(self, invite_id: str) -> None:
        """Delete a proposal that was refused before any other service knew of it."""

    def refuse(self, invite_id: str, refusal: Refusal) -> bool:
        """End a proposal that was refused, and publish that, so that a permission to join is removed.

        Atomic. False when it is no proposal (any more).
        """

    def void(self, invite_id: str) -> None:
        """End a pending invitation that has become pointless."""

    def answer(
        self, invite_id: str, action: contract.Action, *, actor_id: str | None, operation_id: str
    ) -> Invite | None:
        """Answer a pending invitation, if the actor may. Atomic; of two answers at once one wins.

        actor_id: None for somebody who may for another reason than being its sender or receiver.
        """

    def end_revoked(self, invite_ids: list[str]) -> bool:
        """End invitations whose sender was removed: a pending one as if cancelled, a proposal as if refused.

        Each atomically, all in one round trip. Idempotent; False when all have ended before.
        """

    def expire(self, *, sent_before: datetime) -> bool:
        """End pending invitations that were sent before that time as if cancelled, the oldest first, at most 100.

        Each atomically. False when there was none.
        """

    def take_lease(self, name: str, *, until: datetime) -> bool:
        """Take a lease, unless another process has it. Atomic."""

    def prolong_lease(self, name: str, *, until: datetime) -> None:
        """Keep a lease longer, or give it back."""

    def settle_pair(self, one: str, other: str, *, through: int) -> None:
        """End the pending friend invitations of a pair up to a generation; proposals record the generation.

        Idempotent, and right in any order: only generations decide.
        """

    def end_event(self, event_id: str) -> None:
        """End all invitations to an event that was deleted. Idempotent."""
