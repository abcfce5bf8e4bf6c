"""Five services in one process: their real classes on fake stores, direct calls, domain events in the test's hands."""

from types import SimpleNamespace

from services.chats.service import Chats
from services.contracts.domain_events import from_wire
from services.contracts.ids import new_id
from services.contracts.registry import awaited_subscribers
from services.events.service import Events
from services.invites.service import Invites
from services.streams.service import Streams
from services.users.service import Users
from tests.fakes.chats import FakeChats
from tests.fakes.events import FakeEvents
from tests.fakes.feeds import FakeFeeds
from tests.fakes.invites import FakeInvites
from tests.fakes.users import FakeUsers


def _service(cls, **dependencies):
    """Make a service without Nameko: what it declares is what it is given."""
    service = cls()
    for name, dependency in dependencies.items():
        setattr(service, name, dependency)
    return service


class World:
    """People act through its methods; domain events are delivered at once, or wait for the test to deliver them."""

    def __init__(self, *, deliver_at_once=True):
        self.users, self.events, self.chats = FakeUsers(), FakeEvents(), FakeChats()
        self.invites, self.feeds = FakeInvites(), FakeFeeds()
        relay = SimpleNamespace(notify=self.notify, poll_soon=self.poll_soon)
        self.services = {
            "users": _service(Users, users=self.users, friendship_relay=relay, profile_relay=relay),
            "events": _service(Events, events=self.events, relay=relay, calls=self),
            "chats": _service(Chats, chats=self.chats, relay=relay),
            "invites": _service(Invites, invites=self.invites, relay=relay, calls=self),
            "streams": _service(Streams, feeds=self.feeds, calls=self),
        }
        self.deliver_at_once = deliver_at_once
        self.undelivered = []
        self.outcomes = []

    def notify(self, document_id):
        """Nothing to notify: domain events are in the test's hands."""

    def poll_soon(self):
        """Nothing to poll, for the same reason."""

    # Other services, as `services.chassis.rpc.client.BoundClient` offers them.

    def call(self, call, **arguments):
        return getattr(self.services[call.service], call.method)(**arguments)

    # Domain events.

    def apply(self, subscriber, wire):
        applied = self.services[subscriber].apply(domain_event=wire)
        self.outcomes.append(applied["outcome"])
        self._caused(applied["domain_events"])
        return applied["outcome"]

    def deliver(self, index=0):
        """Deliver one waiting domain event to one subscriber."""
        return self.apply(*self.undelivered.pop(index))

    def deliver_all(self):
        while self.undelivered:
            self.deliver()

    def _caused(self, domain_events):
        for wire in domain_events:
            self.undelivered += [(subscriber, wire) for subscriber in awaited_subscribers(from_wire(wire))]

    def _write(self, written):
        self._caused(written["domain_events"])
        if self.deliver_at_once:
            self.deliver_all()
        return written["id"]

    # What people do.

    def person(self, name="Anna"):
        user_id = new_id()
        return self._write(
            self.services["users"].sign_in(
                google_id=new_id(),
                name=name,
                email=f"{name}@example.test",
                picture="",
                birthday=None,
                operation_id=user_id,
            )
        )

    def _act(self, service, call, *, operation_id=None, **arguments):
        method = getattr(self.services[service], call)
        return self._write(method(**arguments, operation_id=operation_id or new_id()))

    def invite(self, sender, receiver, event_id=None, *, operation_id=None):
        return self._act(
            "invites",
            "send_invite",
            actor_id=sender,
            kind="event" if event_id else "friend",
            receiver_id=receiver,
            event_id=event_id,
            operation_id=operation_id,
        )

    def answer(self, actor, invite_id, action="accept", *, operation_id=None):
        return self._act(
            "invites", "answer_invite", actor_id=actor, invite_id=invite_id, action=action, operation_id=operation_id
        )

    def befriend(self, one, other):
        self.answer(other, self.invite(one, other))

    def unfriend(self, actor, friend, *, operation_id=None):
        return self._act("users", "end_friendship", actor_id=actor, friend_id=friend, operation_id=operation_id)

    def event(self, owner, *, kind="group", operation_id=None, **details):
        party = {
            "name": "Party",
            "is_private": True,
            "starts_at": "2026-11-30T19:30",
            "address": "Home",
            "description": "",
            "icon": "pizza.svg",
        }
        return self._act(
            "events", "create_event", actor_id=owner, kind=kind, details=party | details, operation_id=operation_id
        )

    def join(self, owner, guest, event_id):
        self.answer(guest, self.invite(owner, guest, event_id))
        return self.events.find(event_id).member_of(guest).id

    def leave(self, actor, event_id, *, operation_id=None):
        return self._act("events", "leave_event", actor_id=actor, event_id=event_id, operation_id=operation_id)

    def delete(self, actor, event_id, *, if_versions=None, operation_id=None):
        return self._act(
            "events",
            "delete_event",
            actor_id=actor,
            event_id=event_id,
            if_versions=if_versions,
            operation_id=operation_id,
        )

    def change(self, actor, event_id, *, kind=None, if_versions=None, operation_id=None, **changes):
        return self._act(
            "events",
            "change_event",
            actor_id=actor,
            event_id=event_id,
            kind=kind,
            changes=changes,
            if_versions=if_versions,
            operation_id=operation_id,
        )

    def get_event(self, actor, event_id):
        return self.services["events"].get_event(actor_id=actor, event_id=event_id)

    def change_rights(self, actor, member_id, *, operation_id=None, **rights):
        return self._act(
            "events", "change_rights", actor_id=actor, member_id=member_id, rights=rights, operation_id=operation_id
        )

    def remove_member(self, actor, member_id, *, operation_id=None):
        return self._act("events", "remove_member", actor_id=actor, member_id=member_id, operation_id=operation_id)

    def say(self, actor, chat_id, text, *, operation_id=None):
        return self._act("chats", "post_message", actor_id=actor, chat_id=chat_id, text=text, operation_id=operation_id)

    def chat(self, actor, chat_id):
        return self.services["chats"].get_chat(actor_id=actor, chat_id=chat_id, limit=None, before=None)

    def chats_of(self, actor):
        return self.services["chats"].list_chats(actor_id=actor, offset=0, limit=100, message_limit=None)
