"""What one can do with invitations: one function for each call.

An invitation is stored as a proposal that nobody sees, then checked with the owner of the data, then shown. Whatever
happens between these steps, the proposal is either finished (by a repeat, or by the sweep) or settled by what it hears.

A repeat may run at the same time as the first sending, and be refused for what that one has led to: so whether the
invitation was shown meanwhile is asked before every refusal.
"""

from collections.abc import Callable
from datetime import datetime

from services.chassis.calling import Calls
from services.chassis.outbox import fact_id
from services.contracts import events, users
from services.contracts import invites as contract
from services.contracts.announcements import (
    Announcement,
    FriendshipChangedV1,
    MembershipChangedV1,
    to_wire,
)
from services.contracts.calls import Applied, Disagreement, Written
from services.contracts.errors import Code, Forbidden, Invalid, NotFound, ServiceError, Unavailable
from services.invites.model import Invite, settled_through
from services.invites.storage import InviteStore

Wake = Callable[[object], None]
"""Says which document has something to announce."""

ATTEMPTS = 5
"""For an invitation that meets another one of the same kind while that one is being answered."""


def send_invite(invites: InviteStore, calls: Calls, wake: Wake, invite: Invite) -> Written:
    """Propose, check, show."""
    if invite.sender_id == invite.receiver_id:
        raise Invalid(Code.INVITE_ONESELF, "You cannot invite yourself.")
    check = _send_friend_invite if invite.event_id is None else _send_event_invite
    for _ in range(ATTEMPTS):
        shown_id = check(invites, calls, wake, invite)
        if shown_id is not None:
            wake(shown_id)
            return Written(id=shown_id, announcements=[])
    raise Unavailable(Code.WRITE_CONTENDED, "Too many answers at once; try again.")


def _send_friend_invite(invites: InviteStore, calls: Calls, wake: Wake, invite: Invite) -> str | None:
    """Return the id of the invitation that waits now; None when it was answered meanwhile: try again."""
    proposed = invites.propose(invite)
    if not proposed and _was_shown(invites, invite.id):
        return invite.id
    friendship = calls.call(users.check_friendship, user_id=invite.sender_id, other_id=invite.receiver_id)
    if not friendship["known"]:
        return _drop(invites, invite.id, _nobody())
    if friendship["friends"]:
        return _drop(invites, invite.id, _already_friends())
    if proposed:
        if invites.make_pending(invite.id, generation=friendship["generation"]):
            return invite.id
        return _drop(invites, invite.id, _already_friends())  # since the check
    standing = invites.find_open_friend_invite(invite.sender_id, invite.receiver_id)
    if standing is None:
        return None
    if invites.make_pending(standing.id, generation=friendship["generation"]):
        return standing.id
    invites.void(standing.id)  # of a friendship that has ended: it counts no more
    invites.drop_proposal(standing.id)
    return None


def _drop(invites: InviteStore, invite_id: str, refusal: ServiceError) -> str:
    """End a proposal by a refusal; return its id instead if it was shown meanwhile."""
    invites.drop_proposal(invite_id)
    if not _was_shown(invites, invite_id):
        raise refusal
    return invite_id


def _send_event_invite(invites: InviteStore, calls: Calls, wake: Wake, invite: Invite) -> str | None:
    """Return the id of the invitation that waits now; None when it was answered meanwhile: try again."""
    if not invites.propose(invite) and _was_shown(invites, invite.id):
        return invite.id
    try:
        opened_id = _open_invitation(calls, invite)
    except Unavailable:
        raise  # the sweep will ask again
    except ServiceError:
        if invites.refuse(invite.id):
            wake(invite.id)
        if not _was_shown(invites, invite.id):
            raise
        return invite.id
    if invites.make_pending(opened_id, generation=None):
        if opened_id != invite.id:
            invites.drop_proposal(invite.id)
        return opened_id
    _tell_end(invites, calls, invite, opened_id)
    return None


def _open_invitation(calls: Calls, invite: Invite) -> str:
    """Ask the event for a permission to join; return the id of the invitation that has it."""
    assert invite.event_id is not None
    opened = calls.call(
        events.open_invitation,
        event_id=invite.event_id,
        invite_id=invite.id,
        sender_id=invite.sender_id,
        receiver_id=invite.receiver_id,
    )
    return opened["invite_id"]


def _tell_end(invites: InviteStore, calls: Calls, invite: Invite, opened_id: str) -> None:
    """Tell the event at once how an invitation ended that it still takes for open."""
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
    announcement = ended.announced(fact_id(opened_id))
    if announcement is not None:
        calls.call(events.apply, announcement=to_wire(announcement))


