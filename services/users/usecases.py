"""What one can do with profiles and friendships: one function for each call."""

from collections.abc import Sequence
from dataclasses import replace

from services.chassis.messaging.outbox import Notify, domain_event_id, forgotten, may_have_forgotten
from services.chassis.rpc.repeats import is_repeat
from services.contracts import users as contract
from services.contracts.domain_events import DomainEvent, FriendInviteAcceptedV1
from services.contracts.errors import Code, NotFound
from services.contracts.registry import to_deliver
from services.contracts.rpc import Discrepancy, HandlerResult, Wire, WriteResult, handled
from services.users.model import Friendship, Profile, dialog_id_of, name_of, other_of, pair_of
from services.users.ports import UserStore


def sign_in(store: UserStore, notify: Notify, profile: Profile, *, operation_id: str) -> WriteResult:
    """Create or refresh a profile."""
    profile = replace(profile, name=name_of(profile.name, profile.email))
    user_id = store.save_profile(profile, operation_id=operation_id)
    notify(user_id)
    return WriteResult(id=user_id, domain_events=[])


def get_account(store: UserStore, *, actor_id: str) -> contract.Account:
    """Return one's own profile with the ids of one's friends."""
    profile = _get_profile(store, actor_id)
    friendships = store.list_friendship_pairs(actor_id)
    return contract.Account(
        **_known(profile),
        friend_ids=sorted(other_of(pair, actor_id) for pair, are_friends in friendships if are_friends),
        google_id=profile.google_id,
        dialog_ids=[dialog_id_of(pair) for pair, _ in friendships],
    )


def get_user(store: UserStore, *, actor_id: str, user_id: str) -> contract.UserProfile:
    """Return what the actor may know of a user."""
    profile = _get_profile(store, user_id)
    friendship = None if actor_id == user_id else store.find_friendship(actor_id, user_id)
    is_friend = friendship is not None and friendship.friends
    return _known(profile) if is_friend or actor_id == user_id else _of_stranger(profile)


def is_known(store: UserStore, *, user_id: str) -> bool:
    """Return whether there is such a user."""
    return store.find_profile(user_id) is not None


def list_users(store: UserStore, *, user_ids: list[str], viewer_ids: list[str]) -> list[contract.SharedProfile]:
    """Return whole profiles, and which of the viewers may see them as a whole. One query."""
    viewers = set(viewer_ids)
    if not viewers:
        return [contract.SharedProfile(**_known(profile), known_to=[]) for profile in store.list_profiles(user_ids)]
    return [
        contract.SharedProfile(**_known(profile), known_to=sorted(viewers & (friend_ids | {profile.id})))
        for profile, friend_ids in store.list_profiles_and_friends(user_ids)
    ]


def search_users(
    store: UserStore, *, actor_id: str, text: str, by_address: bool, offset: int, limit: int
) -> list[contract.UserProfile]:
    """Find users by their name; friends, and the actor, by a part of their e-mail; others by the whole of it."""
    known_ids = {actor_id, *store.list_friend_ids(actor_id)}
    found = store.search_profiles(text, known_ids=known_ids, by_address=by_address, offset=offset, limit=limit)
    return [
        _known(profile)
        if profile.id in known_ids
        else _of_stranger(profile, with_email=by_address and profile.has_address(text))
        for profile in found
    ]


def list_friends(store: UserStore, *, actor_id: str) -> list[contract.UserProfile]:
    """Return the actor's friends."""
    friend_ids = store.list_friend_ids(actor_id)
    return [_known(profile) for profile in store.list_profiles(friend_ids)] if friend_ids else []


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
    return contract.Friend(**_known(profile), friend_ids=friend_ids)


def check_friendship(store: UserStore, *, user_id: str, other_id: str) -> contract.Friendship:
    """Return whether two users are friends, and in which generation."""
    known, friendship = store.find_pair(user_id, other_id)
    if friendship is None:
        return contract.Friendship(known=known, friends=False, generation=0)
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


def _known(profile: Profile) -> contract.UserProfile:
    """Return what friends may know of a user, and the user."""
    return contract.UserProfile(
        id=profile.id,
        name=profile.name,
        email=profile.email,
        picture=profile.picture,
        birthday=profile.birthday,
    )


def _of_stranger(profile: Profile, *, with_email: bool = False) -> contract.UserProfile:
    """Return what everybody may know of a user; with the e-mail, if it is known already."""
    email = profile.email if with_email else None
    return contract.UserProfile(id=profile.id, name=profile.name, email=email, picture=profile.picture, birthday=None)
