"""Chats and messages: values, no I/O."""

from dataclasses import dataclass
from typing import Literal

from services.contracts import chats as contract
from services.contracts.announcements import FriendshipChangedV1, MembershipChangedV1, MessageChangedV1


@dataclass(frozen=True, kw_only=True)
class Chat:
    """A chat as copied from what it belongs to.

    user_ids: who may read and write; empty once it is deleted.
    version: of the event or friendship that this copy shows.
    """

    id: str
    kind: Literal["event", "dialog"]
    event_id: str | None
    user_ids: tuple[str, ...]
    deleted: bool
    version: int

    def with_messages(self, messages: list["Message"]) -> contract.Chat:
        """Return the chat as its readers see it."""
        return contract.Chat(
            id=self.id,
            kind=self.kind,
            event_id=self.event_id,
            user_ids=sorted(self.user_ids) if self.kind == "dialog" else [],
            messages=[message.seen() for message in messages],
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

    def seen(self) -> contract.Message:
        """Return the message as readers see it."""
        return contract.Message(
            id=self.id,
            chat_id=self.chat_id,
            author_id=self.author_id,
            written_at=self.written_at,
            text=self.text,
        )

    def told(self, fact_id: str, what: str, chat: Chat) -> MessageChangedV1:
        """Tell what has happened to the message to those who may read its chat now."""
        return MessageChangedV1(
            fact_id=fact_id,
            chat_id=self.chat_id,
            event_id=chat.event_id,
            what=what,
            user_ids=list(chat.user_ids),
            message={**self.seen()},
            version=chat.version,
        )


def dialog_of(announcement: FriendshipChangedV1) -> Chat:
    """Return the dialog that a friendship calls for. It stays open to both, friends or not."""
    return Chat(
        id=announcement.dialog_id,
        kind="dialog",
        event_id=None,
        user_ids=tuple(announcement.user_ids),
        deleted=False,
        version=announcement.version,
    )


def event_chat_of(announcement: MembershipChangedV1) -> Chat:
    """Return the chat that an event calls for: open to its members, gone with it."""
    return Chat(
        id=announcement.chat_id,
        kind="event",
        event_id=announcement.event_id,
        user_ids=tuple(announcement.member_user_ids),
        deleted=announcement.deleted,
        version=announcement.version,
    )


def difference(copy: Chat | None, wanted: Chat) -> str | None:
    """Say how a copy differs from the chat that its owner calls for; None when it does not, whatever its version."""
    if copy is None:
        return None if wanted.deleted else f"chat {wanted.id} is missing"
    if copy.deleted != wanted.deleted:
        return f"chat {copy.id} is {'deleted' if copy.deleted else 'alive'} and should not be"
    if set(copy.user_ids) != set(wanted.user_ids):
        return f"chat {copy.id} is open to {sorted(copy.user_ids)}, not to {sorted(wanted.user_ids)}"
    if (copy.kind, copy.event_id) != (wanted.kind, wanted.event_id):
        return f"chat {copy.id} is of {copy.kind} {copy.event_id}, not of {wanted.kind} {wanted.event_id}"
    return None
