"""What the use cases of `events` need of a store. `storage.py` implements it on MongoDB, `tests/fakes/` in memory."""

from typing import Protocol

from services.contracts.events import EventDetails, Kind
from services.events.model import Candidate, Event, Member, OpenInvitation
from services.events.plan import Plan
from services.events.time.clock import Days


class EventStore(Protocol):
    """Events."""

    def insert(self, event: Event, *, operation_id: str) -> bool:
        """Store a new event, whose id is the operation's. False when it is a repeat."""

    def find(self, event_id: str) -> Event | None:
        """Return an event that is not deleted."""

    def find_any(self, event_id: str) -> Event | None:
        """Return an event, deleted or not."""

    def find_confirmed(self, event_id: str) -> Event | None:
        """Return an event, deleted or not, as a majority has it: no election can take that back."""

    def find_by_member(self, member_id: str) -> Event | None:
        """Return the event that a membership belongs to."""

    def find_by_former_member(self, member_id: str) -> Event | None:
        """Return the event, deleted or not, that an ended membership belonged to."""

    def list_overlapping(self, user_id: str, days: Days) -> list[Plan]:
        """Return the events that a user takes part in and that may take place, in part, on some days, in no order.

        All that do, and few others: what is near, and series that have no occurrence then. One query; what it costs
        depends on neither how much else there is nor how long a series is.
        """

    def list_ids(self, user_id: str) -> list[tuple[str, Kind]]:
        """Return the ids of all events that a user takes part in, in time order."""

    def list_candidates(self, user_id: str, *, viewer_id: str) -> list[Candidate]:
        """Return those of a user's events that the viewer may have access to, in time order. One query."""

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
        """Change some fields, if the actor may. One update, so that of two changes of different fields none is lost.

        changes: of nothing in `plan.TIME`. False unless the event exists, happens once, is of that kind and at one of
        those versions, the actor may change it, it differs from what is wanted, and it has certainly not recorded the
        operation.
        """

    def open_invitation(self, event_id: str, invitation: OpenInvitation, *, sender_id: str) -> bool:
        """Add a permission to join, if the sender may invite and the receiver neither takes part nor has one.

        sender_id: is recorded with it. One update; False when any of that does not hold, or the invitation was used or
        has ended before.
        """

    def revoke_invitation(self, event_id: str, invite_id: str, *, owner_id: str) -> bool:
        """Revoke a permission to join, if that user owns the event. One update; False when there is none (any more)."""

    def withdraw_invitation(self, event_id: str, invite_id: str) -> bool:
        """Remove a permission to join, or keep it from being added later. One update.

        False when the invitation was used or has ended before.
        """

    def has_used_invitation(self, event_id: str, invite_id: str) -> bool:
        """Return whether an invitation was used or has ended, once no election can take that back."""

    def page(self, *, after: str | None, limit: int) -> list[Event]:
        """Return events, deleted ones included, in the order of their ids. after: the last id of the page before."""

    def list_open_invite_ids(self, invite_ids: list[str]) -> set[str]:
        """Return which of these invitations are permissions to join. One query."""

    def join(self, event_id: str, *, invite_id: str, member: Member, operation_id: str) -> Event | None:
        """Turn a permission to join into a membership, once for ever. Atomic; None when there is none (any more)."""

    def replace_membership(self, before: Event, after: Event, *, operation_id: str) -> Event | None:
        """Store who takes part and who may do what, if the event is still as it was read.

        The same update revokes every permission to join that is open and was sent by `after.removed_user_id`.

        Returns the event as stored, or None when it has changed since: read again, decide again.
        """

    def replace_plan(self, before: Event, after: Event, *, operation_id: str) -> Event | None:
        """Store what an event is and when, if the event is still as it was read.

        Returns the event as stored, or None when it has changed since: read again, decide again.
        """
