"""What one can do with invitations: one function for each call.

An invitation is stored as a proposal that no user sees, checked with the owner of the data, and then made pending.
Whatever happens between these steps, the proposal is either finished (by a repeat, or by the timer) or settled by a
domain event.

A repeat may run at the same time as the first call, and be refused because of what that one has done. So before every
refusal it is checked whether the invitation has become pending meanwhile.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from services.chassis.messaging.outbox import PAGE_SIZE, STATE_REQUESTED, Notify, domain_event_id, now
from services.chassis.rpc.client import BoundClient
from services.contracts import events, standard_calls, users
from services.contracts import invites as contract
from services.contracts.domain_events import (
    DomainEvent,
    FriendshipChangedV1,
    InvitationsRevokedV1,
    MembershipChangedV1,
    to_wire,
)
from services.contracts.errors import Code, Forbidden, Invalid, NotFound, ServiceError, Unavailable
from services.contracts.registry import to_deliver
from services.contracts.rpc import Discrepancy, HandlerResult, Replica, ReplicaPage, WriteResult, handled
from services.invites.model import Invite, Refusal, settled_through
from services.invites.ports import InviteStore

ATTEMPTS = 5
"""For an invitation of which another one is being answered at the same time."""
EXPIRY_LEASE = timedelta(minutes=1)
"""How long a process that has died keeps others from ending what has waited too long; far longer than a batch takes."""


def send_invite(invites: InviteStore, calls: BoundClient, notify: Notify, invite: Invite) -> WriteResult:
    """Propose, check, make pending."""
    if invite.sender_id == invite.receiver_id:
        raise Invalid(Code.INVITE_ONESELF, "You cannot invite yourself.")
    check = _send_friend_invite if invite.event_id is None else _send_event_invite
    for _ in range(ATTEMPTS):
        pending_id = check(invites, calls, notify, invite)
        if pending_id is not None:
            notify(pending_id)
            return WriteResult(id=pending_id, domain_events=[])
    raise Unavailable(Code.WRITE_CONTENDED, "Too many answers at once; try again.")


def _send_friend_invite(invites: InviteStore, calls: BoundClient, notify: Notify, invite: Invite) -> str | None:
    """Return the id of the invitation that is pending now; None when it was answered meanwhile: try again."""
    proposed = invites.propose(invite)
    if not proposed and _was_pending(invites, invite.id):
        return invite.id
    friendship = calls.call(users.check_friendship, user_id=invite.sender_id, other_id=invite.receiver_id)
    if not friendship["known"]:
        return _drop(invites, invite.id, _no_user())
    if friendship["friends"]:
        return _drop(invites, invite.id, _already_friends())
    if proposed:
        if invites.make_pending(invite.id, generation=friendship["generation"]):
            return invite.id
        return _drop(invites, invite.id, _already_friends())  # since the check
    open_invite = invites.find_open_friend_invite(invite.sender_id, invite.receiver_id)
    if open_invite is None:
        return None
    if invites.make_pending(open_invite.id, generation=friendship["generation"]):
        return open_invite.id
    invites.void(open_invite.id)  # its generation of the friendship has ended
    invites.drop_proposal(open_invite.id)
    return None


def _drop(invites: InviteStore, invite_id: str, refusal: ServiceError) -> str:
    """Delete a proposal and raise the refusal; return its id instead if it has become pending meanwhile."""
    invites.drop_proposal(invite_id)
    if not _was_pending(invites, invite_id):
        raise refusal
    return invite_id


def _send_event_invite(invites: InviteStore, calls: BoundClient, notify: Notify, invite: Invite) -> str | None:
    """Return the id of the invitation that is pending now; None when it was answered meanwhile: try again."""
    if not invites.propose(invite) and _was_pending(invites, invite.id):
        return invite.id
    try:
        opened = _open_invitation(calls, invite)
    except Unavailable:
        raise  # the timer will try again
    except ServiceError as refusal:
        if invites.refuse(invite.id, Refusal.of(refusal)):
            notify(invite.id)
            raise
        if not _was_pending(invites, invite.id):
            raise
        return invite.id
    opened_id = opened["invite_id"]
    if opened["revoked"]:
        invites.end_revoked([opened_id])
        notify(opened_id)
    elif invites.make_pending(opened_id, generation=None):
        if opened_id != invite.id:
            invites.drop_proposal(invite.id)
        return opened_id
    _deliver_end(invites, calls, invite, opened_id)
    return None


def _open_invitation(calls: BoundClient, invite: Invite) -> events.Invitation:
    """Add a permission to join to the event; return the invitation that has it."""
    assert invite.event_id is not None
    return calls.call(
        events.open_invitation,
        event_id=invite.event_id,
        invite_id=invite.id,
        sender_id=invite.sender_id,
        receiver_id=invite.receiver_id,
    )


def _deliver_end(invites: InviteStore, calls: BoundClient, invite: Invite, opened_id: str) -> None:
    """Deliver to `events` at once how an invitation ended that is still a permission to join."""
    ended = invites.find(opened_id)
    if ended is None:
        ended = Invite(
            id=opened_id,
            kind="event",
            sender_id=invite.sender_id,
            receiver_id=invite.receiver_id,
            event_id=invite.event_id,
            status="void",
        )
    for wire in to_deliver(*ended.to_domain_events(domain_event_id(opened_id), STATE_REQUESTED)):
        calls.call(standard_calls.apply.of(events.SERVICE), domain_event=wire)


def _was_pending(invites: InviteStore, invite_id: str) -> bool:
    """Return whether this very invitation has been pending before: then the call is a repeat.

    Raises the error by which it was refused before.
    """
    known = invites.find(invite_id)
    if known is None or known.status == "proposed":
        return False
    confirmed = invites.find_confirmed(invite_id)
    if confirmed is not None and confirmed.refusal is not None:
        raise confirmed.refusal.to_error()
    return confirmed is not None and confirmed.was_pending


def finish_proposals(invites: InviteStore, calls: BoundClient, notify: Notify, *, sent_before: datetime) -> None:
    """Finish what a process that died has begun. Idempotent, so any number of processes may do so."""
    for proposal in invites.list_proposals(sent_before=sent_before):
        try:
            send_invite(invites, calls, notify, proposal)
        except Unavailable:
            return  # the timer will try again
        except ServiceError:
            continue  # refused, and so ended


def list_invites(invites: InviteStore, *, actor_id: str) -> list[contract.Invite]:
    """Return the invitations that are pending at the actor."""
    return [invite.public() for invite in invites.list_pending(actor_id)]


def list_sent_invites(invites: InviteStore, *, actor_id: str) -> list[contract.Invite]:
    """Return what waits for the answers of others."""
    return [invite.public() for invite in invites.list_sent(actor_id)]


def answer_invite(
    invites: InviteStore,
    calls: BoundClient,
    notify: Notify,
    *,
    actor_id: str,
    invite_id: str,
    action: contract.Action,
    operation_id: str,
) -> WriteResult:
    """Accept, decline or cancel; a repeat of the operation causes the same domain events."""
    answered = invites.answer(invite_id, action, actor_id=actor_id, operation_id=operation_id)
    if answered is None and action == "cancel":
        answered = _cancel_as_owner(invites, calls, actor_id=actor_id, invite_id=invite_id, operation_id=operation_id)
    if answered is None:
        answered = _get_answered(invites, invite_id, actor_id=actor_id, action=action, operation_id=operation_id)
    notify(invite_id)
    caused = answered.to_domain_events(domain_event_id(operation_id), "answered")
    return WriteResult(id=invite_id, domain_events=to_deliver(*caused))


def _cancel_as_owner(
    invites: InviteStore, calls: BoundClient, *, actor_id: str, invite_id: str, operation_id: str
) -> Invite | None:
    """Cancel what somebody else has sent, if the actor owns the event; None when it is not pending (any more).

    That it shall end is decided by `events` in one update, whoever owns the event afterwards; whether it ends before it
    is accepted is decided here.
    """
    invite = invites.find(invite_id)
    if invite is None or invite.status != "pending" or invite.event_id is None:
        return None
    calls.call(events.revoke_invitation, actor_id=actor_id, event_id=invite.event_id, invite_id=invite_id)
    cancelled = invites.answer(invite_id, "cancel", actor_id=None, operation_id=operation_id)
    if cancelled is not None:
        return cancelled
    ended = invites.find_confirmed(invite_id)  # perhaps by the domain event that says what is revoked
    return ended if ended is not None and ended.status == "cancelled" else None


def _get_answered(
    invites: InviteStore, invite_id: str, *, actor_id: str, action: contract.Action, operation_id: str
) -> Invite:
    """Return the invitation if this operation has answered it before; raise why it cannot be answered if not."""
    invite = invites.find_confirmed(invite_id)
    if invite is not None and operation_id in invite.operations:
        return invite
    if invite is None or invite.status != "pending":
        raise NotFound(Code.INVITE_UNKNOWN, "There is no such invitation, or it was answered already.")
    if not invite.may_be_answered_by(actor_id, action):
        raise Forbidden(Code.INVITE_NOT_YOURS, f"It is not for you to {action} this invitation.")
    raise Unavailable(Code.WRITE_CONTENDED, "Too many answers at once; try again.")


def settle_pair(invites: InviteStore, poll_soon: Callable[[], None], changed: FriendshipChangedV1) -> HandlerResult:
    """End the invitations of a pair that the friendship has settled. Idempotent, in any order."""
    one, other = changed.user_ids
    invites.settle_pair(one, other, through=settled_through(changed))
    poll_soon()
    return handled("applied")


def end_event(invites: InviteStore, poll_soon: Callable[[], None], changed: MembershipChangedV1) -> HandlerResult:
    """End the invitations to a deleted event. Idempotent, in any order."""
    if not changed.deleted:
        return handled("stale")
    invites.end_event(changed.event_id)
    poll_soon()
    return handled("applied")


def end_revoked(invites: InviteStore, notify: Notify, revoked: InvitationsRevokedV1) -> HandlerResult:
    """End the invitations that are revoked. Idempotent, in any order."""
    if not invites.end_revoked(revoked.invite_ids):
        return handled("stale")
    for invite_id in revoked.invite_ids:
        notify(invite_id)
    return handled("applied")


def expire(invites: InviteStore, poll_soon: Callable[[], None], *, sent_before: datetime) -> None:
    """End the invitations that have waited too long, a batch at a time. One process at a time."""
    if not invites.take_lease("expire", until=now() + EXPIRY_LEASE):
        return
    while invites.expire(sent_before=sent_before):
        poll_soon()
        invites.prolong_lease("expire", until=now() + EXPIRY_LEASE)
    invites.prolong_lease("expire", until=now())


def find_discrepancies(invites: InviteStore, domain_events: Sequence[DomainEvent]) -> list[Discrepancy]:
    """Find invitations that are pending although what they are about is settled or gone. Three queries at most."""
    friendships = [each for each in domain_events if isinstance(each, FriendshipChangedV1)]
    gone = [each for each in domain_events if isinstance(each, MembershipChangedV1) and each.deleted]
    revoked = [each for each in domain_events if isinstance(each, InvitationsRevokedV1)]
    pending = invites.list_pending_between([(each.user_ids[0], each.user_ids[1]) for each in friendships])
    pending += invites.list_pending_for([each.event_id for each in gone])
    pending += invites.list_open_among([invite_id for each in revoked for invite_id in each.invite_ids])
    return [
        Discrepancy(index=n, replica_version=None, description=f"invitation {invite.id} is pending and settled")
        for n, each in enumerate(domain_events)
        for invite in pending
        if invite.is_settled_by(each)
    ]


def page_pending(invites: InviteStore, *, after: str | None) -> ReplicaPage:
    """Return the pending invitations to events among a page of all. Their receivers see them while the event lives."""
    page = invites.page(after=after, limit=PAGE_SIZE)
    ends = [invite.event_end() for invite in page if invite.event_id is not None and invite.status == "pending"]
    return ReplicaPage(
        replicas=[Replica(subject=end.subject, replica_version=None, end=to_wire(end)) for end in ends],
        next=page[-1].id if len(page) == PAGE_SIZE else None,
    )


def _already_friends() -> Invalid:
    return Invalid(Code.FRIEND_ALREADY, "You are friends already.")


def _no_user() -> NotFound:
    return NotFound(Code.USER_UNKNOWN, "There is no such person to invite.")
