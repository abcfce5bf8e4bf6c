"""Chats and messages in MongoDB.

chats     {_id, kind, event_id, user_ids, deleted, version, created_at,
           last_number, last_written_at, latest_number, latest_at, recent, recent_due_at, removed_through,
           ended_at, purge_at, texts_purged, purge_again_at}
messages  {_id, chat_id, number, author_id, written_at, text, live, operations, version,
           outbox, outbox_due_at, outbox_lease, outbox_chat_id, ended_at, purge_at}

A message's number is the time when it was written, in microseconds, or the next number after the last one where clocks
disagree: one number is both its place and its time. `last_number` only grows, in the update that checks the author.
`latest_number` and `latest_at` belong to the newest message that still exists (0 when there is none) and order the list
of chats. `outbox_chat_id` is the chat of a message with outbox entries: a relay that publishes one message of a chat
publishes those before it first, in their order. `recent` has all messages of a chat that may not be published yet, but
for those up to `removed_through`: a process that has not published these itself reads what waits.

A deleted message keeps its place (`chat_id` and `number`), for clients that page from there, until 30 days after its
deletion was published. Its text goes at once, its author and time when that is published.
"""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, ReturnDocument, UpdateOne
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError

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
from services.chassis.rpc.deadline import CLOCK_SKEW_MS
from services.chassis.rpc.repeats import is_repeat
from services.chassis.timely import timely
from services.chats.model import MAX_PAGE, Chat, Message, MessagePage, newest_of, newest_of_each
from services.chats.posted import Posted
from services.contracts.domain_events import DomainEvent

_NEWEST_FIRST = [("latest_at", DESCENDING), ("created_at", DESCENDING), ("_id", ASCENDING)]

MAX_RECENT = 20
"""Messages that wait in a chat until a post itself removes what was moved: else the timer does, for many at once."""
BATCH_SIZE = 100
"""Chats in one round of a timer."""
PURGE_AGAIN_AFTER = timedelta(days=1)
"""A process that was paused while it moved a message may write it into a chat whose messages were deleted meanwhile."""
DUPLICATE_KEY = 11000

_DELETED: Document = {"live": False}
_FORGOTTEN: Document = {"author_id": "", "written_at": 0}
"""Of a deleted message once that was published. An older version does not store a message without these fields."""

MESSAGE = shape(
    {
        **dict.fromkeys(("chat_id", "author_id", "text"), TEXT),
        **dict.fromkeys(("number", "written_at", "version"), INTEGER),
        "live": FLAG,
    },
    {"outbox_chat_id": TEXT, **outbox.FIELDS},
)
CHAT = shape(
    {
        "kind": one_of("event", "dialog"),
        "event_id": TEXT_OR_NULL,
        "user_ids": array_of(TEXT),
        "deleted": FLAG,
        **dict.fromkeys(("version", "created_at", "last_number", "latest_number", "latest_at"), INTEGER),
    },
    {
        **dict.fromkeys(("recent_due_at", "ended_at", "purge_at", "purge_again_at"), TIME),
        "recent": array_of(MESSAGE),
        **dict.fromkeys(("last_written_at", "removed_through"), INTEGER),
        "texts_purged": FLAG,
    },
)


def prepare(database: Database[Document]) -> None:
    """Make the collections, and the indexes that the queries rely on. Idempotent."""
    chats, messages = validated(database, "chats", CHAT), validated(database, "messages", MESSAGE)
    chats.create_index([("user_ids", ASCENDING), *_NEWEST_FIRST])
    chats.create_index([("texts_purged", ASCENDING), ("ended_at", ASCENDING)], sparse=True)
    chats.create_index([("purge_again_at", ASCENDING)], sparse=True)
    chats.create_index([("recent_due_at", ASCENDING)], sparse=True)
    chats.create_index(outbox.PURGE_INDEX, sparse=True, expireAfterSeconds=0)
    messages.create_index(outbox.INDEX, sparse=True)
    messages.create_index([("outbox_chat_id", ASCENDING), ("number", ASCENDING)], sparse=True)
    messages.create_index([("chat_id", ASCENDING), ("live", ASCENDING), ("number", ASCENDING)])
    messages.create_index([("ended_at", ASCENDING)], partialFilterExpression=_DELETED)
    messages.create_index(outbox.PURGE_INDEX, sparse=True, expireAfterSeconds=0)
    _date_tombstones(messages)


