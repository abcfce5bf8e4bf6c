"""Events: requests, answers, serializers."""

from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel, Field, RootModel, ValidationInfo, WithJsonSchema, field_validator

from gateway.http.characters import has_visible_character
from gateway.http.context import public_url, requested_url
from gateway.http.fields import (
    Date,
    Flag,
    Id,
    Integer,
    Model,
    Month,
    NonBlankText,
    Text,
    WallClock,
    Year,
    format_datetime,
    format_datetime_or_null,
    format_flag,
    optional,
)
from gateway.http.problems import FIELD_NAMES
from gateway.icons import ICONS
from gateway.schemas.examples import ANNAS_MEMBERSHIP, BENS_MEMBERSHIP, CHAT, EVENT, SUMMARY, example
from services.contracts import events as contract

ICON_PATH = "/load_icon/"
AGENDA_PAGE = 500
MAX_AGENDA_PAGE = 1000
_NAMES_OF_SERVICE = {api: service for service, api in FIELD_NAMES.items()}


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
Recurrence = Annotated[Text, Field(max_length=2000)]
Kind = Literal["single", "group"]
IconName = Annotated[
    Text,
    AfterValidator(icon_name),
    WithJsonSchema({"type": "string", "description": "an icon's name or its URL", "example": "pizza.svg"}),
]


class EventSummary(BaseModel):
    """An event in the month; one that repeats is there once for each occurrence, which `occurrence` names."""

    model_config = example(SUMMARY)

    id: str
    type: Kind
    name: str
    is_private: Literal["true", "false"]
    datetime: str
    end_datetime: str | None
    all_day: Literal["true", "false"]
    time_zone: str | None
    recurrence: str | None
    occurrence: str | None
    starts_at: str
    ends_at: str | None
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


class AgendaItem(EventSummary):
    """An event, or one of its occurrences, in an agenda; a group event also has its chat."""

    model_config = example(SUMMARY | {"chat_id": CHAT})

    chat_id: str = optional()


class Agenda(BaseModel):
    """A part of an agenda, in time order. next: the `after` of the next part; null after the last."""

    model_config = example({"events": [SUMMARY | {"chat_id": CHAT}], "next": None})

    events: list[AgendaItem]
    next: str | None


class Created(BaseModel):
    """The id of what was created."""

    model_config = example({"id": EVENT})

    id: str


class MonthQuery(Model):
    """Which month."""

    year: Year
    month: Month


class AgendaQuery(Model):
    """Which days, whose, and which part of them."""

    first_day: Date = Field(alias="from", description="the first day")
    end_day: Date = Field(alias="to", description="the day after the last one, at most 400 days later")
    time_zone: Text | None = optional("whose days these are; without it, each event's own")
    limit: Annotated[
        Integer,
        Field(ge=1, le=MAX_AGENDA_PAGE),
        WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_AGENDA_PAGE}),
    ] = Field(default=AGENDA_PAGE, description="how many to return at most")
    after: Text | None = optional("the `next` of the part before")


class EventQuery(Model):
    """Which event."""

    id: Id


class OccurrenceQuery(EventQuery):
    """Which event, or which of its occurrences."""

    occurrence: WallClock | None = optional("the planned start of one, also after it was moved")


class Reach(Model):
    """Which event a change is about, and which of its occurrences."""

    id: Id
    occurrence: WallClock | None = optional("the planned start of one, also after it was moved", nullable=True)
    scope: contract.Scope = optional("`this`, the default with `occurrence`; that and all later ones; or `all`")

    @field_validator("scope")
    @classmethod
    def _begins_somewhere(cls, scope: contract.Scope, info: ValidationInfo) -> contract.Scope:
        if scope != "all" and info.data.get("occurrence", "malformed") is None:
            raise ValueError("must be all unless occurrence says which one")
        return scope

    def reach(self) -> contract.Scope:
        """Return the scope that is meant."""
        default: contract.Scope = "all" if self.occurrence is None else "this"
        return self.scope if "scope" in self.model_fields_set else default


