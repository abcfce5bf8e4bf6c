"""What a domain event adds to which feeds, and who may read it: values and rules, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.contracts.domain_events import (
    DomainEvent,
    EventChangedV1,
    FriendshipChangedV1,
    InviteChangedV1,
    MessageChangedV1,
    OccurrenceChangedV1,
    ProfileChangedV1,
)
from services.contracts.events import Rights
from services.contracts.gateways import Cutoff
from services.contracts.rpc import Wire
from services.contracts.users import SharedProfile

RIGHTS = tuple(Rights.__annotations__)
_PROFILE = ("name", "email", "picture", "birthday")


@dataclass(frozen=True, kw_only=True)
class FeedEntry:
    """Something that some users find in their feeds.

    id: of the domain event and its part; the same each time that the domain event is handled.
    kind, body: as in `services.contracts.streams.FeedItem`.
    cutoff_id: the event that one must take part in to read it; None when there is no such condition.
    version: of that event; who has lost access at that version or a later one may not read it.
    """

    id: str
    kind: str
    body: Wire
    user_ids: tuple[str, ...]
    cutoff_id: str | None = None
    version: int = 0

    @property
    def member_user_id(self) -> str | None:
        """The member whom it is about; None for what is about the event, a message or something else."""
        return str(self.body["user_id"]) if self.kind in ("member.joined", "member.changed") else None


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedPlace:
    """Where an entry stands in a user's feed. cutoff_id, version: as the entry has them.

    kind, body: the entry's, where it is small enough to stand in each feed; None: it is stored once for all of them.
    """

    sequence: int
    entry_id: str
    cutoff_id: str | None
    version: int
    kind: str | None = None
    body: Wire | None = None


@dataclass(frozen=True, kw_only=True)
class AccessCutoff:
    """Who takes part in an event since somebody last lost access to it. id: of the event."""

    id: str
    user_ids: frozenset[str]
    version: int

    def is_hidden_from(self, user_id: str, *, version: int) -> bool:
        """Return whether a user may no longer read what was written at a version of the event."""
        return version <= self.version and user_id not in self.user_ids

    def public(self) -> Cutoff:
        """Return the cut-off as the gateway's processes are told of it."""
        return Cutoff(event_id=self.id, version=self.version, user_ids=sorted(self.user_ids))


def cutoff_of(domain_event: DomainEvent) -> AccessCutoff | None:
    """Return who still takes part, if the domain event revokes somebody's access."""
    if not isinstance(domain_event, EventChangedV1) or not domain_event.revokes_access:
        return None
    user_ids = frozenset(str(member["user_id"]) for member in domain_event.members)
    return AccessCutoff(id=domain_event.event_id, user_ids=user_ids, version=domain_event.version)


def user_ids_in(domain_event: DomainEvent) -> set[str]:
    """Return the ids of the users whose profiles the feed entries need."""
    if isinstance(domain_event, FriendshipChangedV1):
        return set(domain_event.user_ids) if domain_event.friends else set()
    if isinstance(domain_event, EventChangedV1):
        return {str(member["user_id"]) for member in _affected_members(domain_event)}
    return set()


def viewer_ids_in(domain_event: DomainEvent) -> set[str]:
    """Return the ids of the users to whom those profiles are shown."""
    if isinstance(domain_event, EventChangedV1) and user_ids_in(domain_event):
        return {str(member["user_id"]) for member in domain_event.members}
    return set()


def feed_entries_of(domain_event: DomainEvent, profiles: Mapping[str, SharedProfile]) -> list[FeedEntry]:
    """Return the feed entries that a domain event causes. profiles: those that `user_ids_in` names, if they exist."""
    match domain_event:
        case EventChangedV1():
            return _of_event(domain_event, profiles)
        case OccurrenceChangedV1():
            return [_of_occurrence(domain_event)]
        case MessageChangedV1():
            return [_of_message(domain_event)]
        case InviteChangedV1():
            return [_of_invite(domain_event)]
        case FriendshipChangedV1():
            return _of_friendship(domain_event, profiles)
        case ProfileChangedV1():
            return [_of_profile(domain_event)]
    return []


