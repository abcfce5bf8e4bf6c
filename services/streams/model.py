"""What a person is told because of what has happened: values and rules, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.contracts.domain_events import (
    DomainEvent,
    EventChangedV1,
    FriendshipChangedV1,
    InviteChangedV1,
    MessageChangedV1,
    ProfileChangedV1,
)
from services.contracts.events import Rights
from services.contracts.rpc import Wire
from services.contracts.users import Person

RIGHTS = tuple(Rights.__annotations__)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something that some people are told.

    id: of the fact and its part; the same each time that the fact is heard.
    kind, body: as in `services.contracts.streams.Item`.
    scope: the event that one must take part in to be told; None when there is no such condition (any more).
    version: of the scope; whoever has lost it at that version or a later one is not told.
    """

    id: str
    kind: str
    body: Wire
    user_ids: tuple[str, ...]
    scope: str | None = None
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Who takes part in an event, as known since somebody last left it."""

    id: str
    user_ids: frozenset[str]
    version: int

    def hides(self, version: int, user_id: str) -> bool:
        """Tell whether what the event was at that version is no longer for this person to see."""
        return version <= self.version and user_id not in self.user_ids


def scope_of(domain_event: DomainEvent) -> Scope | None:
    """Return who still takes part, if this is about somebody who does not any more."""
    if not isinstance(domain_event, EventChangedV1) or not domain_event.revokes_access:
        return None
    user_ids = frozenset(str(member["user_id"]) for member in domain_event.members)
    return Scope(id=domain_event.event_id, user_ids=user_ids, version=domain_event.version)


def people_in(domain_event: DomainEvent) -> set[str]:
    """Return the ids of the people whose profiles are told."""
    if isinstance(domain_event, FriendshipChangedV1):
        return set(domain_event.user_ids) if domain_event.friends else set()
    if isinstance(domain_event, EventChangedV1):
        return {str(member["user_id"]) for member in _touched(domain_event)}
    return set()


def entries_of(domain_event: DomainEvent, people: Mapping[str, Person]) -> list[Entry]:
    """Return what is told to whom. people: the profiles of those whom `people_in` names, as far as they exist."""
    match domain_event:
        case EventChangedV1():
            return _of_event(domain_event, people)
        case MessageChangedV1():
            return [_of_message(domain_event)]
        case InviteChangedV1():
            return [_of_invite(domain_event)]
        case FriendshipChangedV1():
            return _of_friendship(domain_event, people)
        case ProfileChangedV1():
            return [_of_profile(domain_event)]
    return []


def _of_event(told: EventChangedV1, people: Mapping[str, Person]) -> list[Entry]:
    entries: list[Entry] = []

    def tell(kind: str, body: Wire, user_ids: list[str], *, after_the_end: bool = False) -> None:
        entry_id = f"{told.domain_event_id}.{len(entries)}"
        scope = None if after_the_end else told.event_id
        entries.append(
            Entry(id=entry_id, kind=kind, body=body, user_ids=tuple(user_ids), scope=scope, version=told.version)
        )

    everybody = [str(member["user_id"]) for member in told.members]
    if told.change in ("created", "changed"):
        tell(f"event.{told.change}", _event(told), everybody)
    for removed_members in told.removed_members:
        if told.change == "deleted":
            tell("event.deleted", {"id": told.event_id}, [str(removed_members["user_id"])], after_the_end=True)
        else:
            left: Wire = {"id": removed_members["id"], "user_id": removed_members["user_id"], "event_id": told.event_id}
            tell("member.left", left, everybody)
            tell("member.left", left, [str(removed_members["user_id"])], after_the_end=True)
    for member in _touched(told):
        person = people.get(str(member["user_id"]))
        if person is None:
            continue
        if told.change == "joined":
            tell("event.joined", _event(told), [person["id"]])
            others = [user_id for user_id in everybody if user_id != person["id"]]
            tell("member.joined", _member(told, member, person), others)
        else:
            tell("member.changed", _member(told, member, person), everybody)
    return entries


def _touched(told: EventChangedV1) -> list[dict[str, Any]]:
    return [member for member in told.members if member["id"] in told.affected_member_ids]


def _event(told: EventChangedV1) -> Wire:
    is_group = told.event["kind"] == "group"
    return {
        "id": told.event_id,
        **told.event,
        "version": told.version,
        "member_ids": [member["id"] for member in told.members] if is_group else [],
        "chat_id": told.chat_id if is_group else None,
    }


def _member(told: EventChangedV1, member: dict[str, Any], person: Person) -> Wire:
    return {
        "id": member["id"],
        "user_id": member["user_id"],
        "event_id": told.event_id,
        "rights": {right: right in member["rights"] for right in RIGHTS},
        "person": dict(person),
    }


def _of_message(told: MessageChangedV1) -> Entry:
    deleted = told.change == "deleted"
    return Entry(
        id=f"{told.domain_event_id}.0",
        kind=f"message.{told.change}",
        body={"id": told.message["id"], "chat_id": told.chat_id} if deleted else told.message,
        user_ids=tuple(told.user_ids),
        scope=told.event_id,
        version=told.version,
    )


def _of_invite(told: InviteChangedV1) -> Entry:
    kinds = {"pending": "invite.received", "cancelled": "invite.cancelled"}
    receives_only = told.outcome == "pending"
    return Entry(
        id=f"{told.domain_event_id}.0",
        kind=kinds.get(told.outcome, "invite.settled"),
        body={
            "id": told.invite_id,
            "kind": "friend" if told.event_id is None else "event",
            "sender_id": told.sender_id,
            "receiver_id": told.receiver_id,
            "event_id": told.event_id,
            "outcome": told.outcome,
        },
        user_ids=(told.receiver_id,) if receives_only else (told.receiver_id, told.sender_id),
    )


def _of_friendship(told: FriendshipChangedV1, people: Mapping[str, Person]) -> list[Entry]:
    entries: list[Entry] = []
    for user_id, other_id in (told.user_ids, reversed(told.user_ids)):
        body: Wire | None = {"id": other_id}
        if told.friends:
            other = people.get(other_id)
            body = None if other is None else {"person": dict(other), "chat_id": told.dialog_id}
        if body is not None:
            kind = "friend.added" if told.friends else "friend.removed"
            entries.append(
                Entry(id=f"{told.domain_event_id}.{len(entries)}", kind=kind, body=body, user_ids=(user_id,))
            )
    return entries


def _of_profile(told: ProfileChangedV1) -> Entry:
    person = {name: getattr(told, name) for name in ("name", "email", "picture", "birthday")}
    return Entry(
        id=f"{told.domain_event_id}.0",
        kind="profile.changed",
        body={"person": {"id": told.user_id, **person}, "google_id": told.google_id},
        user_ids=(told.user_id,),
    )
