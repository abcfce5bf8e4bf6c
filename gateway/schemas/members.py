"""Members of group events and their rights."""

from typing import Any

from pydantic import BaseModel, StrictBool

from gateway.http.fields import Id, Model, optional
from gateway.schemas.examples import BEN, BENS_MEMBERSHIP, EVENT, example
from gateway.schemas.users import serialize_profile
from services.contracts import events as contract
from services.contracts import users


class Member(BaseModel):
    """A membership with its rights; the e-mail is null unless we are friends."""

    model_config = example(
        {
            "member_id": BENS_MEMBERSHIP,
            "user_id": BEN,
            "name": "Ben Okafor",
            "email": "ben@example.com",
            "profile_pic": "https://pictures.example.com/ben.jpg",
            "event_id": EVENT,
            "is_can_invite_user": True,
            "is_can_delete_user": False,
            "is_can_change_event": False,
            "is_can_delete_event": False,
        }
    )

    member_id: str
    user_id: str
    name: str
    email: str | None
    profile_pic: str
    event_id: str
    is_can_invite_user: bool
    is_can_delete_user: bool
    is_can_change_event: bool
    is_can_delete_event: bool


class MemberQuery(Model):
    """Which membership: its own id, not the user's."""

    id: Id


class ChangedRights(Model):
    """Rights to grant (true) or revoke (false); what is left out stays."""

    model_config = example({"id": BENS_MEMBERSHIP, "is_can_change_event": True})

    id: Id
    is_can_invite_user: StrictBool = optional()
    is_can_delete_user: StrictBool = optional()
    is_can_change_event: StrictBool = optional()
    is_can_delete_event: StrictBool = optional()

    def rights(self) -> contract.Rights:
        """Return the rights that were given, under the names of the service."""
        given: Any = self.model_dump(include=self.model_fields_set - {"id"})
        rights: Any = {name.removeprefix("is_"): on for name, on in given.items()}
        changed: contract.Rights = rights
        return changed


def serialize_member(member: contract.Member, person: users.UserProfile, language: str) -> dict[str, Any]:
    """Return a membership, with what the actor may know of the member."""
    profile = serialize_profile(person, language)
    return {
        "member_id": member["id"],
        "user_id": member["user_id"],
        **{name: profile[name] for name in ("name", "email", "profile_pic")},
        "event_id": member["event_id"],
        **{f"is_{right}": on for right, on in member["rights"].items()},
    }
