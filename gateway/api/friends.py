"""Friends of the current user."""

from flask import Response

from gateway.http.context import actor_id, calls, operation_id
from gateway.http.language import asked_language
from gateway.http.problems import problem_responses
from gateway.http.resource import Resource, json_response, list_of, list_or_no_content, no_content
from gateway.schemas.friends import Friend, FriendPage, FriendQuery
from gateway.schemas.users import serialize_profile
from services.contracts import events, users

friends_bp = Resource("friends", about="Friends")


@friends_bp.get("/friends", responses={200: list_of(Friend), 204: None})
def list_friends() -> Response:
    """Return my friends, by name."""
    found = calls().call(users.list_friends, actor_id=actor_id())
    language = asked_language()
    return list_or_no_content([serialize_profile(person, language) for person in found])


@friends_bp.get("/friend", responses={200: FriendPage, **problem_responses(404)})
def get_friend(query: FriendQuery) -> Response:
    """Return a friend. Two calls at once; a user who is no friend is not found."""
    friend_reply = calls().start(users.get_friend, actor_id=actor_id(), friend_id=query.id)
    events_reply = calls().start(events.list_visible_event_ids, actor_id=actor_id(), user_id=query.id)
    friend = friend_reply.result()
    return json_response(
        {
            **serialize_profile(friend, asked_language()),
            "event_id_list": events_reply.result(),
            "friend_id_list": friend["friend_ids"],
        }
    )


@friends_bp.delete("/friend", responses={204: None, **problem_responses(404, 409, 422)})
def end_friendship(query: FriendQuery) -> Response:
    """End a friendship, for both. The dialog stays."""
    calls().write(users.end_friendship, actor_id=actor_id(), friend_id=query.id, operation_id=operation_id())
    return no_content()
