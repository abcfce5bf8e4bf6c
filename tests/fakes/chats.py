"""Chats and messages in memory."""

from dataclasses import replace

from services.chats.model import Chat, Message


class FakeChats:
    """Stands in for `services.chats.storage.ChatStore`."""

    def __init__(self):
        self._chats = {}
        self._created = {}
        self._clock = {}
        self._messages = {}
        self._live = set()
        self._operations = set()
        self._numbers = 0

    def save_replica(self, chat: Chat) -> bool:
        known = self._chats.get(chat.id)
        if known is not None and known.version >= chat.version:
            return False
        self._chats[chat.id] = chat
        self._created.setdefault(chat.id, len(self._created))
        return True

    def list_replicas(self, chat_ids):
        return [self._chats[chat_id] for chat_id in chat_ids if chat_id in self._chats]

    def restore_replica(self, chat, *, replica_version):
        known = self._chats.get(chat.id)
        if (known.version if known else None) != replica_version:
            return False
        self._chats[chat.id] = chat
        self._created.setdefault(chat.id, len(self._created))
        return True

    def find(self, chat_id):
        chat = self._chats.get(chat_id)
        return None if chat is None or chat.deleted else chat

    def _newest(self, user_id):
        mine = [chat for chat in self._chats.values() if user_id in chat.user_ids]
        return sorted(mine, key=lambda chat: (self._latest_at(chat.id), self._created[chat.id]), reverse=True)

    def _latest_at(self, chat_id):
        return max((message.written_at for message in self._of(chat_id)), default=0)

    def list_newest(self, user_id, *, offset, limit):
        return self._newest(user_id)[offset : offset + limit]

    def list_ids(self, user_id):
        return [chat.id for chat in self._newest(user_id)]

    def _of(self, chat_id):
        living = [m for m in self._messages.values() if m.chat_id == chat_id and m.id in self._live]
        return sorted(living, key=lambda message: message.number)

    def list_messages(self, chat_id, *, limit, before):
        found = [message for message in self._of(chat_id) if before is None or message.number < before]
        return found[-limit:] if limit else found

    def list_messages_of(self, chat_ids, *, limit):
        return {chat_id: self.list_messages(chat_id, limit=limit, before=None) for chat_id in chat_ids}

    def find_message(self, message_id):
        return self._messages.get(message_id) if message_id in self._live else None

    def find_place(self, chat_id, message_id):
        message = self._messages.get(message_id)
        return message.number if message and message.chat_id == chat_id else None

    def finish(self, message_id, operation_id):
        return (message_id, operation_id) in self._operations

    def post(self, chat_id, message_id, *, author_id, text, now_us):
        chat = self._chats.get(chat_id)
        if chat is None or author_id not in chat.user_ids:
            return False
        self._numbers += 1
        self._clock[chat_id] = written_at = max(self._clock.get(chat_id, 0), now_us // 1000)
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
            self._operations.add((message_id, message_id))
        return True

    def edit(self, message, *, text, operation_id):
        if message.id not in self._live or self.finish(message.id, operation_id):
            return False
        self._messages[message.id] = replace(message, text=text)
        self._operations.add((message.id, operation_id))
        return True

    def delete(self, message, *, operation_id):
        if message.id not in self._live:
            return False
        self._live.discard(message.id)
        self._operations.add((message.id, operation_id))
        return True
