"""The fact inside the document whose update is the commit, and the relay that publishes it.

A write that others must hear of pushes a small fact (id, what, whom it concerns) into `outbox` of the document that it
changes, in the same update. The relay publishes what the document says *now*, with confirms, then removes exactly
the facts it has published. The process that wrote does so at once; any replica sweeps what is overdue. So a crash
between the two only delays an announcement, and twice is possible where never is not.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
from pymongo import ASCENDING
from pymongo.collection import Collection

from services.chassis.broker import BrokerUnavailable
from services.chassis.mongo import COMMITTED, TEXT, TIME, WHOLE, Document, array_of, shape
from services.chassis.publishing import Outgoing, Publisher
from services.chassis.topology import exchange_of
from services.contracts.announcements import Announcement, to_wire
from services.contracts.calls import Told
from services.contracts.ids import derive_id, new_id

log = logging.getLogger(__name__)

OVERDUE_AFTER = timedelta(seconds=5)
"""A fact this old was not published by the process that wrote it; any replica may."""
LEASE = timedelta(seconds=10)
"""How long a replica that sweeps has a document for itself."""
SWEEP_EVERY_S = 2.0
MOST_WOKEN = 1000
"""Documents that are read at once because of what woke the relay: some keys stand for many."""
DOCUMENTS_AT_ONCE = 64
"""Relayed together: few enough for a lease to last, many enough to share a round trip."""
PAGE_SIZE = 100
"""Documents in a page of `tell`."""
FACTS_AT_ONCE = 128
"""Published together: few enough for a slow broker to confirm in time, though ten thousand may wait."""
REMEMBERED_OPERATIONS = 100
"""How many operations a document remembers, to answer a repeat as it answered the first time.

More than others do to one document while a client repeats, few enough to be read with it: 3 kB.
"""
KEEP_ENDED = timedelta(days=30)
"""How long a tombstone outlives its announcement; by then no older version is under way any more."""

TOLD_AGAIN = "told again"
"""What a fact says that only asks for the state."""

FACT = shape({"id": TEXT, "what": TEXT})
FIELDS: Document = {
    "operations": array_of(TEXT),
    "outbox": array_of(FACT),
    "outbox_due_at": TIME,
    "outbox_lease": TEXT,
    "ended_at": TIME,
    "purge_at": TIME,
}
"""What the database lets into the fields that a document may have for its outbox."""

INDEX = [("outbox_due_at", ASCENDING)]
PURGE_INDEX = [("purge_at", ASCENDING)]

Update = dict[str, dict[str, object]]


def now() -> datetime:
    """Return the current instant, in UTC, to the millisecond that MongoDB keeps."""
    instant = datetime.now(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def fact_id(operation_id: str) -> str:
    """Name the fact that an operation makes: a repeat tells the same fact."""
    return derive_id(operation_id, "fact")


def remembering(operation_id: str) -> Update:
    """Build the part of an update by which a document remembers an operation."""
    return {"$push": {"operations": {"$each": [operation_id], "$slice": -REMEMBERED_OPERATIONS}}}


def fact(operation_id: str, what: str, **details: object) -> Document:
    """Build a fact. what: the name of what has happened; details: what its document does not say afterwards."""
    return {"id": fact_id(operation_id), "what": what, **details}


def telling(new_fact: Document) -> Update:
    """Build the part of an update that leaves a fact to be announced."""
    return {"$push": {"outbox": new_fact}, "$set": {"outbox_due_at": now() + OVERDUE_AFTER}}


def telling_soon(new_fact: Document) -> Update:
    """Build the same for an update of many documents, which nobody can name to wake the relay: the next sweep's."""
    return {"$push": {"outbox": new_fact}, "$set": {"outbox_due_at": now()}}


def new_outbox(operation_id: str, new_fact: Document) -> Document:
    """Build the fields of a document that is inserted with its first fact."""
    return {"operations": [operation_id], "outbox": [new_fact], "outbox_due_at": now() + OVERDUE_AFTER}


def ended(*, announced: bool) -> Document:
    """Build the fields that make a document a tombstone. If its end is announced, it is kept until that is done."""
    return {"ended_at": now()} if announced else {"ended_at": now(), "purge_at": now() + KEEP_ENDED}


@dataclass(frozen=True)
class Box:
    """A collection whose documents have an outbox.

    announce: what a document says now because of a fact (see `fact`).
    key: the field by whose value the relay is woken, in an index with `order`, in which what is found is relayed.
    complete: adds to documents that were read what `announce` needs from elsewhere, with one query for all.
    """

    collection: Collection[Document]
    announce: Callable[[Document, Document], list[Announcement]]
    key: str = "_id"
    order: str = "_id"
    complete: Callable[[list[Document]], list[Document]] = list

    @property
    def committed(self) -> Collection[Document]:
        """The collection as it is read for others: nothing that an election could take back is announced."""
        return self.collection.with_options(read_concern=COMMITTED)

    @property
    def in_order(self) -> list[tuple[str, int]]:
        """The order in which documents are relayed: one key after the other, each in its own order."""
        return [(field, ASCENDING) for field in dict.fromkeys((self.key, self.order))]


