"""Members of group events and their rights."""

from flask import Response

from gateway.http.context import actor_id, calls, operation_id
from gateway.http.language import asked_language
from gateway.http.problems import problem_responses
from gateway.http.resource import Resource, json_response, no_content
from gateway.schemas.members import ChangedRights, Member, MemberQuery, serialize_member
from services.contracts import events as contract
from services.contracts import users

members_bp = Resource("members", about="Members of group events and their rights")


@members_bp.get("/member", responses={200: Member, **problem_responses(403, 404)})
def get_member(query: MemberQuery) -> Response:
    """Return a member of an event that I have access to; the e-mail only of a friend, and mine."""
    member = calls().call(contract.get_member, actor_id=actor_id(), member_id=query.id)
    person = calls().call(users.get_user, actor_id=actor_id(), user_id=member["user_id"])
    return json_response(serialize_member(member, person, asked_language()))


@members_bp.put("/member", responses={204: None, **problem_responses(403, 404, 409, 413, 415, 422)})
def change_rights(body: ChangedRights) -> Response:
    """Grant and revoke rights that I hold myself."""
    calls().write(
        contract.change_rights,
        actor_id=actor_id(),
        member_id=body.id,
        rights=body.rights(),
        operation_id=operation_id(),
    )
    return no_content()


@members_bp.delete("/member", responses={204: None, **problem_responses(403, 404, 409, 422)})
def remove_member(query: MemberQuery) -> Response:
    """Remove a member; removing myself is leaving."""
    calls().write(contract.remove_member, actor_id=actor_id(), member_id=query.id, operation_id=operation_id())
    return no_content()
