"""The events of the stream: each type with its version, its model and its serializer."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union

from pydantic import BaseModel, BeforeValidator, Field, StrictStr, WithJsonSchema, create_model

from gateway.http.fields import Model, format_datetime, optional
from gateway.live.sse import StreamEvent
from gateway.schemas.chats import Message, serialize_message
from gateway.schemas.events import Event, serialize_event
from gateway.schemas.examples import (
    BEN,
    BENS_MEMBERSHIP,
    CHAT,
    CURSOR,
    DIALOG,
    EVENT,
    INVITE,
    MESSAGE,
    PROFILE,
    example,
    example_of,
)
from gateway.schemas.friends import Friend
from gateway.schemas.invites import Invite, serialize_invite
from gateway.schemas.members import Member, serialize_member
from gateway.schemas.users import PublicProfile, serialize_profile
from services.contracts import streams as contract

PAGE_SIZE = 200
MAX_PAGE = 500


class Deleted(BaseModel):
    """Something that no longer exists."""

    model_config = example({"id": EVENT})

    id: str


class CancelledOccurrence(BaseModel):
    """An occurrence that does not take place."""

    model_config = example({"id": EVENT, "occurrence": "31.12.2026 19:30"})

    id: str
    occurrence: str


class DeletedMessage(Deleted):
    """A message that no longer exists."""

    model_config = example({"id": MESSAGE, "chat_id": CHAT})

    chat_id: str


class LeftMember(BaseModel):
    """A membership that has ended."""

    model_config = example({"member_id": BENS_MEMBERSHIP, "user_id": BEN, "event_id": EVENT})

    member_id: str
    user_id: str
    event_id: str


class EndedInvite(Invite):
    """An invitation that is no longer pending."""

    model_config = example(INVITE | {"outcome": "accepted"})

    outcome: Literal["accepted", "declined", "cancelled", "void"]


class NewFriend(Friend):
    """A friend, with the dialog that belongs to the friendship."""

    model_config = example(PROFILE | {"chat_id": DIALOG})

    chat_id: str


class OwnProfile(PublicProfile):
    """One's own profile."""

    model_config = example(PROFILE | {"google_id": "104857204953714593621"})

    google_id: str


@dataclass(frozen=True)
class EventType:
    """A type of event. name: with its version; model: of its data; serialize: turns a body into data for a reader."""

    name: str
    model: type[BaseModel]
    serialize: Callable[[Any, "Reader"], dict[str, Any]]


@dataclass(frozen=True)
class Reader:
    """Who reads items. base: of the URLs in them; language: of the words for a missing name."""

    base: str
    language: str


def _serialize_event(body: Any, reader: Reader) -> dict[str, Any]:
    return serialize_event(body, reader.base)


def _serialize_member(body: Any, reader: Reader) -> dict[str, Any]:
    # In feeds of version 0.1.0 there are e-mails for all members.
    profile: Any = body["profile"] if body.get("for_friends") else {**body["profile"], "email": None}
    return serialize_member(body, profile, reader.language)


