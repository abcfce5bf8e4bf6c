"""People with much or little, put into the databases by the services' own stores."""

from dataclasses import dataclass, field, replace
from typing import Any

from pymongo import MongoClient, WriteConcern

from services.chats.model import Chat
from services.chats.storage import MongoChatStore
from services.contracts.ids import new_id
from services.events import storage as events_storage
from services.events.model import Event, OpenInvitation, creator, joining, planned
from services.users import storage as users_storage
from services.users.model import Profile
from tests.e2e.people import Person
from tests.e2e.system import System
from tests.fakes.details import event_details


class Databases:
    """The databases of a running system."""

    def __init__(self, mongo_uri: str) -> None:
        self.client: MongoClient[dict[str, Any]] = MongoClient(mongo_uri)

    def __getitem__(self, service: str) -> Any:
        return self.client[f"social_calendar_{service}"]

    def settle(self) -> None:
        """Wait until all that was written is durable: whoever waits for the next write does not wait for this, too."""
        self.client.admin.command("fsync")
        durable = WriteConcern("majority", j=True)
        self.client["bench"].get_collection("marks", write_concern=durable).insert_one({})


@dataclass
class Crowd:
    """Somebody with so many friends, events, chats, messages, members and invitations; and somebody to invite."""

    size: int
    ann: Person
    guest: Person
    friends: list[str] = field(default_factory=list)
    event_id: str = ""
    chat_id: str = ""
    member_id: str = ""
    series_id: str = ""
    inviting_id: str = ""
    guests_invite_ids: list[str] = field(default_factory=list)

    @property
    def token(self) -> str:
        """What the names of this crowd's friends have in common."""
        return f"crowd{self.size}x"


def make_crowd(system: System, databases: Databases, size: int) -> Crowd:
    """Make a crowd of a size."""
    crowd = Crowd(size, Person(system), Person(system))
    _make_friends(crowd, databases)
    _make_events(crowd, databases)
    _make_series(crowd, databases)
    _make_messages(crowd, databases)
    for number in range(size):
        host = crowd.friends[number]
        event = _event(host, f"Invitation {number}")
        invitation = {"invite_id": new_id(), "user_id": crowd.ann.id}
        document = {**events_storage._document(event), "invited": [invitation], "places": 2}
        databases["events"].events.insert_one({**document, "operations": [], "outbox": []})
        databases["invites"].invites.insert_one(_invite(invitation["invite_id"], host, crowd.ann.id, event.id))
    _make_invitations(crowd, databases)
    _tell_nobody(databases)
    return crowd


def _make_invitations(crowd: Crowd, databases: Databases) -> None:
    """Let the guest invite all friends to an event of Ann's."""
    event = _event(crowd.ann.id, "Inviting", others=[crowd.guest.id])
    inviter = replace(event.members[1], rights=frozenset({"can_invite_user"}))
    crowd.inviting_id, crowd.guests_invite_ids = event.id, [new_id() for _ in crowd.friends]
    invited = tuple(
        OpenInvitation(invite_id=invite_id, user_id=friend_id, sender_id=crowd.guest.id)
        for invite_id, friend_id in zip(crowd.guests_invite_ids, crowd.friends, strict=True)
    )
    event = replace(event, members=(event.members[0], inviter), invited=invited)
    databases["events"].events.insert_one({**events_storage._document(event), "operations": [], "outbox": []})
    databases["invites"].invites.insert_many(
        _invite(each.invite_id, crowd.guest.id, each.user_id, event.id) for each in invited
    )


def _tell_nobody(databases: Databases) -> None:
    """Let none of this wait to be published: what it leads to would be counted with some later request."""
    published = {
        "$set": {"outbox": []},
        "$unset": dict.fromkeys(("outbox_due_at", "outbox_lease", "outbox_chat_id"), ""),
    }
    for service, collection in (("users", "profiles"), ("users", "friendships"), ("chats", "messages")):
        databases[service][collection].update_many({"outbox.0": {"$exists": True}}, published)


def _make_friends(crowd: Crowd, databases: Databases) -> None:
    users = users_storage.MongoUserStore(databases["users"])
    for number in range(crowd.size):
        friend_id = new_id()
        email = f"{friend_id}@example.org"
        name = f"Friend {number} {crowd.token if number < 5 else ''}"
        users.save_profile(
            Profile(id=friend_id, google_id=friend_id, name=name, email=email, picture="", birthday=None),
            operation_id=new_id(),
        )
        users.befriend(crowd.ann.id, friend_id, generation=0, operation_id=new_id())
        crowd.friends.append(friend_id)


def _make_events(crowd: Crowd, databases: Databases) -> None:
    chats = MongoChatStore(databases["chats"])
    for number in range(crowd.size):
        event = _event(crowd.ann.id, f"Event {number}", others=crowd.friends)
        databases["events"].events.insert_one({**events_storage._document(event), "operations": [], "outbox": []})
        members = tuple(member.user_id for member in event.members)
        chats.save_replica(
            Chat(id=event.chat_id, kind="event", event_id=event.id, user_ids=members, deleted=False, version=1)
        )
        crowd.event_id, crowd.chat_id, crowd.member_id = event.id, event.chat_id, event.members[-1].id


def _make_series(crowd: Crowd, databases: Databases) -> None:
    """Let Ann have one series that goes on and on, and many that are over or are yet to come."""
    past, future = {"starts_at": "2001-05-17T18:30"}, {"starts_at": "2051-05-17T18:30"}
    every_day, over = {"recurrence": "FREQ=DAILY"}, {"recurrence": "FREQ=DAILY;COUNT=99"}
    plans = [past | over, future | every_day] * crowd.size + [past | every_day]
    for plan in plans:
        event = planned(new_id(), "single", event_details(**plan), owner_id=crowd.ann.id)
        databases["events"].events.insert_one({**events_storage._document(event), "operations": [], "outbox": []})
        crowd.series_id = event.id


def _make_messages(crowd: Crowd, databases: Databases) -> None:
    chats = MongoChatStore(databases["chats"])
    for number in range(crowd.size):
        chats.post(crowd.chat_id, new_id(), author_id=crowd.ann.id, text=f"Message {number}", now_us=number)


def _event(owner_id: str, name: str, others: list[str] | None = None) -> Event:
    event_id = new_id()
    members = (creator(owner_id, event_id), *(joining(other, new_id()) for other in others or []))
    return Event(
        id=event_id,
        kind="group",
        owner_id=owner_id,
        details=event_details(name=name),
        members=members,
    )


def _invite(invite_id: str, sender_id: str, receiver_id: str, event_id: str) -> dict[str, Any]:
    from services.invites.model import Invite
    from services.invites.storage import _proposal

    invite = Invite(
        id=invite_id, kind="event", sender_id=sender_id, receiver_id=receiver_id, event_id=event_id, status="pending"
    )
    return _proposal(invite)
