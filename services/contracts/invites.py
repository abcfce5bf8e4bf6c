"""Calls of the service `invites`, which owns invitations and their answers."""

from typing import Literal, TypedDict

from services.contracts.domain_events import (
    FriendshipChangedV1,
    InvitationsRevokedV1,
    MembershipChangedV1,
    Subscription,
)
from services.contracts.rpc import WriteResult, answered_by

SERVICE = "invites"
HANDLES = (
    Subscription(FriendshipChangedV1),
    Subscription(
        MembershipChangedV1, is_awaited=lambda event: event.deleted
    ),  # all invitations end only with their event
    Subscription(InvitationsRevokedV1),
)

Kind = Literal["friend", "event"]
Action = Literal["accept", "decline", "cancel"]


class Invite(TypedDict):
    """A pending invitation. event_id: None for a friend invitation."""

    id: str
    kind: Kind
    sender_id: str
    receiver_id: str
    event_id: str | None


@answered_by(SERVICE)
def send_invite(*, actor_id: str, kind: Kind, receiver_id: str, event_id: str | None, operation_id: str) -> WriteResult:
    """Invite a user to be a friend, or to a group event. While one is pending, the same again returns that one.

    Raises (in this order):
        Invalid: invite.oneself
        NotFound: event.unknown, also when the actor is no member or the event is single
        Forbidden: member.right_missing
        NotFound: user.unknown
        Invalid: friend.already, member.already
        Conflict: event.full
    """
    raise NotImplementedError


@answered_by(SERVICE)
def list_invites(*, actor_id: str) -> list[Invite]:
    """Return the invitations that are pending at the actor, oldest first."""
    raise NotImplementedError


@answered_by(SERVICE)
def list_sent_invites(*, actor_id: str) -> list[Invite]:
    """Return the invitations of the actor that are pending at others, oldest first."""
    raise NotImplementedError


@answered_by(SERVICE)
def list_invite_ids(*, actor_id: str) -> list[str]:
    """Return the ids of the invitations that are pending at the actor, oldest first."""
    raise NotImplementedError


@answered_by(SERVICE)
def answer_invite(*, actor_id: str, invite_id: str, action: Action, operation_id: str) -> WriteResult:
    """Accept or decline as the receiver, or cancel as the sender or the event's owner. Of two answers at once one wins.

    Raises:
        NotFound: invite.unknown, also when it was answered before
        Forbidden: invite.not_yours
    """
    raise NotImplementedError
