"""Events in MongoDB: one document an event, its members and open invitations inside.

events  {_id, kind, owner_id, name, is_private, starts_at, ends_at, all_day, time_zone, recurrence, address,
         description, icon, series, span, since, until,
         members: [{id, user_id, rights: [..]}], invited: [{invite_id, user_id, sender_id, revoked}],
         used_invite_ids, places, former_member_ids, last_departure, deleted, version, operations, operated_at,
         outbox, outbox_due_at, outbox_lease, ended_at, purge_at}

`starts_at`, `ends_at`, `since` and `until` are wall-clock texts (`YYYY-MM-DDTHH:MM`), which sort as time does. `span`
is how long an event takes at most: absent up to a day, then a week, a quarter, a year; or `series` for an event that
repeats. That one has in `series` what `services.events.time.series` says of it, and takes place between `since` and
`until`. `used_invite_ids` are the invitations that somebody has joined by, or that have ended: none of them opens
again. No read fetches these, nor `former_member_ids`.
"""

from dataclasses import replace
from datetime import timedelta
from typing import cast

from pymongo import ASCENDING, ReturnDocument
from pymongo.collection import Collection
from pymongo.database import Database

from services.chassis.messaging import outbox
from services.chassis.mongo import (
    CONFIRMED,
    FLAG,
    INTEGER,
    OBJECT,
    SINGLE_BATCH,
    TEXT,
    TEXT_OR_NULL,
    Document,
    array_of,
    drop_index,
    ignore_duplicate_key,
    merged,
    one_of,
    shape,
    validated,
)
from services.chassis.timely import timely
from services.contracts.domain_events import DomainEvent
from services.contracts.events import DETAILS, EventDetails, Kind
from services.events import model
from services.events.model import (
    MAX_PLACES,
    OCCURRENCE,
    RIGHTS,
    USED_INVITATIONS,
    Candidate,
    Change,
    Event,
    Member,
    OpenInvitation,
)
from services.events.plan import Plan
from services.events.time.clock import DAY, Days, format_wall_clock
from services.events.time.series import SPANS, bounds_of, span_of

FORMER_MEMBERS = USED_INVITATIONS
"""How many memberships that ended an event records, so that a repeated removal finds the event: not fewer than can end
while the removal itself is still recorded, and for as long as a key is good."""

SERIES = "series"
"""The span of an event that repeats."""

_BY_TIME = [("starts_at", ASCENDING), ("_id", ASCENDING)]
_PATTERN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$"
_WALL_CLOCK = {"bsonType": "string", "pattern": _PATTERN}
_WALL_CLOCK_OR_NULL = {"bsonType": ["string", "null"], "pattern": _PATTERN}


EVENT = shape(
    {
        "kind": one_of("single", "group"),
        **dict.fromkeys(("owner_id", "name", "address", "description", "icon"), TEXT),
        "is_private": FLAG,
        "starts_at": _WALL_CLOCK,
        "members": array_of(shape({"id": TEXT, "user_id": TEXT, "rights": array_of(one_of(*RIGHTS))})),
        "invited": array_of(shape({"invite_id": TEXT, "user_id": TEXT}, {"sender_id": TEXT, "revoked": FLAG})),
        "places": INTEGER,
        "deleted": FLAG,
        "version": INTEGER,
    },
    {
        "ends_at": _WALL_CLOCK_OR_NULL,
        "all_day": FLAG,
        **dict.fromkeys(("time_zone", "recurrence"), TEXT_OR_NULL),
        "series": OBJECT,
        "span": one_of("week", "quarter", "year", SERIES),
        **dict.fromkeys(("since", "until"), _WALL_CLOCK),
        "used_invite_ids": array_of(TEXT),
        "former_member_ids": array_of(TEXT),
        "last_departure": outbox.ENTRY,
        **outbox.FIELDS,
    },
)


