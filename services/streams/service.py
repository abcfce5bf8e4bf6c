"""The Nameko service `streams`. Signatures, documentation and errors of its calls: `services.contracts.streams`."""

from datetime import timedelta

import orjson
from nameko.timer import timer

from services.chassis import topology
from services.chassis.outbox import now
from services.chassis.providers import process, remote, store
from services.chassis.publishing import Outgoing, Publisher
from services.chassis.rpc import rpc
from services.contracts import streams as contract
from services.contracts.announcements import from_wire
from services.contracts.calls import Applied, Health, Wire
from services.streams import usecases
from services.streams.storage import LogStore

PURGE_EVERY_S = 600
KEPT = timedelta(days=contract.KEPT_DAYS)


class Streams:
    """The logs of which live streams are made."""

    name = contract.SERVICE

    logs = store(LogStore)
    calls = remote()
    process = process()

    @rpc
    def get_head(self, *, user_id: str) -> int:
        return self.logs.find_head(user_id)

    @rpc
    def read_log(self, *, user_id: str, after: int, limit: int) -> contract.Page:
        return usecases.read_log(self.logs, user_id=user_id, after=after, limit=limit)

    @rpc
    def end_session(self, *, session: str) -> None:
        _tell_gateways(self.process.publisher, {"ended_session": session})

    @rpc
    def apply(self, *, announcement: Wire) -> Applied:
        return usecases.apply(self.logs, from_wire(announcement))

    def apply_in_order(self, *, announcements: list[Wire]) -> None:
        """Hear what has happened, write it down, and let every gateway process know."""
        told = usecases.write_log(self.logs, self.calls, [from_wire(announcement) for announcement in announcements])
        if told:
            items = [{"kind": one.entry.kind, "body": one.entry.body, "numbers": one.numbers} for one in told]
            _tell_gateways(self.process.publisher, {"items": items})

    @rpc
    def check_health(self) -> Health:
        return self.process.health()

    @timer(interval=PURGE_EVERY_S)
    def purge(self) -> None:
        """Forget what is older than it is kept."""
        usecases.purge(self.logs, before=now() - KEPT)


def _tell_gateways(publisher: Publisher, message: Wire) -> None:
    """Tell every gateway process that listens now; whoever does not will read the logs."""
    publisher.publish([Outgoing(orjson.dumps(message), topology.ITEMS_EXCHANGE, "", wanted=False)])