def _date_tombstones(messages: Collection[Document]) -> None:
    """Give an end to the deleted messages that have none: those of version 0.1.0."""
    dated = {**outbox.tombstone(published=False), **_FORGOTTEN}
    messages.update_many({**_DELETED, "ended_at": None, "outbox.0": {"$exists": False}}, {"$set": dated})


def outboxes(database: Database[Document]) -> list[outbox.Outbox]:
    """Return the outbox of the messages."""

    def with_chats(messages: list[Document]) -> list[Document]:
        chat_ids = {message["chat_id"] for message in messages if "chat" not in message}
        found = database.chats.find({"_id": {"$in": sorted(chat_ids)}}, _CHAT_FIELDS) if chat_ids else ()
        chats = {document["_id"]: _chat(document) for document in found}
        return [{"chat": chats.get(message["chat_id"]), **message} for message in messages]

    def without_deleted(messages: list[Document]) -> None:
        """Let chats forget what was deleted before the tombstones end: else they would write it again."""
        MongoChatStore(database).tidy([message for message in messages if not message["live"]])

    return [
        outbox.Outbox(
            database.messages,
            to_domain_events,
            key="outbox_chat_id",
            order="number",
            complete=with_chats,
            published=without_deleted,
            ended=_FORGOTTEN,
        )
    ]


def to_domain_events(document: Document, entry: Document) -> list[DomainEvent]:
    """Return a message's state, for those who may read its chat; a deleted message is only deleted.

    That it was posted is published as its deletion, under the id of the post: another process may still publish the
    post as it was, which is then known already.
    """
    chat: Chat | None = document["chat"]
    is_gone, change = not document["live"], entry["change"]
    if chat is None or chat.deleted or (is_gone and change == "edited"):
        return []
    return [_message(document).to_domain_event(entry["id"], "deleted" if is_gone else change, chat)]


