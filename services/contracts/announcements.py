"""Domain events: what a service tells the others about its own data, to nobody in particular.

Each carries the state after the change and a version, so that whoever hears it twice, late or out of
order ends up with the newest state. The classes are immutable contracts: a change is a new class with the
next version in its name. `HEARD_BY` says who hears what. The form on the wire is documented in
`docs/wire-format.md`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import ClassVar, get_type_hints

from services.contracts.calls import Wire


class MalformedAnnouncement(ValueError):
    """Raised when a message is no announcement that this code knows."""


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """Base of all domain events.

    announced_by: the service whose data this is about.
    fact_id: 24 hex digits, the same each time that the same fact is told.
    """

    announced_by: ClassVar[str]
    fact_id: str

    @property
    def subject(self) -> str:
        """The id of the document that this is about, in its owner's database."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class FriendshipChangedV1(Announcement):
    """Two people became friends or ceased to be.

    user_ids: the pair, sorted.
    generation: how many friendships of this pair have ended; an invitation counts in one generation only.
    dialog_id: the chat of the pair, the same for ever.
    version: of the friendship; grows with each change.
    """

    announced_by: ClassVar[str] = "users"
    user_ids: list[str]
    friends: bool
    generation: int
    dialog_id: str
    version: int

    @property
    def subject(self) -> str:
        """The pair."""
        return "-".join(self.user_ids)


@dataclass(frozen=True, kw_only=True)
class MembershipChangedV1(Announcement):
    """A group event was created, its members changed, or it was deleted.

    member_user_ids: who takes part now, in joining order; empty when deleted.
    version: of the event; grows with each change.
    """

    announced_by: ClassVar[str] = "events"
    event_id: str
    chat_id: str
    member_user_ids: list[str]
    deleted: bool
    version: int

    @property
    def subject(self) -> str:
        """The event."""
        return self.event_id


@dataclass(frozen=True, kw_only=True)
class FriendInviteAcceptedV1(Announcement):
    """The receiver accepted a friend invitation that was sent in `generation` of the pair."""

    announced_by: ClassVar[str] = "invites"
    invite_id: str
    sender_id: str
    receiver_id: str
    generation: int

    @property
    def subject(self) -> str:
        """The invitation."""
        return self.invite_id


@dataclass(frozen=True, kw_only=True)
class EventInviteAcceptedV1(Announcement):
    """The receiver accepted an invitation to a group event."""

    announced_by: ClassVar[str] = "invites"
    invite_id: str
    event_id: str
    receiver_id: str

    @property
    def subject(self) -> str:
        """The invitation."""
        return self.invite_id


@dataclass(frozen=True, kw_only=True)
class EventInviteEndedV1(Announcement):
    """An invitation to a group event ended without joining: declined, cancelled or never opened."""

    announced_by: ClassVar[str] = "invites"
    invite_id: str
    event_id: str
    receiver_id: str

    @property
    def subject(self) -> str:
        """The invitation."""
        return self.invite_id


KINDS: dict[str, type[Announcement]] = {
    kind.__name__: kind
    for kind in (
        FriendshipChangedV1,
        MembershipChangedV1,
        FriendInviteAcceptedV1,
        EventInviteAcceptedV1,
        EventInviteEndedV1,
    )
}

HEARD_BY: dict[type[Announcement], tuple[str, ...]] = {
    FriendshipChangedV1: ("chats", "invites"),
    MembershipChangedV1: ("chats", "invites"),
    FriendInviteAcceptedV1: ("users",),
    EventInviteAcceptedV1: ("events",),
    EventInviteEndedV1: ("events",),
}
"""Who hears what: the whole topology of domain events is made of this table."""


def hearers_of(announcement: Announcement) -> tuple[str, ...]:
    """List the services that have something to do because of this announcement, so that no others need be called."""
    hearers = HEARD_BY[type(announcement)]
    if isinstance(announcement, MembershipChangedV1) and not announcement.deleted:
        return tuple(hearer for hearer in hearers if hearer != "invites")  # invitations end only with their event
    return hearers


def to_wire(announcement: Announcement) -> Wire:
    """Turn an announcement into a JSON object; `kind` names its class."""
    return {"kind": type(announcement).__name__, **asdict(announcement)}


_FIELD_TYPES: dict[type[Announcement], dict[str, object]] = {
    kind: {field.name: get_type_hints(kind)[field.name] for field in fields(kind)} for kind in KINDS.values()
}


def _fits(value: object, expected: object) -> bool:
    if expected == list[str]:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return type(value) is expected


def from_wire(message: Mapping[str, object]) -> Announcement:
    """Rebuild an announcement. Keys that the class does not know are ignored.

    Raises:
        MalformedAnnouncement: unknown kind, or a field missing or of the wrong type.
    """
    kind = KINDS.get(str(message.get("kind")))
    if kind is None:
        raise MalformedAnnouncement(f"unknown kind {message.get('kind')!r}")
    values = {}
    for name, expected in _FIELD_TYPES[kind].items():
        if not _fits(message.get(name), expected):
            raise MalformedAnnouncement(f"{kind.__name__}.{name} must be {expected}, got {message.get(name)!r}")
        values[name] = message[name]
    return kind(**values)  # type: ignore[arg-type]  # each value was checked against its field just above
