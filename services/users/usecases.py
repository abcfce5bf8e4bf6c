"""What one can do with profiles and friendships: one function for each call."""

from collections.abc import Sequence

from services.chassis.messaging.outbox import Notify, domain_event_id
from services.contracts import users as contract
from services.contracts.domain_events import DomainEvent, FriendInviteAcceptedV1
from services.contracts.errors import Code, NotFound
from services.contracts.registry import to_deliver
from services.contracts.rpc import Discrepancy, HandlerResult, Wire, WriteResult, handled
from services.users.model import Friendship, Profile, pair_of
from services.users.ports import PeopleStore


def sign_in(people: PeopleStore, notify: Notify, profile: Profile, *, operation_id: str) -> WriteResult:
    """Create or refresh a profile."""
    user_id = people.save_profile(profile, operation_id=operation_id)
    notify(user_id)
    return WriteResult(id=user_id, domain_events=[])


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


def end_friendship(
    people: PeopleStore, notify: Notify, *, actor_id: str, friend_id: str, operation_id: str
) -> WriteResult:
    """End a friendship; a repeat of the operation causes the same domain event."""
    ended = people.unfriend(actor_id, friend_id, operation_id=operation_id)
    if ended is None:
        ended = people.find_operation(actor_id, friend_id, operation_id)
    if ended is None:
        raise _no_friend()
    return WriteResult(id=friend_id, domain_events=_caused(notify, ended, operation_id))


def befriend(people: PeopleStore, notify: Notify, accepted: FriendInviteAcceptedV1) -> HandlerResult:
    """Make the friendship that an accepted invitation stands for. Idempotent, in any order."""
    one, other, cause = accepted.sender_id, accepted.receiver_id, accepted.domain_event_id
    made = people.befriend(one, other, generation=accepted.generation, operation_id=cause)
    if made is not None:
        return handled("applied", *_caused(notify, made, cause))
    current = people.find_friendship(one, other)
    if current is None or current.generation != accepted.generation:  # made and ended since, or never made
        was_made = people.find_operation(one, other, cause) is not None
        return handled("stale" if was_made else "gone")
    return handled("applied", *_caused(notify, current, cause))


def find_discrepancies(people: PeopleStore, domain_events: Sequence[DomainEvent]) -> list[Discrepancy]:
    """Find accepted invitations that made no friendship. One query."""
    accepted = {n: each for n, each in enumerate(domain_events) if isinstance(each, FriendInviteAcceptedV1)}
    pairs = [pair_of(each.sender_id, each.receiver_id) for each in accepted.values()]
    found = {friendship.pair: friendship for friendship in people.list_friendships(pairs)}
    return [
        Discrepancy(index=n, seen=None, description=f"invitation {each.invite_id} was accepted and made no friendship")
        for (n, each), pair in zip(accepted.items(), pairs, strict=True)
        if pair not in found or not found[pair].has_come_to(each.generation)
    ]


def _caused(notify: Notify, friendship: Friendship, operation_id: str) -> list[Wire]:
    """Return the domain events that an operation has caused: the very ones that the outbox publishes."""
    notify("-".join(friendship.pair))
    return to_deliver(friendship.to_domain_event(domain_event_id(operation_id)))


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
