"""The outbox inside the document whose update is the commit, and the relay that publishes it.

A write that is to be published pushes a small entry (id, what has changed) into `outbox` of the document that it
changes, in the same update. The relay publishes the document's state as domain events, with confirms, then removes
exactly the entries that it has published. The process that wrote does so at once; any process of the service polls for
entries that are overdue. So a crash between the two delays a domain event, and may publish it twice, but never loses
it.
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

from services.chassis.broker.connection import BrokerUnavailable
from services.chassis.broker.limits import checked
from services.chassis.broker.publisher import Outgoing, Publisher
from services.chassis.broker.topology import exchange_of
from services.chassis.logging import log_event
from services.chassis.mongo import COMMITTED, INTEGER, SINGLE_BATCH, TEXT, TIME, Document, array_of, shape
from services.chassis.rpc import repeats
from services.chassis.tracing import current_headers, from_headers, tracing
from services.contracts.domain_events import DomainEvent, to_wire
from services.contracts.errors import Code, Conflict
from services.contracts.ids import derive_id, new_id
from services.contracts.rpc import StatePage, Wire

log = logging.getLogger(__name__)

OVERDUE_AFTER = timedelta(seconds=5)
"""An entry this old was not published by the process that wrote it; any process may."""
LEASE = timedelta(seconds=10)
"""How long a process that polls has a document for itself."""
POLL_INTERVAL_S = 2.0
MAX_NOTIFIED = 1000
"""Documents that are read at once for the keys that the relay was notified of: a key may belong to many."""
RELAY_BATCH_SIZE = 64
"""Documents relayed together: few enough for a lease to last, many enough to share a round trip."""
PAGE_SIZE = 100
"""Documents in a page of `list_state`."""
PAGE_BYTES = 4 * 1024 * 1024
"""Of the states in such a page; the first one is in it however large it is."""
PUBLISH_BATCH_SIZE = 128
"""Messages published together: few enough for a slow broker to confirm in time, though ten thousand may wait."""
REMEMBERED_OPERATIONS = 100
"""How many operations a document records, so that a repeat is answered as the first call was.

More than other clients do to one document while a client repeats, few enough to be read with it: 5 kB.
See `has_not_done` for a repeat that comes later.
"""
TOMBSTONE_TTL = timedelta(days=30)
"""How long a tombstone outlives its publication; by then no older version is under way any more."""

STATE_REQUESTED = "state requested"
"""The change of an entry that only asks for the document's state."""

ENTRY = shape({"id": TEXT, "change": TEXT})
FIELDS: Document = {
    "operations": array_of(TEXT),
    "operated_at": array_of(INTEGER),
    "outbox": array_of(ENTRY),
    "outbox_due_at": TIME,
    "outbox_lease": TEXT,
    "ended_at": TIME,
    "purge_at": TIME,
}
"""The fields that a document may have for its outbox, as the database lets them in."""

INDEX = [("outbox_due_at", ASCENDING)]
PURGE_INDEX = [("purge_at", ASCENDING)]

Update = dict[str, dict[str, object]]
Notify = Callable[[object], None]
"""Notifies the relay that a document, or the documents of a key, have new outbox entries."""


