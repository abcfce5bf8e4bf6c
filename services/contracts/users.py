"""Calls of the service `users`, which owns profiles and friendships."""

from typing import TypedDict

from services.contracts.domain_events import (
    FriendInviteAcceptedV1,
    Subscription,
)
from services.contracts.rpc import WriteResult, answered_by

SERVICE = "users"
HANDLES = (Subscription(FriendInviteAcceptedV1),)


class UserProfile(TypedDict):
    """What the actor may know of a user.

    name: ``""`` if there is none. picture: a URL or ``""``.
    email, birthday (`YYYY-MM-DD` or None): of friends of the actor, and of the actor; of others None.
    """

    id: str
    name: str
    email: str | None
    picture: str
    birthday: str | None


class SharedProfile(UserProfile):
    """A whole profile that is shown to many. known_to: those of them who may see the e-mail and the birthday, too."""

    known_to: list[str]


class Friend(UserProfile):
    """A friend of the actor, with the ids of that friend's friends."""

    friend_ids: list[str]


class Account(Friend):
    """The actor's own profile.

    google_id: the identity provider's `sub`.
    dialog_ids: the chats with those who are friends or were once; a dialog stays readable.
    """

    google_id: str
    dialog_ids: list[str]


class Friendship(TypedDict):
    """Whether two users are friends. known: whether the other exists; generation: as in `FriendshipChangedV1`."""

    known: bool
    friends: bool
    generation: int


@answered_by(SERVICE)
def sign_in(
    *,
    issuer: str,
    google_id: str,
    name: str,
    email: str,
    picture: str,
    birthday: str | None,
    operation_id: str,
) -> WriteResult:
    """Create the profile of the user whom the identity provider `issuer` names `google_id`, or refresh it.

    Idempotent; `id` is the user's.

    name: ``""`` if there is none; the e-mail in its place counts as none.
    """
    raise NotImplementedError


@answered_by(SERVICE)
def get_account(*, actor_id: str) -> Account:
    """Return the actor's own profile.

    Raises:
        NotFound: user.unknown
    """
    raise NotImplementedError


@answered_by(SERVICE)
def get_user(*, actor_id: str, user_id: str) -> UserProfile:
    """Return what the actor may know of a user.

    Raises:
        NotFound: user.unknown
    """
    raise NotImplementedError


@answered_by(SERVICE, callers=("events",))
def is_known(*, user_id: str) -> bool:
    """Return whether there is such a user."""
    raise NotImplementedError


@answered_by(SERVICE, callers=("gateway", "streams"))
def list_users(*, user_ids: list[str], viewer_ids: list[str]) -> list[SharedProfile]:
    """Return the profiles of these users, as far as they exist, and which of the viewers may see them as a whole."""
    raise NotImplementedError


@answered_by(SERVICE)
def search_users(*, actor_id: str, text: str, by_address: bool, offset: int, limit: int) -> list[UserProfile]:
    """Find users whose name contains `text`; friends, and the actor, also by a part of their e-mail.

    Case does not matter, accents only on letters that have some in `text`. Ordered by the name without both, then id.

    by_address: whether others are found by their whole e-mail address. Whoever is has `email`.
    """
    raise NotImplementedError


@answered_by(SERVICE)
def list_friends(*, actor_id: str) -> list[UserProfile]:
    """Return the actor's friends, ordered as the results of a search."""
    raise NotImplementedError


@answered_by(SERVICE, callers=("events",))
def list_friends_among(*, user_id: str, other_ids: list[str]) -> list[str]:
    """Return which of these users are friends of `user_id`."""
    raise NotImplementedError


@answered_by(SERVICE)
def get_friend(*, actor_id: str, friend_id: str) -> Friend:
    """Return a friend's profile.

    Raises:
        NotFound: friend.unknown, also for a user who exists and is no friend
    """
    raise NotImplementedError


@answered_by(SERVICE, callers=("events", "invites"))
def check_friendship(*, user_id: str, other_id: str) -> Friendship:
    """Return whether `other_id` exists, whether the two are friends, and in which generation."""
    raise NotImplementedError


@answered_by(SERVICE)
def end_friendship(*, actor_id: str, friend_id: str, operation_id: str) -> WriteResult:
    """End the friendship for both. Repeating an operation changes nothing.

    Raises:
        NotFound: friend.unknown
    """
    raise NotImplementedError
