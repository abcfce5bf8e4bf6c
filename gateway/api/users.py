"""The current user, and the search for others."""

from typing import Any

from flask import Response

from gateway.http.context import actor_id, backend, calls
from gateway.http.language import asked_language
from gateway.http.problems import problem_responses
from gateway.http.resource import Resource, json_response, list_of, list_or_no_content
from gateway.http.stream_cursor import HEADER, latest_cursor
from gateway.schemas.users import PersonQuery, PublicProfile, SearchQuery, User, serialize_profile
from services.contracts import events, invites, users

PAGE_SIZE = 50

users_bp = Resource("users", about="Users: me, and the search for others")


@users_bp.get("/user", responses={200: User})
def get_user() -> Response:
    """Return the current user. Three calls, all at once; the cursor of the stream comes in a header."""
    cursor = latest_cursor()
    response = json_response(_own_profile())
    if cursor is not None:
        response.headers[HEADER] = str(cursor)
    return response


@users_bp.get("/person", responses={200: PublicProfile, **problem_responses(404)})
def get_person(query: PersonQuery) -> Response:
    """Return what I may know of a user: who has invited me, who writes in a chat."""
    person = calls().call(users.get_user, actor_id=actor_id(), user_id=query.id)
    return json_response(serialize_profile(person, asked_language()))


@users_bp.get("/search/users", responses={200: list_of(User), 204: None})
def search_users(query: SearchQuery) -> Response:
    """Find users by a part of their name, or by their whole e-mail; friends by a part of it, too.

    Case does not matter, and accents only on letters that have some in the search text.
    """
    found = calls().call(
        users.search_users,
        actor_id=actor_id(),
        text=query.filtered_str,
        by_address=backend().settings.search_by_email,
        offset=query.offset,
        limit=PAGE_SIZE,
    )
    own = _own_profile() if any(person["id"] == actor_id() for person in found) else None
    return list_or_no_content([own if own and person["id"] == own["id"] else _of_another(person) for person in found])


def _own_profile() -> dict[str, Any]:
    actor = actor_id()
    account_reply = calls().start(users.get_account, actor_id=actor)
    events_reply = calls().start(events.list_own_ids, actor_id=actor)
    invites_reply = calls().start(invites.list_invite_ids, actor_id=actor)
    account, own = account_reply.result(), events_reply.result()
    return {
        **serialize_profile(account, asked_language()),
        "google_id": account["google_id"],
        "event_id_list": own["event_ids"],
        "friend_id_list": account["friend_ids"],
        "chat_id_list": own["chat_ids"] + account["dialog_ids"],
        "invite_id_list": invites_reply.result(),
    }


def _of_another(person: users.UserProfile) -> dict[str, Any]:
    lists: dict[str, list[str]] = {
        name: [] for name in ("event_id_list", "friend_id_list", "chat_id_list", "invite_id_list")
    }
    return {**serialize_profile(person, asked_language()), "google_id": None, **lists}
