"""The relay: publishes what is in the outboxes of a collection, with confirms, then removes it from there.

The process that wrote hands its document over and notifies the relay, which publishes at once; any process of the
service polls for entries that are overdue. What was published is removed for many documents together, a moment later.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import orjson

from services.chassis.broker.connection import BrokerUnavailable
from services.chassis.broker.limits import checked
from services.chassis.broker.publisher import Outgoing, Publisher
from services.chassis.broker.topology import exchange_of
from services.chassis.logging import log_event
from services.chassis.messaging.outbox import LEASE, TOMBSTONE_TTL, Outbox, now
from services.chassis.mongo import SINGLE_BATCH, Document
from services.chassis.tracing import from_headers, tracing
from services.contracts.domain_events import DomainEvent, to_wire
from services.contracts.ids import new_id

log = logging.getLogger(__name__)

POLL_INTERVAL_S = 5.0
CLEAR_AFTER_S = 0.25
"""How long published entries stay in their documents, so that one update removes those of many."""
MAX_NOTIFIED = 1000
"""Documents that are read at once for the keys that the relay was notified of: a key may belong to many."""
MAX_HANDED_OVER = 1000
"""Keys whose documents a relay keeps until it is notified of them."""
HANDED_OVER_FOR_S = 1.0
"""After that what was handed over is read again: this process was paused, and others may have gone on."""
MAX_KNOWN = 10_000
"""Keys of which a relay knows up to which place they are published."""
RELAY_BATCH_SIZE = 64
"""Documents relayed together: few enough for a lease to last, many enough to share a round trip."""
PUBLISH_BATCH_SIZE = 128
"""Messages published together: few enough for a slow broker to confirm in time, though ten thousand may wait."""
MANY_ENTRIES = 100
"""Entries of a document that are removed by an update of its own: the common one compares each with each."""


class HandedOver:
    """What was handed over of a key, until the relay takes it."""

    def __init__(self) -> None:
        self._taken_at = time.monotonic()
        self._documents: dict[object, Document] = {}
        self._has_more = False

    def add(self, documents: list[Document] | None) -> None:
        """Take documents, the newest state of each; None when more may wait."""
        self._has_more |= documents is None
        for document in () if self._has_more else documents or ():
            known = self._documents.get(document["_id"])
            if known is None or known["version"] < document["version"]:
                self._documents[document["_id"]] = document

    def documents(self) -> list[Document] | None:
        """Return all that waits under the key, in order; None when that is not known."""
        is_old = time.monotonic() - self._taken_at > HANDED_OVER_FOR_S
        return None if self._has_more or is_old or not self._documents else list(self._documents.values())


class OutboxRelay:
    """Publishes the entries of one collection."""

    def __init__(self, outbox: Outbox, publisher: Publisher) -> None:
        self._outbox, self._publisher = outbox, publisher
        self._notified: set[object] = set()
        self._handed_over: OrderedDict[object, HandedOver] = OrderedDict()
        self._last_published: OrderedDict[object, int] = OrderedDict()
        self._published: dict[object, Document] = {}
        self._work, self._stopping = threading.Event(), threading.Event()
        self._poll_at, self._clear_at = 0.0, float("inf")
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def hand_over(self, key: object, documents: list[Document] | None) -> None:
        """Take all that waits under a key. See `services.chassis.messaging.outbox.Relay`.

        Without a broker nothing is kept: nobody will be notified of it, and it may become much.
        """
        if not self._publisher.connected:
            self._handed_over.pop(key, None)
            return
        self._handed_over.setdefault(key, HandedOver()).add(documents)
        _bound(self._handed_over, MAX_HANDED_OVER)

    def last_published(self, key: object) -> int:
        """Return the place up to which this process knows all of a key to be published; 0 when it does not know."""
        return self._last_published.get(key, 0)

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
        while not self._stopping.is_set() or self._notified or self._published:
            self._work.wait(max(0.0, min(self._poll_at, self._clear_at) - time.monotonic()))
            self._work.clear()
            try:
                self._work_once()
            except Exception as exc:  # database or broker away: the entries stay where they are
                self._published.clear()
                log_event(log, "relaying waits", level=logging.WARNING, outcome=type(exc).__name__)
                self._poll_at, self._clear_at = time.monotonic() + POLL_INTERVAL_S, float("inf")

    def _work_once(self) -> None:
        self._relay_notified()
        if self._stopping.is_set() or time.monotonic() >= self._clear_at or len(self._published) >= RELAY_BATCH_SIZE:
            self._clear()
        if time.monotonic() >= self._poll_at:  # however busy it is: other processes may have died
            self._poll_at = time.monotonic() + POLL_INTERVAL_S
            if self._poll():
                self._poll_at = 0.0

    def _relay_notified(self) -> None:
        batch = [self._notified.pop() for _ in range(min(len(self._notified), RELAY_BATCH_SIZE))]
        if self._notified:
            self._work.set()
        handed_over = {key: self._handed_over.pop(key, HandedOver()).documents() for key in batch}
        unknown = [key for key, documents in handed_over.items() if documents is None]
        found = self._waiting_for(unknown) if unknown else []
        known = [document for documents in handed_over.values() for document in documents or ()]
        is_taken = bool(batch) and self._relay(known + found)
        if is_taken and len(found) == MAX_NOTIFIED:
            self._notified.update(unknown)
            self._work.set()

    def _waiting_for(self, keys: list[object]) -> list[Document]:
        waiting = {self._outbox.key: {"$in": keys}, "outbox.0": {"$exists": True}}
        found = self._outbox.committed.find(waiting, batch_size=SINGLE_BATCH)
        return list(found.sort(self._outbox.in_order).limit(MAX_NOTIFIED))

    def _poll(self) -> bool:
        """Relay some of what is overdue; return whether there may be more."""
        leased, has_more = self._lease() if self._publisher.connected else ([], False)
        if leased and not self._relay(self._with_those_before(leased)):
            released = {"$set": {"outbox_due_at": now()}}
            self._outbox.collection.update_many({"_id": {"$in": [document["_id"] for document in leased]}}, released)
            return False
        if leased:
            self._clear()
        return has_more

    def _lease(self) -> tuple[list[Document], bool]:
        """Lease some documents whose entries are overdue; other processes leave them alone for a while.

        Three operations for all of them. The index gives those that are overdue longest first. Returns also whether
        there may be more: as many were found as were asked for, whichever process was quicker to lease them.
        """
        documents = self._outbox.collection
        overdue, lease = {"outbox_due_at": {"$lte": now()}}, new_id()
        ids = [found["_id"] for found in documents.find(overdue, {"_id": 1}).limit(RELAY_BATCH_SIZE)]
        if not ids:
            return [], False
        taken = {"$set": {"outbox_due_at": now() + LEASE, "outbox_lease": lease}}
        documents.update_many({"_id": {"$in": ids}, **overdue}, taken)
        leased = self._outbox.committed.find({"_id": {"$in": ids}, "outbox_lease": lease})
        return list(leased.sort(self._outbox.in_order)), len(ids) == RELAY_BATCH_SIZE

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
        complete = self._outbox.complete([self._without_published(document) for document in documents])
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
        self._keep_published(document for document, _ in built)
        return True

    def _without_published(self, document: Document) -> Document:
        """Return a document without the entries that were published, and are still to be removed."""
        published = self._published.get(document["_id"])
        if published is None:
            return document
        done = {each["id"] for each in published["outbox"]}
        return {**document, "outbox": [each for each in document["outbox"] if each["id"] not in done]}

    def _keep_published(self, documents: Iterable[Document]) -> None:
        """Keep what was published until it is removed from the database."""
        for document in documents:
            earlier = self._published.get(document["_id"], {"outbox": []})["outbox"]
            self._published[document["_id"]] = {**document, "outbox": [*earlier, *document["outbox"]]}
            self._note_place(document)
        self._clear_at = min(self._clear_at, time.monotonic() + CLEAR_AFTER_S)

    def _note_place(self, document: Document) -> None:
        """Note up to which place a key is published. What is read or handed over is all that waits there, in order."""
        key = document.get(self._outbox.key)
        if self._outbox.key != "_id" and key is not None:
            self._last_published[key] = max(document[self._outbox.order], self.last_published(key))
            self._last_published.move_to_end(key)
            _bound(self._last_published, MAX_KNOWN)

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

    def _clear(self) -> None:
        """Remove exactly what was published: with one update, but for documents with very many entries."""
        documents, self._clear_at = list(self._published.values()), float("inf")
        few = [document for document in documents if len(document["outbox"]) <= MANY_ENTRIES]
        for start in range(0, len(few), RELAY_BATCH_SIZE):
            self._remove_entries(few[start : start + RELAY_BATCH_SIZE])
        for document in documents:
            if len(document["outbox"]) > MANY_ENTRIES:
                self._pull(document)
        self._published.clear()
        if documents:
            self._outbox.published(documents)

    def _remove_entries(self, documents: list[Document]) -> None:
        published = [f"{document['_id']}.{each['id']}" for document in documents for each in document["outbox"]]
        self._outbox.cleared.update_many(
            {"_id": {"$in": [document["_id"] for document in documents]}}, self._removing(published)
        )

    def _removing(self, published: list[str]) -> list[Document]:
        """Build the update that removes entries, and with the last one of a document what it has for the relay.

        published: `<document>.<entry>`, since an update of many documents leaves the same entry in each.
        """
        name = {"$concat": ["$_id", ".", "$$this.id"]}
        rest = {"$filter": {"input": "$outbox", "cond": {"$not": [{"$in": [name, published]}]}}}
        fields = {"outbox_due_at", "outbox_lease", *({self._outbox.key} - {"_id"})}
        is_empty = {"$eq": ["$outbox", []]}
        is_over = {"$and": [is_empty, {"$gt": ["$ended_at", None]}]}
        last = {**self._outbox.ended, "purge_at": now() + TOMBSTONE_TTL}
        emptied = {field: {"$cond": [is_empty, "$$REMOVE", f"${field}"]} for field in fields}
        ended = {field: {"$cond": [is_over, {"$literal": value}, f"${field}"]} for field, value in last.items()}
        return [{"$set": {"outbox": rest}}, {"$set": {**emptied, **ended}}]

    def _pull(self, document: Document) -> None:
        """Remove the entries of one document. A poll finds that there are none any more."""
        published = [each["id"] for each in document["outbox"]]
        pull: Document = {"$pull": {"outbox": {"id": {"$in": published}}}}
        self._outbox.cleared.update_one({"_id": document["_id"]}, pull)


def _bound(memory: OrderedDict[object, Any], limit: int) -> None:
    while len(memory) > limit:
        memory.popitem(last=False)


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
