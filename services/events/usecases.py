"""What one can do with events: one function for each call."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from services.chassis.messaging.outbox import PAGE_SIZE, Notify, domain_event_id, forgotten, may_have_forgotten
from services.chassis.rpc.client import BoundClient
from services.contracts import events as contract
from services.contracts import users
from services.contracts.domain_events import DomainEvent, EventInviteAcceptedV1, EventInviteEndedV1, to_wire
from services.contracts.errors import Code, Conflict, Forbidden, Invalid, NotFound, PreconditionFailed, Unavailable
from services.contracts.registry import to_deliver
from services.contracts.rpc import Discrepancy, HandlerResult, Replica, ReplicaPage, WriteResult, handled
from services.events import model, plan
from services.events.model import MAX_PLACES, RIGHTS, Event, Member, OpenInvitation
from services.events.ports import EventStore
from services.events.time import ranges

ATTEMPTS = 50
"""For a change that is decided on what was read: others may be faster so many times."""


def create_event(
    events: EventStore,
    notify: Notify,
    *,
    actor_id: str,
    kind: contract.Kind,
    details: contract.EventDetails,
    operation_id: str,
) -> WriteResult:
    """Create an event; a repeat of the operation finds it there."""
    created = model.Change(domain_event_id=domain_event_id(operation_id), kind="created")
    event = replace(model.planned(operation_id, kind, details, owner_id=actor_id), changes=(created,))
    is_new = events.insert(event, operation_id=operation_id)
    return _written(notify, event if is_new else events.find_confirmed(event.id) or event, operation_id)


def get_event(
    events: EventStore, calls: BoundClient, *, actor_id: str, event_id: str, occurrence: str | None
) -> contract.Event:
    """Return an event, or one of its occurrences, to a user who has access to it; only members get its `chat_id`."""
    event = _get(events, event_id)
    summary = event.summary(occurrence)
    _require_access(calls, event, actor_id)
    is_group = event.kind == "group"
    return contract.Event(
        **summary,
        version=event.version,
        member_ids=[member.id for member in event.members] if is_group else [],
        chat_id=event.chat_id if is_group and event.member_of(actor_id) else None,
    )


def list_month(events: EventStore, *, actor_id: str, year: int, month: int) -> list[contract.EventSummary]:
    """Return what starts in a month. One query."""
    days = ranges.month(year, month)
    return plan.list_starting(events.list_overlapping(actor_id, days), days)


def list_agenda(
    events: EventStore,
    *,
    actor_id: str,
    first_day: str,
    end_day: str,
    time_zone: str | None,
    limit: int,
    after: str | None,
) -> contract.AgendaPage:
    """Return a page of what overlaps some days. One query."""
    agenda = plan.agenda_of(first_day=first_day, end_day=end_day, time_zone=time_zone, after=after)
    return agenda.page(events.list_overlapping(actor_id, agenda.days_left), limit)


def list_visible_event_ids(events: EventStore, calls: BoundClient, *, actor_id: str, user_id: str) -> list[str]:
    """Return which of a user's events the actor has access to. Asks for friends only if somebody's friends have it."""
    candidates = events.list_candidates(user_id, viewer_id=actor_id)
    owner_ids = sorted({one.owner_id for one in candidates if not one.open})
    friend_ids = calls.call(users.list_friends_among, user_id=actor_id, other_ids=owner_ids) if owner_ids else []
    return [one.id for one in candidates if one.open or one.owner_id in friend_ids]


def list_own_ids(events: EventStore, *, actor_id: str) -> contract.OwnIds:
    """Return the ids of the actor's events and of their chats. One query."""
    listed = events.list_ids(actor_id)
    return contract.OwnIds(
        event_ids=[event_id for event_id, _ in listed],
        chat_ids=[plan.chat_id_of(event_id) for event_id, kind in listed if kind == "group"],
    )


def change_event(
    events: EventStore,
    notify: Notify,
    *,
    actor_id: str,
    event_id: str,
    kind: contract.Kind | None,
    changes: contract.EventDetails,
    if_versions: list[int] | None,
    operation_id: str,
    occurrence: str | None,
    scope: contract.Scope,
) -> WriteResult:
    """Change some fields of an event or of its occurrences. No replica shows them, so nothing is delivered before."""
    plan.require_possible(changes, occurrence=occurrence, scope=scope)

    def decide(event: Event) -> Event:
        _require_kind(event, kind)
        event.require_occurrence(occurrence)
        _require_right_to_change(event, actor_id)
        after = model.changed(event, changes, occurrence=occurrence, scope=scope)
        _require_version(event, if_versions)
        return after

    is_simple = occurrence is None and not changes.keys() & plan.TIME
    if not is_simple or not _change_unread(
        events, notify, event_id, changes, actor_id=actor_id, kind=kind, versions=if_versions, operation_id=operation_id
    ):
        event = _decide_on_event(events, decide, event_id, operation_id)
        if operation_id in event.operations:  # it has changed something
            notify(event_id)
    return WriteResult(id=event_id, domain_events=[])