def now() -> datetime:
    """Return the current instant, in UTC, to the millisecond that MongoDB keeps."""
    instant = datetime.now(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def domain_event_id(operation_id: str) -> str:
    """Mint the id of the domain event that an operation causes: a repeat causes the same one."""
    return derive_id(operation_id, "domain event")


def remember_operation(operation_id: str) -> Update:
    """Build the part of an update that records an operation in its document, and when it was done."""
    latest = {"$slice": -REMEMBERED_OPERATIONS}
    return {
        "$push": {"operations": {"$each": [operation_id], **latest}, "operated_at": {"$each": [_now_ms()], **latest}}
    }


def has_not_done(operation_id: str) -> Document:
    """Build the part of a filter that finds a document which has not done an operation for certain.

    Of a repeat that is a document that remembers everything since the request was begun (see `may_have_forgotten`).
    """
    unknown: Document = {"operations": {"$ne": operation_id}}
    begun_before_ms = repeats.begun_before_ms()
    if begun_before_ms is None:
        return unknown
    has_room = {f"operations.{REMEMBERED_OPERATIONS - 1}": {"$exists": False}}
    return {**unknown, "$or": [has_room, {"operated_at.0": {"$lt": begun_before_ms}}]}


def remembers_since_ms(document: Document) -> int | None:
    """Return when the oldest operation was done that a document remembers; None when it has forgotten none."""
    if len(document.get("operations", ())) < REMEMBERED_OPERATIONS:
        return None
    done_at_ms: list[int] = document.get("operated_at") or [_now_ms()]
    return done_at_ms[0]


def may_have_forgotten(remembers_since_ms: int | None) -> bool:
    """Tell whether the current work is a repeat of what a document may have done and forgotten."""
    begun_before_ms = repeats.begun_before_ms()
    if begun_before_ms is None or remembers_since_ms is None:
        return False
    return begun_before_ms <= remembers_since_ms


def forgotten() -> Conflict:
    """Build the refusal of a repeat whose first outcome is not known any more: it is not done again."""
    return Conflict(
        Code.OPERATION_FORGOTTEN, "Too much has happened since to tell whether this was done. Look, then decide anew."
    )


def entry(operation_id: str, change: str, **details: object) -> Document:
    """Build an outbox entry. change: what has happened; details: what the document does not show afterwards."""
    trace = {"trace": headers} if (headers := current_headers()) else {}
    return {"id": domain_event_id(operation_id), "change": change, **details, **trace}


def add_entry(new_entry: Document) -> Update:
    """Build the part of an update that leaves an entry to be published."""
    return {"$push": {"outbox": new_entry}, "$set": {"outbox_due_at": now() + OVERDUE_AFTER}}


def add_entry_for_poll(new_entry: Document) -> Update:
    """Build the same for an update of many documents, whose ids are unknown: the next poll finds them."""
    return {"$push": {"outbox": new_entry}, "$set": {"outbox_due_at": now()}}


def new_outbox(operation_id: str, new_entry: Document) -> Document:
    """Build the fields of a document that is inserted with its first entry."""
    return {
        "operations": [operation_id],
        "operated_at": [_now_ms()],
        "outbox": [new_entry],
        "outbox_due_at": now() + OVERDUE_AFTER,
    }


def tombstone(*, published: bool) -> Document:
    """Build the fields that make a document a tombstone. If its end is published, it is kept until that is done."""
    return {"ended_at": now()} if published else {"ended_at": now(), "purge_at": now() + TOMBSTONE_TTL}


@dataclass(frozen=True)
class Outbox:
    """A collection whose documents have an outbox.

    to_domain_events: builds the domain events of a document's state and one of its entries (see `entry`).
    key: the field by whose value the relay is notified, in an index with `order`, in which what is found is relayed.
    complete: adds to documents that were read what `to_domain_events` needs from elsewhere, with one query for all.
    published: is told of documents whose entries were published.
    """

    collection: Collection[Document]
    to_domain_events: Callable[[Document, Document], list[DomainEvent]]
    key: str = "_id"
    order: str = "_id"
    complete: Callable[[list[Document]], list[Document]] = list
    published: Callable[[list[Document]], object] = list

    @property
    def committed(self) -> Collection[Document]:
        """The collection as it is read for publishing: nothing is published that an election could take back."""
        return self.collection.with_options(read_concern=COMMITTED)

    @property
    def in_order(self) -> list[tuple[str, int]]:
        """The order in which documents are relayed: one key after the other, each in its own order."""
        return [(field, ASCENDING) for field in dict.fromkeys((self.key, self.order))]

    def list_state(self, *, kind: str, after: str | None, only: list[str] | None) -> StatePage:
        """Return a page of the documents' state, as domain events of one kind.

        A document with entries in its outbox is left out: its state is being published.
        """
        wanted: Document = {"outbox.0": {"$exists": False}}
        if after is not None or only is not None:
            wanted["_id"] = ({"$gt": after} if after is not None else {}) | ({"$in": only} if only is not None else {})
        page = list(self.committed.find(wanted).sort("_id", ASCENDING).limit(PAGE_SIZE))
        domain_events: list[Wire] = []
        size = 0
        for number, document in enumerate(page):
            states = [to_wire(each) for each in self._state_of(document) if type(each).__name__ == kind]
            size += sum(len(orjson.dumps(state)) for state in states)
            if number and size > PAGE_BYTES:
                return StatePage(domain_events=domain_events, next=page[number - 1]["_id"])
            domain_events += states
        return StatePage(domain_events=domain_events, next=page[-1]["_id"] if len(page) == PAGE_SIZE else None)

    def _state_of(self, document: Document) -> list[DomainEvent]:
        return self.to_domain_events(document, _state_request(document))

    def find_unknown(self, ids: list[str]) -> list[str]:
        """Return which of these documents there are not, in the order given. One query.

        Whatever others keep of a document came after a majority had it.
        """
        found = self.committed.find({"_id": {"$in": ids}}, {"_id": 1}, batch_size=SINGLE_BATCH)
        known = {document["_id"] for document in found}
        return [each for each in ids if each not in known]


def _state_request(document: Document) -> Document:
    cause = f"{document['_id']}:{document['version']}"
    return {"id": derive_id(cause, STATE_REQUESTED), "change": STATE_REQUESTED}


class OutboxRelay:
    """Publishes the entries of one collection."""

    def __init__(self, outbox: Outbox, publisher: Publisher) -> None:
        self._outbox, self._publisher = outbox, publisher
        self._notified: set[object] = set()
        self._work, self._stopping = threading.Event(), threading.Event()
        self._poll_at = 0.0
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def notify(self, key: object) -> None:
        """Let the relay publish a document's new entry now. Without a broker, a later poll finds it."""
        if self._publisher.connected:
            self._notified.add(key)
            self._work.set()

    def poll_soon(self) -> None:
        """Let the relay poll now: documents have new entries, and their ids are unknown."""
        self._poll_at = 0.0
        self._work.set()

    def close(self) -> None:
        """Publish what the relay was notified of, then stop."""
        self._stopping.set()
        self._work.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._stopping.is_set() or self._notified:
            self._work.wait(max(0.0, self._poll_at - time.monotonic()))
            self._work.clear()
            try:
                self._relay_notified()
                if time.monotonic() >= self._poll_at:  # however busy it is: other processes may have died
                    self._poll_at = time.monotonic() + POLL_INTERVAL_S
                    if self._poll():
                        self._poll_at = 0.0
            except Exception as exc:  # database or broker away: the entries stay where they are
                log_event(log, "relaying waits", level=logging.WARNING, outcome=type(exc).__name__)
                self._poll_at = time.monotonic() + POLL_INTERVAL_S

    def _relay_notified(self) -> None:
        batch = [self._notified.pop() for _ in range(min(len(self._notified), RELAY_BATCH_SIZE))]
        if self._notified:
            self._work.set()
        if batch:
            documents = self._waiting_for(batch)
            self._relay(documents)
            if len(documents) == MAX_NOTIFIED:
                self._notified.update(batch)
                self._work.set()

    def _waiting_for(self, keys: list[object]) -> list[Document]:
        waiting = {self._outbox.key: {"$in": keys}, "outbox.0": {"$exists": True}}
        found = self._outbox.committed.find(waiting, batch_size=SINGLE_BATCH)
        return list(found.sort(self._outbox.in_order).limit(MAX_NOTIFIED))

    def _poll(self) -> bool:
        """Relay some of what is overdue; return whether there may be more."""
        leased = self._lease() if self._publisher.connected else []
        if leased and not self._relay(self._with_those_before(leased)):
            released = {"$set": {"outbox_due_at": now()}}
            self._outbox.collection.update_many({"_id": {"$in": [document["_id"] for document in leased]}}, released)
            return False
        return len(leased) == RELAY_BATCH_SIZE

    def _lease(self) -> list[Document]:
        """Lease some documents whose entries are overdue; other processes leave them alone for a while.

        Three operations for all of them. The index gives those that are overdue longest first.
        """
        documents = self._outbox.collection
        overdue, lease = {"outbox_due_at": {"$lte": now()}}, new_id()
        ids = [found["_id"] for found in documents.find(overdue, {"_id": 1}).limit(RELAY_BATCH_SIZE)]
        if not ids:
            return []
        taken = {"$set": {"outbox_due_at": now() + LEASE, "outbox_lease": lease}}
        documents.update_many({"_id": {"$in": ids}, **overdue}, taken)
        leased = self._outbox.committed.find({"_id": {"$in": ids}, "outbox_lease": lease})
        return list(leased.sort(self._outbox.in_order))

    def _with_those_before(self, leased: list[Document]) -> list[Document]:
        """Return leased documents with all that have the same keys: another replica may have leased those before them.

        Publishing one twice is harmless, publishing one before another is not.
        """
        if self._outbox.key == "_id":
            return leased
        empty = [document for document in leased if not document["outbox"]]
        keys = {document[self._outbox.key] for document in leased if document["outbox"]}
        return empty + (self._waiting_for(sorted(keys)) if keys else [])

    def _relay(self, documents: list[Document]) -> bool:
        """Publish all entries of these documents, in their order; False when the broker did not take all."""
        complete = self._outbox.complete(documents)
        built = [(document, messages) for document in complete if (messages := self._messages_of(document)) is not None]
        all_messages = [message for _, messages in built for message in messages]
        try:
            for start in range(0, len(all_messages), PUBLISH_BATCH_SIZE):
                self._publisher.publish(all_messages[start : start + PUBLISH_BATCH_SIZE])
        except BrokerUnavailable:
            log_event(log, "publishing waits", level=logging.WARNING, count=len(all_messages))
            return False
        for document, _ in built:
            _log_published(document)
        published = [document for document, _ in built]
        self._clear(published)
        self._outbox.published(published)
        return True

    def _messages_of(self, document: Document) -> list[Outgoing] | None:
        """Return a document's entries as messages; None if it cannot be read: that must not hold up the others."""
        try:
            return [
                outgoing(domain_event, each.get("trace", {}))
                for each in document["outbox"]
                for domain_event in self._outbox.to_domain_events(document, each)
            ]
        except Exception:
            log.exception("cannot publish %s", document["_id"])
            return None

    def _clear(self, documents: list[Document]) -> None:
        """Remove exactly what was published. Those alike in one update; those that have changed since one by one."""
        alike: dict[tuple[int, bool], list[Document]] = {}
        for document in documents:
            alike.setdefault((document["version"], "ended_at" in document), []).append(document)
        for (version, ended), group in alike.items():
            unchanged = {"_id": {"$in": [document["_id"] for document in group]}, "version": version}
            if self._outbox.collection.update_many(unchanged, self._emptied(ended=ended)).matched_count < len(group):
                for document in group:
                    self._pull(document)

    def _emptied(self, *, ended: bool) -> Update:
        purge = {"purge_at": now() + TOMBSTONE_TTL} if ended else {}
        key: dict[str, object] = {self._outbox.key: ""} if self._outbox.key != "_id" else {}
        return {"$set": {"outbox": [], **purge}, "$unset": {"outbox_due_at": "", "outbox_lease": "", **key}}

    def _pull(self, document: Document) -> None:
        published = [each["id"] for each in document["outbox"]]
        pull: Document = {"$pull": {"outbox": {"id": {"$in": published}}}}
        self._outbox.collection.update_one({"_id": document["_id"]}, pull)


def _log_published(document: Document) -> None:
    for each in document["outbox"]:
        with tracing(from_headers(each.get("trace", {}))):
            log_event(log, "published", change=each["change"], domain_event_id=each["id"], document_id=document["_id"])


def outgoing(domain_event: DomainEvent, trace_headers: dict[str, str]) -> Outgoing:
    """Turn a domain event into a message to its publisher's exchange.

    Raises:
        ServiceFault: message.too_large
    """
    return Outgoing(
        body=checked(orjson.dumps(to_wire(domain_event))),
        exchange=exchange_of(domain_event.published_by),
        routing_key=type(domain_event).__name__,
        headers={**trace_headers},
    )
