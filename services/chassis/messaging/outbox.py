"""The outbox inside the document whose update is the commit, and the relay that publishes it.

A write that is to be published pushes a small entry (id, what has changed) into `outbox` of the document that it
changes, in the same update. The relay publishes the document's state as domain events, with confirms, then removes
exactly the entries that it has published. The process that wrote does so at once; any process of the service polls for
entries that are overdue. So a crash between the two delays a domain event, and may publish it twice, but never loses
it. The relay is in `relay.py`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import orjson
from pymongo import ASCENDING
from pymongo.collection import Collection

from services.chassis.mongo import COMMITTED, INTEGER, REPEATABLE, SINGLE_BATCH, TEXT, TIME, Document, array_of, shape
from services.chassis.rpc import repeats
from services.chassis.tracing import current_headers
from services.contracts.domain_events import DomainEvent, to_wire
from services.contracts.errors import Code, Conflict
from services.contracts.ids import derive_id
from services.contracts.rpc import StatePage, Wire

OVERDUE_AFTER = timedelta(seconds=5)
"""An entry this old was not published by the process that wrote it; any process may."""
LEASE = timedelta(seconds=10)
"""How long a process that polls has a document for itself."""
PAGE_SIZE = 100
"""Documents in a page of `list_state`."""
PAGE_BYTES = 4 * 1024 * 1024
"""Of the states in such a page; the first one is in it however large it is."""
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


class Relay(Protocol):
    """What a store needs of the relay of its collection (`services.chassis.messaging.relay.OutboxRelay`)."""

    def hand_over(self, key: object, documents: list[Document] | None) -> None:
        """Take all that waits under a key as a write has left it, so that it need not be read again.

        The write must be one that a majority has acknowledged. It is published when the relay is notified of the key.
        documents: in their order; None when more may wait than this process has seen: then they are read.
        """

    def last_published(self, key: object) -> int:
        """Return the place up to which this process knows all of a key to be published; 0 when it does not know."""


class NoRelay:
    """Of a store whose documents nobody publishes, or which are read for that."""

    def hand_over(self, key: object, documents: list[Document] | None) -> None:
        """Keep nothing."""

    def last_published(self, key: object) -> int:
        """Return that nothing is known."""
        return 0


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
    complete: adds to documents what `to_domain_events` needs from elsewhere, with one query for all.
    published: is told of documents whose entries were published and removed.
    ended: what fields of a tombstone become when its end has been published, since nobody needs what they were.
    """

    collection: Collection[Document]
    to_domain_events: Callable[[Document, Document], list[DomainEvent]]
    key: str = "_id"
    order: str = "_id"
    complete: Callable[[list[Document]], list[Document]] = list
    published: Callable[[list[Document]], object] = list
    ended: Document = field(default_factory=dict)

    @property
    def committed(self) -> Collection[Document]:
        """The collection as it is read for publishing: nothing is published that an election could take back."""
        return self.collection.with_options(read_concern=COMMITTED)

    @property
    def cleared(self) -> Collection[Document]:
        """The collection as published entries are removed from it: what comes back is published again, and removed."""
        return self.collection.with_options(write_concern=REPEATABLE)

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