class MongoChatStore:
    """Chats and messages."""

    def __init__(self, database: Database[Document], relay: outbox.Relay | None = None) -> None:
        self._relay = relay or outbox.NoRelay()
        self._posted = Posted()
        self._chats: Collection[Document] = timely(database.chats)
        self._messages: Collection[Document] = timely(database.messages)
        self._confirmed = database.messages.with_options(read_concern=CONFIRMED)

    def save_replica(self, chat: Chat) -> bool:
        """Store the chat as announced, if newer than the copy. Atomic; False when the copy is as new already."""
        older = {"_id": chat.id, "version": {"$lt": chat.version}}
        with ignore_duplicate_key():
            return self._replicate(older, chat, create=True)
        # There is one: as new or newer, or an older one that somebody has just inserted.
        if self._replicate(older, chat):
            return True
        self._move_recent(chat.id)  # whoever stored it may have died before
        return False

    def _move_recent(self, chat_id: str) -> None:
        waiting = self._chats.find_one({"_id": chat_id, "recent.0": {"$exists": True}}, {"recent": 1})
        self._move(waiting["recent"] if waiting else ())

    def _replicate(self, wanted: Document, chat: Chat, *, create: bool = False) -> bool:
        """Store the chat, then move what was posted before: nothing by whoever has lost it appears afterwards."""
        first: outbox.Update = {"$setOnInsert": {**_UNWRITTEN, "created_at": time.time_ns()}} if create else {}
        saved = self._chats.find_one_and_update(
            wanted,
            merged(_replicated(chat), first),
            {"recent": 1},
            upsert=create,
            return_document=ReturnDocument.AFTER,
        )
        if saved is not None:
            self._move(saved.get("recent", ()))
        return saved is not None

    def list_replicas(self, chat_ids: list[str]) -> list[Chat]:
        return [_chat(document) for document in self._chats.find({"_id": {"$in": chat_ids}}, _CHAT_FIELDS)]

    def page_replicas(self, *, after: str | None, limit: int) -> list[Chat]:
        found = self._chats.find({"_id": {"$gt": after or ""}}, _CHAT_FIELDS).sort("_id", ASCENDING).limit(limit)
        return [_chat(document) for document in found]

    def restore_replica(self, chat: Chat, *, replica_version: int | None) -> bool:
        if replica_version is None:
            return self.save_replica(chat)
        return self._replicate({"_id": chat.id, "version": replica_version}, chat)

    def find(self, chat_id: str) -> Chat | None:
        document = self._chats.find_one({"_id": chat_id}, _CHAT_FIELDS)
        return None if document is None or document["deleted"] else _chat(document)

    def list_newest(self, user_id: str, *, offset: int, limit: int) -> list[Chat]:
        found = self._chats.find({"user_ids": user_id}, _CHAT_FIELDS).sort(_NEWEST_FIRST)
        return [_chat(document) for document in found.skip(offset).limit(limit)]

    def list_messages(self, chat_id: str, *, limit: int | None, before: int | None) -> MessagePage:
        wanted: Document = {"chat_id": chat_id, "live": True}
        if before is not None:
            wanted["number"] = {"$lt": before}
        newest = self._messages.find(wanted, batch_size=SINGLE_BATCH).sort("number", DESCENDING)
        return newest_of(map(_message, newest.limit(_fetched(limit))), limit=limit)

    def list_messages_of(self, chat_ids: list[str], *, limit: int | None) -> dict[str, MessagePage]:
        return newest_of_each(chat_ids, self._find_newest_of(chat_ids, limit), limit=limit)

    def _find_newest_of(self, chat_ids: list[str], limit: int | None) -> Iterable[Message]:
        newest = [{"$match": {"live": True}}, {"$sort": {"number": -1}}, {"$limit": _fetched(limit)}]
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
            {"$unwind": "$newest"},  # all messages of a chat may be more than a document can hold
            {"$replaceRoot": {"newRoot": "$newest"}},
        ]
        return map(_message, self._chats.aggregate(pipeline, batchSize=SINGLE_BATCH))

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

    def may_have_forgotten(self, message_id: str) -> bool:
        if not is_repeat():
            return False
        remembered = {"operations": 1, "operated_at": 1}
        document = self._confirmed.find_one({"_id": message_id}, remembered)
        return document is not None and outbox.may_have_forgotten(outbox.remembers_since_ms(document))

    def post(self, chat_id: str, message_id: str, *, author_id: str, text: str, now_us: int) -> bool:
        """Write a message, if its author may. One update checks, numbers, dates and keeps it.

        Idempotent by `message_id`.

        False when the chat is not there or not open to the author.
        """
        placed = self._place(_message_document(message_id, chat_id, author_id, text), now_us)
        if placed is None:
            return False
        recent, number = placed["recent"], placed["recent"][-1]["number"]
        self._posted.note_placed(recent[-1])
        self._move(recent)
        is_new = self._posted.has_moved(recent[-1])
        if not is_new:  # a repeat has its place already, and leaves the new one empty
            self._resort(chat_id, vacated=number)
        self._hand_over(placed)
        if len(recent) > MAX_RECENT:
            self._remove_recent({chat_id: number})
        return True

    def _place(self, message: Document, now_us: int) -> Document | None:
        """Give a message the next place of its chat; drop from there what this process has published.

        Returns the chat with `recent`, the messages that may not have been moved or published yet, this one last; None
        when the author may not write here.
        """
        return self._chats.find_one_and_update(
            {"_id": message["chat_id"], "user_ids": message["author_id"]},
            _placing(message, now_us, published_through=self._relay.last_published(message["chat_id"])),
            {**_CHAT_FIELDS, "recent": 1, "removed_through": 1},
            return_document=ReturnDocument.AFTER,
        )

    def _hand_over(self, placed: Document) -> None:
        """Hand over to the relay what waits in a chat, if this process has posted all of it.

        A message of another process may have been edited or deleted since it was placed.
        """
        chat_id, recent = placed["_id"], placed["recent"]
        knows_the_rest = placed.get("removed_through", 0) <= self._relay.last_published(chat_id)
        is_all_known = knows_the_rest and all(map(self._posted.knows, recent))
        chat = _chat(placed)
        self._relay.hand_over(chat_id, [{**message, "chat": chat} for message in recent] if is_all_known else None)

    def _move(self, recent: Sequence[Document]) -> None:
        """Insert messages, in their order, that are not there yet."""
        while unmoved := [each for each in recent if not self._posted.has_moved(each)]:
            inserts = [UpdateOne({"_id": each["_id"]}, {"$setOnInsert": each}, upsert=True) for each in unmoved]
            try:
                done: Any = self._messages.bulk_write(inserts, ordered=True).bulk_api_result
            except BulkWriteError as exc:  # somebody else has moved the same one at the same moment
                done = exc.details
                if done["writeConcernErrors"] or any(error["code"] != DUPLICATE_KEY for error in done["writeErrors"]):
                    raise
            self._posted.note_moved(unmoved[each["index"]] for each in done["upserted"])
            if not done["writeErrors"]:
                return

    def _remove_recent(self, through: dict[str, int]) -> None:
        """Remove messages that were moved from their chats, published or not.

        through: the number of the last one, by chat.
        """
        moved = [
            UpdateOne({"_id": chat_id, "recent.0": {"$exists": True}}, _removing(number))
            for chat_id, number in through.items()
        ]
        if moved:
            self._chats.bulk_write(moved, ordered=False)

    def tidy(self, messages: list[Document]) -> None:
        """Remove what was moved and published from the chats: with these messages, all before them."""
        through: dict[str, int] = {}
        for message in messages:
            through[message["chat_id"]] = max(message["number"], through.get(message["chat_id"], 0))
        self._remove_recent(through)

    def finish_posts(self, *, due_before: datetime) -> int:
        """Move the messages that waited too long: whoever wrote them may have died. Returns the number of chats."""
        due = {"recent_due_at": {"$lt": due_before}}
        chats = list(self._chats.find(due, {"recent": 1}).limit(BATCH_SIZE))
        last_published = {chat["_id"]: self._relay.last_published(chat["_id"]) for chat in chats}
        waiting = [message for chat in chats for message in chat["recent"]]
        self._move([message for message in waiting if message["number"] > last_published[message["chat_id"]]])
        self._remove_recent({chat["_id"]: chat["recent"][-1]["number"] for chat in chats if chat["recent"]})
        return len(chats)

    def edit(self, message: Message, *, text: str, operation_id: str) -> bool:
        unedited = {"_id": message.id, "live": True, "text": {"$ne": text}, **outbox.has_not_done(operation_id)}
        update = merged({"$set": {"text": text}}, _outbox_update(message.chat_id, "edited", operation_id))
        edited = self._messages.update_one(unedited, update).matched_count == 1
        self._relay.hand_over(message.chat_id, None)
        return edited

    def delete(self, message: Message, *, operation_id: str) -> bool:
        ended = {"live": False, "text": "", **outbox.tombstone(published=True)}
        update = merged({"$set": ended}, _outbox_update(message.chat_id, "deleted", operation_id))
        deleted = self._messages.update_one({"_id": message.id, "live": True}, update).matched_count == 1
        self._relay.hand_over(message.chat_id, None)
        self._resort(message.chat_id, vacated=message.number)
        return deleted

    def purge_texts(self, *, ended_before: datetime) -> int:
        """Delete the messages of chats that ended a while ago, and a day later what came in after that."""
        ended = {"texts_purged": False, "ended_at": {"$lt": ended_before}}
        again = {"purge_again_at": {"$lt": ended_before}}
        purged: outbox.Update = {"$set": {"texts_purged": True, "purge_again_at": ended_before + PURGE_AGAIN_AFTER}}
        return self._purge(ended, purged) + self._purge(again, {"$unset": {"purge_again_at": ""}})

    def _purge(self, wanted: Document, purged: outbox.Update) -> int:
        ids = [document["_id"] for document in self._chats.find(wanted, {"_id": 1}).limit(BATCH_SIZE)]
        for chat_id in ids:
            self._messages.delete_many({"chat_id": chat_id})
            self._chats.update_one({"_id": chat_id}, purged)
        return len(ids)

    def _resort(self, chat_id: str, *, vacated: int) -> None:
        """If the vacated place is the newest of its chat, make the newest message that still exists the newest.

        That message may be deleted meanwhile, too: then its place is vacated, and so on.
        """
        while True:
            newest = self._messages.find_one({"chat_id": chat_id, "live": True}, sort=[("number", DESCENDING)])
            number, written_at = (newest["number"], newest["written_at"]) if newest else (0, 0)
            if number >= vacated:  # itself, if it was moved by somebody else
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


