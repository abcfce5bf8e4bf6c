"""Invitations: sending, listing, answering."""

from typing import Any, Literal

from flask import Response
from pydantic import BaseModel, Field, ValidationInfo, field_validator

from gateway.backend import actor_id, calls, operation_id
from gateway.fields import Id, Model, Text, an_id
from gateway.problems import documented
from gateway.resource import Resource, done, list_of, list_or_nothing
from services.contracts import invites as contract

invitations = Resource("invites", about="Invitations to be friends, or to take part in an event")


class Invite(BaseModel):
    """An invitation that waits for my answer. event_id: null for a friend invitation."""

    id: str
    sender_id: str
    receiver_id: str
    type: Literal["friend", "event"]
    event_id: str | None


class NewInvite(Model):
    """An invitation to send. event_id: for an event only, else any text is ignored."""

    type: Literal["friend", "event"]
    receiver_id: Id
    event_id: Text = Field(default="", validate_default=True, description="required for an event, else ignored")

    @field_validator("event_id")
    @classmethod
    def _is_given_for_an_event(cls, event_id: str, info: ValidationInfo) -> str:
        if info.data.get("type") != "event":
            return event_id
        if not event_id:
            raise ValueError("is required for an invitation to an event")
        return an_id(event_id)


class Answer(Model):
    """Which invitation, and what to do with it."""

    id: Id
    action: Literal["accept", "decline", "cancel"]


@invitations.get("/invites", responses={200: list_of(Invite), 204: None})
def list_invites() -> Response:
    """Return the invitations that wait for my answer."""
    found = calls().call(contract.list_invites, actor_id=actor_id())
    return list_or_nothing([shown_invite(invite) for invite in found])


def shown_invite(invite: contract.Invite) -> dict[str, Any]:
    """Return an invitation in the words of the API."""
    return {
        "id": invite["id"],
        "sender_id": invite["sender_id"],
        "receiver_id": invite["receiver_id"],
        "type": invite["kind"],
        "event_id": invite["event_id"],
    }


@invitations.post("/invite", responses={204: None, **documented(403, 404, 409, 413, 415, 422)})
def send_invite(body: NewInvite) -> Response:
    """Invite somebody; the same invitation while one waits is not a second one."""
    calls().write(
        contract.send_invite,
        actor_id=actor_id(),
        kind=body.type,
        receiver_id=body.receiver_id,
        event_id=body.event_id if body.type == "event" else None,
        operation_id=operation_id(),
    )
    return done()


@invitations.delete("/invite", responses={204: None, **documented(403, 404, 422)})
def answer_invite(query: Answer) -> Response:
    """Accept or decline an invitation to me, or cancel one of mine."""
    calls().write(
        contract.answer_invite,
        actor_id=actor_id(),
        invite_id=query.id,
        action=query.action,
        operation_id=operation_id(),
    )
    return done()
