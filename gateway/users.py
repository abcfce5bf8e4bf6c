"""The current user, and the search for others."""

from typing import Annotated, Any

from flask import Response
from pydantic import BaseModel, Field

from gateway.backend import actor_id, calls
from gateway.fields import Id, Integer, Model, Words
from gateway.problems import documented
from gateway.resource import Resource, answer, list_of, list_or_nothing
from gateway.stream.cursor import HEADER, newest_cursor
from services.contracts import chats, events, invites, users

PAGE_SIZE = 50
MAX_SEARCH_LENGTH = 200
"""Characters: more than anybody types, fewer than a database takes."""

people = Resource("users", about="People")


class User(BaseModel):
    """A person; of another person the private parts are blank."""

    id: str
    google_id: str | None
    name: str
    email: str
    profile_pic: str
    birthday: str | None
    event_id_list: list[str]
    friend_id_list: list[str]
    chat_id_list: list[str]
    invite_id_list: list[str]


class PublicProfile(BaseModel):
    """What anybody may know of a person."""

    id: str
    name: str
    email: str
    profile_pic: str
    birthday: str | None


class PersonQuery(Model):
    """Which person."""

    id: Id


class SearchQuery(Model):
    """What to look for in names and e-mails, and how many hits to skip."""

    filtered_str: Annotated[Words, Field(max_length=MAX_SEARCH_LENGTH)]
    offset: Integer = 0


def public_profile(person: users.Person) -> dict[str, Any]:
    """Return what anybody may see of a person, in the words of the API."""
    return {
        "id": person["id"],
        "name": person["name"],
        "email": person["email"],
        "profile_pic": person["picture"],
        "birthday": person["birthday"],
    }


@people.get("/user", responses={200: User})
def get_user() -> Response:
    """Return the current user. Four calls, all at once; the cursor of the stream comes in a header."""
    cursor = newest_cursor()
    response = answer(_own_profile())
    if cursor is not None:
        response.headers[HEADER] = str(cursor)
    return response


@people.get("/person", responses={200: PublicProfile, **documented(404)})
def get_person(query: PersonQuery) -> Response:
    """Return what anybody may know of a person: who has invited me, who writes in a chat."""
    return answer(public_profile(calls().call(users.get_person, user_id=query.id)))


@people.get("/search/users", responses={200: list_of(User), 204: None})
def search_users(query: SearchQuery) -> Response:
    """Find people by a part of their name or e-mail, whatever the case."""
    found = calls().call(users.search_people, text=query.filtered_str, offset=query.offset, limit=PAGE_SIZE)
    own = _own_profile() if any(person["id"] == actor_id() for person in found) else None
    return list_or_nothing([own if own and person["id"] == own["id"] else _of_another(person) for person in found])


def _own_profile() -> dict[str, Any]:
    actor = actor_id()
    account_reply = calls().start(users.get_account, actor_id=actor)
    events_reply = calls().start(events.list_event_ids, actor_id=actor)
    chats_reply = calls().start(chats.list_chat_ids, actor_id=actor)
    invites_reply = calls().start(invites.list_invite_ids, actor_id=actor)
    account = account_reply.result()
    return {
        **public_profile(account),
        "google_id": account["google_id"],
        "event_id_list": events_reply.result(),
        "friend_id_list": account["friend_ids"],
        "chat_id_list": chats_reply.result(),
        "invite_id_list": invites_reply.result(),
    }


def _of_another(person: users.Person) -> dict[str, Any]:
    lists: dict[str, list[str]] = {
        name: [] for name in ("event_id_list", "friend_id_list", "chat_id_list", "invite_id_list")
    }
    return {**public_profile(person), "google_id": None, **lists}