def _replicated(chat: Chat) -> outbox.Update:
    state: Document = {
        "kind": chat.kind,
        "event_id": chat.event_id,
        "user_ids": list(chat.user_ids),
        "deleted": chat.deleted,
        "version": chat.version,
    }
    if not chat.deleted:
        alive = dict.fromkeys(("ended_at", "purge_at", "texts_purged", "purge_again_at"), "")
        return {"$set": state, "$unset": alive}
    ended = {**outbox.tombstone(published=False), "texts_purged": False, "recent": []}
    return {"$set": state | ended, "$unset": {"recent_due_at": ""}}


def _placing(message: Document, now_us: int, *, published_through: int) -> list[Document]:
    """Build the update that puts a message into its chat.

    published_through: the number up to which messages have been published; `recent` need not have them any more.

    The number is the time, unless somebody has written with the same or a later one: then it is the next one. The time
    is that of the last message if this one's is earlier, unless the last one's clock was wrong: further
    ahead than clocks may be apart.
    """
    now_ms = now_us // 1000
    last = {"$ifNull": ["$last_written_at", {"$toLong": {"$divide": ["$last_number", 1000]}}]}
    is_wrong = {"$gt": [last, now_ms + CLOCK_SKEW_MS]}
    placed = {"number": "$last_number", "written_at": "$last_written_at"}
    waiting = _after(published_through, _RECENT) if published_through else _RECENT
    return [
        {
            "$set": {
                "last_number": {"$max": [now_us, {"$add": ["$last_number", 1]}]},
                "last_written_at": {"$cond": [is_wrong, now_ms, {"$max": [now_ms, last]}]},
            }
        },
        {
            "$set": {
                "latest_number": "$last_number",
                "latest_at": "$last_written_at",
                "recent_due_at": message["outbox_due_at"],
                "recent": {
                    "$concatArrays": [
                        waiting,
                        [{"$mergeObjects": [{"$literal": message}, placed]}],
                    ]
                },
            }
        },
    ]


