"""Chats and their messages."""

from typing import Annotated, Any

from flask import Response
from pydantic import BaseModel, Field

from gateway.backend import actor_id, calls, operation_id
from gateway.fields import Id, Integer, Model, Words
from gateway.problems import documented
from gateway.resource import Resource, answer, done, list_of
from services.contracts import chats as contract

MAX_CHATS = 100

conversations = Resource("chats", about="Chats of events, dialogs of friends, and their messages")

MessageText = Annotated[Words, Field(max_length=10_000)]


class Message(BaseModel):
    """A message. datetime: milliseconds since the epoch."""

    id: str
    chat_id: str
    user_id: str
    datetime: int
    text: str


class Chat(BaseModel):
    """A chat: an event's has `event_id`, a dialog has `user_id_1` and `user_id_2`."""

    id: str
    msg_id_list: list[Message]
    event_id: str = ""
    user_id_1: str = ""
    user_id_2: str = ""


class ChatsQuery(Model):
    """How many chats to skip, how many to return, and how many of the newest messages of each."""

    count_getting: Integer
    count: Integer
    msg_limit: Integer | None = None


class ChatQuery(Model):
    """Which chat, how many of its newest messages, and before which message."""

    id: Id
    limit: Integer | None = None
    before: Id | None = None


class NewMessage(Model):
    """A message to write."""

    chat_id: Id
    text: MessageText


class ChangedMessage(Model):
    """A message with its new text."""

    id: Id
    text: MessageText


class MessageQuery(Model):
    """Which message."""

    id: Id


@conversations.get("/chats", responses={200: list_of(Chat)})
def list_chats(query: ChatsQuery) -> Response:
    """Return my chats: newest message first, then those without messages, newest first."""
    found = calls().call(
        contract.list_chats,
        actor_id=actor_id(),
        offset=query.count_getting,
        limit=min(query.count, MAX_CHATS),
        message_limit=query.msg_limit,
    )
    return answer([_shown(chat) for chat in found])


@conversations.get("/chat", responses={200: Chat, **documented(403, 404)})
def get_chat(query: ChatQuery) -> Response:
    """Return a chat with its messages, in the order they were written."""
    chat = calls().call(
        contract.get_chat, actor_id=actor_id(), chat_id=query.id, limit=query.limit, before=query.before
    )
    return answer(_shown(chat))


@conversations.post("/chat/msg", responses={204: None, **documented(403, 404, 413, 415, 422)})
def post_message(body: NewMessage) -> Response:
    """Write a message."""
    calls().write(
        contract.post_message,
        actor_id=actor_id(),
        chat_id=body.chat_id,
        text=body.text,
        operation_id=operation_id(),
    )
    return done()


@conversations.put("/chat/msg", responses={204: None, **documented(403, 404, 413, 415, 422)})
def edit_message(body: ChangedMessage) -> Response:
    """Change the text of my own message."""
    calls().write(
        contract.edit_message,
        actor_id=actor_id(),
        message_id=body.id,
        text=body.text,
        operation_id=operation_id(),
    )
    return done()


@conversations.delete("/chat/msg", responses={204: None, **documented(403, 404, 422)})
def delete_message(query: MessageQuery) -> Response:
    """Delete my own message."""
    calls().write(contract.delete_message, actor_id=actor_id(), message_id=query.id, operation_id=operation_id())
    return done()


def shown_message(message: contract.Message) -> dict[str, Any]:
    """Return a message in the words of the API."""
    return {
        "id": message["id"],
        "chat_id": message["chat_id"],
        "user_id": message["author_id"],
        "datetime": message["written_at"],
        "text": message["text"],
    }


def _shown(chat: contract.Chat) -> dict[str, Any]:
    """Return a chat in the words of the API."""
    messages = [shown_message(message) for message in chat["messages"]]
    if chat["kind"] == "event":
        return {"id": chat["id"], "msg_id_list": messages, "event_id": chat["event_id"]}
    one, other = chat["user_ids"]
    return {"id": chat["id"], "msg_id_list": messages, "user_id_1": one, "user_id_2": other}
