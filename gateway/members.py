"""Members of group events and their rights."""

from typing import Any

from flask import Response
from pydantic import BaseModel, StrictBool

from gateway.backend import actor_id, calls, operation_id
from gateway.fields import Id, Model
from gateway.problems import documented
from gateway.resource import Resource, answer, done
from services.contracts import events as contract
from services.contracts import users

members = Resource("members", about="Members of group events and their rights")


class Member(BaseModel):
    """A membership with its rights."""

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

    id: Id
    is_can_invite_user: StrictBool = False
    is_can_delete_user: StrictBool = False
    is_can_change_event: StrictBool = False
    is_can_delete_event: StrictBool = False

    def rights(self) -> contract.Rights:
        """Return what was given, in the words of the service."""
        given: Any = self.model_dump(include=self.model_fields_set - {"id"})
        rights: Any = {name.removeprefix("is_"): on for name, on in given.items()}
        wanted: contract.Rights = rights
        return wanted


@members.get("/member", responses={200: Member, **documented(403, 404)})
def get_member(query: MemberQuery) -> Response:
    """Return a member of an event that I have access to; the e-mail only if I am a member too."""
    member = calls().call(contract.get_member, actor_id=actor_id(), member_id=query.id)
    person = calls().call(users.get_person, user_id=member["user_id"])
    return answer(shown_member(member, person))


def shown_member(member: contract.Member, person: users.Person) -> dict[str, Any]:
    """Return a membership in the words of the API."""
    return {
        "member_id": member["id"],
        "user_id": member["user_id"],
        "name": person["name"],
        "email": person["email"] if member["for_member"] else None,
        "profile_pic": person["picture"],
        "event_id": member["event_id"],
        **{f"is_{right}": on for right, on in member["rights"].items()},
    }


@members.put("/member", responses={204: None, **documented(403, 404, 413, 415, 422)})
def change_rights(body: ChangedRights) -> Response:
    """Grant and revoke rights that I hold myself."""
    calls().write(
        contract.change_rights,
        actor_id=actor_id(),
        member_id=body.id,
        rights=body.rights(),
        operation_id=operation_id(),
    )
    return done()


@members.delete("/member", responses={204: None, **documented(403, 404, 422)})
def remove_member(query: MemberQuery) -> Response:
    """Remove a member; removing myself is leaving."""
    calls().write(contract.remove_member, actor_id=actor_id(), member_id=query.id, operation_id=operation_id())
    return done()