def prepare(database: Database[Document]) -> None:
    """Make the collection, and the indexes that the queries rely on. Idempotent."""
    events = validated(database, "events", EVENT)
    events.create_index([("members.user_id", ASCENDING), *_BY_TIME, ("kind", ASCENDING)])
    drop_index(events, "members.user_id_1_starts_at_1__id_1")  # of 0.1.0, without the kind
    for fields in (("span", "starts_at"), ("until", "since")):
        members_and_time = [(name, ASCENDING) for name in ("members.user_id", *fields)]
        events.create_index(members_and_time, partialFilterExpression={fields[0]: {"$exists": True}})
    events.create_index("members.id")
    events.create_index("former_member_ids", sparse=True)
    events.create_index("invited.invite_id", sparse=True)
    events.create_index(outbox.INDEX, sparse=True)
    events.create_index(outbox.PURGE_INDEX, sparse=True, expireAfterSeconds=0)


def outboxes(database: Database[Document]) -> list[outbox.Outbox]:
    """Return the outbox of the events."""

    def to_domain_events(document: Document, entry: Document) -> list[DomainEvent]:
        state = _event({**document, "outbox": ()})  # the entries are many, and each is built by itself
        return state.to_domain_events(_change(entry))

    return [outbox.Outbox(database.events, to_domain_events)]


