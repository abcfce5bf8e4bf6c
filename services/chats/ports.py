"""What the use cases of `chats` need of a store. `storage.py` implements it on MongoDB, `tests/fakes/` in memory."""

from datetime import datetime
from typing import Protocol

from services.chats.model import Chat, Message, MessagePage


class ChatStore(Protocol):
    """Chats and messages."""

    def save_replica(self, chat: Chat) -> bool:
        """Store the replica, if it is newer than the stored one. Atomic; False when it is not."""

    def list_replicas(self, chat_ids: list[str]) -> list[Chat]:
        """Return these chats as far as they exist, deleted ones included. One query."""

    def page_replicas(self, *, after: str | None, limit: int) -> list[Chat]:
        """Return chats, deleted ones included, in the order of their ids. after: the last id of the page before."""

    def restore_replica(self, chat: Chat, *, replica_version: int | None) -> bool:
        """Store the replica, if the stored one is still at `replica_version` (None: if there is none). Atomic."""

    def find(self, chat_id: str) -> Chat | None:
        """Return a chat that is not deleted."""

    def list_newest(self, user_id: str, *, offset: int, limit: int) -> list[Chat]:
        """Return a user's chats, newest message first, then those without, newest first."""

    def list_messages(self, chat_id: str, *, limit: int | None, before: int | None) -> MessagePage:
        """Return the newest `limit` messages of a chat (None: all) with numbers below `before`, as many as fit."""

    def list_messages_of(self, chat_ids: list[str], *, limit: int | None) -> dict[str, MessagePage]:
        """Return the newest `limit` messages of each chat (None: all), as many as fit. One query for all chats."""

    def find_message(self, message_id: str) -> Message | None:
        """Return a message that still exists."""

    def find_place(self, chat_id: str, message_id: str) -> int | None:
        """Return the number of a message of this chat, also of one that was deleted less than 30 days ago."""

    def finish(self, message_id: str, operation_id: str) -> bool:
        """Finish an operation that was begun before; False when no message, deleted or not, has recorded it.

        A process that died after it had deleted the newest message has not re-sorted the list of chats.
        """

    def may_have_forgotten(self, message_id: str) -> bool:
        """Return whether the current work is a repeat of what a message may have done and forgotten."""

    def post(self, chat_id: str, message_id: str, *, author_id: str, text: str, now_us: int) -> bool:
        """Store a message, if its author may write. One update checks, numbers, dates and keeps it.

        Idempotent by id.

        False when the chat is not there or not open to the author.
        """

    def edit(self, message: Message, *, text: str, operation_id: str) -> bool:
        """Replace the text of a message. Atomic; False when there is none or it has recorded the operation."""

    def delete(self, message: Message, *, operation_id: str) -> bool:
        """Delete a message. Atomic; a tombstone without text keeps its place, for clients that page from there."""

    def purge_texts(self, *, ended_before: datetime) -> int:
        """Delete the messages of chats that ended before that time; return of how many chats."""

    def finish_posts(self, *, due_before: datetime) -> int:
        """Finish posts whose processes died; return in how many chats."""
