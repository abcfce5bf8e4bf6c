"""Events: the month, the agenda, one event, creating, changing, deleting, leaving."""

from typing import Any

from flask import Response, request
from werkzeug.http import quote_etag

from gateway.http.conditional import entity_tag, evaluates_preconditions, expected_versions, is_known
from gateway.http.context import actor_id, calls, operation_id, public_url
from gateway.http.problems import problem_responses
from gateway.http.resource import Resource, json_response, no_content
from gateway.schemas.events import (
    Agenda,
    AgendaQuery,
    ChangedEvent,
    Created,
    Days,
    DeletedEvent,
    Event,
    EventQuery,
    MonthQuery,
    NewEvent,
    OccurrenceQuery,
    serialize_agenda,
    serialize_event,
    serialize_summary,
)
from services.contracts import events as contract
from services.contracts.errors import Forbidden, NotFound

events_bp = Resource("events", about="Events, single and group")


@events_bp.get("/events", responses={200: Days})
def list_month(query: MonthQuery) -> Response:
    """Return what I take part in and what starts in a month, by day: each occurrence of an event that repeats."""
    days: dict[str, list[dict[str, Any]]] = {}
    for summary in calls().call(contract.list_month, actor_id=actor_id(), year=query.year, month=query.month):
        days.setdefault(str(int(summary["starts_at"][8:10])), []).append(serialize_summary(summary, public_url()))
    return json_response(days)


@events_bp.get("/agenda", responses={200: Agenda})
def list_agenda(query: AgendaQuery) -> Response:
    """Return what I take part in and what overlaps some days, each occurrence by itself, in time order."""
    page = calls().call(
        contract.list_agenda,
        actor_id=actor_id(),
        first_day=query.first_day,
        end_day=query.end_day,
        time_zone=query.time_zone,
        limit=query.limit,
        after=query.after,
    )
    return json_response(serialize_agenda(page, public_url()))


@events_bp.get("/event", responses={200: Event, 304: None, **problem_responses(403, 404, 412)})
def get_event(query: OccurrenceQuery) -> Response:
    """Return an event that I have access to, or one of its occurrences, with an ETag."""
    event = calls().call(contract.get_event, actor_id=actor_id(), event_id=query.id, occurrence=query.occurrence)
    response = json_response(serialize_event(event, public_url()))
    response.headers["ETag"] = quote_etag(entity_tag(event["version"], response.get_data()))
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@events_bp.post("/event", responses={200: Created, **problem_responses(413, 415, 422)})
def create_event(body: NewEvent) -> Response:
    """Create an event; a group event gets me as its first member, and a chat."""
    event_id = calls().write(
        contract.create_event,
        actor_id=actor_id(),
        kind=body.type,
        details=body.details(),
        operation_id=operation_id(),
    )
    return json_response({"id": event_id})


@events_bp.put("/event", responses={204: None, **problem_responses(403, 404, 409, 412, 413, 415, 422)})
@evaluates_preconditions
def change_event(body: ChangedEvent) -> Response:
    """Change the fields that are given, of an event or of some occurrences; with `If-Match` only if it is as it was."""
    calls().write(
        contract.change_event,
        actor_id=actor_id(),
        event_id=body.id,
        kind=body.type if "type" in body.model_fields_set else None,
        changes=body.changes(),
        occurrence=body.occurrence,
        scope=body.reach(),
        if_versions=_versions_to_change(body.id),
        operation_id=operation_id(),
    )
    return no_content()


@events_bp.delete("/event", responses={204: None, **problem_responses(403, 404, 409, 412, 422)})
@evaluates_preconditions
def delete_event(query: DeletedEvent) -> Response:
    """Delete an event with its chat, messages and invitations, for everyone; or cancel some of its occurrences."""
    calls().write(
        contract.delete_event,
        actor_id=actor_id(),
        event_id=query.id,
        occurrence=query.occurrence,
        scope=query.reach(),
        if_versions=_versions_to_change(query.id),
        operation_id=operation_id(),
    )
    return no_content()


@events_bp.delete("/event/group/leave", responses={204: None, **problem_responses(404, 409, 422)})
def leave_event(query: EventQuery) -> Response:
    """Leave a group event; the last one out deletes it."""
    calls().write(contract.leave_event, actor_id=actor_id(), event_id=query.id, operation_id=operation_id())
    return no_content()


def _versions_to_change(event_id: str) -> list[int] | None:
    """Return the versions of an event at which a change may be made; None for any.

    None that `If-None-Match` names: versions only grow, and a client can name those alone that it has seen, so one that
    is not known now will not be later. The service says first what else is wrong: 412 is for what would have succeeded
    (RFC 9110, section 13.2.1).
    """
    expected = expected_versions()
    if "If-None-Match" not in request.headers:
        return expected
    try:
        version = calls().call(contract.get_event, actor_id=actor_id(), event_id=event_id)["version"]
    except (Forbidden, NotFound):
        return expected  # the change itself says so
    return [] if is_known(version) else expected