class MongoEventStore:
    """Events."""

    def __init__(self, database: Database[Document], relay: outbox.Relay | None = None) -> None:
        self._relay = relay or outbox.NoRelay()
        self._events: Collection[Document] = timely(database.events)
        self._confirmed = database.events.with_options(read_concern=CONFIRMED)

    def insert(self, event: Event, *, operation_id: str) -> bool:
        created = outbox.new_outbox(operation_id, outbox.entry(operation_id, "created"))
        with ignore_duplicate_key():
            document = {**_document(event), **created}
            self._events.insert_one(document)
            self._relay.hand_over(document["_id"], [document])
            return True
        return False

    def find(self, event_id: str) -> Event | None:
        event = self.find_any(event_id)
        return None if event is None or event.deleted else event

    def find_any(self, event_id: str) -> Event | None:
        document = self._events.find_one({"_id": event_id}, _EVENT_FIELDS)
        return None if document is None else _event(document)

    def find_confirmed(self, event_id: str) -> Event | None:
        document = self._confirmed.find_one({"_id": event_id}, _EVENT_FIELDS)
        return None if document is None else _event(document)

    def find_by_member(self, member_id: str) -> Event | None:
        document = self._events.find_one({"members.id": member_id}, _EVENT_FIELDS)
        return None if document is None else _event(document)

    def find_by_former_member(self, member_id: str) -> Event | None:
        document = self._events.find_one({"former_member_ids": member_id}, _EVENT_FIELDS)
        return None if document is None else _event(document)

    def list_overlapping(self, user_id: str, days: Days) -> list[Plan]:
        # Each alternative is one range of one index. It names the user, else the planner takes one index for all.
        spans: list[Document] = [{"span": span, "starts_at": _within(days, SPANS[span])} for span in SPANS]
        alternatives = [{"starts_at": _within(days, DAY)}, *spans, _going_on(days)]
        wanted = {"$or": [{"members.user_id": user_id, **alternative} for alternative in alternatives]}
        return [_plan(document) for document in self._events.find(wanted, _PLAN_FIELDS, batch_size=SINGLE_BATCH)]

    def list_ids(self, user_id: str) -> list[tuple[str, Kind]]:
        # The index alone answers.
        found = self._events.find({"members.user_id": user_id}, {"kind": 1}, batch_size=SINGLE_BATCH).sort(_BY_TIME)
        return [(document["_id"], document["kind"]) for document in found]

    def list_candidates(self, user_id: str, *, viewer_id: str) -> list[Candidate]:
        is_invited = {"invited": {"$elemMatch": {"user_id": viewer_id, "revoked": {"$ne": True}}}}
        takes_part = [{"members.user_id": viewer_id}, is_invited]
        not_revoked = {"$filter": {"input": "$invited", "cond": {"$ne": ["$$this.revoked", True]}}}
        invited_ids = {"$map": {"input": not_revoked, "in": "$$this.user_id"}}
        is_among = [{"$in": [viewer_id, user_ids]} for user_ids in ("$members.user_id", invited_ids)]
        pipeline: list[Document] = [
            {"$match": {"members.user_id": user_id, "$or": [*takes_part, {"is_private": False}]}},
            {"$sort": dict(_BY_TIME)},
            {"$project": {"owner_id": 1, "open": {"$or": is_among}}},
        ]
        found = self._events.aggregate(pipeline, batchSize=SINGLE_BATCH)
        return [Candidate(id=one["_id"], owner_id=one["owner_id"], open=one["open"]) for one in found]

    def change(
        self,
        event_id: str,
        changes: EventDetails,
        *,
        actor_id: str,
        kind: Kind | None,
        versions: list[int] | None,
        operation_id: str,
    ) -> bool:
        if not changes:
            return False
        happens_once = {"series": {"$exists": False}}
        may = {"$elemMatch": {"user_id": actor_id, "rights": "can_change_event"}}
        differs = {"$or": [{name: {"$ne": value}} for name, value in changes.items()]}
        has_not_done = outbox.has_not_done(operation_id)
        wanted: Document = {"_id": event_id, "members": may, "$and": [differs, has_not_done], **happens_once}
        if kind is not None:
            wanted["kind"] = kind
        if versions is not None:
            wanted["version"] = {"$in": versions}
        update = merged(
            {"$set": changes},
            {"$inc": {"version": 1}},
            outbox.add_entry(outbox.entry(operation_id, "changed")),
            outbox.remember_operation(operation_id),
        )
        return self._write(wanted, update) is not None

    def open_invitation(self, event_id: str, invitation: OpenInvitation, *, sender_id: str) -> bool:
        sender_may = {"members": {"$elemMatch": {"user_id": sender_id, "rights": "can_invite_user"}}}
        receiver = invitation.user_id
        receiver_is_new = {"members.user_id": {"$ne": receiver}, "invited.user_id": {"$ne": receiver}}
        has_room = {"places": {"$lt": MAX_PLACES}}
        alive = {"_id": event_id, "kind": "group", "deleted": False}
        opened = _invitation_document(replace(invitation, sender_id=sender_id))
        update: Document = {"$push": {"invited": opened}, "$inc": {"places": 1}}
        unused = {"used_invite_ids": {"$ne": invitation.invite_id}}
        wanted = {**alive, **sender_may, **receiver_is_new, **has_room, **unused}
        return self._events.update_one(wanted, update).matched_count == 1

    def revoke_invitation(self, event_id: str, invite_id: str, *, owner_id: str) -> bool:
        wanted = {"_id": event_id, "owner_id": owner_id, "deleted": False, "invited.invite_id": invite_id}
        return self._events.update_one(wanted, {"$set": {"invited.$.revoked": True}}).matched_count == 1

    def withdraw_invitation(self, event_id: str, invite_id: str) -> bool:
        open_or_unused = [{"invited.invite_id": invite_id}, {"used_invite_ids": {"$ne": invite_id}}]
        wanted = {"_id": event_id, "deleted": False, "$or": open_or_unused}
        return self._events.update_one(wanted, _withdrawal(invite_id)).matched_count == 1

    def has_used_invitation(self, event_id: str, invite_id: str) -> bool:
        used = {"_id": event_id, "used_invite_ids": invite_id}
        return self._confirmed.find_one(used, {"_id": 1}) is not None

    def page(self, *, after: str | None, limit: int) -> list[Event]:
        found = self._events.find({"_id": {"$gt": after or ""}}, _EVENT_FIELDS).sort("_id", ASCENDING).limit(limit)
        return [_event(document) for document in found]

    def list_open_invite_ids(self, invite_ids: list[str]) -> set[str]:
        found = self._events.find({"invited.invite_id": {"$in": invite_ids}}, {"invited.invite_id": 1})
        invited = {invitation["invite_id"] for document in found for invitation in document["invited"]}
        return invited & set(invite_ids)

    def join(self, event_id: str, *, invite_id: str, member: Member, operation_id: str) -> Event | None:
        entering: Document = {
            "$pull": {"invited": {"invite_id": invite_id}},
            "$push": {
                "members": _member_document(member),
                "used_invite_ids": {"$each": [invite_id], "$slice": -USED_INVITATIONS},
            },
            "$inc": {"version": 1},
        }
        entry = outbox.entry(operation_id, "joined", affected_member_ids=[member.id])
        update = merged(entering, outbox.add_entry(entry), outbox.remember_operation(operation_id))
        is_open = {"_id": event_id, "invited.invite_id": invite_id, "used_invite_ids": {"$ne": invite_id}}
        return self._write(is_open, update)

    def replace_membership(self, before: Event, after: Event, *, operation_id: str) -> Event | None:
        change = model.change_between(before, after, domain_event_id=outbox.domain_event_id(operation_id))
        entry = outbox.entry(
            operation_id,
            change.kind,
            removed_members=[{"id": member.id, "user_id": member.user_id} for member in change.removed_members],
            affected_member_ids=list(change.affected_member_ids),
        )
        update = merged(
            _membership_update(before, after),
            _departure_update(change, entry) if change.removed_members else {},
            {"$set": {"invited.$[sent].revoked": True}} if after.removed_user_id else {},
            outbox.add_entry(entry),
            outbox.remember_operation(operation_id),
        )
        sent = [{"sent.sender_id": after.removed_user_id}] if after.removed_user_id else None
        return self._write({"_id": before.id, "version": before.version}, update, array_filters=sent)

    def replace_plan(self, before: Event, after: Event, *, operation_id: str) -> Event | None:
        occurrence = after.changed_occurrence
        entry = (
            outbox.entry(operation_id, "changed")
            if occurrence is None
            else outbox.entry(operation_id, OCCURRENCE, occurrence=occurrence)
        )
        update = merged(
            _plan_update(after),
            {"$inc": {"version": 1}},
            outbox.add_entry(entry),
            outbox.remember_operation(operation_id),
        )
        return self._write({"_id": before.id, "version": before.version}, update)

    def _write(
        self, wanted: Document, update: outbox.Update, *, array_filters: list[Document] | None = None
    ) -> Event | None:
        """Do what is published: the relay gets the event as it is now. None when there is no such event."""
        document = self._events.find_one_and_update(
            wanted, update, _EVENT_FIELDS, array_filters=array_filters, return_document=ReturnDocument.AFTER
        )
        if document is None:
            return None
        self._relay.hand_over(document["_id"], [document])
        return _event(document)