def _change_unread(
    events: EventStore,
    notify: Notify,
    event_id: str,
    changes: contract.EventDetails,
    *,
    actor_id: str,
    kind: contract.Kind | None,
    versions: list[int] | None,
    operation_id: str,
) -> bool:
    """Change some fields of an event by one update. False for a series, whose parts must be read first."""
    for _ in range(ATTEMPTS):
        if events.change(event_id, changes, actor_id=actor_id, kind=kind, versions=versions, operation_id=operation_id):
            notify(event_id)
            return True
        event = events.find_confirmed(event_id)
        if event is not None and operation_id in event.operations:
            notify(event_id)
            return True
        _require_remembered(event)
        if event is None or event.deleted:
            raise _no_event()
        _require_kind(event, kind)
        _require_right_to_change(event, actor_id)
        _require_version(event, versions)
        if event.rest is not None or event.details | changes == event.details:
            return event.rest is None
    raise _contended()


def _require_kind(event: Event, kind: contract.Kind | None) -> None:
    if kind not in (None, event.kind):
        raise _no_event()


def _require_right_to_change(event: Event, actor_id: str) -> None:
    member = event.member_of(actor_id)
    if member is None:
        raise _no_access()
    model.require(member, "can_change_event")


def delete_event(
    events: EventStore,
    notify: Notify,
    *,
    actor_id: str,
    event_id: str,
    if_versions: list[int] | None,
    operation_id: str,
    occurrence: str | None,
    scope: contract.Scope,
) -> WriteResult:
    """Delete an event for everyone, or cancel some of its occurrences."""

    def decide(event: Event) -> Event:
        member = event.member_of(actor_id)
        if member is None and event.kind == "group":
            raise _no_event()
        event.require_occurrence(occurrence)
        if member is None:
            raise _no_access()
        after = model.deleted(event)
        if occurrence is not None and scope != "all":
            model.require(member, "can_change_event")
            after = model.cancelled(event, occurrence, scope)
        if after.deleted:
            model.require(member, "can_delete_event")
        _require_version(event, if_versions)
        return after

    return _written(notify, _decide_on_event(events, decide, event_id, operation_id), operation_id)


def leave_event(events: EventStore, notify: Notify, *, actor_id: str, event_id: str, operation_id: str) -> WriteResult:
    """Leave a group event."""

    def decide(event: Event) -> Event:
        member = event.member_of(actor_id)
        if member is None or event.kind == "single":
            raise _no_event()
        return model.without(event, member)

    return _written(notify, _decide_on_event(events, decide, event_id, operation_id), operation_id)


def get_member(events: EventStore, calls: BoundClient, *, actor_id: str, member_id: str) -> contract.Member:
    """Return a membership to a user who has access to the event."""
    event, member = _get_membership(events, member_id)
    _require_access(calls, event, actor_id)
    rights = contract.Rights(**{right: right in member.rights for right in RIGHTS})  # type: ignore[typeddict-item]
    for_member = event.member_of(actor_id) is not None
    return contract.Member(
        id=member.id, user_id=member.user_id, event_id=event.id, rights=rights, for_member=for_member
    )


def change_rights(
    events: EventStore, notify: Notify, *, actor_id: str, member_id: str, rights: contract.Rights, operation_id: str
) -> WriteResult:
    """Grant and revoke rights. No replica shows them, so nothing is delivered before the answer."""

    def decide(event: Event) -> Event:
        actor, target = _actor_and_target(event, actor_id, member_id)
        return model.with_rights(event, actor, target, dict(rights))  # type: ignore[arg-type]  # all values are bool

    event = _decide_on_member(events, decide, member_id, operation_id)
    notify(event.id)
    return WriteResult(id=event.id, domain_events=[])


def remove_member(
    events: EventStore, notify: Notify, *, actor_id: str, member_id: str, operation_id: str
) -> WriteResult:
    """Remove a member, or leave."""

    def decide(event: Event) -> Event:
        actor, target = _actor_and_target(event, actor_id, member_id)
        return model.removed(event, actor, target)

    return _written(notify, _decide_on_member(events, decide, member_id, operation_id), operation_id)


