"""Calls of the service `streams`, which owns the log of what concerns each person.

Each item of a person's log has a number, one more than the one before; it is the cursor of their live stream.
"""

from typing import TypedDict

from services.contracts import everybody
from services.contracts.calls import Applied, Wire, offered_by

SERVICE = "streams"

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


@offered_by(SERVICE)
def get_head(*, user_id: str) -> int:
    """Return the number of the newest item of somebody's log; 0 when there never was one."""
    raise NotImplementedError


@offered_by(SERVICE)
def read_log(*, user_id: str, after: int, limit: int) -> Page:
    """Return the items of somebody's log after a number, at most `limit`."""
    raise NotImplementedError


@offered_by(SERVICE)
def end_session(*, session: str) -> None:
    """Tell every gateway process that a session has ended. session: how the gateways name it, no secret."""
    raise NotImplementedError


@offered_by(SERVICE)
def apply(*, announcement: Wire) -> Applied:
    """Hear `EventChangedV1` that takes access away: nothing older of the event is shown to who has lost it.

    Everything that is heard is written into the log by the one process whose turn it is, in order.
    """
    raise NotImplementedError


check_health = offered_by(SERVICE)(everybody.check_health)