class DeletedEvent(Reach):
    """Which event to delete, or which of its occurrences to cancel."""

    occurrence: WallClock | None = optional("the planned start of one, also after it was moved")


class NewEvent(Model):
    """An event to create."""

    model_config = example(
        {
            "type": "group",
            "name": "Pizza at Anna's",
            "is_private": "false",
            "datetime": "31.12.2026 19:30",
            "end_datetime": "31.12.2026 23:00",
            "time_zone": "Europe/Berlin",
            "address": "Elm Street 5",
            "icon": "pizza.svg",
            "description": "Bring a game.",
        }
    )

    type: Kind
    name: Name
    is_private: Flag
    datetime: WallClock
    end_datetime: WallClock | None = optional("left out or null: no end is said", nullable=True)
    all_day: Flag = optional("left out: false")
    time_zone: Text | None = optional("left out or null: the same wall clock everywhere", nullable=True)
    recurrence: Recurrence | None = optional("an RRULE value (RFC 5545) without the name", nullable=True)
    address: Address
    icon: IconName
    description: Description = ""

    def details(self) -> contract.EventDetails:
        """Return what is said of the event, under the names of the service."""
        return _details(self.model_dump(include=(self.model_fields_set | {"description"}) - {"type"}))


class ChangedEvent(Reach):
    """Fields of an event, or of some of its occurrences, to change; what is left out stays."""

    model_config = example({"id": EVENT, "datetime": "31.12.2026 20:00"})

    type: Kind = optional()
    name: Name = optional()
    is_private: Flag = optional()
    datetime: WallClock = optional()
    end_datetime: WallClock | None = optional(nullable=True)
    all_day: Flag = optional()
    time_zone: Text | None = optional(nullable=True)
    recurrence: Recurrence | None = optional(nullable=True)
    address: Address = optional()
    icon: IconName = optional()
    description: Description = optional()

    def changes(self) -> contract.EventDetails:
        """Return the fields that were given, under the names of the service."""
        given = self.model_dump(include=self.model_fields_set - {"id", "type", "occurrence", "scope"})
        return _details(given)


def _details(given: dict[str, Any]) -> contract.EventDetails:
    """Return an event's details under the names of the service."""
    details = {_NAMES_OF_SERVICE.get(name, name): value for name, value in given.items()}
    return cast(contract.EventDetails, details)


def serialize_event(event: contract.Event, base: str) -> dict[str, Any]:
    """Return an event as the API shows it. base: of the URLs in it."""
    serialized = serialize_summary(event, base)
    if event["kind"] == "group":
        serialized |= {"member_id_list": event["member_ids"], "chat_id": event["chat_id"]}
    return serialized


def serialize_agenda(page: contract.AgendaPage, base: str) -> dict[str, Any]:
    """Return a part of an agenda as the API shows it. base: of the URLs in it."""
    events = [
        serialize_summary(item, base) | ({"chat_id": item["chat_id"]} if item["kind"] == "group" else {})
        for item in page["events"]
    ]
    return {"events": events, "next": page["next"]}


def serialize_summary(event: contract.EventSummary, base: str) -> dict[str, Any]:
    """Return an event as the month shows it. base: of the URLs in it.

    What a feed has kept from before there were ends is a wall clock alone.
    """
    return {
        "id": event["id"],
        "type": event["kind"],
        "name": event["name"],
        "is_private": format_flag(event["is_private"]),
        "datetime": format_datetime(event["starts_at"]),
        "end_datetime": format_datetime_or_null(event.get("ends_at")),
        "all_day": format_flag(event.get("all_day", False)),
        "time_zone": event.get("time_zone"),
        "recurrence": event.get("recurrence"),
        "occurrence": format_datetime_or_null(event.get("occurrence")),
        "starts_at": event.get("start_instant", f"{event['starts_at']}:00"),
        "ends_at": event.get("end_instant"),
        "address": event["address"],
        "description": event["description"],
        "icon": f"{base}{ICON_PATH}{event['icon']}",
    }
