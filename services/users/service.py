"""The Nameko service `users`. Signatures, documentation and errors of its calls: `services.contracts.users`."""

from collections.abc import Sequence

from services.chassis.dependencies import outbox_relay, store
from services.chassis.messaging.handlers import handles
from services.chassis.rpc.server import rpc
from services.chassis.service import Service
from services.contracts import users as contract
from services.contracts.domain_events import (
    DomainEvent,
    FriendInviteAcceptedV1,
    FriendshipChangedV1,
    ProfileChangedV1,
)
from services.contracts.rpc import Discrepancy, HandlerResult, WriteResult
from services.users import storage, usecases
from services.users.model import Profile
from services.users.ports import UserStore


class Users(Service):
    """Profiles and friendships."""

    name = contract.SERVICE
    publishes = (FriendshipChangedV1, ProfileChangedV1)
    prepare = staticmethod(storage.prepare)
    outboxes = staticmethod(storage.outboxes)

    users: UserStore = store(storage.MongoUserStore, relay="friendships")
    friendship_relay = outbox_relay("friendships")
    profile_relay = outbox_relay("profiles")

    @rpc
    def sign_in(
        self,
        *,
        issuer: str,
        google_id: str,
        name: str,
        email: str,
        picture: str,
        birthday: str | None,
        operation_id: str,
    ) -> WriteResult:
        profile = Profile(
            id=operation_id,
            issuer=issuer,
            google_id=google_id,
            name=name,
            email=email,
            picture=picture,
            birthday=birthday,
        )
        return usecases.sign_in(self.users, self.profile_relay.notify, profile, operation_id=operation_id)

    @rpc
    def get_account(self, *, actor_id: str) -> contract.Account:
        return usecases.get_account(self.users, actor_id=actor_id)

    @rpc
    def get_user(self, *, actor_id: str, user_id: str) -> contract.UserProfile:
        return usecases.get_user(self.users, actor_id=actor_id, user_id=user_id)

    @rpc
    def is_known(self, *, user_id: str) -> bool:
        return usecases.is_known(self.users, user_id=user_id)

    @rpc
    def list_users(self, *, user_ids: list[str], viewer_ids: list[str]) -> list[contract.SharedProfile]:
        return usecases.list_users(self.users, user_ids=user_ids, viewer_ids=viewer_ids)

    @rpc
    def search_users(
        self, *, actor_id: str, text: str, by_address: bool, offset: int, limit: int
    ) -> list[contract.UserProfile]:
        return usecases.search_users(
            self.users, actor_id=actor_id, text=text, by_address=by_address, offset=offset, limit=limit
        )

    @rpc
    def list_friends(self, *, actor_id: str) -> list[contract.UserProfile]:
        return usecases.list_friends(self.users, actor_id=actor_id)

    @rpc
    def list_friends_among(self, *, user_id: str, other_ids: list[str]) -> list[str]:
        return usecases.list_friends_among(self.users, user_id=user_id, other_ids=other_ids)

    @rpc
    def get_friend(self, *, actor_id: str, friend_id: str) -> contract.Friend:
        return usecases.get_friend(self.users, actor_id=actor_id, friend_id=friend_id)

    @rpc
    def check_friendship(self, *, user_id: str, other_id: str) -> contract.Friendship:
        return usecases.check_friendship(self.users, user_id=user_id, other_id=other_id)

    @rpc
    def end_friendship(self, *, actor_id: str, friend_id: str, operation_id: str) -> WriteResult:
        return usecases.end_friendship(
            self.users, self.friendship_relay.notify, actor_id=actor_id, friend_id=friend_id, operation_id=operation_id
        )

    @handles(FriendInviteAcceptedV1)
    def befriend(self, accepted: FriendInviteAcceptedV1) -> HandlerResult:
        return usecases.befriend(self.users, self.friendship_relay.notify, accepted)

    def find_discrepancies(self, domain_events: Sequence[DomainEvent]) -> list[Discrepancy]:
        return usecases.find_discrepancies(self.users, domain_events)