def open_invitation(
    events: EventStore, calls: BoundClient, *, event_id: str, invite_id: str, sender_id: str, receiver_id: str
) -> contract.Invitation:
    """Add a permission to join, or return the one that there is. Only a refusal looks for its reason."""
    receiver_known = calls.call(users.is_known, user_id=receiver_id)
    invitation = OpenInvitation(invite_id=invite_id, user_id=receiver_id)
    if receiver_known and events.open_invitation(event_id, invitation, sender_id=sender_id):
        return contract.Invitation(invite_id=invite_id, revoked=False)
    event = _get(events, event_id)
    sender = event.member_of(sender_id)
    if sender is None or event.kind == "single":
        raise _no_event()
    model.require(sender, "can_invite_user")
    if not receiver_known:
        raise NotFound(Code.USER_UNKNOWN, "There is no such person to invite.")
    if event.member_of(receiver_id) is not None:
        raise Invalid(Code.MEMBER_ALREADY, "This person takes part already.")
    for opened in event.invited:
        if opened.user_id == receiver_id:
            return contract.Invitation(invite_id=opened.invite_id, revoked=opened.revoked)
    _require_room(event)
    if events.has_used_invitation(event_id, invite_id):
        raise NotFound(Code.INVITE_UNKNOWN, "This invitation was answered or has ended already.")
    raise _contended()


def list_invited(events: EventStore, *, actor_id: str, event_id: str) -> list[contract.Invited]:
    """Return whose invitations are open, to a member."""
    event = _get(events, event_id)
    if event.kind == "single":
        raise _no_event()
    if event.member_of(actor_id) is None:
        raise _no_access()
    return [
        contract.Invited(invite_id=invitation.invite_id, user_id=invitation.user_id)
        for invitation in event.invited
        if not invitation.revoked
    ]


def revoke_invitation(events: EventStore, *, actor_id: str, event_id: str, invite_id: str) -> None:
    """Let an invitation end, if the actor owns the event in that instant. Only a refusal looks for its reason."""
    if events.revoke_invitation(event_id, invite_id, owner_id=actor_id):
        return
    event = events.find(event_id)
    if event is not None and event.owner_id != actor_id:
        raise Forbidden(Code.INVITE_NOT_YOURS, "Only its sender and the owner of the event may cancel an invitation.")
    if event is None or all(invitation.invite_id != invite_id for invitation in event.invited):
        raise NotFound(Code.INVITE_UNKNOWN, "There is no such invitation, or it was answered already.")
    raise _contended()


def join(events: EventStore, notify: Notify, accepted: EventInviteAcceptedV1) -> HandlerResult:
    """Let the invited user join. Idempotent, in any order."""
    member, cause = model.joining(accepted.receiver_id, accepted.invite_id), accepted.domain_event_id
    event = events.join(accepted.event_id, invite_id=accepted.invite_id, member=member, operation_id=cause)
    if event is None:
        event = events.find_confirmed(accepted.event_id)
        if event is None:
            return handled("gone")
        if event.member(member.id) is None:  # joined, and left or lost the event since; or was never let in
            has_joined = events.has_used_invitation(accepted.event_id, accepted.invite_id)
            return handled("stale" if has_joined else "gone")
    return handled("applied", *_written(notify, event, cause)["domain_events"])


def withdraw_invitation(events: EventStore, ended: EventInviteAcceptedV1 | EventInviteEndedV1) -> HandlerResult:
    """Remove the permission to join. Idempotent, in any order."""
    return handled("applied" if events.withdraw_invitation(ended.event_id, ended.invite_id) else "stale")


def repair(events: EventStore, notify: Notify, answered: EventInviteAcceptedV1 | EventInviteEndedV1) -> HandlerResult:
    """Settle an answered invitation that is still open. Whoever has joined by it before is not let in again."""
    was_used = events.has_used_invitation(answered.event_id, answered.invite_id)
    if was_used or isinstance(answered, EventInviteEndedV1):
        return withdraw_invitation(events, answered)
    return join(events, notify, answered)


def find_discrepancies(events: EventStore, domain_events: Sequence[DomainEvent]) -> list[Discrepancy]:
    """Find answered invitations that are still a permission to join. One query."""
    answered = {
        n: each for n, each in enumerate(domain_events) if isinstance(each, EventInviteAcceptedV1 | EventInviteEndedV1)
    }
    still_open = events.list_open_invite_ids([each.invite_id for each in answered.values()])
    return [
        Discrepancy(index=n, replica_version=None, description=f"invitation {each.invite_id} was answered and is open")
        for n, each in answered.items()
        if each.invite_id in still_open
    ]