def _of_event(changed: EventChangedV1, profiles: Mapping[str, SharedProfile]) -> list[FeedEntry]:
    entries: list[FeedEntry] = []

    def add(kind: str, body: Wire, user_ids: list[str], *, after_access_ended: bool = False) -> None:
        entries.append(
            FeedEntry(
                id=f"{changed.domain_event_id}.{len(entries)}",
                kind=kind,
                body=body,
                user_ids=tuple(user_ids),
                cutoff_id=None if after_access_ended else changed.event_id,
                version=changed.version,
            )
        )

    member_user_ids = [str(member["user_id"]) for member in changed.members]
    if changed.change in ("created", "changed"):
        add(f"event.{changed.change}", _event(changed), member_user_ids)
    for removed in changed.removed_members:
        removed_user_id = str(removed["user_id"])
        if changed.change == "deleted":
            add("event.deleted", {"id": changed.event_id}, [removed_user_id], after_access_ended=True)
        else:
            left: Wire = {"id": removed["id"], "user_id": removed_user_id, "event_id": changed.event_id}
            add("member.left", left, member_user_ids)
            add("member.left", left, [removed_user_id], after_access_ended=True)
    for member in _affected_members(changed):
        profile = profiles.get(str(member["user_id"]))
        if profile is None:
            continue
        if changed.change == "joined":
            add("event.joined", _event(changed), [profile["id"]])
            readers = [user_id for user_id in member_user_ids if user_id != profile["id"]]
        else:
            readers = member_user_ids
        # One entry for each of both, even if nobody reads it: entries have the same ids whoever is a friend by now.
        for for_friends in (False, True):
            these = [user_id for user_id in readers if (user_id in profile["known_to"]) == for_friends]
            kind = "member.joined" if changed.change == "joined" else "member.changed"
            add(kind, _member(changed, member, profile, for_friends=for_friends), these)
    return entries


def _affected_members(changed: EventChangedV1) -> list[dict[str, Any]]:
    return [member for member in changed.members if member["id"] in changed.affected_member_ids]


def _event(changed: EventChangedV1 | OccurrenceChangedV1) -> Wire:
    is_group = changed.event["kind"] == "group"
    return {
        "id": changed.event_id,
        **changed.event,
        "version": changed.version,
        "member_ids": [member["id"] for member in changed.members] if is_group else [],
        "chat_id": changed.chat_id if is_group else None,
    }


def _of_occurrence(changed: OccurrenceChangedV1) -> FeedEntry:
    cancelled: Wire = {"id": changed.event_id, "occurrence": changed.occurrence}
    return FeedEntry(
        id=f"{changed.domain_event_id}.0",
        kind="occurrence.cancelled" if changed.cancelled else "occurrence.changed",
        body=cancelled if changed.cancelled else _event(changed),
        user_ids=tuple(str(member["user_id"]) for member in changed.members),
        cutoff_id=changed.event_id,
        version=changed.version,
    )


def _member(changed: EventChangedV1, member: dict[str, Any], profile: SharedProfile, *, for_friends: bool) -> Wire:
    return {
        "id": member["id"],
        "user_id": member["user_id"],
        "event_id": changed.event_id,
        "rights": {right: right in member["rights"] for right in RIGHTS},
        "profile": _whole(profile) if for_friends else {**_whole(profile), "email": None, "birthday": None},
        "for_friends": for_friends,
    }


def _whole(profile: SharedProfile) -> Wire:
    return {name: value for name, value in profile.items() if name != "known_to"}


def _of_message(changed: MessageChangedV1) -> FeedEntry:
    deleted = changed.change == "deleted"
    return FeedEntry(
        id=f"{changed.domain_event_id}.0",
        kind=f"message.{changed.change}",
        body={"id": changed.message["id"], "chat_id": changed.chat_id} if deleted else changed.message,
        user_ids=tuple(changed.user_ids),
        cutoff_id=changed.event_id,
        version=changed.version,
    )


def _of_invite(changed: InviteChangedV1) -> FeedEntry:
    kinds = {"pending": "invite.received", "cancelled": "invite.cancelled", "revoked": "invite.cancelled"}
    for_receiver_only = changed.outcome in ("pending", "revoked")  # whoever was removed is told of that alone
    return FeedEntry(
        id=f"{changed.domain_event_id}.0",
        kind=kinds.get(changed.outcome, "invite.settled"),
        body={
            "id": changed.invite_id,
            "kind": "friend" if changed.event_id is None else "event",
            "sender_id": changed.sender_id,
            "receiver_id": changed.receiver_id,
            "event_id": changed.event_id,
            "outcome": "cancelled" if changed.outcome == "revoked" else changed.outcome,
        },
        user_ids=(changed.receiver_id,) if for_receiver_only else (changed.receiver_id, changed.sender_id),
    )


def _of_friendship(changed: FriendshipChangedV1, profiles: Mapping[str, SharedProfile]) -> list[FeedEntry]:
    entries: list[FeedEntry] = []
    for user_id, other_id in (changed.user_ids, reversed(changed.user_ids)):
        body: Wire | None = {"id": other_id}
        if changed.friends:
            other = profiles.get(other_id)
            body = None if other is None else {"profile": _whole(other), "chat_id": changed.dialog_id}
        if body is not None:
            kind = "friend.added" if changed.friends else "friend.removed"
            entry_id = f"{changed.domain_event_id}.{len(entries)}"
            entries.append(FeedEntry(id=entry_id, kind=kind, body=body, user_ids=(user_id,)))
    return entries


def _of_profile(changed: ProfileChangedV1) -> FeedEntry:
    profile = {name: getattr(changed, name) for name in _PROFILE}
    return FeedEntry(
        id=f"{changed.domain_event_id}.0",
        kind="profile.changed",
        body={"profile": {"id": changed.user_id, **profile}, "google_id": changed.google_id},
        user_ids=(changed.user_id,),
    )
