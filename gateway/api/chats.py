"""Chats and their messages."""

from flask import Response

from gateway.http.context import actor_id, calls, operation_id
from gateway.http.problems import problem_responses
from gateway.http.resource import Resource, json_response, list_of, no_content
from gateway.schemas.chats import (
    ChangedMessage,
    Chat,
    ChatQuery,
    ChatsQuery,
    MessageQuery,
    NewMessage,
    serialize_chat,
)
from services.contracts import chats as contract
from services.contracts.errors import Forbidden, NotFound

MAX_CHATS = 100

chats_bp = Resource("chats", about="Chats of events, dialogs of friends, and their messages")


@chats_bp.get("/chats", responses={200: list_of(Chat)})
def list_chats(query: ChatsQuery) -> Response:
    """Return my chats: newest message first, then those without messages, newest first."""
    found = calls().call(
        contract.list_chats,
        actor_id=actor_id(),
        offset=query.count_getting,
        limit=min(query.count, MAX_CHATS),
        message_limit=query.msg_limit,
    )
    whole = [_whole_unless_lost(chat, query.msg_limit) for chat in found]
    return json_response([serialize_chat(chat) for chat in whole if chat is not None])


@chats_bp.get("/chat", responses={200: Chat, **problem_responses(403, 404)})
def get_chat(query: ChatQuery) -> Response:
    """Return a chat with its messages, in the order they were written."""
    chat = calls().call(
        contract.get_chat, actor_id=actor_id(), chat_id=query.id, limit=query.limit, before=query.before
    )
    return json_response(serialize_chat(_with_older(chat, query.limit)))


def _whole_unless_lost(chat: contract.Chat, limit: int | None) -> contract.Chat | None:
    """Return a chat of a list with all messages that were asked for; None when it has been closed to me meanwhile."""
    try:
        return _with_older(chat, limit)
    except (Forbidden, NotFound):
        return None


def _with_older(chat: contract.Chat, limit: int | None) -> contract.Chat:
    """Return a chat with all messages that were asked for: a reply has a limit, so more of them make several."""
    messages = chat["messages"]
    while chat["more"]:
        chat = calls().call(
            contract.get_chat,
            actor_id=actor_id(),
            chat_id=chat["id"],
            limit=None if limit is None else limit - len(messages),
            before=messages[0]["id"] if messages else None,
        )
        messages = chat["messages"] + messages
    return {**chat, "messages": messages}


@chats_bp.post("/chat/msg", responses={204: None, **problem_responses(403, 404, 409, 413, 415, 422)})
def post_message(body: NewMessage) -> Response:
    """Write a message."""
    calls().write(
        contract.post_message,
        actor_id=actor_id(),
        chat_id=body.chat_id,
        text=body.text,
        operation_id=operation_id(),
    )
    return no_content()


@chats_bp.put("/chat/msg", responses={204: None, **problem_responses(403, 404, 409, 413, 415, 422)})
def edit_message(body: ChangedMessage) -> Response:
    """Change the text of my own message."""
    calls().write(
        contract.edit_message,
        actor_id=actor_id(),
        message_id=body.id,
        text=body.text,
        operation_id=operation_id(),
    )
    return no_content()


@chats_bp.delete("/chat/msg", responses={204: None, **problem_responses(403, 404, 409, 422)})
def delete_message(query: MessageQuery) -> Response:
    """Delete my own message."""
    calls().write(contract.delete_message, actor_id=actor_id(), message_id=query.id, operation_id=operation_id())
    return no_content()