def _withdrawal(invite_id: str) -> list[Document]:
    """Build the update that takes a permission to join away, if it is there, and remembers that it has ended."""
    left = {"$filter": {"input": "$invited", "cond": {"$ne": ["$$this.invite_id", invite_id]}}}
    used = {"$filter": {"input": {"$ifNull": ["$used_invite_ids", []]}, "cond": {"$ne": ["$$this", invite_id]}}}
    freed = {"$subtract": [{"$size": "$invited"}, {"$size": left}]}
    latest = {"$slice": [{"$concatArrays": [used, [invite_id]]}, -USED_INVITATIONS]}
    return [{"$set": {"invited": left, "places": {"$subtract": ["$places", freed]}, "used_invite_ids": latest}}]


def _membership_update(before: Event, after: Event) -> outbox.Update:
    fields = _document(after)
    changed: outbox.Update = {
        "$set": {name: fields[name] for name in ("owner_id", "members")},
        "$inc": {"version": 1, "places": len(after.members) - len(before.members)},
    }
    if not after.deleted:
        return changed
    ended = {"deleted": fields["deleted"], "invited": fields["invited"], **outbox.tombstone(published=True)}
    return merged(changed, {"$set": ended}, _plan_update(after))


def _plan_update(after: Event) -> outbox.Update:
    fields = _plan_document(after)
    return {"$set": fields, "$unset": {name: "" for name in _PLACEMENT if name not in fields}}


