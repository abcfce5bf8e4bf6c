"""What one can do with chats and messages: one function for each call."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from services.chassis.messaging.outbox import PAGE_SIZE, Notify, forgotten
from services.chats import model
from services.chats.model import Chat, Message, MessagePage
from services.chats.ports import ChatStore
from services.contracts import chats as contract
from services.contracts.domain_events import DomainEvent, to_wire
from services.contracts.errors import Code, Forbidden, NotFound
from services.contracts.rpc import Discrepancy, HandlerResult, Replica, ReplicaPage, WriteResult, handled


def list_chats(
    chats: ChatStore, *, actor_id: str, offset: int, limit: int, message_limit: int | None
) -> list[contract.Chat]:
    """Return the actor's chats with their messages: two queries, however many chats."""
    newest = chats.list_newest(actor_id, offset=offset, limit=limit) if limit else []
    if not newest or message_limit == 0:
        return [chat.with_messages(MessagePage([])) for chat in newest]
    pages = chats.list_messages_of([chat.id for chat in newest], limit=message_limit)
    return [chat.with_messages(pages[chat.id]) for chat in newest]


def get_chat(chats: ChatStore, *, actor_id: str, chat_id: str, limit: int | None, before: str | None) -> contract.Chat:
    """Return a chat with messages to one of those who may read it."""
    chat = _get_readable(chats, chat_id, actor_id)
    place = None
    if before is not None:
        place = chats.find_place(chat_id, before)
        if place is None:
            raise _no_message()
    if limit == 0:
        return chat.with_messages(MessagePage([]))
    return chat.with_messages(chats.list_messages(chat_id, limit=limit, before=place))


def post_message(
    chats: ChatStore, notify: Notify, *, actor_id: str, chat_id: str, text: str, operation_id: str, now_us: int
) -> WriteResult:
    """Write a message."""
    with _forgiving_repeats(chats, operation_id, operation_id):
        if not chats.post(chat_id, operation_id, author_id=actor_id, text=text, now_us=now_us):
            _get_readable(chats, chat_id, actor_id)  # raises the reason
            raise _closed()
    notify(chat_id)
    return WriteResult(id=operation_id, domain_events=[])


def edit_message(
    chats: ChatStore, notify: Notify, *, actor_id: str, message_id: str, text: str, operation_id: str
) -> WriteResult:
    """Replace the text of one's own message."""
    with _forgiving_repeats(chats, message_id, operation_id):
        message = _get_own(chats, message_id, actor_id)
        if chats.edit(message, text=text, operation_id=operation_id):
            notify(message.chat_id)
        elif _get_own(chats, message_id, actor_id).text != text:
            raise _no_message()
    return WriteResult(id=message_id, domain_events=[])


def delete_message(
    chats: ChatStore, notify: Notify, *, actor_id: str, message_id: str, operation_id: str
) -> WriteResult:
    """Delete one's own message."""
    with _forgiving_repeats(chats, message_id, operation_id):
        message = _get_own(chats, message_id, actor_id)
        if not chats.delete(message, operation_id=operation_id):
            raise _no_message()
        notify(message.chat_id)
    return WriteResult(id=message_id, domain_events=[])


def save_replica(chats: ChatStore, chat: Chat) -> HandlerResult:
    """Store who may read what; a state that is not newer than the replica changes nothing."""
    return handled("applied" if chats.save_replica(chat) else "stale")


def find_discrepancies(chats: ChatStore, domain_events: Sequence[DomainEvent]) -> list[Discrepancy]:
    """Compare the replicas with the chats that events and friendships call for. One query."""
    wanted = {n: chat for n, each in enumerate(domain_events) if (chat := model.chat_of(each)) is not None}
    replicas = {replica.id: replica for replica in chats.list_replicas([chat.id for chat in wanted.values()])}
    return [
        Discrepancy(index=n, replica_version=replica.version if replica else None, description=description)
        for n, chat in wanted.items()
        for replica in [replicas.get(chat.id)]
        if (description := model.difference(replica, chat)) is not None
    ]


def page_replicas(chats: ChatStore, *, after: str | None) -> ReplicaPage:
    """Return a page of the living chats of events. A dialog belongs to its two people whatever becomes of the rest."""
    page = chats.page_replicas(after=after, limit=PAGE_SIZE)
    ends = [(chat, model.end_of(chat)) for chat in page if not chat.deleted]
    return ReplicaPage(
        replicas=[
            Replica(subject=end.subject, replica_version=chat.version, end=to_wire(end))
            for chat, end in ends
            if end is not None
        ],
        next=page[-1].id if len(page) == PAGE_SIZE else None,
    )


def repair(chats: ChatStore, domain_event: DomainEvent, *, replica_version: int | None) -> HandlerResult:
    """Make a replica equal to its owner's state, whatever its version, unless it has left `replica_version`."""
    chat = model.chat_of(domain_event)
    restored = chat is not None and chats.restore_replica(chat, replica_version=replica_version)
    return handled("applied" if restored else "stale")


@contextmanager
def _forgiving_repeats(chats: ChatStore, message_id: str, operation_id: str) -> Iterator[None]:
    """Swallow a refusal of what this very operation has done already, and finish it.

    Asked last, since it may be under way twice.
    """
    try:
        yield
    except (NotFound, Forbidden):
        if not chats.finish(message_id, operation_id):
            if chats.may_have_forgotten(message_id):
                raise forgotten() from None
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
