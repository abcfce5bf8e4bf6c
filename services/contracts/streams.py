"""Calls of the service `streams`, which owns the log of what concerns each person.

Each item of a person's log has a number, one more than the one before; it is the cursor of their live stream.
"""

from typing import TypedDict

from services.contracts.domain_events import (
    EventChangedV1,
    FriendshipChangedV1,
    InviteChangedV1,
    MessageChangedV1,
    ProfileChangedV1,
    Subscription,
    never,
)
from services.contracts.rpc import Wire, answered_by

SERVICE = "streams"
HANDLES = (
    Subscription(EventChangedV1, is_awaited=lambda event: event.revokes_access),
    Subscription(MessageChangedV1, is_awaited=never),
    Subscription(InviteChangedV1, is_awaited=never),
    Subscription(FriendshipChangedV1, is_awaited=never),
    Subscription(ProfileChangedV1, is_awaited=never),
)
"""Feeds may be written after the answer; that somebody has lost access is known before it."""
HANDLES_IN_ORDER = True
BROADCASTS = ("streams.items",)
"""Fanout exchanges of what nobody must keep: each gateway process takes what it hears."""

KEPT_DAYS = 8
"""How long an item can be read again; a day more than is promised."""


class Item(TypedDict):
    """An item of somebody's log. kind: one of `KINDS`; body: what it says, in the words of the services."""

    number: int
    kind: str
    body: Wire


class Page(TypedDict):
    """A part of somebody's log.

    items: in order, without what the person may not see any more.
    through: the number of the last item that was looked at, or `after` when there was none.
    more: whether there are items after that.
    too_old: whether items after `after` are no longer kept, or it never was a number of this log; then there is
        nothing in `items`, and `through` is the newest number.
    """

    items: list[Item]
    through: int
    more: bool
    too_old: bool


KINDS = (
    "event.created",
    "event.changed",
    "event.joined",
    "event.deleted",
    "member.joined",
    "member.changed",
    "member.left",
    "message.posted",
    "message.edited",
    "message.deleted",
    "invite.received",
    "invite.settled",
    "invite.cancelled",
    "friend.added",
    "friend.removed",
    "profile.changed",
)
"""What an item can be about."""


@answered_by(SERVICE)
def get_last_sequence(*, user_id: str) -> int:
    """Return the number of the newest item of somebody's log; 0 when there never was one."""
    raise NotImplementedError


@answered_by(SERVICE)
def read_feed(*, user_id: str, after: int, limit: int) -> Page:
    """Return the items of somebody's log after a number, at most `limit`."""
    raise NotImplementedError


@answered_by(SERVICE)
def end_session(*, session: str) -> None:
    """Tell every gateway process that a session has ended. session: how the gateways name it, no secret."""
    raise NotImplementedError
