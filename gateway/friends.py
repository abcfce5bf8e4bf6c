"""Friends of the current user."""

from flask import Response

from gateway.backend import actor_id, calls, operation_id
from gateway.fields import Id, Model
from gateway.problems import documented
from gateway.resource import Resource, answer, done, list_of, list_or_nothing
from gateway.users import PublicProfile, public_profile
from services.contracts import events, users

friends = Resource("friends", about="Friends")


class Friend(PublicProfile):
    """A friend in the list of friends."""


class FriendPage(Friend):
    """A friend, with those of their events that I may see and with their friends."""

    event_id_list: list[str]
    friend_id_list: list[str]


class FriendQuery(Model):
    """Which friend."""

    id: Id


@friends.get("/friends", responses={200: list_of(Friend), 204: None})
def list_friends() -> Response:
    """Return my friends, by name."""
    found = calls().call(users.list_friends, actor_id=actor_id())
    return list_or_nothing([public_profile(person) for person in found])


@friends.get("/friend", responses={200: FriendPage, **documented(404)})
def get_friend(query: FriendQuery) -> Response:
    """Return a friend. Two calls at once; somebody who is no friend is not found."""
    friend_reply = calls().start(users.get_friend, actor_id=actor_id(), friend_id=query.id)
    events_reply = calls().start(events.list_visible_event_ids, actor_id=actor_id(), user_id=query.id)
    friend = friend_reply.result()
    return answer(
        {
            **public_profile(friend),
            "event_id_list": events_reply.result(),
            "friend_id_list": friend["friend_ids"],
        }
    )


@friends.delete("/friend", responses={204: None, **documented(404, 422)})
def end_friendship(query: FriendQuery) -> Response:
    """End a friendship, for both. The dialog stays."""
    calls().write(users.end_friendship, actor_id=actor_id(), friend_id=query.id, operation_id=operation_id())
    return done()