def _was_shown(invites: InviteStore, invite_id: str) -> bool:
    """Tell whether this very invitation was shown before: then the call is a repeat, whatever became of it."""
    known = invites.find(invite_id)
    if known is None or not known.was_shown:
        return False
    confirmed = invites.find_confirmed(invite_id)
    return confirmed is not None and confirmed.was_shown


def finish_proposals(invites: InviteStore, calls: Calls, wake: Wake, *, sent_before: datetime) -> None:
    """Finish what a process that died has begun. Idempotent, so any number of replicas may do so."""
    for proposal in invites.list_proposals(sent_before=sent_before):
        try:
            send_invite(invites, calls, wake, proposal)
        except Unavailable:
            return  # the next sweep will do
        except ServiceError:
            continue  # refused, and so ended


def list_invites(invites: InviteStore, *, actor_id: str) -> list[contract.Invite]:
    """Return the invitations that wait for the actor's answer."""
    return [invite.seen() for invite in invites.list_waiting(actor_id)]


def answer_invite(
    invites: InviteStore, wake: Wake, *, actor_id: str, invite_id: str, action: contract.Action, operation_id: str
) -> Written:
    """Accept, decline or cancel; a repeat of the operation tells the same again."""
    answered = invites.answer(invite_id, action, actor_id=actor_id, operation_id=operation_id)
    if answered is None:
        answered = _get_answered(invites, invite_id, actor_id=actor_id, action=action, operation_id=operation_id)
    wake(invite_id)
    announcement = answered.announced(fact_id(operation_id))
    return Written(id=invite_id, announcements=[] if announcement is None else [to_wire(announcement)])


def _get_answered(
    invites: InviteStore, invite_id: str, *, actor_id: str, action: contract.Action, operation_id: str
) -> Invite:
    """Return the invitation if this operation has answered it before; say why it cannot be answered if not."""
    invite = invites.find(invite_id)
    if invite is not None and operation_id in invite.operations:
        return invite
    if invite is None or invite.status != "pending":
        raise NotFound(Code.INVITE_UNKNOWN, "There is no such invitation, or it was answered already.")
    if not invite.may_be_answered_by(actor_id, action):
        raise Forbidden(Code.INVITE_NOT_YOURS, f"It is not for you to {action} this invitation.")
    raise Unavailable(Code.WRITE_CONTENDED, "Too many answers at once; try again.")


def apply(invites: InviteStore, sweep_soon: Callable[[], None], announcement: Announcement) -> Applied:
    """End what has become pointless: invitations of a pair that is settled, invitations to an event that is gone."""
    match announcement:
        case FriendshipChangedV1():
            one, other = announcement.user_ids
            invites.settle_pair(one, other, through=settled_through(announcement))
        case MembershipChangedV1() if announcement.deleted:
            invites.end_event(announcement.event_id)
        case _:
            return Applied(outcome="stale", announcements=[])
    sweep_soon()
    return Applied(outcome="applied", announcements=[])


def audit(invites: InviteStore, announcements: list[Announcement]) -> list[Disagreement]:
    """Find invitations that wait although what they are about is settled or gone. Two queries."""
    settled = {n: one for n, one in enumerate(announcements) if isinstance(one, FriendshipChangedV1)}
    gone = {n: one for n, one in enumerate(announcements) if isinstance(one, MembershipChangedV1) and one.deleted}
    waiting = invites.list_waiting_between([(one.user_ids[0], one.user_ids[1]) for one in settled.values()])
    waiting += invites.list_waiting_for([one.event_id for one in gone.values()])
    return [
        Disagreement(index=index, seen=None, what=f"invitation {invite.id} waits and is settled")
        for index, one in (*settled.items(), *gone.items())
        for invite in waiting
        if _is_settled_by(invite, one)
    ]


def _is_settled_by(invite: Invite, announcement: Announcement) -> bool:
    match announcement:
        case MembershipChangedV1():
            return invite.event_id == announcement.event_id
        case FriendshipChangedV1():
            is_theirs = invite.event_id is None and {invite.sender_id, invite.receiver_id} == set(announcement.user_ids)
            return is_theirs and (invite.generation or 0) <= settled_through(announcement)
    return False


def _already_friends() -> Invalid:
    return Invalid(Code.FRIEND_ALREADY, "You are friends already.")


def _nobody() -> NotFound:
    return NotFound(Code.USER_UNKNOWN, "There is no such person to invite.")
