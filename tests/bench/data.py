"""People with data of given sizes, put into the databases by the services' own stores."""

from typing import Any

from services.chats.model import Chat
from services.chats.storage import MongoChatStore
from services.contracts.ids import new_id
from services.events import storage as events_storage
from services.events.model import Event, creator
from services.users import storage as users_storage
from services.users.model import Profile, pair_of
from tests.e2e.people import Person
from tests.fakes.details import event_details
from tests.query_budgets.data import Databases

MONTHS = 60
"""Over which events are spread evenly; one of them is asked for."""
BATCH = 1_000


def add_events(databases: Databases, owner: Person, count: int, *, kind: Any = "single") -> list[Event]:
    """Give somebody events, spread over months."""
    events = [_event(owner.id, number, kind) for number in range(count)]
    documents = [{**events_storage._document(event), "operations": [], "outbox": []} for event in events]
    for start in range(0, count, BATCH):
        databases["events"].events.insert_many(documents[start : start + BATCH])
    databases.settle()
    return events


def _event(owner_id: str, number: int, kind: Any) -> Event:
    event_id, month = new_id(), number % MONTHS
    return Event(
        id=event_id,
        kind=kind,
        owner_id=owner_id,
        details=event_details(
            name=f"Event {number}",
            starts_at=f"{2030 + month // 12:04}-{month % 12 + 1:02}-{number % 28 + 1:02}T18:30",
            address="Market square 1",
            description="Bring a game and an appetite.",
        ),
        members=(creator(owner_id, event_id),),
    )


def add_chats(databases: Databases, user_ids: list[str], count: int, messages: int) -> list[str]:
    """Give people chats with so many messages each, all by the first of them; return their ids."""
    chats, written = MongoChatStore(databases["chats"]), []
    ids = [new_id() for _ in range(count)]
    for number, chat_id in enumerate(ids):
        event_id = new_id()
        chats.save_replica(
            Chat(id=chat_id, kind="event", event_id=event_id, user_ids=tuple(user_ids), deleted=False, version=1)
        )
        latest = {"last_number": messages, "latest_number": messages, "latest_at": number + 1}
        databases["chats"].chats.update_one({"_id": chat_id}, {"$set": latest})
        written += [_message(chat_id, user_ids[0], place) for place in range(1, messages + 1)]
    for start in range(0, len(written), BATCH):
        databases["chats"].messages.insert_many(written[start : start + BATCH])
    databases.settle()
    return ids


def _message(chat_id: str, author_id: str, number: int) -> dict[str, Any]:
    message_id = new_id()
    return {
        "_id": message_id,
        "chat_id": chat_id,
        "number": number,
        "author_id": author_id,
        "written_at": number,
        "text": f"Message {number}: who brings the olives?",
        "live": True,
        "version": 1,
        "operations": [message_id],
    }


def add_people(databases: Databases, count: int, *, token: str = "", hits: int = 0) -> list[str]:
    """Add people, of whom so many have `token` in their name; return their ids."""
    people = [
        Profile(
            id=(person_id := new_id()),
            google_id=person_id,
            name=f"Person {number} {token if number < hits else ''}".strip(),
            email=f"{person_id}@example.org",
            picture="",
            birthday="1990-05-17",
        )
        for number in range(count)
    ]
    documents = [_profile(profile) for profile in people]
    for start in range(0, count, BATCH):
        databases["users"].profiles.insert_many(documents[start : start + BATCH])
    databases.settle()
    return [profile.id for profile in people]


def _profile(profile: Profile) -> dict[str, Any]:
    return {
        "_id": profile.id,
        "google_id": profile.google_id,
        "name": profile.name,
        "email": profile.email,
        "picture": profile.picture,
        "birthday": profile.birthday,
        **users_storage.search_fields(name=profile.name, email=profile.email),
        "version": 1,
    }


def befriend(databases: Databases, person: Person, others: list[str]) -> None:
    """Make somebody a friend of others."""
    documents = [
        {
            "_id": users_storage._key(pair_of(person.id, other)),
            "user_ids": list(pair_of(person.id, other)),
            "friends": True,
            "generation": 0,
            "version": 1,
            "operations": [],
            "outbox": [],
        }
        for other in others
    ]
    databases["users"].friendships.insert_many(documents)
    databases.settle()
