"""Invitations in memory."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from services.chassis.messaging.outbox import now
from services.contracts import invites as contract
from services.invites.model import ENDED_BY, OPEN, SENDER_REMOVED, Invite, Refusal, Status
from services.invites.storage import EXPIRED_AT_ONCE


@dataclass
class _Kept:
    invite: Invite
    settled: list[int] = field(default_factory=list)
    sent_at: datetime = field(default_factory=lambda: datetime.now(UTC))


class FakeInvites:
    """Stands in for `services.invites.storage.MongoInviteStore`."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._leases: dict[str, datetime] = {}

    def propose(self, invite: Invite) -> bool:
        if invite.id in self._kept:
            return False
        if invite.kind == "friend" and self.find_open_friend_invite(invite.sender_id, invite.receiver_id):
            return False
        self._kept[invite.id] = _Kept(replace(invite, operations=frozenset({invite.id})))
        return True

    def page(self, *, after: str | None, limit: int) -> list[Invite]:
        return [self._kept[invite_id].invite for invite_id in sorted(self._kept) if invite_id > (after or "")][:limit]

    def list_pending_between(self, pairs: list[tuple[str, str]]) -> list[Invite]:
        wanted = {frozenset(pair) for pair in pairs}
        waiting = [kept.invite for kept in self._kept.values() if kept.invite.status == "pending"]
        return [i for i in waiting if i.kind == "friend" and frozenset((i.sender_id, i.receiver_id)) in wanted]

    def list_pending_for(self, event_ids: list[str]) -> list[Invite]:
        waiting = [kept.invite for kept in self._kept.values() if kept.invite.status == "pending"]
        return [invite for invite in waiting if invite.event_id in event_ids]

    def list_open_among(self, invite_ids: list[str]) -> list[Invite]:
        return [kept.invite for kept in self._open() if kept.invite.id in invite_ids]

    def find(self, invite_id: str) -> Invite | None:
        return self._kept[invite_id].invite if invite_id in self._kept else None

    def find_confirmed(self, invite_id: str) -> Invite | None:
        return self.find(invite_id)

    def _open(self) -> list[_Kept]:
        return [kept for kept in self._kept.values() if kept.invite.status in OPEN]

    def find_open_friend_invite(self, sender_id: str, receiver_id: str) -> Invite | None:
        for kept in self._open():
            invite = kept.invite
            if invite.kind == "friend" and (invite.sender_id, invite.receiver_id) == (sender_id, receiver_id):
                return invite
        return None

    def list_proposals(self, *, sent_before: datetime) -> list[Invite]:
        proposed = [kept for kept in self._open() if kept.invite.status == "proposed"]
        return [kept.invite for kept in proposed if kept.sent_at < sent_before]

    def list_pending(self, receiver_id: str) -> list[Invite]:
        pending = [kept.invite for kept in self._open() if kept.invite.status == "pending"]
        return [invite for invite in pending if invite.receiver_id == receiver_id]

    def list_sent(self, sender_id: str) -> list[Invite]:
        pending = [kept.invite for kept in self._open() if kept.invite.status == "pending"]
        return [invite for invite in pending if invite.sender_id == sender_id]

    def list_pending_ids(self, receiver_id: str) -> list[str]:
        return [invite.id for invite in self.list_pending(receiver_id)]

    def make_pending(self, invite_id: str, *, generation: int | None) -> bool:
        kept = self._kept.get(invite_id)
        if kept is None:
            return False
        if kept.invite.status == "proposed" and not any(through >= (generation or 0) for through in kept.settled):
            kept.invite = replace(kept.invite, status="pending", generation=generation)
        return kept.invite.status == "pending" and kept.invite.generation == generation

    def drop_proposal(self, invite_id: str) -> None:
        if invite_id in self._kept and self._kept[invite_id].invite.status == "proposed":
            del self._kept[invite_id]

    def refuse(self, invite_id: str, refusal: Refusal) -> bool:
        return self._end(invite_id, "proposed", "refused", refusal)

    def void(self, invite_id: str) -> None:
        self._end(invite_id, "pending", "void")

    def _end(self, invite_id: str, before: Status, after: Status, refusal: Refusal | None = None) -> bool:
        kept = self._kept.get(invite_id)
        if kept is None or kept.invite.status != before:
            return False
        kept.invite = replace(kept.invite, status=after, refusal=refusal)
        return True

    def answer(
        self, invite_id: str, action: contract.Action, *, actor_id: str | None, operation_id: str
    ) -> Invite | None:
        kept = self._kept.get(invite_id)
        if kept is None or kept.invite.status != "pending":
            return None
        if actor_id is not None and not kept.invite.may_be_answered_by(actor_id, action):
            return None
        operations = kept.invite.operations | {operation_id}
        kept.invite = replace(kept.invite, status=ENDED_BY[action], operations=operations)
        return kept.invite

    def settle_pair(self, one: str, other: str, *, through: int) -> None:
        for kept in self._open():
            invite = kept.invite
            if invite.kind != "friend" or {invite.sender_id, invite.receiver_id} != {one, other}:
                continue
            if invite.status == "proposed":
                kept.settled.append(through)
            elif (invite.generation or 0) <= through:
                kept.invite = replace(invite, status="void")

    def end_event(self, event_id: str) -> None:
        for kept in self._open():
            if kept.invite.event_id == event_id:
                kept.invite = replace(kept.invite, status="void" if kept.invite.was_pending else "refused")

    def end_revoked(self, invite_ids: list[str]) -> bool:
        refused = [self._end(invite_id, "proposed", "refused", SENDER_REMOVED) for invite_id in invite_ids]
        return any([*refused, *(self._end(invite_id, "pending", "cancelled") for invite_id in invite_ids)])

    def expire(self, *, sent_before: datetime) -> bool:
        pending = [kept for kept in self._open() if kept.invite.status == "pending" and kept.sent_at < sent_before]
        for kept in pending[:EXPIRED_AT_ONCE]:
            kept.invite = replace(kept.invite, status="cancelled")
        return bool(pending)

    def take_lease(self, name: str, *, until: datetime) -> bool:
        if name in self._leases and self._leases[name] > now():
            return False
        self._leases[name] = until
        return True

    def prolong_lease(self, name: str, *, until: datetime) -> None:
        self._leases[name] = until
