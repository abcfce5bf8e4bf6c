"""The logs in MongoDB.

entries  {_id, kind, body, at}                                what is told, once, however many are told
items    {_id: "entry.person", person, number, entry, scope, version, at}    an entry's place in a person's log
scopes   {_id: event, user_ids, version, at}                   who takes part, since somebody last left
heads    {_id: person, number}                                 the newest number that was purged

A person's numbers have no gaps: number n + 1 is inserted after n, and the unique index on (person, number) lets two who
write at the same time find out. Only the oldest are purged.
"""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, UpdateOne
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError, PyMongoError

from services.chassis.messaging.outbox import now
from services.chassis.mongo import (
    COMMITTED,
    INTEGER,
    INTEGER_OR_NULL,
    OBJECT,
    TEXT,
    TEXT_OR_NULL,
    TIME,
    Document,
    array_of,
    ignore_duplicate_key,
    shape,
    validated,
)
from services.contracts.streams import Item
from services.streams.model import Entry, Scope

HEADS_REMEMBERED = 100_000
"""People whose newest number a writing process remembers: some 10 MB."""
PURGED_AT_ONCE = 1000
_DUPLICATE = 11000


ENTRY = shape({"kind": TEXT, "body": OBJECT, "at": TIME})
ITEM = shape(
    {
        "person": TEXT,
        "number": INTEGER,
        "entry": TEXT,
        "scope": TEXT_OR_NULL,
        "version": INTEGER_OR_NULL,
        "at": TIME,
    }
)
SCOPE = shape({"user_ids": array_of(TEXT), "version": INTEGER, "at": TIME})
HEAD = shape({"number": INTEGER})


def prepare(database: Database[Document]) -> None:
    """Make the collections, and the indexes that the rules and the queries rely on. Idempotent."""
    entries, items = validated(database, "entries", ENTRY), validated(database, "items", ITEM)
    scopes = validated(database, "scopes", SCOPE)
    validated(database, "heads", HEAD)
    items.create_index([("person", ASCENDING), ("number", ASCENDING)], unique=True)
    for collection in (items, entries, scopes):
        collection.create_index([("at", ASCENDING), ("number", ASCENDING)])