TYPES: dict[str, EventType] = {
    "event.created": EventType("event.created.v1", Event, _serialize_event),
    "event.changed": EventType("event.changed.v1", Event, _serialize_event),
    "event.joined": EventType("event.joined.v1", Event, _serialize_event),
    "event.deleted": EventType("event.deleted.v1", Deleted, lambda body, reader: {"id": body["id"]}),
    "occurrence.changed": EventType("occurrence.changed.v1", Event, _serialize_event),
    "occurrence.cancelled": EventType(
        "occurrence.cancelled.v1",
        CancelledOccurrence,
        lambda body, reader: {"id": body["id"], "occurrence": format_datetime(body["occurrence"])},
    ),
    "member.joined": EventType("member.joined.v1", Member, _serialize_member),
    "member.changed": EventType("member.changed.v1", Member, _serialize_member),
    "member.left": EventType(
        "member.left.v1",
        LeftMember,
        lambda body, reader: {"member_id": body["id"], "user_id": body["user_id"], "event_id": body["event_id"]},
    ),
    "message.posted": EventType("message.posted.v1", Message, lambda body, reader: serialize_message(body)),
    "message.edited": EventType("message.edited.v1", Message, lambda body, reader: serialize_message(body)),
    "message.deleted": EventType(
        "message.deleted.v1", DeletedMessage, lambda body, reader: {"id": body["id"], "chat_id": body["chat_id"]}
    ),
    "invite.received": EventType("invite.received.v1", Invite, lambda body, reader: serialize_invite(body)),
    "invite.settled": EventType(
        "invite.settled.v1", EndedInvite, lambda body, reader: {**serialize_invite(body), "outcome": body["outcome"]}
    ),
    "invite.cancelled": EventType(
        "invite.cancelled.v1", EndedInvite, lambda body, reader: {**serialize_invite(body), "outcome": body["outcome"]}
    ),
    "friend.added": EventType(
        "friend.added.v1",
        NewFriend,
        lambda body, reader: {**serialize_profile(body["profile"], reader.language), "chat_id": body["chat_id"]},
    ),
    "friend.removed": EventType("friend.removed.v1", Deleted, lambda body, reader: {"id": body["id"]}),
    "profile.changed": EventType(
        "profile.changed.v1",
        OwnProfile,
        lambda body, reader: {**serialize_profile(body["profile"], reader.language), "google_id": body["google_id"]},
    ),
}
"""By the kind under which the feed keeps them."""

assert set(TYPES) == set(contract.KINDS)


def serialize_item(item: contract.FeedItem, reader: Reader) -> StreamEvent:
    """Return an item of the feed as the API shows it to a reader."""
    kind = TYPES[item["kind"]]
    return StreamEvent(item["sequence"], kind.name, kind.serialize(item["body"], reader))


def _model_of(kind: EventType) -> type[BaseModel]:
    words = kind.name.replace("-", ".").split(".")
    name = "".join(word.capitalize() for word in words)
    model: type[BaseModel] = create_model(
        name,
        __doc__=f"An item of the type `{kind.name}`.",
        __config__=example({"id": CURSOR, "type": kind.name, "data": example_of(kind.model)}),
        id=(str, ...),
        type=(Literal[kind.name], ...),  # type: ignore[arg-type]  # made of a table
        data=(kind.model, ...),
    )
    return model


MODELS = tuple(_model_of(kind) for kind in TYPES.values())
AnyItem = Union[MODELS]  # type: ignore[valid-type]  # noqa: UP007  # made of a table

_CURSOR = re.compile(r"[0-9]{1,15}", re.ASCII)


CURSOR_SCHEMA: Any = {"type": "string", "pattern": "^[0-9]{1,15}$", "example": CURSOR}


def check_cursor(text: Any) -> int:
    """Return the sequence that a cursor names."""
    if not isinstance(text, str) or not _CURSOR.fullmatch(text):
        raise ValueError("must be a cursor: the id of an item, or what the header X-Stream-Cursor says")
    return int(text)


def _page_size(text: Any) -> int:
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or int(text) == 0:
        raise ValueError("must be a positive integer")
    return min(int(text), MAX_PAGE)


Cursor = Annotated[int, BeforeValidator(check_cursor), WithJsonSchema(CURSOR_SCHEMA)]


class StreamQuery(Model):
    """After which item to begin; the header `Last-Event-ID` wins. Without either: with what happens from now on."""

    since: Cursor | None = optional("the cursor to begin after; without it, with what happens from now on")


class SyncQuery(Model):
    """After which item to begin, and how many items to return at most."""

    since: Cursor = Field(description="the cursor to begin after")
    limit: Annotated[int, BeforeValidator(_page_size), WithJsonSchema({"type": "integer", "minimum": 1})] = Field(
        default=PAGE_SIZE, description=f"how many items to return at most; more than {MAX_PAGE} are not returned"
    )


class SyncPage(BaseModel):
    """A part of the feed. cursor: where to go on; more: whether there is more now."""

    model_config = example({"items": [example_of(MODELS[0])], "cursor": CURSOR, "more": False})

    items: list[Annotated[AnyItem, Field(discriminator="type")]]
    cursor: StrictStr
    more: bool
