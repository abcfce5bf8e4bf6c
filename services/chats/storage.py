"""Chats and messages in MongoDB.

chats     {_id, kind, event_id, user_ids, deleted, version, created_at,
           last_number, latest_number, latest_at, ended_at, purge_at, texts_purged}
messages  {_id, chat_id, number, author_id, written_at, text, live, operations, version,
           outbox, outbox_due_at, outbox_lease, outbox_chat_id}

A message's number is the time when it was written, in microseconds, or the next number after the last one where clocks
disagree: one number is both its place and its time. `last_number` only grows, in the update that checks the author.
`latest_number` and `latest_at` belong to the newest message that still exists (0 when there is none) and order the list
of chats. `outbox_chat_id` is the chat of a message with outbox entries: a relay that publishes one message of a chat
publishes those before it first, in their order.
"""

import time
from collections.abc import Iterable
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, ReturnDocument
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.chassis.messaging import outbox
from services.chassis.mongo import (
    CONFIRMED,
    FLAG,
    INTEGER,
    SINGLE_BATCH,
    TEXT,
    TEXT_OR_NULL,
    TIME,
    Document,
    array_of,
    ignore_duplicate_key,
    merged,
    one_of,
    shape,
    validated,
)
from services.chats.model import Chat, Message
from services.contracts.domain_events import DomainEvent

_NEWEST_FIRST = [("latest_at", DESCENDING), ("created_at", DESCENDING), ("_id", ASCENDING)]


CHAT = shape(
    {
        "kind": one_of("event", "dialog"),
        "event_id": TEXT_OR_NULL,
        "user_ids": array_of(TEXT),
        "deleted": FLAG,
        **dict.fromkeys(("version", "created_at", "last_number", "latest_number", "latest_at"), INTEGER),
    },
    {"ended_at": TIME, "purge_at": TIME, "texts_purged": FLAG},
)
MESSAGE = shape(
    {
        **dict.fromkeys(("chat_id", "author_id", "text"), TEXT),
        **dict.fromkeys(("number", "written_at", "version"), INTEGER),
        "live": FLAG,
    },
    {"outbox_chat_id": TEXT, **outbox.FIELDS},
)


def prepare(database: Database[Document]) -> None:
    """Make the collections, and the indexes that the queries rely on. Idempotent."""
    chats, messages = validated(database, "chats", CHAT), validated(database, "messages", MESSAGE)
    chats.create_index([("user_ids", ASCENDING), *_NEWEST_FIRST])
    chats.create_index([("texts_purged", ASCENDING), ("ended_at", ASCENDING)], sparse=True)
    chats.create_index(outbox.PURGE_INDEX, sparse=True, expireAfterSeconds=0)
    messages.create_index(outbox.INDEX, sparse=True)
    messages.create_index([("outbox_chat_id", ASCENDING), ("number", ASCENDING)], sparse=True)
    messages.create_index([("chat_id", ASCENDING), ("live", ASCENDING), ("number", ASCENDING)])


def outboxes(database: Database[Document]) -> list[outbox.Outbox]:
    """Return the outbox of the messages."""

    def with_chats(messages: list[Document]) -> list[Document]:
        chat_ids = {message["chat_id"] for message in messages}
        found = database.chats.find({"_id": {"$in": sorted(chat_ids)}}, _CHAT_FIELDS)
        chats = {document["_id"]: _chat(document) for document in found}
        return [{**message, "chat": chats.get(message["chat_id"])} for message in messages]

    return [
        outbox.Outbox(database.messages, to_domain_events, key="outbox_chat_id", order="number", complete=with_chats)
    ]


def to_domain_events(document: Document, entry: Document) -> list[DomainEvent]:
    """Return a message's state, for those who may read its chat; a deleted message is only deleted."""
    chat: Chat | None = document["chat"]
    if chat is None or chat.deleted or (entry["change"] != "deleted" and not document["live"]):
        return []
    return [_message(document).to_domain_event(entry["id"], entry["change"], chat)]