class MongoFeedStore:
    """The logs of all people."""

    def __init__(self, database: Database[Document]) -> None:
        self._entries: Collection[Document] = database.entries
        self._items: Collection[Document] = database["items"]
        self._committed = self._items.with_options(read_concern=COMMITTED)
        self._scopes: Collection[Document] = database.scopes
        self._heads: Collection[Document] = database.heads
        self._known: OrderedDict[str, int] = OrderedDict()

    def save_scope(self, scope: Scope) -> bool:
        """Remember who takes part, if that is news. Atomic; False when as much was known."""
        newer: Document = {"_id": scope.id, "version": {"$lt": scope.version}}
        state: Document = {"$set": {"user_ids": sorted(scope.user_ids), "version": scope.version, "at": now()}}
        with ignore_duplicate_key():
            self._scopes.update_one(newer, state, upsert=True)
            return True
        return self._scopes.update_one(newer, state).matched_count == 1

    def list_scopes(self, ids: Iterable[str]) -> dict[str, Scope]:
        """Return what is remembered of these events."""
        wanted = sorted(set(ids))
        found = self._scopes.find({"_id": {"$in": wanted}}) if wanted else ()
        return {
            document["_id"]: Scope(
                id=document["_id"], user_ids=frozenset(document["user_ids"]), version=document["version"]
            )
            for document in found
        }

    def append(self, entries: list[Entry]) -> list[dict[str, int]]:
        """Write entries into the logs of their people, in order. Idempotent by the entries' ids.

        Returns for each entry the number that it has in each log.
        """
        at = now()
        if entries:
            self._insert_entries(entries, at)
        missing = [(index, user_id) for index, entry in enumerate(entries) for user_id in entry.user_ids]
        numbers: list[dict[str, int]] = [{} for _ in entries]
        while missing:
            documents = self._numbered(entries, missing, at)
            if self._insert_items(documents):
                written = documents
            else:  # some are there already, or another process has written into one of these logs
                self._forget(user_id for _, user_id in missing)
                written = list(self._items.find({"_id": {"$in": [document["_id"] for document in documents]}}))
            places = {document["_id"]: document["number"] for document in written}
            for index, user_id in missing:
                place = places.get(_item_id(entries[index], user_id))
                if place is not None:
                    numbers[index][user_id] = place
            missing = [(index, user_id) for index, user_id in missing if user_id not in numbers[index]]
        return numbers

    def _insert_entries(self, entries: list[Entry], at: datetime) -> None:
        documents = [{"_id": entry.id, "kind": entry.kind, "body": entry.body, "at": at} for entry in entries]
        try:
            self._entries.insert_many(documents, ordered=False)
        except BulkWriteError as exc:
            _raise_unless_duplicates(exc)

    def _insert_items(self, documents: list[Document]) -> bool:
        """Insert in order, up to the first that cannot be; tell whether all were."""
        try:
            self._items.insert_many(documents, ordered=True)
        except BulkWriteError as exc:
            _raise_unless_duplicates(exc)
            return False
        except PyMongoError:
            self._forget(document["person"] for document in documents)  # nobody knows how far it came
            raise
        return True

    def _numbered(self, entries: list[Entry], places: list[tuple[int, str]], at: datetime) -> list[Document]:
        """Return items with the numbers that come next, each the first time that the log is as we know it."""
        self._learn_heads({user_id for _, user_id in places} - self._known.keys())
        documents = []
        for index, user_id in places:
            entry = entries[index]
            number = self._known[user_id] = self._known[user_id] + 1
            self._known.move_to_end(user_id)
            documents.append(
                {
                    "_id": _item_id(entry, user_id),
                    "person": user_id,
                    "number": number,
                    "entry": entry.id,
                    "scope": entry.scope,
                    "version": entry.version,
                    "at": at,
                }
            )
        while len(self._known) > HEADS_REMEMBERED:
            self._known.popitem(last=False)
        return documents

    def _learn_heads(self, user_ids: set[str]) -> None:
        if not user_ids:
            return
        wanted = sorted(user_ids)
        newest: list[Document] = [
            {"$match": {"person": {"$in": wanted}}},
            {"$sort": {"person": -1, "number": -1}},  # the index backwards: it jumps from person to person
            {"$group": {"_id": "$person", "number": {"$first": "$number"}}},
        ]
        heads = {found["_id"]: found["number"] for found in self._heads.find({"_id": {"$in": wanted}})}
        heads |= {found["_id"]: found["number"] for found in self._items.aggregate(newest)}
        for user_id in wanted:
            self._known[user_id] = heads.get(user_id, 0)

    def _forget(self, user_ids: Iterable[str]) -> None:
        for user_id in user_ids:
            self._known.pop(user_id, None)

    def find_last_sequence(self, user_id: str) -> int:
        """Return the newest number of a log; 0 when there never was one."""
        newest = self._committed.find_one({"person": user_id}, {"number": 1}, sort=[("number", DESCENDING)])
        if newest is None:
            newest = self._heads.find_one({"_id": user_id})
        return 0 if newest is None else newest["number"]

    def list_items(self, user_id: str, *, after: int, limit: int) -> list[Document]:
        """Return the places of a log after a number, in order."""
        wanted = {"person": user_id, "number": {"$gt": after}}
        return list(self._committed.find(wanted).sort("number", ASCENDING).limit(limit))

    def list_entries(self, places: list[Document]) -> list[Item]:
        """Return what is told at these places."""
        ids = [place["entry"] for place in places]
        found = {entry["_id"]: entry for entry in self._entries.find({"_id": {"$in": ids}})} if ids else {}
        return [
            Item(number=place["number"], kind=entry["kind"], body=entry["body"])
            for place in places
            if (entry := found.get(place["entry"])) is not None
        ]

    def purge(self, *, before: datetime) -> bool:
        """Forget some of the oldest; tell whether there may be more. The newest number of a log is kept in mind."""
        old: Document = {"at": {"$lt": before}}
        oldest_first = self._items.find(old, {"person": 1, "number": 1}).sort(
            [("at", ASCENDING), ("number", ASCENDING)]
        )
        items = list(oldest_first.limit(PURGED_AT_ONCE))
        highest: dict[str, int] = {}
        for item in items:
            highest[item["person"]] = max(item["number"], highest.get(item["person"], 0))
        if highest:
            self._heads.bulk_write(
                [
                    UpdateOne({"_id": user_id}, {"$max": {"number": number}}, upsert=True)
                    for user_id, number in highest.items()
                ]
            )
            self._items.delete_many({"_id": {"$in": [item["_id"] for item in items]}})
            return True
        for collection in (self._entries, self._scopes):
            collection.delete_many(old)
        return False


def _item_id(entry: Entry, user_id: str) -> str:
    return f"{entry.id}.{user_id}"


def _raise_unless_duplicates(exc: BulkWriteError) -> None:
    details = exc.details or {}
    if details.get("writeConcernErrors") or any(e["code"] != _DUPLICATE for e in details.get("writeErrors", [])):
        raise exc
