"""Invitations in MongoDB: one document each.

invites  {_id, kind, sender_id, receiver_id, event_id, pair, status, generation, settled, open_key, sent_at,
          operations, version, outbox, outbox_due_at, outbox_lease, ended_at, purge_at}

`open_key` is there while a friend invitation is open, and unique: one invitation in each direction. That an event
has one open invitation for each person is the event's own rule.
"""

from datetime import datetime

from pymongo import ASCENDING, ReturnDocument
from pymongo.collection import Collection
from pymongo.database import Database

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
from services.contracts import invites as contract
from services.contracts.domain_events import DomainEvent
from services.contracts.ids import derive_id, new_id
from services.invites.model import ENDED_BY, STATUSES, Invite

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
    {"settled": INTEGER, "pair": TEXT, "open_key": TEXT, **outbox.FIELDS},
)


def prepare(database: Database[Document]) -> None:
    """Make the collection, and the indexes that the rules and the queries rely on. Idempotent."""
    invites = validated(database, "invites", INVITE)
    invites.create_index("open_key", unique=True, sparse=True)
    invites.create_index([("receiver_id", ASCENDING), ("status", ASCENDING), *_OLDEST_FIRST])
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

    def __init__(self, database: Database[Document]) -> None:
        self._invites: Collection[Document] = database.invites
        self._confirmed = database.invites.with_options(read_concern=CONFIRMED)

    def propose(self, invite: Invite) -> bool:
        """Store an invitation that is still to be checked, invisible until then.

        False when it is there already (a repeat), or another of the same direction is open.
        """
        with ignore_duplicate_key():
            self._invites.insert_one(_proposal(invite))
            return True
        return False

    def find(self, invite_id: str) -> Invite | None:
        """Return an invitation, whatever has become of it."""
        document = self._invites.find_one({"_id": invite_id})
        return None if document is None else _invite(document)

    def find_confirmed(self, invite_id: str) -> Invite | None:
        """Return an invitation once no election can take back what is found."""
        document = self._confirmed.find_one({"_id": invite_id})
        return None if document is None else _invite(document)

    def find_open_friend_invite(self, sender_id: str, receiver_id: str) -> Invite | None:
        """Return the open friend invitation of this direction."""
        document = self._invites.find_one({"open_key": _open_key(sender_id, receiver_id)})
        return None if document is None else _invite(document)

    def list_proposals(self, *, sent_before: datetime) -> list[Invite]:
        """Return invitations whose check was begun before that time and not finished."""
        found = self._invites.find({"status": "proposed", "sent_at": {"$lt": sent_before}}).limit(100)
        return [_invite(document) for document in found]

    def list_pending(self, receiver_id: str) -> list[Invite]:
        """Return the invitations that wait for somebody's answer, oldest first."""
        waiting = {"receiver_id": receiver_id, "status": "pending"}
        found = self._invites.find(waiting, batch_size=SINGLE_BATCH).sort(_OLDEST_FIRST)
        return [_invite(document) for document in found]

    def list_pending_ids(self, receiver_id: str) -> list[str]:
        """Return the ids of these invitations. The index alone answers."""
        waiting = {"receiver_id": receiver_id, "status": "pending"}
        found = self._invites.find(waiting, {"_id": 1}, batch_size=SINGLE_BATCH).sort(_OLDEST_FIRST)
        return [document["_id"] for document in found]

    def list_pending_between(self, pairs: list[tuple[str, str]]) -> list[Invite]:
        """Return the friend invitations that wait between the two of any of these pairs. One query."""
        wanted = {"pair": {"$in": [_pair(one, other) for one, other in pairs]}, "status": "pending"}
        return [_invite(document) for document in self._invites.find(wanted)] if pairs else []

    def list_pending_for(self, event_ids: list[str]) -> list[Invite]:
        """Return the invitations that wait for an answer to any of these events. One query."""
        wanted = {"event_id": {"$in": event_ids}, "status": "pending"}
        return [_invite(document) for document in self._invites.find(wanted)] if event_ids else []

    def make_pending(self, invite_id: str, *, generation: int | None) -> bool:
        """Show a proposal to its receiver, unless what has happened meanwhile settled it. Atomic, idempotent.

        generation: of the friendship, as the check saw it. False when the invitation is not open (any more).
        """
        proposed: Document = {"_id": invite_id, "status": "proposed"}
        if generation is not None:
            proposed["settled"] = {"$not": {"$gte": generation}}
        pending: Document = {"$set": {"status": "pending", "generation": generation}, "$inc": {"version": 1}}
        update = merged(pending, outbox.add_entry(outbox.entry(derive_id(invite_id, "shown"), "shown")))
        if self._invites.update_one(proposed, update).matched_count:
            return True
        shown = {"_id": invite_id, "status": "pending", "generation": generation}
        return self._invites.find_one(shown, {"_id": 1}) is not None

    def drop_proposal(self, invite_id: str) -> None:
        """Forget a proposal that leads to nothing, and that nobody else knows of."""
        self._invites.delete_one({"_id": invite_id, "status": "proposed"})

    def refuse(self, invite_id: str) -> bool:
        """End a proposal that the check has refused, and announce it, so that a permission to join is withdrawn.

        Atomic. False when it is no proposal (any more).
        """
        update = merged(_ended("refused", to_domain_event=True), outbox.add_entry(outbox.entry(invite_id, "refused")))
        return self._invites.update_one({"_id": invite_id, "status": "proposed"}, update).matched_count == 1

    def void(self, invite_id: str) -> None:
        """End a waiting invitation that has become pointless."""
        self._invites.update_one({"_id": invite_id, "status": "pending"}, _void())

    def answer(self, invite_id: str, action: contract.Action, *, actor_id: str, operation_id: str) -> Invite | None:
        """Settle a waiting invitation, if it is for the actor to do so. Atomic; of two answers at once one wins."""
        role = "sender_id" if action == "cancel" else "receiver_id"
        waiting = {"_id": invite_id, "status": "pending", role: actor_id}
        told = outbox.add_entry(outbox.entry(operation_id, "answered"))
        update = merged(_ended(ENDED_BY[action], to_domain_event=True), told, outbox.remember_operation(operation_id))
        document = self._invites.find_one_and_update(waiting, update, return_document=ReturnDocument.AFTER)
        return None if document is None else _invite(document)

    def settle_pair(self, one: str, other: str, *, through: int) -> None:
        """End what a pair has invited each other to up to that generation; proposals remember it.

        Idempotent, and right in any order: only numbers decide. Proposals come first, so that one that is shown
        meanwhile is ended after all.
        """
        pair = _pair(one, other)
        self._invites.update_many({"pair": pair, "status": "proposed"}, {"$max": {"settled": through}})
        late = {"pair": pair, "status": "pending", "generation": {"$lte": through}}
        self._invites.update_many(late, _void())

    def end_event(self, event_id: str) -> None:
        """End all invitations to an event that is gone. Idempotent. Proposals come first, as above."""
        self._invites.update_many(
            {"event_id": event_id, "status": "proposed"}, _ended("refused", to_domain_event=False)
        )
        self._invites.update_many({"event_id": event_id, "status": "pending"}, _void())


def _open_key(sender_id: str, receiver_id: str) -> str:
    return f"{sender_id}>{receiver_id}"


def _pair(one: str, other: str) -> str:
    return "-".join(sorted((one, other)))


def _ended(status: str, *, to_domain_event: bool) -> Document:
    fields = {"status": status, **outbox.tombstone(published=to_domain_event)}
    return {"$set": fields, "$unset": {"open_key": ""}, "$inc": {"version": 1}}


def _void() -> Document:
    return merged(_ended("void", to_domain_event=True), outbox.add_entry_for_poll(outbox.entry(new_id(), "void")))


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
    )
