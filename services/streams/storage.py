"""The feeds in MongoDB.

feed_items      {_id: "entry_id.user_id", user_id, sequence, entry_id, cutoff_id, version, at, kind, body}
                                                             an entry in a user's feed
feed_entries    {_id, kind, body, at}                        what is too long to stand in the feed of each reader
access_cutoffs  {_id: event_id, user_ids, version, at}       who takes part, since somebody last lost access
last_sequences  {_id: user_id, sequence}                     the highest sequence that was purged
gateways        {_id: queue, at}                             the gateway processes that are told of cut-offs

A user's sequences have no gaps: n + 1 is inserted after n, and of two processes that append to one feed
at the same time, the unique index on (user_id, sequence) stops one. Only the oldest items are purged.
"""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime

import orjson
from pymongo import ASCENDING, DESCENDING, UpdateOne
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError, PyMongoError

from services.chassis.leases import take_lease
from services.chassis.messaging.outbox import now
from services.chassis.mongo import (
    COMMITTED,
    INTEGER,
    OBJECT,
    SINGLE_BATCH,
    TEXT,
    TEXT_OR_NULL,
    TIME,
    Document,
    array_of,
    ignore_duplicate_key,
    shape,
    validated,
)
from services.chassis.timely import timely
from services.contracts.rpc import Wire
from services.contracts.streams import FeedItem
from services.streams.model import AccessCutoff, FeedEntry, FeedPlace

MAX_COPIED_BYTES = 64 * 1024
"""Of an entry's body in the feeds of all its readers together. A longer one is stored once: one write more."""
MAX_SEQUENCES = 100_000
"""Users whose last sequence a writing process remembers: some 10 MB."""
PURGED_AT_ONCE = 5000
"""Documents of each kind that are deleted at once: few enough for the time that the database has for a command."""
_DUPLICATE = 11000


FEED_ENTRY = shape({"kind": TEXT, "body": OBJECT, "at": TIME})
FEED_ITEM = shape(
    {
        "user_id": TEXT,
        "sequence": INTEGER,
        "entry_id": TEXT,
        "cutoff_id": TEXT_OR_NULL,
        "version": INTEGER,
        "at": TIME,
    },
    {"kind": TEXT, "body": OBJECT},
)
ACCESS_CUTOFF = shape({"user_ids": array_of(TEXT), "version": INTEGER, "at": TIME})
LAST_SEQUENCE = shape({"sequence": INTEGER})
GATEWAY = shape({"at": TIME})


def prepare(database: Database[Document]) -> None:
    """Make the collections, and the indexes that the rules and the queries rely on. Idempotent."""
    entries, items = validated(database, "feed_entries", FEED_ENTRY), validated(database, "feed_items", FEED_ITEM)
    cutoffs = validated(database, "access_cutoffs", ACCESS_CUTOFF)
    validated(database, "last_sequences", LAST_SEQUENCE)
    validated(database, "gateways", GATEWAY)
    items.create_index([("user_id", ASCENDING), ("sequence", ASCENDING)], unique=True)
    for collection in (items, entries, cutoffs):
        collection.create_index([("at", ASCENDING), ("sequence", ASCENDING)])


