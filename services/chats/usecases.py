"""What one can do with chats and messages: one function for each call."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from services.chats import model
from services.chats.model import Chat, Message
from services.chats.storage import ChatStore
from services.contracts import chats as contract
from services.contracts.announcements import Announcement, FriendshipChangedV1, MembershipChangedV1
from services.contracts.calls import Applied, Disagreement, Written
from services.contracts.errors import Code, Forbidden, NotFound

Wake = Callable[[object], None]
"""Says in which chat there is something to announce."""


def list_chats(
    chats: ChatStore, *, actor_id: str, offset: int, limit: int, message_limit: int | None
) -> list[contract.Chat]:
    """Return the actor's chats with their messages: two queries, however many chats."""
    newest = chats.list_newest(actor_id, offset=offset, limit=limit) if limit else []
    if not newest or message_limit == 0:
        return [chat.with_messages([]) for chat in newest]
    messages = chats.list_messages_of([chat.id for chat in newest], limit=message_limit)
    return [chat.with_messages(messages[chat.id]) for chat in newest]


def get_chat(chats: ChatStore, *, actor_id: str, chat_id: str, limit: int | None, before: str | None) -> contract.Chat:
    """Return a chat with messages to one of those who may read it."""
    chat = _get_readable(chats, chat_id, actor_id)
    place = None
    if before is not None:
        place = chats.find_place(chat_id, before)
        if place is None:
            raise _no_message()
    if limit == 0:
        return chat.with_messages([])
    return chat.with_messages(chats.list_messages(chat_id, limit=limit, before=place))


def post_message(
    chats: ChatStore, wake: Wake, *, actor_id: str, chat_id: str, text: str, operation_id: str, now_us: int
) -> Written:
    """Write a message."""
    with _forgiving_repeats(chats, operation_id, operation_id):
        if not chats.post(chat_id, operation_id, author_id=actor_id, text=text, now_us=now_us):
            _get_readable(chats, chat_id, actor_id)  # says why not
            raise _closed()
    wake(chat_id)
    return Written(id=operation_id, announcements=[])


def edit_message(
    chats: ChatStore, wake: Wake, *, actor_id: str, message_id: str, text: str, operation_id: str
) -> Written:
    """Replace the text of one's own message."""
    with _forgiving_repeats(chats, message_id, operation_id):
        message = _get_own(chats, message_id, actor_id)
        if not chats.edit(message, text=text, operation_id=operation_id):
            raise _no_message()
        wake(message.chat_id)
    return Written(id=message_id, announcements=[])


def delete_message(chats: ChatStore, wake: Wake, *, actor_id: str, message_id: str, operation_id: str) -> Written:
    """Delete one's own message."""
    with _forgiving_repeats(chats, message_id, operation_id):
        message = _get_own(chats, message_id, actor_id)
        if not chats.delete(message, operation_id=operation_id):
            raise _no_message()
        wake(message.chat_id)
    return Written(id=message_id, announcements=[])


def apply(chats: ChatStore, announcement: Announcement) -> Applied:
    """Copy who may read what; a state that is not newer than the copy changes nothing."""
    chat = _chat_of(announcement)
    saved = chat is not None and chats.save_copy(chat)
    return Applied(outcome="applied" if saved else "stale", announcements=[])


def audit(chats: ChatStore, announcements: list[Announcement]) -> list[Disagreement]:
    """Compare the copies of chats with what events and friendships call for. One query."""
    wanted = {index: chat for index, one in enumerate(announcements) if (chat := _chat_of(one)) is not None}
    copies = {copy.id: copy for copy in chats.list_copies([chat.id for chat in wanted.values()])}
    return [
        Disagreement(index=index, seen=copy.version if copy else None, what=what)
        for index, chat in wanted.items()
        for copy in [copies.get(chat.id)]
        if (what := model.difference(copy, chat)) is not None
    ]


def restore(chats: ChatStore, announcement: Announcement, *, seen: int | None) -> Applied:
    """Make a copy as its owner says, whatever version it claims, unless it has changed since it was `seen`."""
    chat = _chat_of(announcement)
    restored = chat is not None and chats.restore_copy(chat, seen=seen)
    return Applied(outcome="applied" if restored else "stale", announcements=[])


def _chat_of(announcement: Announcement) -> Chat | None:
    match announcement:
        case FriendshipChangedV1():
            return model.dialog_of(announcement)
        case MembershipChangedV1():
            return model.event_chat_of(announcement)
    return None


@contextmanager
def _forgiving_repeats(chats: ChatStore, message_id: str, operation_id: str) -> Iterator[None]:
    """Swallow a refusal of what this very operation has done already, and finish it.

    Asked last, since it may be under way twice.
    """
    try:
        yield
    except (NotFound, Forbidden):
        if not chats.finish(message_id, operation_id):
            raise


def _get_readable(chats: ChatStore, chat_id: str, actor_id: str) -> Chat:
    chat = chats.find(chat_id)
    if chat is None:
        raise NotFound(Code.CHAT_UNKNOWN, "There is no such chat.")
    if actor_id not in chat.user_ids:
        raise _closed()
    return chat


def _get_own(chats: ChatStore, message_id: str, actor_id: str) -> Message:
    message = chats.find_message(message_id)
    chat = None if message is None else chats.find(message.chat_id)
    if message is None or chat is None:
        raise _no_message()
    if message.author_id != actor_id:
        raise Forbidden(Code.MESSAGE_NOT_YOURS, "This message is not yours.")
    if actor_id not in chat.user_ids:
        raise _closed()
    return message


def _no_message() -> NotFound:
    return NotFound(Code.MESSAGE_UNKNOWN, "There is no such message.")


def _closed() -> Forbidden:
    return Forbidden(Code.CHAT_FORBIDDEN, "This chat is not open to you.")