def _removing(through: int) -> list[Document]:
    """Build the update that removes the messages up to a number from `recent`, and the date with the last of them."""
    due_at = {"$cond": [{"$eq": ["$recent", []]}, "$$REMOVE", "$recent_due_at"]}
    removed_through = {"$max": ["$removed_through", through]}
    return [
        {"$set": {"recent": _after(through, "$recent"), "removed_through": removed_through}},
        {"$set": {"recent_due_at": due_at}},
    ]


_RECENT: Document = {"$ifNull": ["$recent", []]}


def _after(number: int, messages: object) -> Document:
    """Build the expression for those of some messages that come after a number."""
    return {"$filter": {"input": messages, "cond": {"$gt": ["$$this.number", number]}}}


def _chat(document: Document) -> Chat:
    return Chat(
        id=document["_id"],
        kind=document["kind"],
        event_id=document["event_id"],
        user_ids=tuple(document["user_ids"]),
        deleted=document["deleted"],
        version=document["version"],
    )


def _fetched(limit: int | None) -> int:
    """Return how many messages of a chat to read: one more than a page has shows that there are more."""
    return MAX_PAGE + 1 if limit is None else min(limit, MAX_PAGE + 1)


def _message(document: Document) -> Message:
    return Message(
        id=document["_id"],
        chat_id=document["chat_id"],
        number=document["number"],
        author_id=document["author_id"],
        written_at=document["written_at"],
        text=document["text"],
    )


def _message_document(message_id: str, chat_id: str, author_id: str, text: str) -> Document:
    """Build a message's document, but for its place and time."""
    return {
        "_id": message_id,
        "chat_id": chat_id,
        "author_id": author_id,
        "text": text,
        "live": True,
        "version": 1,
        "outbox_chat_id": chat_id,
        **outbox.new_outbox(message_id, outbox.entry(message_id, "posted")),
    }
