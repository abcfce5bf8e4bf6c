"""Users: one's own profile, public profiles, the search."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from gateway.http.fields import Id, Integer, Model, NonBlankText
from services.contracts import users as contract

MAX_SEARCH_LENGTH = 200
"""Characters: more than anybody types, fewer than a database takes."""


class User(BaseModel):
    """A user; of another user the private parts are blank."""

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
    """What everybody may know of a user."""

    id: str
    name: str
    email: str
    profile_pic: str
    birthday: str | None


class PersonQuery(Model):
    """Which user."""

    id: Id


class SearchQuery(Model):
    """What to look for in names and e-mails, and how many hits to skip."""

    filtered_str: Annotated[NonBlankText, Field(max_length=MAX_SEARCH_LENGTH)]
    offset: Integer = 0


def serialize_profile(person: contract.Person) -> dict[str, Any]:
    """Return a user's public profile."""
    return {
        "id": person["id"],
        "name": person["name"],
        "email": person["email"],
        "profile_pic": person["picture"],
        "birthday": person["birthday"],
    }
