"""What one can do with profiles and friendships: one function for each call."""

from collections.abc import Callable

from services.chassis.outbox import fact_id
from services.contracts import users as contract
from services.contracts.announcements import Announcement, FriendInviteAcceptedV1, to_wire
from services.contracts.calls import Applied, Disagreement, Written
from services.contracts.errors import Code, NotFound
from services.users.model import Friendship, Profile, pair_of
from services.users.storage import PeopleStore

Wake = Callable[[object], None]
"""Says which document has something to announce."""


def sign_in(people: PeopleStore, wake: Wake, profile: Profile, *, operation_id: str) -> Written:
    """Create or refresh a profile."""
    user_id = people.save_profile(profile, operation_id=operation_id)
    wake(user_id)
    return Written(id=user_id, announcements=[])


def get_account(people: PeopleStore, *, actor_id: str) -> contract.Account:
    """Return one's own profile with the ids of one's friends."""
    profile = _get_profile(people, actor_id)
    return contract.Account(
        **_person(profile), friend_ids=people.list_friend_ids(actor_id), google_id=profile.google_id
    )


def get_person(people: PeopleStore, *, user_id: str) -> contract.Person:
    """Return anybody's public profile."""
    return _person(_get_profile(people, user_id))


def list_people(people: PeopleStore, *, user_ids: list[str]) -> list[contract.Person]:
    """Return public profiles."""
    return [_person(profile) for profile in people.list_profiles(user_ids)]


def search_people(people: PeopleStore, *, text: str, offset: int, limit: int) -> list[contract.Person]:
    """Find people by a part of their name or e-mail."""
    return [_person(profile) for profile in people.search_profiles(text, offset=offset, limit=limit)]


def list_friends(people: PeopleStore, *, actor_id: str) -> list[contract.Person]:
    """Return the actor's friends."""
    friend_ids = people.list_friend_ids(actor_id)
    return [_person(profile) for profile in people.list_profiles(friend_ids)] if friend_ids else []


def list_friends_among(people: PeopleStore, *, user_id: str, other_ids: list[str]) -> list[str]:
    """Return which of these people are a person's friends. One query, as long as the list of those asked about."""
    found = people.list_friendships([pair_of(user_id, other_id) for other_id in other_ids])
    return [other for one in found if one.friends for other in one.pair if other != user_id]


def get_friend(people: PeopleStore, *, actor_id: str, friend_id: str) -> contract.Friend:
    """Return a friend's profile; who is the friend's friend is learnt from the friend's own list."""
    friend_ids = people.list_friend_ids(friend_id)
    profile = people.find_profile(friend_id) if actor_id in friend_ids else None
    if profile is None:
        raise _no_friend()
    return contract.Friend(**_person(profile), friend_ids=friend_ids)


def check_friendship(people: PeopleStore, *, user_id: str, other_id: str) -> contract.Friendship:
    """Tell how two people stand to each other."""
    friendship = people.find_friendship(user_id, other_id)
    if friendship is None:
        return contract.Friendship(known=people.find_profile(other_id) is not None, friends=False, generation=0)
    return contract.Friendship(known=True, friends=friendship.friends, generation=friendship.generation)


def end_friendship(people: PeopleStore, wake: Wake, *, actor_id: str, friend_id: str, operation_id: str) -> Written:
    """End a friendship; a repeat of the operation tells the same again."""
    ended = people.unfriend(actor_id, friend_id, operation_id=operation_id)
    if ended is None:
        ended = people.find_operation(actor_id, friend_id, operation_id)
    if ended is None:
        raise _no_friend()
    return Written(id=friend_id, announcements=[_tell(wake, ended, operation_id)])


def apply(people: PeopleStore, wake: Wake, announcement: Announcement) -> Applied:
    """Make the friendship that an accepted invitation stands for; twice, late and out of order change nothing."""
    if not isinstance(announcement, FriendInviteAcceptedV1):
        return Applied(outcome="stale", announcements=[])
    one, other, cause = announcement.sender_id, announcement.receiver_id, announcement.fact_id
    made = people.befriend(one, other, generation=announcement.generation, operation_id=cause)
    if made is not None:
        return Applied(outcome="applied", announcements=[_tell(wake, made, cause)])
    current = people.find_friendship(one, other)
    if current is None or current.generation != announcement.generation:  # made and ended since, or never made
        was_made = people.find_operation(one, other, cause) is not None
        return Applied(outcome="stale" if was_made else "gone", announcements=[])
    return Applied(outcome="applied", announcements=[_tell(wake, current, cause)])


def audit(people: PeopleStore, announcements: list[Announcement]) -> list[Disagreement]:
    """Find accepted invitations that made no friendship. One query."""
    accepted = {n: one for n, one in enumerate(announcements) if isinstance(one, FriendInviteAcceptedV1)}
    pairs = [pair_of(one.sender_id, one.receiver_id) for one in accepted.values()]
    found = {friendship.pair: friendship for friendship in people.list_friendships(pairs)}
    return [
        Disagreement(index=index, seen=None, what=f"invitation {one.invite_id} was accepted and made no friendship")
        for (index, one), pair in zip(accepted.items(), pairs, strict=True)
        if pair not in found or not found[pair].has_come_to(one.generation)
    ]


def _tell(wake: Wake, friendship: Friendship, operation_id: str) -> dict[str, object]:
    wake("-".join(pair_of(*friendship.pair)))
    return to_wire(friendship.announced(fact_id(operation_id)))


def _get_profile(people: PeopleStore, user_id: str) -> Profile:
    profile = people.find_profile(user_id)
    if profile is None:
        raise NotFound(Code.USER_UNKNOWN, "There is no such person.")
    return profile


def _no_friend() -> NotFound:
    return NotFound(Code.FRIEND_UNKNOWN, "You have no such friend.")


def _person(profile: Profile) -> contract.Person:
    return contract.Person(
        id=profile.id,
        name=profile.name,
        email=profile.email,
        picture=profile.picture,
        birthday=profile.birthday,
    )
