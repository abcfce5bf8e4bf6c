"""What one can do with profiles and friendships: one function for each call."""

from collections.abc import Sequence

from services.chassis.messaging.outbox import Notify, domain_event_id, forgotten, may_have_forgotten
from services.chassis.rpc.repeats import is_repeat
from services.contracts import users as contract
from services.contracts.domain_events import DomainEvent, FriendInviteAcceptedV1
from services.contracts.errors import Code, NotFound
from services.contracts.registry import to_deliver
from services.contracts.rpc import Discrepancy, HandlerResult, Wire, WriteResult, handled
from services.users.model import Friendship, Profile, pair_of
from services.users.ports import UserStore


def sign_in(store: UserStore, notify: Notify, profile: Profile, *, operation_id: str) -> WriteResult:
    """Create or refresh a profile."""
    user_id = store.save_profile(profile, operation_id=operation_id)
    notify(user_id)
    return WriteResult(id=user_id, domain_events=[])


def get_account(store: UserStore, *, actor_id: str) -> contract.Account:
    """Return one's own profile with the ids of one's friends."""
    profile = _get_profile(store, actor_id)
    return contract.Account(**_public(profile), friend_ids=store.list_friend_ids(actor_id), google_id=profile.google_id)


def get_user(store: UserStore, *, user_id: str) -> contract.UserProfile:
    """Return a user's public profile."""
    return _public(_get_profile(store, user_id))


def list_users(store: UserStore, *, user_ids: list[str]) -> list[contract.UserProfile]:
    """Return public profiles."""
    return [_public(profile) for profile in store.list_profiles(user_ids)]


def search_users(store: UserStore, *, text: str, offset: int, limit: int) -> list[contract.UserProfile]:
    """Find users by a part of their name or e-mail."""
    return [_public(profile) for profile in store.search_profiles(text, offset=offset, limit=limit)]


def list_friends(store: UserStore, *, actor_id: str) -> list[contract.UserProfile]:
    """Return the actor's friends."""
    friend_ids = store.list_friend_ids(actor_id)
    return [_public(profile) for profile in store.list_profiles(friend_ids)] if friend_ids else []


def list_friends_among(store: UserStore, *, user_id: str, other_ids: list[str]) -> list[str]:
    """Return which of these users are friends of `user_id`. One query, whose cost grows with `other_ids` only."""
    found = store.list_friendships([pair_of(user_id, other_id) for other_id in other_ids])
    return [other for one in found if one.friends for other in one.pair if other != user_id]


def get_friend(store: UserStore, *, actor_id: str, friend_id: str) -> contract.Friend:
    """Return a friend's profile. The friend's own list shows whether the actor is a friend."""
    friend_ids = store.list_friend_ids(friend_id)
    profile = store.find_profile(friend_id) if actor_id in friend_ids else None
    if profile is None:
        raise _no_friend()
    return contract.Friend(**_public(profile), friend_ids=friend_ids)


def check_friendship(store: UserStore, *, user_id: str, other_id: str) -> contract.Friendship:
    """Return whether two users are friends, and in which generation."""
    friendship = store.find_friendship(user_id, other_id)
    if friendship is None:
        return contract.Friendship(known=store.find_profile(other_id) is not None, friends=False, generation=0)
    return contract.Friendship(known=True, friends=friendship.friends, generation=friendship.generation)


def end_friendship(
    store: UserStore, notify: Notify, *, actor_id: str, friend_id: str, operation_id: str
) -> WriteResult:
    """End a friendship; a repeat of the operation causes the same domain event."""
    ended = store.unfriend(actor_id, friend_id, operation_id=operation_id)
    if ended is None:
        ended = store.find_operation(actor_id, friend_id, operation_id)
    if ended is None:
        current = store.find_confirmed(actor_id, friend_id) if is_repeat() else None
        raise forgotten() if current and may_have_forgotten(current.remembers_since_ms) else _no_friend()
    return WriteResult(id=friend_id, domain_events=_caused(notify, ended, operation_id))


def befriend(store: UserStore, notify: Notify, accepted: FriendInviteAcceptedV1) -> HandlerResult:
    """Make the friendship that an accepted invitation asks for. Idempotent, in any order."""
    one, other, cause = accepted.sender_id, accepted.receiver_id, accepted.domain_event_id
    made = store.befriend(one, other, generation=accepted.generation, operation_id=cause)
    if made is not None:
        return handled("applied", *_caused(notify, made, cause))
    current = store.find_confirmed(one, other)
    if current is None or current.generation != accepted.generation:  # made and ended since, or never made
        was_made = store.find_operation(one, other, cause) is not None
        return handled("stale" if was_made else "gone")
    return handled("applied", *_caused(notify, current, cause))


def find_discrepancies(store: UserStore, domain_events: Sequence[DomainEvent]) -> list[Discrepancy]:
    """Find accepted invitations that made no friendship. One query."""
    accepted = {n: each for n, each in enumerate(domain_events) if isinstance(each, FriendInviteAcceptedV1)}
    pairs = [pair_of(each.sender_id, each.receiver_id) for each in accepted.values()]
    found = {friendship.pair: friendship for friendship in store.list_friendships(pairs)}
    return [
        Discrepancy(
            index=n,
            replica_version=None,
            description=f"invitation {each.invite_id} was accepted and made no friendship",
        )
        for (n, each), pair in zip(accepted.items(), pairs, strict=True)
        if pair not in found or not found[pair].has_come_to(each.generation)
    ]


def _caused(notify: Notify, friendship: Friendship, operation_id: str) -> list[Wire]:
    """Return the domain events that an operation has caused: the very ones that the outbox publishes."""
    notify("-".join(friendship.pair))
    return to_deliver(friendship.to_domain_event(domain_event_id(operation_id)))


def _get_profile(store: UserStore, user_id: str) -> Profile:
    profile = store.find_profile(user_id)
    if profile is None:
        raise NotFound(Code.USER_UNKNOWN, "There is no such person.")
    return profile


def _no_friend() -> NotFound:
    return NotFound(Code.FRIEND_UNKNOWN, "You have no such friend.")


def _public(profile: Profile) -> contract.UserProfile:
    return contract.UserProfile(
        id=profile.id,
        name=profile.name,
        email=profile.email,
        picture=profile.picture,
        birthday=profile.birthday,
    )
