"""Calls of the service `chats`, which owns chats, their messages, and who may read what."""

from typing import Literal, TypedDict

from services.contracts.domain_events import (
    FriendshipChangedV1,
    MembershipChangedV1,
    Subscription,
)
from services.contracts.rpc import WriteResult, answered_by

SERVICE = "chats"
HANDLES = (Subscription(FriendshipChangedV1), Subscription(MembershipChangedV1))


class Message(TypedDict):
    """A message. written_at: milliseconds since the epoch, never decreasing along a chat."""

    id: str
    chat_id: str
    author_id: str
    written_at: int
    text: str


class Chat(TypedDict):
    """A chat with messages in the order they were written.

    event_id: the event it belongs to, None for a dialog.
    user_ids: the two people of a dialog, sorted; empty for an event's chat.
    more: whether fewer than asked for are here since a reply has a limit; the older ones come with the next `get_chat`.
    """

    id: str
    kind: Literal["event", "dialog"]
    event_id: str | None
    user_ids: list[str]
    messages: list[Message]
    more: bool


@answered_by(SERVICE)
def list_chats(*, actor_id: str, offset: int, limit: int, message_limit: int | None) -> list[Chat]:
    """Return the actor's chats, newest message first, then empty ones, newest first.

    message_limit: only the newest so many messages of each chat; None for all.
    """
    raise NotImplementedError


@answered_by(SERVICE)
def get_chat(*, actor_id: str, chat_id: str, limit: int | None, before: str | None) -> Chat:
    """Return a chat with its newest `limit` messages (None: all) older than the message `before`.

    Raises:
        NotFound: chat.unknown; message.unknown when `before` is no message of this chat, or was deleted 30 days ago
        Forbidden: chat.forbidden
    """
    raise NotImplementedError


@answered_by(SERVICE)
def post_message(*, actor_id: str, chat_id: str, text: str, operation_id: str) -> WriteResult:
    """Write a message whose id is `operation_id`. Idempotent.

    Raises:
        NotFound: chat.unknown
        Forbidden: chat.forbidden
    """
    raise NotImplementedError


@answered_by(SERVICE)
def edit_message(*, actor_id: str, message_id: str, text: str, operation_id: str) -> WriteResult:
    """Replace the text of one's own message; its place and time stay.

    Raises:
        NotFound: message.unknown, also when its chat is gone
        Forbidden: message.not_yours, chat.forbidden
    """
    raise NotImplementedError


@answered_by(SERVICE)
def delete_message(*, actor_id: str, message_id: str, operation_id: str) -> WriteResult:
    """Delete one's own message.

    Raises:
        NotFound: message.unknown, also when its chat is gone
        Forbidden: message.not_yours, chat.forbidden
    """
    raise NotImplementedError