def page_invitations(events: EventStore, *, after: str | None) -> ReplicaPage:
    """Return the permissions to join of a page of events."""
    page = events.page(after=after, limit=PAGE_SIZE)
    ends = [model.end_of(invitation, event.id) for event in page for invitation in event.invited]
    return ReplicaPage(
        replicas=[Replica(subject=end.subject, replica_version=None, end=to_wire(end)) for end in ends],
        next=page[-1].id if len(page) == PAGE_SIZE else None,
    )


def _decide_on_event(events: EventStore, decide: Callable[[Event], Event], event_id: str, operation_id: str) -> Event:
    return _decide_and_store(events, lambda: events.find_any(event_id), decide, operation_id, _no_event)


def _decide_on_member(events: EventStore, decide: Callable[[Event], Event], member_id: str, operation_id: str) -> Event:
    def read() -> Event | None:
        return events.find_by_member(member_id) or events.find_by_former_member(member_id)

    return _decide_and_store(events, read, decide, operation_id, _no_member)


def _decide_and_store(
    events: EventStore,
    read: Callable[[], Event | None],
    decide: Callable[[Event], Event],
    operation_id: str,
    unknown: Callable[[], NotFound],
) -> Event:
    """Read, decide, store if unchanged; again when another write came first. A repeat finds what it did before."""
    for _ in range(ATTEMPTS):
        before = read()
        if before is not None and operation_id in before.operations:
            before = events.find_confirmed(before.id)
            if before is not None and operation_id in before.operations:
                return before
            continue  # an election has taken it back
        _require_remembered(before)
        if before is None or before.deleted:
            raise unknown()
        after = decide(before)
        if after.is_same(before):
            confirmed = events.find_confirmed(before.id)
            if confirmed is not None and confirmed.is_same(before):
                return before
            continue
        replace_ = events.replace_plan if after.has_same_roster(before) else events.replace_membership
        stored = replace_(before, after, operation_id=operation_id)
        if stored is not None:
            return stored
    raise _contended()


def _written(notify: Notify, event: Event, operation_id: str) -> WriteResult:
    """Return the domain events that an operation has caused; a repeat causes the same."""
    notify(event.id)
    return WriteResult(id=event.id, domain_events=to_deliver(*event.caused_by(domain_event_id(operation_id))))


def _require_access(calls: BoundClient, event: Event, actor_id: str) -> None:
    """Require access. `users` is called only if nothing but friendship with the owner can give it."""
    if event.member_of(actor_id) is not None or event.has_invited(actor_id):
        return
    if not event.details["is_private"]:
        friendship = calls.call(users.check_friendship, user_id=actor_id, other_id=event.owner_id)
        if friendship["friends"]:
            return
    raise _no_access()


def _actor_and_target(event: Event, actor_id: str, member_id: str) -> tuple[Member, Member]:
    actor, target = event.member_of(actor_id), event.member(member_id)
    if target is None:
        raise _no_member()
    if actor is None:
        raise _no_access()
    return actor, target


def _get(events: EventStore, event_id: str) -> Event:
    event = events.find(event_id)
    if event is None:
        raise _no_event()
    return event


def _get_membership(events: EventStore, member_id: str) -> tuple[Event, Member]:
    event = events.find_by_member(member_id)
    member = None if event is None else event.member(member_id)
    if event is None or member is None:
        raise _no_member()
    return event, member


def _no_event() -> NotFound:
    return NotFound(Code.EVENT_UNKNOWN, "There is no such event.")


def _no_member() -> NotFound:
    return NotFound(Code.MEMBER_UNKNOWN, "There is no such member.")


def _no_access() -> Forbidden:
    return Forbidden(Code.EVENT_FORBIDDEN, "You have no access to this event.")


def _require_remembered(event: Event | None) -> None:
    """Insist that a repeat of what was done to the event would be recognised."""
    if event is not None and may_have_forgotten(event.remembers_since_ms):
        raise forgotten()


def _require_version(event: Event, versions: list[int] | None) -> None:
    if versions is not None and event.version not in versions:
        raise PreconditionFailed(Code.EVENT_CHANGED, "The event has changed since the version that you named.")


def _require_room(event: Event) -> None:
    if len(event.members) + len(event.invited) < MAX_PLACES:
        return
    if any(invitation.revoked for invitation in event.invited):
        raise _contended()  # their places are about to be free
    raise Conflict(Code.EVENT_FULL, f"An event has room for {MAX_PLACES} people, the invited ones included.")


def _contended() -> Unavailable:
    return Unavailable(Code.WRITE_CONTENDED, "Too many changes at once; try again.")
