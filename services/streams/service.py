"""The Nameko service `streams`. Signatures, documentation and errors of its calls: `services.contracts.streams`."""

from datetime import timedelta

from nameko.timer import timer

from services.chassis.broker.publisher import Outgoing
from services.chassis.dependencies import rpc_client, store
from services.chassis.messaging.handlers import handles_delivery, handles_in_order
from services.chassis.messaging.outbox import now
from services.chassis.rpc.server import rpc
from services.chassis.service import Service
from services.contracts import streams as contract
from services.contracts.domain_events import (
    DomainEvent,
    EventChangedV1,
    FriendshipChangedV1,
    InviteChangedV1,
    MessageChangedV1,
    OccurrenceChangedV1,
    ProfileChangedV1,
)
from services.contracts.gateways import Cutoff
from services.contracts.rpc import HandlerResult
from services.streams import storage, usecases
from services.streams.ports import FeedStore

PURGE_INTERVAL_S = 600
TTL = timedelta(days=contract.KEPT_DAYS)


class Streams(Service):
    """The feeds of which live streams are made."""

    name = contract.SERVICE
    prepare = staticmethod(storage.prepare)

    feeds: FeedStore = store(storage.MongoFeedStore)
    calls = rpc_client()

    @rpc
    def get_last_sequence(self, *, user_id: str) -> int:
        return self.feeds.find_last_sequence(user_id)

    @rpc
    def read_feed(self, *, user_id: str, after: int, limit: int) -> contract.FeedPage:
        return usecases.read_feed(self.feeds, user_id=user_id, after=after, limit=limit)

    @rpc
    def register_gateway(self, *, queue: str) -> list[Cutoff]:
        return usecases.register_gateway(self.feeds, queue)

    @rpc
    def end_session(self, *, session: str) -> None:
        usecases.end_session(self.feeds, self.calls, session)

    @handles_delivery(EventChangedV1)
    def save_cutoff(self, changed: EventChangedV1) -> HandlerResult:
        return usecases.save_cutoff(self.feeds, self.calls, changed)

    @handles_in_order(
        EventChangedV1,
        OccurrenceChangedV1,
        MessageChangedV1,
        InviteChangedV1,
        FriendshipChangedV1,
        ProfileChangedV1,
    )
    def append_to_feeds(self, domain_events: list[DomainEvent]) -> None:
        """Append what has happened to the feeds, and bring it to every gateway process."""
        appended = usecases.append_to_feeds(self.feeds, self.calls, domain_events)
        if appended:
            self.context.publisher.publish([_broadcast(message) for message in usecases.cut(appended)])

    @timer(interval=PURGE_INTERVAL_S)
    def purge(self) -> None:
        """Delete what is older than it is kept."""
        usecases.purge(self.feeds, before=now() - TTL)


def _broadcast(body: bytes) -> Outgoing:
    """Address a message to every gateway process that is connected now; the others will read the feeds."""
    return Outgoing(body, contract.BROADCASTS[0], "", mandatory=False)
