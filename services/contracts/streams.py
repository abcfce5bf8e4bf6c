"""Calls of the service `streams`, which owns the feed of each user: what has happened that concerns them.

Each item of a feed has a sequence, one more than the one before; it is the cursor of the user's live stream.
"""

from typing import TypedDict

from services.contracts.domain_events import (
    EventChangedV1,
    FriendshipChangedV1,
    InviteChangedV1,
    MessageChangedV1,
    OccurrenceChangedV1,
    ProfileChangedV1,
    Subscription,
    never,
)
from services.contracts.gateways import Cutoff
from services.contracts.rpc import Wire, answered_by

SERVICE = "streams"
HANDLES = (
    Subscription(EventChangedV1, is_awaited=lambda event: event.revokes_access),
    Subscription(OccurrenceChangedV1, is_awaited=never),
    Subscription(MessageChangedV1, is_awaited=never),
    Subscription(InviteChangedV1, is_awaited=never),
    Subscription(FriendshipChangedV1, is_awaited=never),
    Subscription(ProfileChangedV1, is_awaited=never),
)
"""Feeds may be written after the answer; that a user has lost access is saved before it."""
HANDLES_IN_ORDER = True
BROADCASTS = ("streams.items",)
"""Fanout exchanges of transient messages: each gateway process takes what comes while it is connected."""

KEPT_DAYS = 8
"""How long an item can be read again; a day more than is promised."""


class FeedItem(TypedDict):
    """An item of a user's feed.

    kind: one of `KINDS`; body: as that kind has it, in the services' field names.
    cutoff_id: the event that one must take part in to read it, or None; version: of that event.
    """

    sequence: int
    kind: str
    body: Wire
    cutoff_id: str | None
    version: int


class FeedPage(TypedDict):
    """A part of a user's feed.

    items: in order, without what the user may not read any more.
    through: the sequence of the last item that was looked at, or `after` when there was none.
    more: whether there are items after that.
    too_old: whether items after `after` are no longer kept, or it never was a sequence of this feed; then there is
        nothing in `items`, and `through` is the last sequence.
    """

    items: list[FeedItem]
    through: int
    more: bool
    too_old: bool


KINDS = (
    "event.created",
    "event.changed",
    "event.joined",
    "event.deleted",
    "occurrence.changed",
    "occurrence.cancelled",
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
    """Return the last sequence of a user's feed; 0 when it never had an item."""
    raise NotImplementedError


@answered_by(SERVICE)
def read_feed(*, user_id: str, after: int, limit: int) -> FeedPage:
    """Return the items of a user's feed after a sequence, at most `limit`."""
    raise NotImplementedError


@answered_by(SERVICE)
def register_gateway(*, queue: str) -> list[Cutoff]:
    """Let a gateway process be told of every cut-off and log-out (`gateways`) before that is answered. Idempotent.

    Returns the cut-offs of the last minute: what was written before them may still be on its way to this process.
    """
    raise NotImplementedError


@answered_by(SERVICE)
def end_session(*, session: str) -> None:
    """Tell every gateway process that a session has ended, as `gateways.end_session`.

    session: how the gateways name it, no secret. When this returns each of them knows, or sends nothing that it has.
    """
    raise NotImplementedError