class MongoFeedStore:
    """The feeds of all users."""

    def __init__(self, database: Database[Document]) -> None:
        self._entries: Collection[Document] = database.feed_entries
        self._items: Collection[Document] = database.feed_items
        self._committed = self._items.with_options(read_concern=COMMITTED)
        self._cutoffs: Collection[Document] = timely(database.access_cutoffs)
        self._last_sequences: Collection[Document] = database.last_sequences
        self._gateways: Collection[Document] = timely(database.gateways)
        self._leases: Collection[Document] = database.leases
        self._known: OrderedDict[str, int] = OrderedDict()

    def save_cutoff(self, cutoff: AccessCutoff) -> bool:
        newer: Document = {"_id": cutoff.id, "version": {"$lt": cutoff.version}}
        state: Document = {"$set": {"user_ids": sorted(cutoff.user_ids), "version": cutoff.version, "at": now()}}
        with ignore_duplicate_key():
            self._cutoffs.update_one(newer, state, upsert=True)
            return True
        return self._cutoffs.update_one(newer, state).matched_count == 1

    def list_cutoffs(self, ids: Iterable[str]) -> dict[str, AccessCutoff]:
        wanted = sorted(set(ids))
        found = self._cutoffs.find({"_id": {"$in": wanted}}) if wanted else ()
        return {document["_id"]: _cutoff(document) for document in found}

    def list_recent_cutoffs(self, *, since: datetime) -> list[AccessCutoff]:
        return [_cutoff(document) for document in self._cutoffs.find({"at": {"$gte": since}})]

    def add_gateway(self, queue: str) -> None:
        with ignore_duplicate_key():
            self._gateways.insert_one({"_id": queue, "at": now()})

    def remove_gateway(self, queue: str) -> None:
        self._gateways.delete_one({"_id": queue})

    def list_gateways(self) -> list[str]:
        return [document["_id"] for document in self._gateways.find({}, {"_id": 1}).sort("_id")]

    def append(self, entries: list[FeedEntry]) -> list[dict[str, int]]:
        at = now()
        shared = [entry for entry in entries if _is_shared(entry)]
        if shared:
            self._insert_entries(shared, at)
        missing = [(index, user_id) for index, entry in enumerate(entries) for user_id in entry.user_ids]
        sequences: list[dict[str, int]] = [{} for _ in entries]
        while missing:
            documents = self._with_sequences(entries, missing, at)
            if self._insert_items(documents):
                written = documents
            else:  # some are there already, or another process has appended to one of these feeds
                self._forget(user_id for _, user_id in missing)
                written = list(self._items.find({"_id": {"$in": [document["_id"] for document in documents]}}))
            places = {document["_id"]: document["sequence"] for document in written}
            for index, user_id in missing:
                place = places.get(_item_id(entries[index], user_id))
                if place is not None:
                    sequences[index][user_id] = place
            missing = [(index, user_id) for index, user_id in missing if user_id not in sequences[index]]
        return sequences

    def _insert_entries(self, entries: list[FeedEntry], at: datetime) -> None:
        documents = [{"_id": entry.id, "kind": entry.kind, "body": entry.body, "at": at} for entry in entries]
        try:
            self._entries.insert_many(documents, ordered=False)
        except BulkWriteError as exc:
            _raise_unless_duplicates(exc)

    def _insert_items(self, documents: list[Document]) -> bool:
        """Insert in order, up to the first duplicate; return whether all were inserted."""
        try:
            self._items.insert_many(documents, ordered=True)
        except BulkWriteError as exc:
            self._forget(document["user_id"] for document in documents)
            _raise_unless_duplicates(exc)
            return False
        except PyMongoError:
            self._forget(document["user_id"] for document in documents)  # how many were inserted is unknown
            raise
        return True

    def _with_sequences(self, entries: list[FeedEntry], places: list[tuple[int, str]], at: datetime) -> list[Document]:
        """Return items with the next sequences, right if no other process has appended to these feeds."""
        self._read_last_sequences({user_id for _, user_id in places} - self._known.keys())
        documents = []
        placed: set[str] = set()
        contents = [{} if _is_shared(entry) else {"kind": entry.kind, "body": entry.body} for entry in entries]
        for index, user_id in places:
            entry = entries[index]
            item_id = _item_id(entry, user_id)
            if item_id in placed:  # the same domain event, twice in one batch
                continue
            placed.add(item_id)
            sequence = self._known[user_id] = self._known[user_id] + 1
            self._known.move_to_end(user_id)
            documents.append(
                {
                    "_id": item_id,
                    "user_id": user_id,
                    "sequence": sequence,
                    "entry_id": entry.id,
                    "cutoff_id": entry.cutoff_id,
                    "version": entry.version,
                    "at": at,
                    **contents[index],
                }
            )
        while len(self._known) > MAX_SEQUENCES:
            self._known.popitem(last=False)
        return documents

    def _read_last_sequences(self, user_ids: set[str]) -> None:
        if not user_ids:
            return
        wanted = sorted(user_ids)
        newest: list[Document] = [
            {"$match": {"user_id": {"$in": wanted}}},
            {"$sort": {"user_id": -1, "sequence": -1}},  # the index backwards: it jumps from user to user
            {"$group": {"_id": "$user_id", "sequence": {"$first": "$sequence"}}},
        ]
        purged: list[Document] = [{"$match": {"_id": {"$in": wanted}}}]
        either = [*newest, {"$unionWith": {"coll": self._last_sequences.name, "pipeline": purged}}]
        found: dict[str, int] = {}
        for document in self._items.aggregate(either, batchSize=SINGLE_BATCH):
            found[document["_id"]] = max(document["sequence"], found.get(document["_id"], 0))
        for user_id in wanted:
            self._known[user_id] = found.get(user_id, 0)

    def _forget(self, user_ids: Iterable[str]) -> None:
        for user_id in user_ids:
            self._known.pop(user_id, None)

    def find_last_sequence(self, user_id: str) -> int:
        newest = self._committed.find_one({"user_id": user_id}, {"sequence": 1}, sort=[("sequence", DESCENDING)])
        if newest is None:
            newest = self._last_sequences.find_one({"_id": user_id})
        return 0 if newest is None else newest["sequence"]

    def list_places(self, user_id: str, *, after: int, limit: int) -> list[FeedPlace]:
        wanted = {"user_id": user_id, "sequence": {"$gt": after}}
        return [_place(item) for item in self._committed.find(wanted).sort("sequence", ASCENDING).limit(limit)]

    def list_items(self, places: list[FeedPlace]) -> list[FeedItem]:
        ids = [place.entry_id for place in places if place.body is None]
        found = {entry["_id"]: entry for entry in self._entries.find({"_id": {"$in": ids}})} if ids else {}
        return [
            FeedItem(
                sequence=place.sequence,
                kind=kind,
                body=body,
                cutoff_id=place.cutoff_id,
                version=place.version,
            )
            for place in places
            for kind, body in _contents_of(place, found.get(place.entry_id))
        ]

    def take_lease(self, name: str, *, until: datetime) -> bool:
        return take_lease(self._leases, name, until=until)

    def prolong_lease(self, name: str, *, until: datetime) -> None:
        self._leases.update_one({"_id": name}, {"$set": {"until": until}})

    def purge(self, *, before: datetime) -> bool:
        old: Document = {"at": {"$lt": before}}
        oldest_first = self._items.find(old, {"user_id": 1, "sequence": 1}).sort(
            [("at", ASCENDING), ("sequence", ASCENDING)]
        )
        items = list(oldest_first.limit(PURGED_AT_ONCE))
        highest: dict[str, int] = {}
        for item in items:
            highest[item["user_id"]] = max(item["sequence"], highest.get(item["user_id"], 0))
        if highest:
            self._last_sequences.bulk_write(
                [
                    UpdateOne({"_id": user_id}, {"$max": {"sequence": sequence}}, upsert=True)
                    for user_id, sequence in highest.items()
                ]
            )
        found = [_delete(self._items, [item["_id"] for item in items])]
        if PURGED_AT_ONCE in found:  # a cut-off outlives what it hides
            return True
        for collection in (self._entries, self._cutoffs):
            oldest = collection.find(old, {"_id": 1}).sort("at", ASCENDING).limit(PURGED_AT_ONCE)
            found.append(_delete(collection, [document["_id"] for document in oldest]))
        return PURGED_AT_ONCE in found