class MongoChatStore:
    """Chats and messages."""

    def __init__(self, database: Database[Document]) -> None:
        self._chats: Collection[Document] = database.chats
        self._messages: Collection[Document] = database.messages
        self._confirmed = database.messages.with_options(read_concern=CONFIRMED)

    def save_replica(self, chat: Chat) -> bool:
        older = {"_id": chat.id, "version": {"$lt": chat.version}}
        replicated: Document = {"$set": _replicated(chat)}
        first = {"$setOnInsert": {**_UNWRITTEN, "created_at": time.time_ns()}}
        with ignore_duplicate_key():
            self._chats.update_one(older, replicated | first, upsert=True)
            return True
        # There is one: as new or newer, or an older one that another process has just inserted.
        return self._chats.update_one(older, replicated).matched_count == 1

    def list_replicas(self, chat_ids: list[str]) -> list[Chat]:
        return [_chat(document) for document in self._chats.find({"_id": {"$in": chat_ids}}, _CHAT_FIELDS)]

    def restore_replica(self, chat: Chat, *, replica_version: int | None) -> bool:
        if replica_version is None:
            return self.save_replica(chat)
        alive_again: Document = {"$unset": dict.fromkeys(("ended_at", "purge_at", "texts_purged"), "")}
        update = {"$set": _replicated(chat), **({} if chat.deleted else alive_again)}
        return self._chats.update_one({"_id": chat.id, "version": replica_version}, update).matched_count == 1

    def find(self, chat_id: str) -> Chat | None:
        document = self._chats.find_one({"_id": chat_id}, _CHAT_FIELDS)
        return None if document is None or document["deleted"] else _chat(document)

    def list_newest(self, user_id: str, *, offset: int, limit: int) -> list[Chat]:
        found = self._chats.find({"user_ids": user_id}, _CHAT_FIELDS).sort(_NEWEST_FIRST)
        return [_chat(document) for document in found.skip(offset).limit(limit)]

    def list_ids(self, user_id: str) -> list[str]:
        found = self._chats.find({"user_ids": user_id}, {"_id": 1}, batch_size=SINGLE_BATCH).sort(_NEWEST_FIRST)
        return [document["_id"] for document in found]

    def list_messages(self, chat_id: str, *, limit: int | None, before: int | None) -> list[Message]:
        wanted: Document = {"chat_id": chat_id, "live": True}
        if before is not None:
            wanted["number"] = {"$lt": before}
        newest = self._messages.find(wanted, batch_size=SINGLE_BATCH).sort("number", DESCENDING).limit(limit or 0)
        return [_message(document) for document in newest][::-1]

    def list_messages_of(self, chat_ids: list[str], *, limit: int | None) -> dict[str, list[Message]]:
        by_chat: dict[str, list[Message]] = {chat_id: [] for chat_id in chat_ids}
        for document in self._find_all_of(chat_ids) if limit is None else self._find_newest_of(chat_ids, limit):
            by_chat[document["chat_id"]].append(_message(document))
        return by_chat

    def _find_all_of(self, chat_ids: list[str]) -> Iterable[Document]:
        wanted = {"chat_id": {"$in": chat_ids}, "live": True}
        return self._messages.find(wanted, batch_size=SINGLE_BATCH).sort(
            [("chat_id", ASCENDING), ("number", ASCENDING)]
        )

    def _find_newest_of(self, chat_ids: list[str], limit: int) -> Iterable[Document]:
        newest = [{"$match": {"live": True}}, {"$sort": {"number": -1}}, {"$limit": limit}]
        join = {
            "from": self._messages.name,
            "localField": "_id",
            "foreignField": "chat_id",
            "pipeline": newest,
            "as": "newest",
        }
        pipeline: list[Document] = [
            {"$match": {"_id": {"$in": chat_ids}}},
            {"$project": {"_id": 1}},
            {"$lookup": join},
        ]
        return (message for chat in self._chats.aggregate(pipeline) for message in reversed(chat["newest"]))

    def find_message(self, message_id: str) -> Message | None:
        document = self._messages.find_one({"_id": message_id, "live": True})
        return None if document is None else _message(document)

    def find_place(self, chat_id: str, message_id: str) -> int | None:
        document = self._messages.find_one({"_id": message_id, "chat_id": chat_id}, {"number": 1})
        return None if document is None else document["number"]

    def finish(self, message_id: str, operation_id: str) -> bool:
        done = {"_id": message_id, "operations": operation_id}
        if self._messages.find_one(done, {"_id": 1}) is None:
            return False
        found = self._confirmed.find_one(done)
        if found is not None and not found["live"]:
            self._resort(found["chat_id"], vacated=found["number"])
        return found is not None

    def post(self, chat_id: str, message_id: str, *, author_id: str, text: str, now_us: int) -> bool:
        number = self._take_place(chat_id, author_id, now_us)
        if number is None:
            return False
        written_at = number // 1000
        message = Message(
            id=message_id, chat_id=chat_id, number=number, author_id=author_id, written_at=written_at, text=text
        )
        try:
            self._messages.insert_one(_message_document(message))
        except DuplicateKeyError:  # a repeat: the message has its place already, and the new one stays empty
            self._resort(chat_id, vacated=number)
        return True

    def _take_place(self, chat_id: str, author_id: str, now_us: int) -> int | None:
        """Return the number of a new message; None when the author may not write here.

        The time is the number, unless another message has the same or a later one: then it is the next number.
        """
        placed = self._chats.find_one_and_update(
            {"_id": chat_id, "user_ids": author_id},
            [
                {"$set": {"last_number": {"$max": [now_us, {"$add": ["$last_number", 1]}]}}},
                {
                    "$set": {
                        "latest_number": "$last_number",
                        "latest_at": {"$toLong": {"$divide": ["$last_number", 1000]}},
                    }
                },
            ],
            {"last_number": 1},
            return_document=ReturnDocument.AFTER,
        )
        return None if placed is None else int(placed["last_number"])

    def edit(self, message: Message, *, text: str, operation_id: str) -> bool:
        unedited = {"_id": message.id, "live": True, "operations": {"$ne": operation_id}}
        update = merged({"$set": {"text": text}}, _outbox_update(message.chat_id, "edited", operation_id))
        return self._messages.update_one(unedited, update).matched_count == 1

    def delete(self, message: Message, *, operation_id: str) -> bool:
        update = merged({"$set": {"live": False, "text": ""}}, _outbox_update(message.chat_id, "deleted", operation_id))
        deleted = self._messages.update_one({"_id": message.id, "live": True}, update).matched_count == 1
        self._resort(message.chat_id, vacated=message.number)
        return deleted

    def purge_texts(self, *, ended_before: datetime) -> int:
        wanted = {"texts_purged": False, "ended_at": {"$lt": ended_before}}
        ended = [document["_id"] for document in self._chats.find(wanted, {"_id": 1}).limit(100)]
        for chat_id in ended:
            self._messages.delete_many({"chat_id": chat_id})
            self._chats.update_one({"_id": chat_id}, {"$set": {"texts_purged": True}})
        return len(ended)

    def _resort(self, chat_id: str, *, vacated: int) -> None:
        """If the vacated place is the newest of its chat, make the newest message that still exists the newest.

        That message may be deleted meanwhile, too: then its place is vacated, and so on.
        """
        while True:
            newest = self._messages.find_one({"chat_id": chat_id, "live": True}, sort=[("number", DESCENDING)])
            number, written_at = (newest["number"], newest["written_at"]) if newest else (0, 0)
            if number > vacated:
                return
            latest = {"$set": {"latest_number": number, "latest_at": written_at}}
            moved = self._chats.update_one({"_id": chat_id, "latest_number": vacated}, latest).matched_count
            if not moved or newest is None or self.find_message(newest["_id"]) is not None:
                return
            vacated = number


