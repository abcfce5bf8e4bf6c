"""Events: requests, answers, serializers."""

from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel, Field, RootModel, WithJsonSchema

from gateway.http.characters import has_visible_character
from gateway.http.context import public_url, requested_url
from gateway.http.fields import (
    Flag,
    Id,
    Model,
    Month,
    NonBlankText,
    Text,
    WallClock,
    Year,
    format_datetime,
    format_flag,
    optional,
)
from gateway.icons import ICONS
from gateway.schemas.examples import ANNAS_MEMBERSHIP, BENS_MEMBERSHIP, CHAT, EVENT, SUMMARY, example
from services.contracts import events as contract

ICON_PATH = "/load_icon/"


def icon_name(icon: str) -> str:
    """Return the name of an icon given by its name or by its URL on this site.

    Raises:
        ValueError: there is no such icon, or the URL is another site's.
    """
    name = _name_in_url(icon) if "/" in icon else icon
    if name not in ICONS:
        raise ValueError(f"must be one of {', '.join(ICONS)}, or the URL of one")
    return name


def _name_in_url(url: str) -> str:
    site, path, name = url.partition(ICON_PATH)
    if path and site.lower() in ("", public_url(), requested_url()):
        return name
    raise ValueError(f"must be a name or a {ICON_PATH}… URL of this site")


def _empty_or_not_blank(text: str) -> str:
    if text and not has_visible_character(text):
        raise ValueError('must have a visible character, or be ""')
    return text


Name = Annotated[NonBlankText, Field(max_length=200)]
Address = Annotated[Text, AfterValidator(_empty_or_not_blank), Field(max_length=500)]
Description = Annotated[Text, Field(max_length=10_000)]
Kind = Literal["single", "group"]
IconName = Annotated[
    Text,
    AfterValidator(icon_name),
    WithJsonSchema({"type": "string", "description": "an icon's name or its URL", "example": "pizza.svg"}),
]


class EventSummary(BaseModel):
    """An event in the month."""

    model_config = example(SUMMARY)

    id: str
    type: Kind
    name: str
    is_private: Literal["true", "false"]
    datetime: str
    address: str
    description: str
    icon: str


class Days(RootModel[dict[str, list[EventSummary]]]):
    """Events of a month in time order, by the day of the month; only days that have events."""

    model_config = example({"31": [SUMMARY]})


class Event(EventSummary):
    """An event; a group event also has its members and, for them, its chat."""

    model_config = example(SUMMARY | {"member_id_list": [ANNAS_MEMBERSHIP, BENS_MEMBERSHIP], "chat_id": CHAT})

    member_id_list: list[str] = optional()
    chat_id: str | None = optional(nullable=True)


class Created(BaseModel):
    """The id of what was created."""

    model_config = example({"id": EVENT})

    id: str


class MonthQuery(Model):
    """Which month."""

    year: Year
    month: Month


class EventQuery(Model):
    """Which event."""

    id: Id


class NewEvent(Model):
    """An event to create."""

    model_config = example(
        {
            "type": "group",
            "name": "Pizza at Anna's",
            "is_private": "false",
            "datetime": "31.12.2026 19:30",
            "address": "Elm Street 5",
            "icon": "pizza.svg",
            "description": "Bring a game.",
        }
    )

    type: Kind
    name: Name
    is_private: Flag
    datetime: WallClock
    address: Address
    icon: IconName
    description: Description = ""

    def details(self) -> contract.EventDetails:
        """Return what is said of the event, under the names of the service."""
        return _details(self.model_dump(exclude={"type"}))


class ChangedEvent(Model):
    """Fields of an event to change; what is left out stays."""

    model_config = example({"id": EVENT, "datetime": "31.12.2026 20:00"})

    id: Id
    type: Kind = optional()
    name: Name = optional()
    is_private: Flag = optional()
    datetime: WallClock = optional()
    address: Address = optional()
    icon: IconName = optional()
    description: Description = optional()

    def changes(self) -> contract.EventDetails:
        """Return the fields that were given, under the names of the service."""
        given = self.model_dump(include=self.model_fields_set - {"id", "type"})
        return _details(given)


def _details(given: dict[str, Any]) -> contract.EventDetails:
    """Return an event's details under the names of the service; those of the API differ in one."""
    if "datetime" in given:
        given["starts_at"] = given.pop("datetime")
    return cast(contract.EventDetails, given)


def serialize_event(event: contract.Event, base: str) -> dict[str, Any]:
    """Return an event as the API shows it. base: of the URLs in it."""
    serialized = serialize_summary(event, base)
    if event["kind"] == "group":
        serialized |= {"member_id_list": event["member_ids"], "chat_id": event["chat_id"]}
    return serialized


def serialize_summary(event: contract.EventSummary, base: str) -> dict[str, Any]:
    """Return an event as the month shows it. base: of the URLs in it."""
    return {
        "id": event["id"],
        "type": event["kind"],
        "name": event["name"],
        "is_private": format_flag(event["is_private"]),
        "datetime": format_datetime(event["starts_at"]),
        "address": event["address"],
        "description": event["description"],
        "icon": f"{base}{ICON_PATH}{event['icon']}",
    }
