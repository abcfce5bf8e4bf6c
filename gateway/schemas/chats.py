"""Chats and their messages."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from gateway.http.fields import Id, Integer, Model, NonBlankText, optional
from gateway.schemas.examples import CHAT, EVENT, MESSAGE, WRITTEN, example
from services.contracts import chats as contract

MessageText = Annotated[NonBlankText, Field(max_length=10_000)]


class Message(BaseModel):
    """A message. datetime: milliseconds since the epoch."""

    model_config = example(WRITTEN)

    id: str
    chat_id: str
    user_id: str
    datetime: int
    text: str


class Chat(BaseModel):
    """A chat: an event's has `event_id`, a dialog has `user_id_1` and `user_id_2`."""

    model_config = example({"id": CHAT, "msg_id_list": [WRITTEN], "event_id": EVENT})

    id: str
    msg_id_list: list[Message]
    event_id: str = optional()
    user_id_1: str = optional()
    user_id_2: str = optional()


class ChatsQuery(Model):
    """How many chats to skip, how many to return, and how many of the newest messages of each."""

    count_getting: Integer = Field(description="how many chats to skip", json_schema_extra={"example": 0})
    count: Integer = Field(description="how many chats to return", json_schema_extra={"example": 20})
    msg_limit: Integer | None = optional("how many of the newest messages of each chat; all without it")


class ChatQuery(Model):
    """Which chat, how many of its newest messages, and before which message."""

    id: Id
    limit: Integer | None = optional("how many of the newest messages; all without it")
    before: Id | None = optional("a message: only those before it")


class NewMessage(Model):
    """A message to write."""

    model_config = example({"chat_id": CHAT, "text": "Shall I bring dessert?"})

    chat_id: Id
    text: MessageText


class ChangedMessage(Model):
    """A message with its new text."""

    model_config = example({"id": MESSAGE, "text": "I bring dessert."})

    id: Id
    text: MessageText


class MessageQuery(Model):
    """Which message."""

    id: Id


def serialize_message(message: contract.Message) -> dict[str, Any]:
    """Return a message as the API shows it."""
    return {
        "id": message["id"],
        "chat_id": message["chat_id"],
        "user_id": message["author_id"],
        "datetime": message["written_at"],
        "text": message["text"],
    }


def serialize_chat(chat: contract.Chat) -> dict[str, Any]:
    """Return a chat with its messages as the API shows it."""
    messages = [serialize_message(message) for message in chat["messages"]]
    if chat["kind"] == "event":
        return {"id": chat["id"], "msg_id_list": messages, "event_id": chat["event_id"]}
    one, other = chat["user_ids"]
    return {"id": chat["id"], "msg_id_list": messages, "user_id_1": one, "user_id_2": other}
