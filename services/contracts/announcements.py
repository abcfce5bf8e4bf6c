"""Domain events: what a service tells the others about its own data, to nobody in particular.

Most carry the state after the change and a version, so that whoever hears one twice, late or out of order ends up
with the newest state: others keep copies of it. Some say what has happened, for the log that people's live streams are
made of. The classes are immutable contracts: a change is a new class with the next version in its name. `HEARD_BY`
says who hears what. The form on the wire is documented in `docs/wire-format.md`.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import ClassVar, get_type_hints

from services.contracts.calls import Wire


class MalformedAnnouncement(ValueError):
    """Raised when a message is no announcement that this code knows."""


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """Base of all domain events.

    announced_by: the service whose data this is about.
    copied: whether somebody keeps a copy of what it says, or follows it, so that it can be compared and repaired.
    fact_id: 24 hex digits, the same each time that the same fact is told.
    """

    announced_by: ClassVar[str]
    copied: ClassVar[bool] = True
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


@dataclass(frozen=True, kw_only=True)
class EventChangedV1(Announcement):
    """Something has happened to an event, single or group.

    what: `created`, `changed`, `joined`, `left`, `rights` or `deleted`.
    event: what the calendar shows of it now, as `events.Summary` without its id.
    members: who takes part now, in joining order: id, user_id and rights (a list of names) of each.
    gone: whom this has ended the membership of: id and user_id of each.
    touched: ids of the members that have joined, or whose rights have changed.
    version: of the event; grows with each change.
    """

    announced_by: ClassVar[str] = "events"
    copied: ClassVar[bool] = False
    event_id: str
    chat_id: str
    what: str
    event: dict[str, object]
    members: list[dict[str, object]]
    gone: list[dict[str, object]]
    touched: list[str]
    version: int

    @property
    def subject(self) -> str:
        """The event."""
        return self.event_id

    @property
    def takes_access(self) -> bool:
        """Tell whether somebody may no longer see what they saw before."""
        return self.what in ("left", "deleted")


@dataclass(frozen=True, kw_only=True)
class MessageChangedV1(Announcement):
    """A message was written, edited or deleted.

    what: `posted`, `edited` or `deleted`.
    event_id: of the chat; None for a dialog.
    user_ids: who may read the chat now.
    message: as `chats.Message`; of a deleted one the text is empty.
    version: of the event or friendship that says who may read the chat.
    """

    announced_by: ClassVar[str] = "chats"
    copied: ClassVar[bool] = False
    chat_id: str
    event_id: str | None
    what: str
    user_ids: list[str]
    message: dict[str, object]
    version: int

    @property
    def subject(self) -> str:
        """The chat."""
        return self.chat_id


@dataclass(frozen=True, kw_only=True)
class InviteChangedV1(Announcement):
    """An invitation has reached its receiver, was answered, cancelled, or has become pointless.

    outcome: `pending`, `accepted`, `declined`, `cancelled` or `void`.
    event_id: None for a friend invitation.
    """

    announced_by: ClassVar[str] = "invites"
    copied: ClassVar[bool] = False
    invite_id: str
    sender_id: str
    receiver_id: str
    event_id: str | None
    outcome: str

    @property
    def subject(self) -> str:
        """The invitation."""
        return self.invite_id


@dataclass(frozen=True, kw_only=True)
class ProfileChangedV1(Announcement):
    """A profile has changed at the identity provider.

    birthday: `YYYY-MM-DD` or None; picture: a URL or ``""``.
    """

    announced_by: ClassVar[str] = "users"
    copied: ClassVar[bool] = False
    user_id: str
    google_id: str
    name: str
    email: str
    picture: str
    birthday: str | None

    @property
    def subject(self) -> str:
        """The person."""
        return self.user_id


KINDS: dict[str, type[Announcement]] = {
    kind.__name__: kind
    for kind in (
        FriendshipChangedV1,
        MembershipChangedV1,
        FriendInviteAcceptedV1,
        EventInviteAcceptedV1,
        EventInviteEndedV1,
        EventChangedV1,
        MessageChangedV1,
        InviteChangedV1,
        ProfileChangedV1,
    )
}

HEARD_BY: dict[type[Announcement], tuple[str, ...]] = {
    FriendshipChangedV1: ("chats", "invites", "streams"),
    MembershipChangedV1: ("chats", "invites"),
    FriendInviteAcceptedV1: ("users",),
    EventInviteAcceptedV1: ("events",),
    EventInviteEndedV1: ("events",),
    EventChangedV1: ("streams",),
    MessageChangedV1: ("streams",),
    InviteChangedV1: ("streams",),
    ProfileChangedV1: ("streams",),
}
"""Who hears what: the whole topology of domain events is made of this table."""


def hearers_of(announcement: Announcement) -> tuple[str, ...]:
    """List the services that have something to do before a write is answered, so that no others need be called.

    Invitations end only with their event. The log of what people see may be written later; that somebody must not see
    any more is heard at once.
    """
    hearers = set(HEARD_BY[type(announcement)])
    if isinstance(announcement, MembershipChangedV1) and not announcement.deleted:
        hearers.discard("invites")
    if not isinstance(announcement, EventChangedV1) or not announcement.takes_access:
        hearers.discard("streams")
    return tuple(sorted(hearers))


def to_wire(announcement: Announcement) -> Wire:
    """Turn an announcement into a JSON object; `kind` names its class."""
    return {"kind": type(announcement).__name__, **asdict(announcement)}


_FIELD_TYPES: dict[type[Announcement], dict[str, object]] = {
    kind: {field.name: get_type_hints(kind)[field.name] for field in fields(kind)} for kind in KINDS.values()
}


_FITS: dict[object, Callable[[object], bool]] = {
    str: lambda value: type(value) is str,
    int: lambda value: type(value) is int,
    bool: lambda value: type(value) is bool,
    str | None: lambda value: value is None or type(value) is str,
    dict[str, object]: lambda value: type(value) is dict,
    list[str]: lambda value: type(value) is list and all(type(item) is str for item in value),
    list[dict[str, object]]: lambda value: type(value) is list and all(type(item) is dict for item in value),
}
"""Whether a value that was decoded from JSON may be a field of that type."""


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
        if name not in message or not _FITS[expected](message[name]):
            raise MalformedAnnouncement(f"{kind.__name__}.{name} must be {expected}, got {message.get(name)!r}")
        values[name] = message[name]
    return kind(**values)  # type: ignore[arg-type]  # each value was checked against its field just above