class Relay:
    """Publishes the facts of one collection."""

    def __init__(self, box: Box, publisher: Publisher) -> None:
        self._box, self._publisher = box, publisher
        self._woken: set[object] = set()
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._sweep_at = 0.0
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def wake(self, key: object) -> None:
        """Say that a document has a new fact. Without a broker there is no hurry: the sweep will find it."""
        if self._publisher.connected:
            self._woken.add(key)
            self._wake.set()

    def sweep_soon(self) -> None:
        """Say that some documents have new facts, nobody knows which."""
        self._sweep_at = 0.0
        self._wake.set()

    def close(self) -> None:
        """Publish what was woken for, then stop."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._stopping.is_set() or self._woken:
            self._wake.wait(max(0.0, self._sweep_at - time.monotonic()))
            self._wake.clear()
            try:
                self._relay_woken()
                if time.monotonic() >= self._sweep_at:  # however busy it is: others may have died
                    self._sweep_at = time.monotonic() + SWEEP_EVERY_S
                    if self._sweep():
                        self._sweep_at = 0.0
            except Exception as exc:  # database or broker away: the facts stay where they are
                log.warning("cannot relay now: %s", exc)
                self._sweep_at = time.monotonic() + SWEEP_EVERY_S

    def _relay_woken(self) -> None:
        batch = [self._woken.pop() for _ in range(min(len(self._woken), DOCUMENTS_AT_ONCE))]
        if self._woken:
            self._wake.set()
        if batch:
            waiting = {self._box.key: {"$in": batch}, "outbox.0": {"$exists": True}}
            found = list(self._box.committed.find(waiting, batch_size=WHOLE).sort(self._box.in_order).limit(MOST_WOKEN))
            self._relay(found)
            if len(found) == MOST_WOKEN:
                self._woken.update(batch)
                self._wake.set()

    def _sweep(self) -> bool:
        """Relay some of what is overdue; tell whether there may be more."""
        leased = self._lease() if self._publisher.connected else []
        if leased and not self._relay(leased):
            released = {"$set": {"outbox_due_at": now()}}
            self._box.collection.update_many({"_id": {"$in": [document["_id"] for document in leased]}}, released)
            return False
        return len(leased) == DOCUMENTS_AT_ONCE

    def _lease(self) -> list[Document]:
        """Take some documents that wait; other replicas leave them alone for a while.

        Three operations for all of them. The index gives those that have waited longest first.
        """
        overdue, lease = {"outbox_due_at": {"$lte": now()}}, new_id()
        ids = [found["_id"] for found in self._box.collection.find(overdue, {"_id": 1}).limit(DOCUMENTS_AT_ONCE)]
        if not ids:
            return []
        taken = {"$set": {"outbox_due_at": now() + LEASE, "outbox_lease": lease}}
        self._box.collection.update_many({"_id": {"$in": ids}, **overdue}, taken)
        return list(self._box.committed.find({"_id": {"$in": ids}, "outbox_lease": lease}).sort(self._box.in_order))

    def _relay(self, documents: list[Document]) -> bool:
        """Publish all facts of these documents, in their order, some at a time; False when the broker took not all."""
        known = self._box.complete(documents)
        told = [(document, said) for document in known if (said := self._say(document)) is not None]
        messages = [message for _, said in told for message in said]
        try:
            for start in range(0, len(messages), FACTS_AT_ONCE):
                self._publisher.publish(messages[start : start + FACTS_AT_ONCE])
        except BrokerUnavailable as exc:
            log.warning("announcements wait for the broker: %s", exc)
            return False
        self._clear([document for document, _ in told])
        return True

    def _say(self, document: Document) -> list[Outgoing] | None:
        """Return a document's facts as messages; None for one that cannot be read, which must not hold the others."""
        try:
            said = [self._box.announce(document, fact) for fact in document["outbox"]]
            return [outgoing(announcement) for announcements in said for announcement in announcements]
        except Exception:
            log.exception("cannot tell what %s says", document["_id"])
            return None

    def _clear(self, documents: list[Document]) -> None:
        """Remove exactly what was published. Those alike in one update; those that have changed since one by one."""
        alike: dict[tuple[int, bool], list[Document]] = {}
        for document in documents:
            alike.setdefault((document["version"], "ended_at" in document), []).append(document)
        for (version, ended), group in alike.items():
            purge = {"purge_at": now() + KEEP_ENDED} if ended else {}
            waited_for: dict[str, object] = {self._box.key: ""} if self._box.key != "_id" else {}
            settled: dict[str, object] = {"outbox_due_at": "", "outbox_lease": "", **waited_for}
            empty: Update = {"$set": {"outbox": [], **purge}, "$unset": settled}
            unchanged = {"_id": {"$in": [document["_id"] for document in group]}, "version": version}
            if self._box.collection.update_many(unchanged, empty).matched_count < len(group):
                for document in group:
                    self._pull(document)

    def _pull(self, document: Document) -> None:
        published = [fact["id"] for fact in document["outbox"]]
        pull: Document = {"$pull": {"outbox": {"id": {"$in": published}}}}
        self._box.collection.update_one({"_id": document["_id"]}, pull)


def tell(box: Box, *, kind: str, after: str | None, only: list[str] | None) -> Told:
    """Return a page of what the documents say now, in announcements of one kind.

    A document that still has facts to announce is left out: what it says is under way.
    """
    wanted: Document = {"outbox.0": {"$exists": False}}
    if after is not None or only is not None:
        wanted["_id"] = ({"$gt": after} if after is not None else {}) | ({"$in": only} if only is not None else {})
    page = list(box.committed.find(wanted).sort("_id", ASCENDING).limit(PAGE_SIZE))
    said = [one for document in page for one in box.announce(document, _told_again(document))]
    return Told(
        announcements=[to_wire(one) for one in said if type(one).__name__ == kind],
        next=page[-1]["_id"] if len(page) == PAGE_SIZE else None,
    )


def _told_again(document: Document) -> Document:
    return {"id": derive_id(f"{document['_id']}:{document['version']}", "told again"), "what": TOLD_AGAIN}


def outgoing(announcement: Announcement) -> Outgoing:
    """Turn an announcement into a message to its announcer's exchange."""
    return Outgoing(
        body=orjson.dumps(to_wire(announcement)),
        exchange=exchange_of(announcement.announced_by),
        routing_key=type(announcement).__name__,
    )