def _departure_update(change: Change, entry: Document) -> outbox.Update:
    removed_ids = [member.id for member in change.removed_members]
    return {
        "$set": {"last_departure": entry},
        "$push": {"former_member_ids": {"$each": removed_ids, "$slice": -FORMER_MEMBERS}},
    }


_EVENT_FIELDS = {"used_invite_ids": 0, "former_member_ids": 0}
_PLAN_FIELDS = dict.fromkeys(("kind", *DETAILS, "series"), 1)
_PLACEMENT = ("series", "span", "since", "until")
"""Fields that an event may have, by which it is found in time."""


LATER_DETAILS: EventDetails = {"ends_at": None, "all_day": False, "time_zone": None, "recurrence": None}
"""What an event has that was stored before a detail was added: a later detail is named here with its default."""


def _details(document: Document) -> EventDetails:
    stored = {name: document[name] for name in DETAILS if name in document}
    return cast(EventDetails, {**LATER_DETAILS, **stored})


def _within(days: Days, longest: timedelta) -> Document:
    """Build the condition that something begins in time to take place on some days. longest: that it may take."""
    begin, end = map(format_wall_clock, days.wall_clocks(longest))
    return {"$gte": begin, "$lte": end}


def _going_on(days: Days) -> Document:
    """Build the condition that a series goes on on some days."""
    begin, end = map(format_wall_clock, days.wall_clocks())
    return {"until": {"$gt": begin}, "since": {"$lte": end}}


def _plan(document: Document) -> Plan:
    return Plan(id=document["_id"], kind=document["kind"], details=_details(document), rest=document.get("series"))


def _plan_document(plan: Plan) -> Document:
    if plan.rest is None:
        span = span_of(plan.details)
        return {**plan.details, **({} if span is None else {"span": span})}
    since, until = bounds_of(plan.series)
    return {**plan.details, "series": dict(plan.rest), "span": SERIES, "since": since, "until": until}


def _change(entry: Document) -> Change:
    removed = entry.get("removed_members", ())
    return Change(
        domain_event_id=entry["id"],
        kind=entry["change"],
        occurrence=entry.get("occurrence"),
        removed_members=tuple(Member(id=member["id"], user_id=member["user_id"]) for member in removed),
        affected_member_ids=tuple(entry.get("affected_member_ids", ())),
    )


def _event(document: Document) -> Event:
    departure = document.get("last_departure")
    return Event(
        id=document["_id"],
        kind=document["kind"],
        owner_id=document["owner_id"],
        details=_details(document),
        rest=document.get("series"),
        changes=tuple(_change(entry) for entry in document.get("outbox", ())),
        last_departure=None if departure is None else _change(departure),
        members=tuple(
            Member(id=member["id"], user_id=member["user_id"], rights=frozenset(member["rights"]))
            for member in document["members"]
        ),
        invited=tuple(_invitation(invitation) for invitation in document["invited"]),
        deleted=document["deleted"],
        version=document["version"],
        operations=frozenset(document["operations"]),
        remembers_since_ms=outbox.remembers_since_ms(document),
    )


def _document(event: Event) -> Document:
    return {
        "_id": event.id,
        "kind": event.kind,
        "owner_id": event.owner_id,
        **_plan_document(event),
        "members": [_member_document(member) for member in event.members],
        "invited": [_invitation_document(invitation) for invitation in event.invited],
        "places": len(event.members) + len(event.invited),
        "deleted": event.deleted,
        "version": event.version,
    }


def _member_document(member: Member) -> Document:
    return {"id": member.id, "user_id": member.user_id, "rights": sorted(member.rights)}


def _invitation(document: Document) -> OpenInvitation:
    return OpenInvitation(
        invite_id=document["invite_id"],
        user_id=document["user_id"],
        sender_id=document.get("sender_id", ""),
        revoked=document.get("revoked", False),
    )


def _invitation_document(invitation: OpenInvitation) -> Document:
    revoked = {"revoked": True} if invitation.revoked else {}
    return {
        "invite_id": invitation.invite_id,
        "user_id": invitation.user_id,
        "sender_id": invitation.sender_id,
        **revoked,
    }
