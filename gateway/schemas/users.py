"""Users: one's own profile, public profiles, the search."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from gateway.http.fields import Id, Integer, Model, NonBlankText
from gateway.schemas.examples import ANNA, BEN, CHAT, EVENT, FRIEND_INVITE, PROFILE, example
from services.contracts import users as contract

SOMEONE = {"en": "Someone", "ru": "Кто-то"}
"""What a user without a name is called, by language."""
MAX_SEARCH_LENGTH = 254
"""Characters: more than anybody types, fewer than a database takes."""


class User(BaseModel):
    """A user; of another user the private parts are blank.

    The e-mail of who is no friend of mine is null, unless I have looked for the whole of it; the birthday is null.
    """

    model_config = example(
        {
            "id": ANNA,
            "google_id": "104857204953714593621",
            "name": "Anna Lindt",
            "email": "anna@example.com",
            "profile_pic": "https://pictures.example.com/anna.jpg",
            "birthday": None,
            "event_id_list": [EVENT],
            "friend_id_list": [BEN],
            "chat_id_list": [CHAT],
            "invite_id_list": [FRIEND_INVITE],
        }
    )

    id: str
    google_id: str | None
    name: str
    email: str | None
    profile_pic: str
    birthday: str | None
    event_id_list: list[str]
    friend_id_list: list[str]
    chat_id_list: list[str]
    invite_id_list: list[str]


class PublicProfile(BaseModel):
    """What I may know of a user: e-mail and birthday are null unless we are friends."""

    model_config = example(PROFILE)

    id: str
    name: str
    email: str | None
    profile_pic: str
    birthday: str | None


class PersonQuery(Model):
    """Which user."""

    id: Id


class SearchQuery(Model):
    """What to look for in names, and in the e-mails of friends, and how many hits to skip."""

    filtered_str: Annotated[NonBlankText, Field(max_length=MAX_SEARCH_LENGTH)] = Field(
        description="a part of the name, the whole e-mail, or a part of a friend's",
        json_schema_extra={"example": "ben"},
    )
    offset: Integer = Field(default=0, description="how many hits to skip")


def serialize_profile(person: contract.UserProfile, language: str) -> dict[str, Any]:
    """Return what the actor may know of a user. language: of the words for a missing name."""
    return {
        "id": person["id"],
        "name": person["name"] or SOMEONE[language],
        "email": person["email"],
        "profile_pic": person["picture"],
        "birthday": person["birthday"],
    }
