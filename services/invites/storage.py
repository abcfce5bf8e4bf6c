"""Invitations in MongoDB: one document each.

invites  {_id, kind, sender_id, receiver_id, event_id, pair, status, refusal, generation, settled, open_key, sent_at,
          operations, version, outbox, outbox_due_at, outbox_lease, ended_at, purge_at}

`open_key` is there while a friend invitation is open, and unique: one invitation in each direction. That an event
has one open invitation for each person is the event's own rule.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from pymongo import ASCENDING, ReturnDocument, UpdateMany, UpdateOne
from pymongo.collection import Collection
from pymongo.database import Database

from services.chassis.leases import take_lease
from services.chassis.messaging import outbox
from services.chassis.mongo import (
    CONFIRMED,
    INTEGER,
    INTEGER_OR_NULL,
    SINGLE_BATCH,
    TEXT,
    TEXT_OR_NULL,
    TIME,
    Document,
    ignore_duplicate_key,
    merged,
    one_of,
    shape,
    validated,
)
from services.chassis.timely import timely
from services.contracts import invites as contract
from services.contracts.domain_events import DomainEvent
from services.contracts.ids import derive_id, new_id
from services.invites.model import ENDED_BY, SENDER_REMOVED, STATUSES, Invite, Refusal

EXPIRED_AT_ONCE = 100
"""Invitations that end together because they have waited too long: few enough for one round trip."""

_OLDEST_FIRST = [("sent_at", ASCENDING), ("_id", ASCENDING)]


INVITE = shape(
    {
        "kind": one_of("friend", "event"),
        "sender_id": TEXT,
        "receiver_id": TEXT,
        "event_id": TEXT_OR_NULL,
        "status": one_of(*STATUSES),
        "generation": INTEGER_OR_NULL,
        "sent_at": TIME,
        "version": INTEGER,
    },
    {
        "refusal": shape(dict.fromkeys(("error", "code", "message"), TEXT)),
        "settled": INTEGER,
        "pair": TEXT,
        "open_key": TEXT,
        **outbox.FIELDS,
    },
)


def prepare(database: Database[Document]) -> None:
    """Make the collection, and the indexes that the rules and the queries rely on. Idempotent."""
    invites = validated(database, "invites", INVITE)
    invites.create_index("open_key", unique=True, sparse=True)
    for person in ("receiver_id", "sender_id"):
        invites.create_index([(person, ASCENDING), ("status", ASCENDING), *_OLDEST_FIRST])
    invites.create_index([("event_id", ASCENDING), ("status", ASCENDING)])
    invites.create_index([("pair", ASCENDING), ("status", ASCENDING)], sparse=True)
    invites.create_index([("status", ASCENDING), ("sent_at", ASCENDING)])
    invites.create_index(outbox.INDEX, sparse=True)
    invites.create_index(outbox.PURGE_INDEX, sparse=True, expireAfterSeconds=0)


def outboxes(database: Database[Document]) -> list[outbox.Outbox]:
    """Return the outbox of the invitations."""

    def to_domain_events(document: Document, entry: Document) -> list[DomainEvent]:
        return _invite(document).to_domain_events(entry["id"], entry["change"])

    return [outbox.Outbox(database.invites, to_domain_events)]


class MongoInviteStore:
    """Invitations."""

    def __init__(self, database: Database[Document], relay: outbox.Relay | None = None) -> None:
        self._relay = relay or outbox.NoRelay()
        self._invites: Collection[Document] = timely(database.invites)
        self._confirmed = database.invites.with_options(read_concern=CONFIRMED)
        self._leases: Collection[Document] = database.leases

    def propose(self, invite: Invite) -> bool:
        with ignore_duplicate_key():
            self._invites.insert_one(_proposal(invite))
            return True
        return False

    def find(self, invite_id: str) -> Invite | None:
        document = self._invites.find_one({"_id": invite_id})
        return None if document is None else _invite(document)

    def find_confirmed(self, invite_id: str) -> Invite | None:
        document = self._confirmed.find_one({"_id": invite_id})
        return None if document is None else _invite(document)

    def find_open_friend_invite(self, sender_id: str, receiver_id: str) -> Invite | None:
        document = self._invites.find_one({"open_key": _open_key(sender_id, receiver_id)})
        return None if document is None else _invite(document)

    def list_proposals(self, *, sent_before: datetime) -> list[Invite]:
        found = self._invites.find({"status": "proposed", "sent_at": {"$lt": sent_before}}).limit(100)
        return [_invite(document) for document in found]

    def list_pending(self, receiver_id: str) -> list[Invite]:
        pending = {"receiver_id": receiver_id, "status": "pending"}
        found = self._invites.find(pending, batch_size=SINGLE_BATCH).sort(_OLDEST_FIRST)
        return [_invite(document) for document in found]

    def list_sent(self, sender_id: str) -> list[Invite]:
        pending = {"sender_id": sender_id, "status": "pending"}
        found = self._invites.find(pending, batch_size=SINGLE_BATCH).sort(_OLDEST_FIRST)
        return [_invite(document) for document in found]

    def list_pending_ids(self, receiver_id: str) -> list[str]:
        pending = {"receiver_id": receiver_id, "status": "pending"}
        # The index alone answers.
        found = self._invites.find(pending, {"_id": 1}, batch_size=SINGLE_BATCH).sort(_OLDEST_FIRST)
        return [document["_id"] for document in found]

    def page(self, *, after: str | None, limit: int) -> list[Invite]:
        found = self._invites.find({"_id": {"$gt": after or ""}}).sort("_id", ASCENDING).limit(limit)
        return [_invite(document) for document in found]

    def list_pending_between(self, pairs: list[tuple[str, str]]) -> list[Invite]:
        wanted = {"pair": {"$in": [_pair(one, other) for one, other in pairs]}, "status": "pending"}
        return [_invite(document) for document in self._invites.find(wanted)] if pairs else []

    def list_pending_for(self, event_ids: list[str]) -> list[Invite]:
        wanted = {"event_id": {"$in": event_ids}, "status": "pending"}
        return [_invite(document) for document in self._invites.find(wanted)] if event_ids else []

    def list_open_among(self, invite_ids: list[str]) -> list[Invite]:
        found = self._invites.find({"_id": {"$in": invite_ids}}, batch_size=SINGLE_BATCH) if invite_ids else ()
        return [invite for document in found if (invite := _invite(document)).is_open]

    def make_pending(self, invite_id: str, *, generation: int | None) -> bool:
        proposed: Document = {"_id": invite_id, "status": "proposed"}
        if generation is not None:
            proposed["settled"] = {"$not": {"$gte": generation}}
        pending: Document = {"$set": {"status": "pending", "generation": generation}, "$inc": {"version": 1}}
        update = merged(pending, outbox.add_entry(outbox.entry(derive_id(invite_id, "pending"), "pending")))
        if self._write(proposed, update) is not None:
            return True
        made = {"_id": invite_id, "status": "pending", "generation": generation}
        return self._confirmed.find_one(made, {"_id": 1}) is not None

    def drop_proposal(self, invite_id: str) -> None:
        self._invites.delete_one({"_id": invite_id, "status": "proposed"})

    def refuse(self, invite_id: str, refusal: Refusal) -> bool:
        update = _refused(invite_id, refusal)
        return self._write({"_id": invite_id, "status": "proposed"}, update) is not None

    def void(self, invite_id: str) -> None:
        self._invites.update_one({"_id": invite_id, "status": "pending"}, _void())

    def answer(
        self, invite_id: str, action: contract.Action, *, actor_id: str | None, operation_id: str
    ) -> Invite | None:
        pending = {"_id": invite_id, "status": "pending"}
        if actor_id is not None:
            pending["sender_id" if action == "cancel" else "receiver_id"] = actor_id
        published = outbox.add_entry(outbox.entry(operation_id, "answered"))
        update = merged(_ended(ENDED_BY[action], publishes=True), published, outbox.remember_operation(operation_id))
        return self._write(pending, update)

    def _write(self, wanted: Document, update: outbox.Update) -> Invite | None:
        """Do what is published: the relay gets the invitation as it is now. None when there is no such invitation."""
        document = self._invites.find_one_and_update(wanted, update, return_document=ReturnDocument.AFTER)
        if document is None:
            return None
        self._relay.hand_over(document["_id"], [document])
        return _invite(document)

    def settle_pair(self, one: str, other: str, *, through: int) -> None:
        pair = _pair(one, other)
        late = {"pair": pair, "status": "pending", "generation": {"$lte": through}}
        # In one command. Proposals come first, so that one that becomes pending meanwhile is ended after all.
        settled = UpdateMany({"pair": pair, "status": "proposed"}, {"$max": {"settled": through}})
        self._invites.bulk_write([settled, UpdateMany(late, _void())], ordered=True)

    def end_event(self, event_id: str) -> None:
        # Proposals come first, as in `settle_pair`.
        refused = UpdateMany({"event_id": event_id, "status": "proposed"}, _ended("refused", publishes=False))
        ended = UpdateMany({"event_id": event_id, "status": "pending"}, _void())
        self._invites.bulk_write([refused, ended], ordered=True)

    def end_revoked(self, invite_ids: list[str]) -> bool:
        updates = [update for invite_id in invite_ids for update in _ends_of(invite_id)]
        return bool(updates) and self._invites.bulk_write(updates).matched_count > 0

    def expire(self, *, sent_before: datetime) -> bool:
        old = {"status": "pending", "sent_at": {"$lt": sent_before}}
        found = self._invites.find(old, {"_id": 1}).sort("sent_at", ASCENDING).limit(EXPIRED_AT_ONCE)
        cancellations = [_cancellation(document["_id"], outbox.add_entry_for_poll) for document in found]
        if cancellations:
            self._invites.bulk_write(cancellations)
        return bool(cancellations)

    def take_lease(self, name: str, *, until: datetime) -> bool:
        return take_lease(self._leases, name, until=until)

    def prolong_lease(self, name: str, *, until: datetime) -> None:
        self._leases.update_one({"_id": name}, {"$set": {"until": until}})


def _open_key(sender_id: str, receiver_id: str) -> str:
    return f"{sender_id}>{receiver_id}"


def _pair(one: str, other: str) -> str:
    return "-".join(sorted((one, other)))


def _ended(status: str, *, publishes: bool) -> Document:
    fields = {"status": status, **outbox.tombstone(published=publishes)}
    return {"$set": fields, "$unset": {"open_key": ""}, "$inc": {"version": 1}}


def _void() -> Document:
    return merged(_ended("void", publishes=True), outbox.add_entry_for_poll(outbox.entry(new_id(), "void")))


def _refused(invite_id: str, refusal: Refusal) -> Document:
    refused, entry = {"$set": {"refusal": asdict(refusal)}}, outbox.entry(invite_id, "refused")
    return merged(_ended("refused", publishes=True), refused, outbox.add_entry(entry))


def _ends_of(invite_id: str) -> list[UpdateOne]:
    """End an invitation, whether it is proposed or pending. The proposal comes first, as in `settle_pair`."""
    refused = UpdateOne({"_id": invite_id, "status": "proposed"}, _refused(invite_id, SENDER_REMOVED))
    return [refused, _cancellation(invite_id, outbox.add_entry, change="revoked")]


def _cancellation(
    invite_id: str, add_entry: Callable[[Document], outbox.Update], *, change: str = "answered"
) -> UpdateOne:
    """End a pending invitation as if its sender had cancelled it: with the domain events of that."""
    entry = outbox.entry(derive_id(invite_id, "cancelled"), change)
    update = merged(_ended("cancelled", publishes=True), add_entry(entry))
    return UpdateOne({"_id": invite_id, "status": "pending"}, update)


def _proposal(invite: Invite) -> Document:
    proposal: Document = {
        "_id": invite.id,
        "kind": invite.kind,
        "sender_id": invite.sender_id,
        "receiver_id": invite.receiver_id,
        "event_id": invite.event_id,
        "status": invite.status,
        "generation": None,
        "sent_at": outbox.now(),
        "operations": [invite.id],
        "version": 1,
    }
    if invite.kind == "event":
        return proposal
    pair, open_key = _pair(invite.sender_id, invite.receiver_id), _open_key(invite.sender_id, invite.receiver_id)
    return {**proposal, "pair": pair, "open_key": open_key}


def _invite(document: Document) -> Invite:
    return Invite(
        id=document["_id"],
        kind=document["kind"],
        sender_id=document["sender_id"],
        receiver_id=document["receiver_id"],
        event_id=document["event_id"],
        status=document["status"],
        generation=document["generation"],
        operations=frozenset(document["operations"]),
        refusal=None if "refusal" not in document else Refusal(**document["refusal"]),
    )
