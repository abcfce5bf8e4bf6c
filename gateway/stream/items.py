"""What a stream can say: each type with its version, its shape and how it is said. OpenAPI describes them from here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Union

from pydantic import BaseModel, create_model

from gateway.chats import Message, shown_message
from gateway.events import Event, shown_event
from gateway.friends import Friend
from gateway.invites import Invite, shown_invite
from gateway.members import Member, shown_member
from gateway.users import PublicProfile, public_profile
from services.contracts import streams as contract

START_OVER = "start-over.v1"


class Gone(BaseModel):
    """Something that no longer exists."""

    id: str


class GoneMessage(Gone):
    """A message that no longer exists."""

    chat_id: str


class LeftMember(BaseModel):
    """A membership that has ended."""

    member_id: str
    user_id: str
    event_id: str


class EndedInvite(Invite):
    """An invitation that no longer waits."""

    outcome: Literal["accepted", "declined", "cancelled", "void"]


class NewFriend(Friend):
    """A friend, with the dialog that belongs to the friendship."""

    chat_id: str


class OwnProfile(PublicProfile):
    """One's own profile."""

    google_id: str


class Nothing(BaseModel):
    """Nothing to add."""


@dataclass(frozen=True)
class Type:
    """What can be said. name: with its version; shape: of its data; say: makes the data of a body and a base."""

    name: str
    shape: type[BaseModel]
    say: Callable[[Any, str], dict[str, Any]]


def _member(body: Any, base: str) -> dict[str, Any]:
    member: Any = {**body, "for_member": True}
    return shown_member(member, body["person"])


TYPES: dict[str, Type] = {
    "event.created": Type("event.created.v1", Event, shown_event),
    "event.changed": Type("event.changed.v1", Event, shown_event),
    "event.joined": Type("event.joined.v1", Event, shown_event),
    "event.deleted": Type("event.deleted.v1", Gone, lambda body, base: {"id": body["id"]}),
    "member.joined": Type("member.joined.v1", Member, _member),
    "member.changed": Type("member.changed.v1", Member, _member),
    "member.left": Type(
        "member.left.v1",
        LeftMember,
        lambda body, base: {"member_id": body["id"], "user_id": body["user_id"], "event_id": body["event_id"]},
    ),
    "message.posted": Type("message.posted.v1", Message, lambda body, base: shown_message(body)),
    "message.edited": Type("message.edited.v1", Message, lambda body, base: shown_message(body)),
    "message.deleted": Type(
        "message.deleted.v1", GoneMessage, lambda body, base: {"id": body["id"], "chat_id": body["chat_id"]}
    ),
    "invite.received": Type("invite.received.v1", Invite, lambda body, base: shown_invite(body)),
    "invite.settled": Type(
        "invite.settled.v1", EndedInvite, lambda body, base: {**shown_invite(body), "outcome": body["outcome"]}
    ),
    "invite.cancelled": Type(
        "invite.cancelled.v1", EndedInvite, lambda body, base: {**shown_invite(body), "outcome": body["outcome"]}
    ),
    "friend.added": Type(
        "friend.added.v1", NewFriend, lambda body, base: {**public_profile(body["person"]), "chat_id": body["chat_id"]}
    ),
    "friend.removed": Type("friend.removed.v1", Gone, lambda body, base: {"id": body["id"]}),
    "profile.changed": Type(
        "profile.changed.v1",
        OwnProfile,
        lambda body, base: {**public_profile(body["person"]), "google_id": body["google_id"]},
    ),
}
"""By the kind that the log knows."""

assert set(TYPES) == set(contract.KINDS)


@dataclass(frozen=True)
class Said:
    """An item in the words of the API. number: its cursor."""

    number: int
    type: str
    data: dict[str, Any]


def say(item: contract.Item, base: str) -> Said:
    """Say an item of the log. base: of the URLs in it."""
    said = TYPES[item["kind"]]
    return Said(item["number"], said.name, said.say(item["body"], base))


def _model_of(said: Type) -> type[BaseModel]:
    words = said.name.replace("-", ".").split(".")
    name = "".join(word.capitalize() for word in words)
    model: type[BaseModel] = create_model(
        name,
        __doc__=f"An item of the type `{said.name}`.",
        id=(str, ...),
        type=(Literal[said.name], ...),  # type: ignore[arg-type]  # made of a table
        data=(said.shape, ...),
    )
    return model


MODELS = tuple(_model_of(said) for said in TYPES.values())
AnyItem = Union[MODELS]  # type: ignore[valid-type]  # noqa: UP007  # made of a table
