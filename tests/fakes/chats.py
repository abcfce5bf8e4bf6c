"""Chats and messages in memory."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime

from services.chassis.messaging.outbox import may_have_forgotten
from services.chassis.rpc.deadline import CLOCK_SKEW_MS
from services.chats.model import Chat, Message, MessagePage, newest_of, newest_of_each
from tests.fakes.operations import Operations


class FakeChats:
    """Stands in for `services.chats.storage.MongoChatStore`."""

    def __init__(self) -> None:
        self._chats: dict[str, Chat] = {}
        self._created: dict[str, int] = {}
        self._ended: dict[str, datetime] = {}
        self._clock: dict[str, int] = {}
        self._messages: dict[str, Message] = {}
        self._live: set[str] = set()
        self._operations: defaultdict[str, Operations] = defaultdict(Operations)
        self._numbers = 0

    def save_replica(self, chat: Chat) -> bool:
        known = self._chats.get(chat.id)
        if known is not None and known.version >= chat.version:
            return False
        self._store(chat)
        return True

    def list_replicas(self, chat_ids: list[str]) -> list[Chat]:
        return [self._chats[chat_id] for chat_id in chat_ids if chat_id in self._chats]

    def page_replicas(self, *, after: str | None, limit: int) -> list[Chat]:
        return [self._chats[chat_id] for chat_id in sorted(self._chats) if chat_id > (after or "")][:limit]

    def restore_replica(self, chat: Chat, *, replica_version: int | None) -> bool:
        known = self._chats.get(chat.id)
        if (known.version if known else None) != replica_version:
            return False
        self._store(chat)
        return True

    def _store(self, chat: Chat) -> None:
        self._chats[chat.id] = chat
        self._created.setdefault(chat.id, len(self._created))
        if chat.deleted:
            self._ended.setdefault(chat.id, datetime.now(UTC))

    def find(self, chat_id: str) -> Chat | None:
        chat = self._chats.get(chat_id)
        return None if chat is None or chat.deleted else chat

    def _newest(self, user_id: str) -> list[Chat]:
        mine = [chat for chat in self._chats.values() if user_id in chat.user_ids]
        return sorted(mine, key=lambda chat: (self._latest_at(chat.id), self._created[chat.id]), reverse=True)

    def _latest_at(self, chat_id: str) -> int:
        return max((message.written_at for message in self._of(chat_id)), default=0)

    def list_newest(self, user_id: str, *, offset: int, limit: int) -> list[Chat]:
        return self._newest(user_id)[offset : offset + limit]

    def _of(self, chat_id: str) -> list[Message]:
        living = [m for m in self._messages.values() if m.chat_id == chat_id and m.id in self._live]
        return sorted(living, key=lambda message: message.number)

    def list_messages(self, chat_id: str, *, limit: int | None, before: int | None) -> MessagePage:
        found = [message for message in self._of(chat_id) if before is None or message.number < before]
        return newest_of(reversed(found), limit=limit)

    def list_messages_of(self, chat_ids: list[str], *, limit: int | None) -> dict[str, MessagePage]:
        newest_first = [message for chat_id in chat_ids for message in reversed(self._of(chat_id))]
        return newest_of_each(chat_ids, newest_first, limit=limit)

    def find_message(self, message_id: str) -> Message | None:
        return self._messages.get(message_id) if message_id in self._live else None

    def find_place(self, chat_id: str, message_id: str) -> int | None:
        message = self._messages.get(message_id)
        return message.number if message and message.chat_id == chat_id else None

    def finish(self, message_id: str, operation_id: str) -> bool:
        return operation_id in self._operations[message_id]

    def may_have_forgotten(self, message_id: str) -> bool:
        return may_have_forgotten(self._operations[message_id].since_ms())

    def post(self, chat_id: str, message_id: str, *, author_id: str, text: str, now_us: int) -> bool:
        chat = self._chats.get(chat_id)
        if chat is None or author_id not in chat.user_ids:
            return False
        self._numbers += 1
        now_ms, last = now_us // 1000, self._clock.get(chat_id, 0)
        self._clock[chat_id] = written_at = now_ms if last > now_ms + CLOCK_SKEW_MS else max(now_ms, last)
        if message_id not in self._messages:
            self._messages[message_id] = Message(
                id=message_id,
                chat_id=chat_id,
                number=self._numbers,
                author_id=author_id,
                written_at=written_at,
                text=text,
            )
            self._live.add(message_id)
            self._operations[message_id].remember(message_id)
        return True

    def edit(self, message: Message, *, text: str, operation_id: str) -> bool:
        if message.id not in self._live or not self._operations[message.id].has_not_done(operation_id):
            return False
        if self._messages[message.id].text == text:
            return False
        self._messages[message.id] = replace(message, text=text)
        self._operations[message.id].remember(operation_id)
        return True

    def delete(self, message: Message, *, operation_id: str) -> bool:
        if message.id not in self._live:
            return False
        self._live.discard(message.id)
        self._operations[message.id].remember(operation_id)
        return True

    def purge_texts(self, *, ended_before: datetime) -> int:
        ended = [chat_id for chat_id, at in self._ended.items() if at < ended_before]
        for chat_id in ended:
            del self._ended[chat_id]
        self._messages = {key: message for key, message in self._messages.items() if message.chat_id not in ended}
        return len(ended)

    def finish_posts(self, *, due_before: datetime) -> int:
        return 0