def _cutoff(document: Document) -> AccessCutoff:
    return AccessCutoff(id=document["_id"], user_ids=frozenset(document["user_ids"]), version=document["version"])


def _place(item: Document) -> FeedPlace:
    return FeedPlace(
        sequence=item["sequence"],
        entry_id=item["entry_id"],
        cutoff_id=item["cutoff_id"],
        version=item["version"],
        kind=item.get("kind"),
        body=item.get("body"),
    )


def _contents_of(place: FeedPlace, entry: Document | None) -> list[tuple[str, Wire]]:
    """Return kind and body of what stands at a place; nothing if it was purged."""
    if place.kind is not None and place.body is not None:
        return [(place.kind, place.body)]
    return [] if entry is None else [(entry["kind"], entry["body"])]


def _is_shared(entry: FeedEntry) -> bool:
    """Return whether an entry is stored once for all of its readers."""
    return len(entry.user_ids) * len(orjson.dumps(entry.body)) > MAX_COPIED_BYTES


def _delete(collection: Collection[Document], ids: list[str]) -> int:
    """Delete documents, and return how many they were."""
    if ids:
        collection.delete_many({"_id": {"$in": ids}})
    return len(ids)


def _item_id(entry: FeedEntry, user_id: str) -> str:
    return f"{entry.id}.{user_id}"


def _raise_unless_duplicates(exc: BulkWriteError) -> None:
    details = exc.details or {}
    if details.get("writeConcernErrors") or any(e["code"] != _DUPLICATE for e in details.get("writeErrors", [])):
        raise exc
