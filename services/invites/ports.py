"""What the use cases of `invites` need of a store. `storage.py` implements it on MongoDB, `tests/fakes/` in memory."""

from datetime import datetime
from typing import Protocol

from services.contracts import invites as contract
from services.invites.model import Invite


class InviteStore(Protocol):
    """Invitations."""

    def propose(self, invite: Invite) -> bool:
        """Store an invitation that is still to be checked, invisible until then.

        False when it is there already (a repeat), or another of the same direction is open.
        """

    def find(self, invite_id: str) -> Invite | None:
        """Return an invitation, whatever has become of it."""

    def find_confirmed(self, invite_id: str) -> Invite | None:
        """Return an invitation once no election can take back what is found."""

    def find_open_friend_invite(self, sender_id: str, receiver_id: str) -> Invite | None:
        """Return the open friend invitation of this direction."""

    def list_proposals(self, *, sent_before: datetime) -> list[Invite]:
        """Return invitations whose check was begun before that time and not finished."""

    def list_pending(self, receiver_id: str) -> list[Invite]:
        """Return the invitations that wait for somebody's answer, oldest first."""

    def list_pending_ids(self, receiver_id: str) -> list[str]:
        """Return the ids of these invitations. The index alone answers."""

    def list_pending_between(self, pairs: list[tuple[str, str]]) -> list[Invite]:
        """Return the friend invitations that wait between the two of any of these pairs. One query."""

    def list_pending_for(self, event_ids: list[str]) -> list[Invite]:
        """Return the invitations that wait for an answer to any of these events. One query."""

    def make_pending(self, invite_id: str, *, generation: int | None) -> bool:
        """Show a proposal to its receiver, unless what has happened meanwhile settled it. Atomic, idempotent.

        generation: of the friendship, as the check saw it. False when the invitation is not open (any more).
        """

    def drop_proposal(self, invite_id: str) -> None:
        """Forget a proposal that leads to nothing, and that nobody else knows of."""

    def refuse(self, invite_id: str) -> bool:
        """End a proposal that the check has refused, and announce it, so that a permission to join is withdrawn.

        Atomic. False when it is no proposal (any more).
        """

    def void(self, invite_id: str) -> None:
        """End a waiting invitation that has become pointless."""

    def answer(self, invite_id: str, action: contract.Action, *, actor_id: str, operation_id: str) -> Invite | None:
        """Settle a waiting invitation, if it is for the actor to do so. Atomic; of two answers at once one wins."""

    def settle_pair(self, one: str, other: str, *, through: int) -> None:
        """End what a pair has invited each other to up to that generation; proposals remember it.

        Idempotent, and right in any order: only numbers decide. Proposals come first, so that one that is shown
        meanwhile is ended after all.
        """

    def end_event(self, event_id: str) -> None:
        """End all invitations to an event that is gone. Idempotent. Proposals come first, as above."""