def _outbox_update(chat_id: str, change: str, operation_id: str) -> outbox.Update:
    """Return the part of a message's update that adds an outbox entry and records the operation."""
    changed: outbox.Update = {"$set": {"outbox_chat_id": chat_id}, "$inc": {"version": 1}}
    return merged(
        changed, outbox.add_entry(outbox.entry(operation_id, change)), outbox.remember_operation(operation_id)
    )


_UNWRITTEN = {"last_number": 0, "latest_number": 0, "latest_at": 0}
_CHAT_FIELDS = {"kind": 1, "event_id": 1, "user_ids": 1, "deleted": 1, "version": 1}


def _replicated(chat: Chat) -> Document:
    replicated: Document = {
        "kind": chat.kind,
        "event_id": chat.event_id,
        "user_ids": list(chat.user_ids),
        "deleted": chat.deleted,
        "version": chat.version,
    }
    return {**replicated, **outbox.tombstone(published=False), "texts_purged": False} if chat.deleted else replicated


def _chat(document: Document) -> Chat:
    return Chat(
        id=document["_id"],
        kind=document["kind"],
        event_id=document["event_id"],
        user_ids=tuple(document["user_ids"]),
        deleted=document["deleted"],
        version=document["version"],
    )


def _message(document: Document) -> Message:
    return Message(
        id=document["_id"],
        chat_id=document["chat_id"],
        number=document["number"],
        author_id=document["author_id"],
        written_at=document["written_at"],
        text=document["text"],
    )


def _message_document(message: Message) -> Document:
    return {
        "_id": message.id,
        "chat_id": message.chat_id,
        "number": message.number,
        "author_id": message.author_id,
        "written_at": message.written_at,
        "text": message.text,
        "live": True,
        "version": 1,
        "outbox_chat_id": message.chat_id,
        **outbox.new_outbox(message.id, outbox.entry(message.id, "posted")),
    }
