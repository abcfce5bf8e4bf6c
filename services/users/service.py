"""The Nameko service `users`. Signatures, documentation and errors of its calls: `services.contracts.users`."""

from nameko.timer import timer

from services.chassis.providers import announcer, process, store
from services.chassis.reconciling import RECONCILE_EVERY_S, reconcile_in_turn
from services.chassis.rpc import rpc
from services.contracts import users as contract
from services.contracts.announcements import from_wire
from services.contracts.calls import Applied, Disagreement, Health, Told, Wire, Written
from services.users import usecases
from services.users.model import Profile
from services.users.storage import PeopleStore


class Users:
    """Profiles and friendships."""

    name = contract.SERVICE

    people = store(PeopleStore)
    relay = announcer("friendships")
    profiles = announcer("profiles")
    process = process()

    @rpc
    def sign_in(
        self, *, google_id: str, name: str, email: str, picture: str, birthday: str | None, operation_id: str
    ) -> Written:
        profile = Profile(
            id=operation_id, google_id=google_id, name=name, email=email, picture=picture, birthday=birthday
        )
        return usecases.sign_in(self.people, self.profiles.wake, profile, operation_id=operation_id)

    @rpc
    def get_account(self, *, actor_id: str) -> contract.Account:
        return usecases.get_account(self.people, actor_id=actor_id)

    @rpc
    def get_person(self, *, user_id: str) -> contract.Person:
        return usecases.get_person(self.people, user_id=user_id)

    @rpc
    def list_people(self, *, user_ids: list[str]) -> list[contract.Person]:
        return usecases.list_people(self.people, user_ids=user_ids)

    @rpc
    def search_people(self, *, text: str, offset: int, limit: int) -> list[contract.Person]:
        return usecases.search_people(self.people, text=text, offset=offset, limit=limit)

    @rpc
    def list_friends(self, *, actor_id: str) -> list[contract.Person]:
        return usecases.list_friends(self.people, actor_id=actor_id)

    @rpc
    def list_friends_among(self, *, user_id: str, other_ids: list[str]) -> list[str]:
        return usecases.list_friends_among(self.people, user_id=user_id, other_ids=other_ids)

    @rpc
    def get_friend(self, *, actor_id: str, friend_id: str) -> contract.Friend:
        return usecases.get_friend(self.people, actor_id=actor_id, friend_id=friend_id)

    @rpc
    def check_friendship(self, *, user_id: str, other_id: str) -> contract.Friendship:
        return usecases.check_friendship(self.people, user_id=user_id, other_id=other_id)

    @rpc
    def end_friendship(self, *, actor_id: str, friend_id: str, operation_id: str) -> Written:
        return usecases.end_friendship(
            self.people, self.relay.wake, actor_id=actor_id, friend_id=friend_id, operation_id=operation_id
        )

    @rpc
    def apply(self, *, announcement: Wire) -> Applied:
        return usecases.apply(self.people, self.relay.wake, from_wire(announcement))

    @rpc
    def list_announcements(self, *, kind: str, after: str | None, only: list[str] | None) -> Told:
        return self.process.tell(kind=kind, after=after, only=only)

    @rpc
    def audit(self, *, announcements: list[Wire]) -> list[Disagreement]:
        return usecases.audit(self.people, [from_wire(announcement) for announcement in announcements])

    @rpc
    def restore(self, *, announcement: Wire, seen: int | None) -> Applied:
        return usecases.apply(self.people, self.relay.wake, from_wire(announcement))

    @rpc
    def check_health(self) -> Health:
        return self.process.health()

    @timer(interval=RECONCILE_EVERY_S)
    def reconcile(self) -> None:
        """Make sure that everybody has heard what this service has announced."""
        reconcile_in_turn(self.process)
