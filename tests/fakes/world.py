"""Five services in one process: their real classes on fake stores, direct calls, domain events in the test's hands."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from services.chassis.context import ServiceContext
from services.chassis.messaging.handled import HandledDomainEvents
from services.chassis.messaging.relay import OutboxRelay
from services.chassis.rpc.client import BoundClient
from services.chats.service import Chats
from services.contracts import events as events_contract
from services.contracts.chats import Chat
from services.contracts.domain_events import DomainEvent, from_wire
from services.contracts.events import Kind, Scope
from services.contracts.ids import new_id
from services.contracts.invites import Action
from services.contracts.registry import awaited_subscribers
from services.contracts.rpc import Call, HandlerResult, Wire, WriteResult
from services.events.service import Events
from services.invites.service import Invites
from services.streams.service import Streams
from services.users.service import Users
from tests.fakes.chats import FakeChats
from tests.fakes.details import event_details
from tests.fakes.events import FakeEvents
from tests.fakes.feeds import FakeFeeds
from tests.fakes.invites import FakeInvites
from tests.fakes.users import FakeUsers


class Forgetful(HandledDomainEvents):
    """Of a process that has just started: whatever comes is handled, however often it has come."""

    def handle_once(self, domain_event: DomainEvent, handle: Callable[[], HandlerResult]) -> HandlerResult:
        return handle()


class World:
    """People act through its methods; domain events are delivered at once, or wait for the test to deliver them."""

    def __init__(self, *, deliver_at_once: bool = True) -> None:
        self.users, self.events, self.chats = FakeUsers(), FakeEvents(), FakeChats()
        self.invites, self.feeds = FakeInvites(), FakeFeeds()
        made = (self._users(), self._events(), self._chats(), self._invites(), self._streams())
        self.services: dict[str, Any] = {service.name: service for service in made}
        for service in made:
            service.context = cast(ServiceContext, SimpleNamespace(handled=Forgetful()))
        self.deliver_at_once = deliver_at_once
        self.undelivered: list[tuple[str, Wire]] = []
        self.outcomes: list[str] = []

    # Services without Nameko: what their classes declare is what they are given.

    def _users(self) -> Users:
        users = Users()
        users.users = self.users
        users.friendship_relay = users.profile_relay = cast(OutboxRelay, self)
        return users

    def _events(self) -> Events:
        events = Events()
        events.events = self.events
        events.relay, events.calls = cast(OutboxRelay, self), cast(BoundClient, self)
        return events

    def _chats(self) -> Chats:
        chats = Chats()
        chats.chats = self.chats
        chats.relay = cast(OutboxRelay, self)
        return chats

    def _invites(self) -> Invites:
        invites = Invites()
        invites.invites = self.invites
        invites.relay, invites.calls = cast(OutboxRelay, self), cast(BoundClient, self)
        return invites

    def _streams(self) -> Streams:
        streams = Streams()
        streams.feeds = self.feeds
        streams.calls = cast(BoundClient, self)
        return streams

    # Their outbox relays, as `services.chassis.messaging.relay.OutboxRelay`.

    def notify(self, document_id: str) -> None:
        """Nothing to notify: domain events are in the test's hands."""

    def poll_soon(self) -> None:
        """Nothing to poll, for the same reason."""

    # Other services, as `services.chassis.rpc.client.BoundClient` offers them.

    def at_most(self, seconds: float) -> "World":
        """No time passes here."""
        return self

    def call(self, call: Call[..., Any], **arguments: Any) -> Any:
        return getattr(self.services[call.service], call.method)(**arguments)

    # Domain events.

    def apply(self, subscriber: str, wire: Wire) -> str:
        applied: HandlerResult = self.services[subscriber].apply(domain_event=wire)
        self.outcomes.append(applied["outcome"])
        self._caused(applied["domain_events"])
        return applied["outcome"]

    def deliver(self, index: int = 0) -> str:
        """Deliver one waiting domain event to one subscriber."""
        return self.apply(*self.undelivered.pop(index))

    def deliver_all(self) -> None:
        while self.undelivered:
            self.deliver()

    def _caused(self, domain_events: list[Wire]) -> None:
        for wire in domain_events:
            self.undelivered += [(subscriber, wire) for subscriber in awaited_subscribers(from_wire(wire))]

    def _write(self, written: WriteResult) -> str:
        self._caused(written["domain_events"])
        if self.deliver_at_once:
            self.deliver_all()
        return written["id"]

    # What people do.

    def person(self, name: str = "Anna") -> str:
        user_id = new_id()
        return self._write(
            self.services["users"].sign_in(
                issuer="https://accounts.example",
                google_id=new_id(),
                name=name,
                email=f"{name}@example.test",
                picture="",
                birthday=None,
                operation_id=user_id,
            )
        )

    def _act(self, service: str, call: str, *, operation_id: str | None = None, **arguments: Any) -> str:
        method = getattr(self.services[service], call)
        return self._write(method(**arguments, operation_id=operation_id or new_id()))

    def invite(
        self, sender: str, receiver: str, event_id: str | None = None, *, operation_id: str | None = None
    ) -> str:
        return self._act(
            "invites",
            "send_invite",
            actor_id=sender,
            kind="event" if event_id else "friend",
            receiver_id=receiver,
            event_id=event_id,
            operation_id=operation_id,
        )

    def answer(self, actor: str, invite_id: str, action: Action = "accept", *, operation_id: str | None = None) -> str:
        return self._act(
            "invites", "answer_invite", actor_id=actor, invite_id=invite_id, action=action, operation_id=operation_id
        )

    def befriend(self, one: str, other: str) -> None:
        self.answer(other, self.invite(one, other))

    def unfriend(self, actor: str, friend: str, *, operation_id: str | None = None) -> str:
        return self._act("users", "end_friendship", actor_id=actor, friend_id=friend, operation_id=operation_id)

    def event(self, owner: str, *, kind: Kind = "group", operation_id: str | None = None, **details: Any) -> str:
        details = {**event_details(starts_at="2026-11-30T19:30"), **details}
        return self._act(
            "events", "create_event", actor_id=owner, kind=kind, details=details, operation_id=operation_id
        )

    def join(self, owner: str, guest: str, event_id: str) -> str:
        self.answer(guest, self.invite(owner, guest, event_id))
        event = self.events.find(event_id)
        membership = event.member_of(guest) if event else None
        assert membership is not None, "joined and is no member"
        return membership.id

    def leave(self, actor: str, event_id: str, *, operation_id: str | None = None) -> str:
        return self._act("events", "leave_event", actor_id=actor, event_id=event_id, operation_id=operation_id)

    def delete(
        self,
        actor: str,
        event_id: str,
        *,
        if_versions: list[int] | None = None,
        operation_id: str | None = None,
        occurrence: str | None = None,
        scope: Scope = "all",
    ) -> str:
        return self._act(
            "events",
            "delete_event",
            actor_id=actor,
            event_id=event_id,
            if_versions=if_versions,
            operation_id=operation_id,
            occurrence=occurrence,
            scope=scope,
        )

    def change(
        self,
        actor: str,
        event_id: str,
        *,
        kind: Kind | None = None,
        if_versions: list[int] | None = None,
        operation_id: str | None = None,
        occurrence: str | None = None,
        scope: Scope = "all",
        **changes: Any,
    ) -> str:
        return self._act(
            "events",
            "change_event",
            actor_id=actor,
            event_id=event_id,
            kind=kind,
            changes=changes,
            if_versions=if_versions,
            operation_id=operation_id,
            occurrence=occurrence,
            scope=scope,
        )

    def get_event(self, actor: str, event_id: str, occurrence: str | None = None) -> events_contract.Event:
        get_event = self.services["events"].get_event
        event: events_contract.Event = get_event(actor_id=actor, event_id=event_id, occurrence=occurrence)
        return event

    def month(self, actor: str, year: int, month: int) -> list[events_contract.EventSummary]:
        list_month = self.services["events"].list_month
        listed: list[events_contract.EventSummary] = list_month(actor_id=actor, year=year, month=month)
        return listed

    def agenda(
        self,
        actor: str,
        first_day: str,
        end_day: str,
        *,
        time_zone: str | None = None,
        limit: int = 500,
        after: str | None = None,
    ) -> events_contract.AgendaPage:
        page: events_contract.AgendaPage = self.services["events"].list_agenda(
            actor_id=actor, first_day=first_day, end_day=end_day, time_zone=time_zone, limit=limit, after=after
        )
        return page

    def change_rights(self, actor: str, member_id: str, *, operation_id: str | None = None, **rights: bool) -> str:
        return self._act(
            "events", "change_rights", actor_id=actor, member_id=member_id, rights=rights, operation_id=operation_id
        )

    def remove_member(self, actor: str, member_id: str, *, operation_id: str | None = None) -> str:
        return self._act("events", "remove_member", actor_id=actor, member_id=member_id, operation_id=operation_id)

    def say(self, actor: str, chat_id: str, text: str, *, operation_id: str | None = None) -> str:
        return self._act("chats", "post_message", actor_id=actor, chat_id=chat_id, text=text, operation_id=operation_id)

    def chat(self, actor: str, chat_id: str) -> Chat:
        chat: Chat = self.services["chats"].get_chat(actor_id=actor, chat_id=chat_id, limit=None, before=None)
        return chat

    def chats_of(self, actor: str) -> list[Chat]:
        chats: list[Chat] = self.services["chats"].list_chats(actor_id=actor, offset=0, limit=100, message_limit=None)
        return chats
