"""Domain events: what a service publishes about its own data, addressed to no service in particular.

Most carry the state after the change and a version, so that a subscriber that handles one twice, late or out of order
ends up with the newest state: it keeps a replica. The others describe what has happened, for the feeds that live
streams are made of. The classes are immutable contracts: a change is a new class with the next version in its name.
The contract of each service lists those that it handles (`HANDLES`). The form on the wire: `docs/wire-format.md`.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, get_type_hints

from services.contracts.rpc import Wire


class MalformedDomainEvent(ValueError):
    """Raised when a message is no domain event that this code knows."""


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """Base of all domain events.

    published_by: the service whose data this is about.
    replicated: whether subscribers keep replicas of it, or act on it, so that these can be compared and repaired.
    domain_event_id: 24 hex digits, the same each time that the same change is published.
    """

    published_by: ClassVar[str]
    replicated: ClassVar[bool] = True
    domain_event_id: str

    @property
    def subject(self) -> str:
        """The id of the document that this is about, in its owner's database."""
        raise NotImplementedError


@dataclass(frozen=True)
class Subscription:
    """That a service handles a kind of domain event.

    is_awaited: whether the answer to the write that caused it waits until the service has handled it.
    """

    kind: type[DomainEvent]
    is_awaited: Callable[[Any], bool] = lambda domain_event: True


def never(domain_event: DomainEvent) -> bool:
    """Let no write wait for the handling: it may be done later."""
    return False


@dataclass(frozen=True, kw_only=True)
class FriendshipChangedV1(DomainEvent):
    """Two users became friends or ceased to be.

    user_ids: the pair, sorted.
    generation: how many friendships of this pair have ended; an invitation counts in one generation only.
    dialog_id: the chat of the pair, the same for ever.
    version: of the friendship; grows with each change.
    """

    published_by: ClassVar[str] = "users"
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
class MembershipChangedV1(DomainEvent):
    """A group event was created, its members changed, or it was deleted.

    member_user_ids: who takes part now, in joining order; empty when deleted.
    version: of the event; grows with each change.
    """

    published_by: ClassVar[str] = "events"
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
class InvitationsRevokedV1(DomainEvent):
    """Invitations to a group event are to end: whoever sent them was removed, or the event's owner cancels them.

    invite_ids: all such invitations that have not ended yet, in the order they were sent. What is to end stays so.
    version: of the event; grows with each change.
    """

    published_by: ClassVar[str] = "events"
    event_id: str
    invite_ids: list[str]
    version: int

    @property
    def subject(self) -> str:
        """The event."""
        return self.event_id


@dataclass(frozen=True, kw_only=True)
class FriendInviteAcceptedV1(DomainEvent):
    """The receiver accepted a friend invitation that was sent in `generation` of the pair."""

    published_by: ClassVar[str] = "invites"
    invite_id: str
    sender_id: str
    receiver_id: str
    generation: int

    @property
    def subject(self) -> str:
        """The invitation."""
        return self.invite_id


@dataclass(frozen=True, kw_only=True)
class EventInviteAcceptedV1(DomainEvent):
    """The receiver accepted an invitation to a group event."""

    published_by: ClassVar[str] = "invites"
    invite_id: str
    event_id: str
    receiver_id: str

    @property
    def subject(self) -> str:
        """The invitation."""
        return self.invite_id


@dataclass(frozen=True, kw_only=True)
class EventInviteEndedV1(DomainEvent):
    """An invitation to a group event ended without joining: declined, cancelled or never opened."""

    published_by: ClassVar[str] = "invites"
    invite_id: str
    event_id: str
    receiver_id: str

    @property
    def subject(self) -> str:
        """The invitation."""
        return self.invite_id


@dataclass(frozen=True, kw_only=True)
class EventChangedV1(DomainEvent):
    """Something has happened to an event, single or group.

    change: `created`, `changed`, `joined`, `left`, `rights` or `deleted`.
    event: what the calendar shows of it now, as `events.EventSummary` without its id.
    members: who takes part now, in joining order: id, user_id and rights (a list of names) of each.
    removed_members: the memberships that this has ended: id and user_id of each.
    affected_member_ids: of the members that have joined, or whose rights have changed.
    version: of the event; grows with each change.
    """

    published_by: ClassVar[str] = "events"
    replicated: ClassVar[bool] = False
    event_id: str
    chat_id: str
    change: str
    event: dict[str, object]
    members: list[dict[str, object]]
    removed_members: list[dict[str, object]]
    affected_member_ids: list[str]
    version: int

    @property
    def subject(self) -> str:
        """The event."""
        return self.event_id

    @property
    def revokes_access(self) -> bool:
        """Return whether a user may no longer see what they saw before."""
        return self.change in ("left", "deleted")


