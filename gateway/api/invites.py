"""Invitations: sending, listing, answering."""

from flask import Response

from gateway.http.context import actor_id, calls, operation_id
from gateway.http.language import asked_language
from gateway.http.problems import problem_responses
from gateway.http.resource import Resource, list_of, list_or_no_content, no_content
from gateway.schemas.events import EventQuery
from gateway.schemas.invites import (
    INVITE_ID,
    INVITE_ID_HEADER,
    AnswerQuery,
    Invite,
    Invited,
    InvitesQuery,
    NewInvite,
    serialize_invite,
    serialize_invited,
)
from services.contracts import events, users
from services.contracts import invites as contract

invites_bp = Resource("invites", about="Invitations to be friends, or to take part in an event")


@invites_bp.get("/invites", responses={200: list_of(Invite), 204: None})
def list_invites(query: InvitesQuery) -> Response:
    """Return the invitations that wait for my answer, or those of mine that wait for the answers of others."""
    listed = contract.list_sent_invites if query.sent else contract.list_invites
    found = calls().call(listed, actor_id=actor_id())
    return list_or_no_content([serialize_invite(invite) for invite in found])


@invites_bp.get("/event/invited", responses={200: list_of(Invited), 204: None, **problem_responses(403, 404)})
def list_invited(query: EventQuery) -> Response:
    """Return who is invited to a group event that I take part in, in the order the invitations were sent."""
    invited = calls().call(events.list_invited, actor_id=actor_id(), event_id=query.id)
    user_ids = [each["user_id"] for each in invited]
    found = calls().call(users.list_users, user_ids=user_ids, viewer_ids=[]) if invited else []
    people = {person["id"]: person for person in found}
    known = [(each["invite_id"], people[each["user_id"]]) for each in invited if each["user_id"] in people]
    language = asked_language()
    return list_or_no_content([serialize_invited(invite_id, person, language) for invite_id, person in known])


@invites_bp.post(
    "/invite",
    responses={
        204: {"description": "No Content", "headers": INVITE_ID},
        **problem_responses(403, 404, 409, 413, 415, 422),
    },
)
def send_invite(body: NewInvite) -> Response:
    """Invite a user; while an invitation is pending the same one is not sent again. `X-Invite-Id` names it."""
    invite_id = calls().write(
        contract.send_invite,
        actor_id=actor_id(),
        kind=body.type,
        receiver_id=body.receiver_id,
        event_id=body.event_id if body.type == "event" else None,
        operation_id=operation_id(),
    )
    response = no_content()
    response.headers[INVITE_ID_HEADER] = invite_id
    return response


@invites_bp.delete("/invite", responses={204: None, **problem_responses(403, 404, 422)})
def answer_invite(query: AnswerQuery) -> Response:
    """Accept or decline an invitation to me, or cancel one of mine or to an event that I own."""
    calls().write(
        contract.answer_invite,
        actor_id=actor_id(),
        invite_id=query.id,
        action=query.action,
        operation_id=operation_id(),
    )
    return no_content()
