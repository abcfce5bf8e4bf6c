"""Invitations."""

from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from gateway.http.fields import Flag, Id, Model, Text, check_id
from gateway.schemas.examples import CLEO, EVENT, EVENT_INVITE, INVITE, example
from gateway.schemas.users import serialize_profile
from services.contracts import invites as contract
from services.contracts import users

INVITE_ID_HEADER = "X-Invite-Id"
INVITE_ID = {
    INVITE_ID_HEADER: {
        "description": "the invitation that is pending now: this one, or the same one that was sent before",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"},
        "example": INVITE["id"],
    }
}
"""How the header is described in the OpenAPI document."""


class Invite(BaseModel):
    """A pending invitation. event_id: null for a friend invitation."""

    model_config = example(INVITE)

    id: str
    sender_id: str
    receiver_id: str
    type: Literal["friend", "event"]
    event_id: str | None


class Invited(BaseModel):
    """Somebody who is invited to an event, and by which invitation."""

    model_config = example(
        {
            "invite_id": EVENT_INVITE,
            "user_id": CLEO,
            "name": "Cleo Marsh",
            "profile_pic": "https://pictures.example.com/cleo.jpg",
        }
    )

    invite_id: str
    user_id: str
    name: str
    profile_pic: str


class InvitesQuery(Model):
    """Whose invitations."""

    sent: Flag = Field(default=False, description="those that I have sent; without it those to me")


class NewInvite(Model):
    """An invitation to send. event_id: for an event only, else any text is ignored."""

    model_config = example({"type": "event", "receiver_id": CLEO, "event_id": EVENT})

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
        return check_id(event_id)


class AnswerQuery(Model):
    """Which invitation, and what to do with it."""

    id: Id
    action: Literal["accept", "decline", "cancel"] = Field(
        description="accept or decline an invitation to me, or cancel one of mine or to an event that I own"
    )


def serialize_invite(invite: contract.Invite) -> dict[str, Any]:
    """Return an invitation as the API shows it."""
    return {
        "id": invite["id"],
        "sender_id": invite["sender_id"],
        "receiver_id": invite["receiver_id"],
        "type": invite["kind"],
        "event_id": invite["event_id"],
    }


def serialize_invited(invite_id: str, person: users.UserProfile, language: str) -> dict[str, Any]:
    """Return somebody who is invited, with what everybody may know."""
    profile = serialize_profile(person, language)
    return {
        "invite_id": invite_id,
        "user_id": person["id"],
        "name": profile["name"],
        "profile_pic": profile["profile_pic"],
    }
