"""Chats and messages: values, no I/O."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Literal

from services.contracts import chats as contract
from services.contracts.domain_events import DomainEvent, FriendshipChangedV1, MembershipChangedV1, MessageChangedV1
from services.contracts.ids import derive_id

MAX_PAGE = 1000
"""Messages of a chat in one reply."""
PAGE_BYTES = 4 * 1024 * 1024
"""Of the messages in one reply."""


@dataclass(frozen=True, kw_only=True)
class Chat:
    """A chat: a replica of what it belongs to.

    user_ids: who may read and write; empty once it is deleted.
    version: of the event or friendship that this replica shows.
    """

    id: str
    kind: Literal["event", "dialog"]
    event_id: str | None
    user_ids: tuple[str, ...]
    deleted: bool
    version: int

    def with_messages(self, page: "MessagePage") -> contract.Chat:
        """Return the chat as its readers see it."""
        return contract.Chat(
            id=self.id,
            kind=self.kind,
            event_id=self.event_id,
            user_ids=sorted(self.user_ids) if self.kind == "dialog" else [],
            messages=[message.public() for message in page.messages],
            more=page.more,
        )


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message. number: its place in the chat; numbers grow, with gaps. written_at: milliseconds since the epoch."""

    id: str
    chat_id: str
    number: int
    author_id: str
    written_at: int
    text: str

    def public(self) -> contract.Message:
        """Return the message as readers see it."""
        return contract.Message(
            id=self.id,
            chat_id=self.chat_id,
            author_id=self.author_id,
            written_at=self.written_at,
            text=self.text,
        )

    def to_domain_event(self, domain_event_id: str, change: str, chat: Chat) -> MessageChangedV1:
        """Return this state, reached by a change, as a domain event for those who may read the chat now."""
        return MessageChangedV1(
            domain_event_id=domain_event_id,
            chat_id=self.chat_id,
            event_id=chat.event_id,
            change=change,
            user_ids=list(chat.user_ids),
            message={**self.public()},
            version=chat.version,
        )


@dataclass(frozen=True)
class MessagePage:
    """Messages of a chat in their order. more: whether older ones that were asked for did not fit."""

    messages: list[Message]
    more: bool = False


def size_of(message: Message) -> int:
    """Return how many bytes a message takes on the wire at most: a control character takes six."""
    return 6 * len(message.text) + 200


def newest_of(newest_first: Iterable[Message], *, limit: int | None, page_bytes: int = PAGE_BYTES) -> MessagePage:
    """Return the newest messages that fit into a page; the newest one is in it however large it is."""
    taken: list[Message] = []
    for message in islice(newest_first, limit):
        page_bytes -= size_of(message)
        if taken and (page_bytes < 0 or len(taken) == MAX_PAGE):
            return MessagePage(taken[::-1], more=True)
        taken.append(message)
    return MessagePage(taken[::-1])


def newest_of_each(
    chat_ids: list[str], newest_first: Iterable[Message], *, limit: int | None
) -> dict[str, MessagePage]:
    """Return what `newest_of` does for each of some chats, as many as fit into one reply together.

    newest_first: the messages of one chat after those of another.
    """
    pages = {chat_id: MessagePage([], more=True) for chat_id in chat_ids}
    left = PAGE_BYTES
    for chat_id, messages in groupby(newest_first, lambda message: message.chat_id):
        pages[chat_id] = newest_of(messages, limit=limit, page_bytes=left)
        left -= sum(map(size_of, pages[chat_id].messages))
        if left <= 0 or (pages[chat_id].more and len(pages[chat_id].messages) < MAX_PAGE):
            return pages
    return {chat_id: page if page.messages else MessagePage([]) for chat_id, page in pages.items()}


def dialog_of(domain_event: FriendshipChangedV1) -> Chat:
    """Return the dialog that a friendship calls for. It stays open to both, friends or not."""
    return Chat(
        id=domain_event.dialog_id,
        kind="dialog",
        event_id=None,
        user_ids=tuple(domain_event.user_ids),
        deleted=False,
        version=domain_event.version,
    )


def event_chat_of(domain_event: MembershipChangedV1) -> Chat:
    """Return the chat that an event calls for: open to its members, gone with it."""
    return Chat(
        id=domain_event.chat_id,
        kind="event",
        event_id=domain_event.event_id,
        user_ids=tuple(domain_event.member_user_ids),
        deleted=domain_event.deleted,
        version=domain_event.version,
    )


def chat_of(domain_event: DomainEvent) -> Chat | None:
    """Return the chat that a state calls for; None for a state that calls for none."""
    match domain_event:
        case FriendshipChangedV1():
            return dialog_of(domain_event)
        case MembershipChangedV1():
            return event_chat_of(domain_event)
    return None


def end_of(chat: Chat) -> MembershipChangedV1 | None:
    """Return the domain event that would end a chat; None for a dialog, which never ends."""
    if chat.event_id is None:
        return None
    version = chat.version + 1
    return MembershipChangedV1(
        domain_event_id=derive_id(f"{chat.event_id}:{version}", "unknown to its owner"),
        event_id=chat.event_id,
        chat_id=chat.id,
        member_user_ids=[],
        deleted=True,
        version=version,
    )


def difference(replica: Chat | None, wanted: Chat) -> str | None:
    """Describe how a replica differs from the chat that its owner calls for, version apart; None when it does not."""
    if replica is None:
        return None if wanted.deleted else f"chat {wanted.id} is missing"
    if replica.deleted != wanted.deleted:
        return f"chat {replica.id} is {'deleted' if replica.deleted else 'alive'} and should not be"
    if set(replica.user_ids) != set(wanted.user_ids):
        return f"chat {replica.id} is open to {sorted(replica.user_ids)}, not to {sorted(wanted.user_ids)}"
    if (replica.kind, replica.event_id) != (wanted.kind, wanted.event_id):
        return f"chat {replica.id} is of {replica.kind} {replica.event_id}, not of {wanted.kind} {wanted.event_id}"
    return None