@dataclass(frozen=True, kw_only=True)
class OccurrenceChangedV1(DomainEvent):
    """One occurrence of an event that repeats was changed or cancelled.

    occurrence: the planned start by which it is named, a wall clock.
    cancelled: whether it does not take place (any more).
    event: what the calendar shows of it now, as `events.EventSummary` without its id; empty when cancelled.
    members: who takes part now, in joining order: id and user_id of each.
    version: of the event; grows with each change.
    """

    published_by: ClassVar[str] = "events"
    replicated: ClassVar[bool] = False
    event_id: str
    chat_id: str
    occurrence: str
    cancelled: bool
    event: dict[str, object]
    members: list[dict[str, object]]
    version: int

    @property
    def subject(self) -> str:
        """The event."""
        return self.event_id


@dataclass(frozen=True, kw_only=True)
class MessageChangedV1(DomainEvent):
    """A message was written, edited or deleted.

    change: `posted`, `edited` or `deleted`.
    event_id: of the chat; None for a dialog.
    user_ids: who may read the chat now.
    message: as `chats.Message`; of a deleted one the text is empty.
    version: of the event or friendship that determines who may read the chat.
    """

    published_by: ClassVar[str] = "chats"
    replicated: ClassVar[bool] = False
    chat_id: str
    event_id: str | None
    change: str
    user_ids: list[str]
    message: dict[str, object]
    version: int

    @property
    def subject(self) -> str:
        """The chat."""
        return self.chat_id


@dataclass(frozen=True, kw_only=True)
class InviteChangedV1(DomainEvent):
    """An invitation has reached its receiver, was answered, cancelled, or has become pointless.

    outcome: `pending`, `accepted`, `declined`, `cancelled`, `void`, or `revoked`: cancelled since the sender was
        removed from the event.
    event_id: None for a friend invitation.
    """

    published_by: ClassVar[str] = "invites"
    replicated: ClassVar[bool] = False
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
class ProfileChangedV1(DomainEvent):
    """A profile has changed at the identity provider.

    birthday: `YYYY-MM-DD` or None; picture: a URL or ``""``.
    """

    published_by: ClassVar[str] = "users"
    replicated: ClassVar[bool] = False
    user_id: str
    google_id: str
    name: str
    email: str
    picture: str
    birthday: str | None

    @property
    def subject(self) -> str:
        """The user."""
        return self.user_id


KINDS: dict[str, type[DomainEvent]] = {
    kind.__name__: kind
    for kind in (
        FriendshipChangedV1,
        MembershipChangedV1,
        InvitationsRevokedV1,
        FriendInviteAcceptedV1,
        EventInviteAcceptedV1,
        EventInviteEndedV1,
        EventChangedV1,
        OccurrenceChangedV1,
        MessageChangedV1,
        InviteChangedV1,
        ProfileChangedV1,
    )
}


def to_wire(domain_event: DomainEvent) -> Wire:
    """Turn a domain event into a JSON object; `kind` names its class."""
    return {"kind": type(domain_event).__name__, **asdict(domain_event)}


_FIELD_TYPES: dict[type[DomainEvent], dict[str, object]] = {
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


def from_wire(message: Mapping[str, object]) -> DomainEvent:
    """Rebuild a domain event. Keys that the class does not know are ignored.

    Raises:
        MalformedDomainEvent: unknown kind, or a field missing or of the wrong type.
    """
    kind = KINDS.get(str(message.get("kind")))
    if kind is None:
        raise MalformedDomainEvent("the message names no kind that is known")
    values = {}
    for name, expected in _FIELD_TYPES[kind].items():
        if name not in message or not _FITS[expected](message[name]):
            raise MalformedDomainEvent(
                f"{kind.__name__}.{name} must be {expected}, not {type(message.get(name)).__name__}"
            )
        values[name] = message[name]
    return kind(**values)  # type: ignore[arg-type]  # each value was checked against its field just above
