"""Four services in one process: real use cases, memory stores, direct calls, announcements in the test's hands.

The fifth, `streams`, only listens: what it is told at once is noted.
"""

from services.chats import usecases as chats
from services.contracts import events as events_contract
from services.contracts import users as users_contract
from services.contracts.announcements import from_wire, hearers_of
from services.contracts.ids import new_id
from services.events import usecases as events
from services.events.model import Event, creator
from services.invites import usecases as invites
from services.invites.model import Invite
from services.users import usecases as users
from services.users.model import Profile
from tests.memory.chats import MemoryChats
from tests.memory.events import MemoryEvents
from tests.memory.invites import MemoryInvites
from tests.memory.people import MemoryPeople


class World:
    """People act through its methods; announcements are delivered at once, or wait for the test to deliver them."""

    def __init__(self, *, deliver_at_once=True):
        self.people, self.events, self.chats, self.invites = (
            MemoryPeople(),
            MemoryEvents(),
            MemoryChats(),
            MemoryInvites(),
        )
        self.deliver_at_once = deliver_at_once
        self.undelivered = []
        self.outcomes = []
        self.hidden = []
        self._now_us = 1_000_000

    def wake(self, document_id):
        """Nothing to wake: announcements are in the test's hands."""

    def sweep_soon(self):
        """Nothing to sweep, for the same reason."""

    # Other services, as `services.chassis.calling.Calls` offers them.

    def call(self, call, **arguments):
        return {
            users_contract.check_friendship: lambda **kw: users.check_friendship(self.people, **kw),
            users_contract.get_person: lambda **kw: users.get_person(self.people, **kw),
            users_contract.list_friends_among: lambda **kw: users.list_friends_among(self.people, **kw),
            events_contract.open_invitation: lambda **kw: events.open_invitation(self.events, self, **kw),
            events_contract.apply: lambda announcement: events.apply(self.events, self.wake, from_wire(announcement)),
        }[call](**arguments)

    # Announcements.

    def apply(self, hearer, wire):
        announcement = from_wire(wire)
        applied = {
            "users": lambda: users.apply(self.people, self.wake, announcement),
            "events": lambda: events.apply(self.events, self.wake, announcement),
            "chats": lambda: chats.apply(self.chats, announcement),
            "invites": lambda: invites.apply(self.invites, self.sweep_soon, announcement),
            "streams": lambda: self._hide(announcement),
        }[hearer]()
        self.outcomes.append(applied["outcome"])
        self._told(applied["announcements"])
        return applied["outcome"]

    def _hide(self, announcement):
        self.hidden.append(announcement)
        return {"outcome": "applied", "announcements": []}

    def deliver(self, index=0):
        """Deliver one waiting announcement to one hearer."""
        return self.apply(*self.undelivered.pop(index))

    def deliver_all(self):
        while self.undelivered:
            self.deliver()

    def _told(self, announcements):
        for wire in announcements:
            self.undelivered += [(hearer, wire) for hearer in hearers_of(from_wire(wire))]

    def _write(self, written):
        self._told(written["announcements"])
        if self.deliver_at_once:
            self.deliver_all()
        return written["id"]

    # What people do.

    def person(self, name="Anna"):
        profile = Profile(
            id=new_id(), google_id=new_id(), name=name, email=f"{name}@example.test", picture="", birthday=None
        )
        return self._write(users.sign_in(self.people, self.wake, profile, operation_id=profile.id))

    def invite(self, sender, receiver, event_id=None, *, operation_id=None):
        invite = Invite(
            id=operation_id or new_id(),
            kind="event" if event_id else "friend",
            sender_id=sender,
            receiver_id=receiver,
            event_id=event_id,
            status="proposed",
        )
        return self._write(invites.send_invite(self.invites, self, self.wake, invite))

    def answer(self, actor, invite_id, action="accept", *, operation_id=None):
        return self._write(
            invites.answer_invite(
                self.invites,
                self.wake,
                actor_id=actor,
                invite_id=invite_id,
                action=action,
                operation_id=operation_id or new_id(),
            )
        )

    def befriend(self, one, other):
        self.answer(other, self.invite(one, other))

    def unfriend(self, actor, friend, *, operation_id=None):
        return self._write(
            users.end_friendship(
                self.people, self.wake, actor_id=actor, friend_id=friend, operation_id=operation_id or new_id()
            )
        )

    def event(self, owner, *, kind="group", is_private=True, operation_id=None, **fields):
        event_id = operation_id or new_id()
        event = Event(
            id=event_id,
            kind=kind,
            owner_id=owner,
            is_private=is_private,
            members=(creator(owner, event_id),),
            **{
                "name": "Party",
                "starts_at": "2026-11-30T19:30",
                "address": "Home",
                "description": "",
                "icon": "pizza.svg",
                **fields,
            },
        )
        return self._write(events.create_event(self.events, self.wake, event, operation_id=event_id))

    def join(self, owner, guest, event_id):
        self.answer(guest, self.invite(owner, guest, event_id))
        return self.events.find(event_id).member_of(guest).id

    def leave(self, actor, event_id, *, operation_id=None):
        return self._write(
            events.leave_event(
                self.events, self.wake, actor_id=actor, event_id=event_id, operation_id=operation_id or new_id()
            )
        )

    def delete(self, actor, event_id, *, if_versions=None, operation_id=None):
        return self._write(
            events.delete_event(
                self.events,
                self.wake,
                actor_id=actor,
                event_id=event_id,
                if_versions=if_versions,
                operation_id=operation_id or new_id(),
            )
        )

    def change(self, actor, event_id, *, kind=None, if_versions=None, operation_id=None, **changes):
        return self._write(
            events.change_event(
                self.events,
                self.wake,
                actor_id=actor,
                event_id=event_id,
                kind=kind,
                changes=changes,
                if_versions=if_versions,
                operation_id=operation_id or new_id(),
            )
        )

    def get_event(self, actor, event_id):
        return events.get_event(self.events, self, actor_id=actor, event_id=event_id)

    def change_rights(self, actor, member_id, *, operation_id=None, **rights):
        return self._write(
            events.change_rights(
                self.events,
                self.wake,
                actor_id=actor,
                member_id=member_id,
                rights=rights,
                operation_id=operation_id or new_id(),
            )
        )

    def remove_member(self, actor, member_id, *, operation_id=None):
        return self._write(
            events.remove_member(
                self.events, self.wake, actor_id=actor, member_id=member_id, operation_id=operation_id or new_id()
            )
        )

    def say(self, actor, chat_id, text, *, operation_id=None):
        self._now_us += 1_000
        return self._write(
            chats.post_message(
                self.chats,
                self.wake,
                actor_id=actor,
                chat_id=chat_id,
                text=text,
                operation_id=operation_id or new_id(),
                now_us=self._now_us,
            )
        )

    def chat(self, actor, chat_id):
        return chats.get_chat(self.chats, actor_id=actor, chat_id=chat_id, limit=None, before=None)

    def chats_of(self, actor):
        return chats.list_chats(self.chats, actor_id=actor, offset=0, limit=100, message_limit=None)
