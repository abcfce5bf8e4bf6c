"""Events: the month, one event, creating, changing, deleting, leaving."""

from typing import Annotated, Any, Literal

from flask import Response, request
from pydantic import BaseModel, Field, RootModel
from werkzeug.http import quote_etag

from gateway import icons
from gateway.backend import actor_id, calls, operation_id, public_url
from gateway.fields import (
    Flag,
    IconName,
    Id,
    Model,
    Month,
    Text,
    WallClock,
    Words,
    Year,
    documented_datetime,
    documented_flag,
)
from gateway.preconditions import entity_tag, expected_versions
from gateway.problems import documented
from gateway.resource import Resource, answer, done
from services.contracts import events as contract

calendar = Resource("events", about="Events, single and group")

Name = Annotated[Words, Field(max_length=200)]
Address = Annotated[Words, Field(max_length=500)]
Description = Annotated[Text, Field(max_length=10_000)]
Kind = Literal["single", "group"]


class EventSummary(BaseModel):
    """An event in the month."""

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


class Event(EventSummary):
    """An event; a group event also has its members and, for them, its chat."""

    member_id_list: list[str] | None = None
    chat_id: str | None = None


class Created(BaseModel):
    """The id of what was made."""

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

    type: Kind
    name: Name
    is_private: Flag
    datetime: WallClock
    address: Address
    icon: IconName
    description: Description = ""


class ChangedEvent(Model):
    """Fields of an event to change; what is left out stays."""

    id: Id
    type: Kind = "single"
    name: Name = ""
    is_private: Flag = False
    datetime: WallClock = ""
    address: Address = ""
    icon: IconName = ""
    description: Description = ""

    def changes(self) -> contract.Changes:
        """Return what was given, in the words of the service."""
        given: Any = self.model_dump(include=self.model_fields_set - {"id", "type"})
        if "datetime" in given:
            given["starts_at"] = given.pop("datetime")
        changes: contract.Changes = given
        return changes


@calendar.get("/events", responses={200: Days})
def list_month(query: MonthQuery) -> Response:
    """Return the events of a month that I take part in, by day."""
    days: dict[str, list[dict[str, Any]]] = {}
    for summary in calls().call(contract.list_month, actor_id=actor_id(), year=query.year, month=query.month):
        days.setdefault(str(int(summary["starts_at"][8:10])), []).append(shown_summary(summary, public_url()))
    return answer(days)


@calendar.get("/event", responses={200: Event, 304: None, **documented(403, 404)})
def get_event(query: EventQuery) -> Response:
    """Return an event that I have access to, with an ETag."""
    event = calls().call(contract.get_event, actor_id=actor_id(), event_id=query.id)
    response = answer(shown_event(event, public_url()))
    response.headers["ETag"] = quote_etag(entity_tag(event["version"], response.get_data()))
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


@calendar.post("/event", responses={200: Created, **documented(413, 415, 422)})
def create_event(body: NewEvent) -> Response:
    """Create an event; a group event gets me as its first member, and a chat."""
    event_id = calls().write(
        contract.create_event,
        actor_id=actor_id(),
        kind=body.type,
        name=body.name,
        is_private=body.is_private,
        starts_at=body.datetime,
        address=body.address,
        description=body.description,
        icon=body.icon,
        operation_id=operation_id(),
    )
    return answer({"id": event_id})


@calendar.put("/event", responses={204: None, **documented(403, 404, 412, 413, 415, 422)})
def change_event(body: ChangedEvent) -> Response:
    """Change the fields that are given; `If-Match` makes sure that nobody was faster."""
    calls().write(
        contract.change_event,
        actor_id=actor_id(),
        event_id=body.id,
        kind=body.type if "type" in body.model_fields_set else None,
        changes=body.changes(),
        if_versions=expected_versions(),
        operation_id=operation_id(),
    )
    return done()


@calendar.delete("/event", responses={204: None, **documented(403, 404, 412, 422)})
def delete_event(query: EventQuery) -> Response:
    """Delete an event with its chat, messages and invitations, for everyone."""
    calls().write(
        contract.delete_event,
        actor_id=actor_id(),
        event_id=query.id,
        if_versions=expected_versions(),
        operation_id=operation_id(),
    )
    return done()


@calendar.delete("/event/group/leave", responses={204: None, **documented(404, 422)})
def leave_event(query: EventQuery) -> Response:
    """Leave a group event; the last one out deletes it."""
    calls().write(contract.leave_event, actor_id=actor_id(), event_id=query.id, operation_id=operation_id())
    return done()


def shown_event(event: contract.Event, base: str) -> dict[str, Any]:
    """Return an event in the words of the API. base: of the URLs in it."""
    shown = shown_summary(event, base)
    if event["kind"] == "group":
        shown |= {"member_id_list": event["member_ids"], "chat_id": event["chat_id"]}
    return shown


def shown_summary(event: contract.Summary, base: str) -> dict[str, Any]:
    """Return what the calendar shows of an event in the words of the API. base: of the URLs in it."""
    return {
        "id": event["id"],
        "type": event["kind"],
        "name": event["name"],
        "is_private": documented_flag(event["is_private"]),
        "datetime": documented_datetime(event["starts_at"]),
        "address": event["address"],
        "description": event["description"],
        "icon": f"{base}{icons.PATH}{event['icon']}",
    }
