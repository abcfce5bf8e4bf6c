"""Replicas compared with the state of their owner, and repaired.

Every state is compared with the replicas that its subscribers keep of it. What is under way is no damage: a replica is
repaired only when, after a while, owner and replica both are as they were and still disagree.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from pymongo.database import Database

from services.chassis.context import ServiceContext
from services.chassis.leases import take_lease
from services.chassis.logging import log_event
from services.chassis.messaging.outbox import PAGE_SIZE, now
from services.chassis.mongo import TIME, Document, shape, validated
from services.chassis.rpc.client import BoundClient, RpcClient
from services.chassis.rpc.deadline import Deadline
from services.contracts import standard_calls
from services.contracts.domain_events import DomainEvent, from_wire, to_wire
from services.contracts.errors import ServiceError
from services.contracts.registry import SUBSCRIPTIONS, awaited_subscribers
from services.contracts.rpc import Discrepancy, Replica, StatePage

log = logging.getLogger(__name__)

RECONCILE_INTERVAL_S = 900
"""Between two comparisons of what one service has published, whichever of its replicas makes them."""
LEASE = timedelta(seconds=RECONCILE_INTERVAL_S * 0.9)
IN_FLIGHT_S = 10.0
"""How long a domain event may be under way on a healthy system, generously."""
CALL_LIMIT_S = 5.0
MOST_ORPHANS = 100
"""Replicas of one kind that are removed together although they are most of those that there are."""
LEASE_DOCUMENT = shape({"until": TIME})
OWNERS = sorted({kind.published_by for kind in SUBSCRIPTIONS if kind.replicated})


@dataclass(frozen=True)
class Finding:
    """A replica that does not agree with its owner's state.

    is_orphan: its owner does not know it; then `state` is the end that the owner would publish.
    """

    subscriber: str
    state: DomainEvent
    discrepancy: Discrepancy
    is_orphan: bool = False

    def __str__(self) -> str:
        kind = type(self.state).__name__
        return f"{self.subscriber}, {kind} of {self.state.subject}: {self.discrepancy['description']}"


@dataclass
class Comparison:
    """What came of comparing. compared: states; repaired: findings that were damage, and are no more."""

    compared: int
    repaired: list[Finding]


class Reconciler:
    """Compares the state of one service with the replicas that others keep of it.

    Args:
        rpc_client: the way to the services.
        in_flight_s: how long to wait before a discrepancy counts as damage.
    """

    def __init__(self, rpc_client: RpcClient, *, in_flight_s: float = IN_FLIGHT_S) -> None:
        self._rpc_client, self._in_flight_s = rpc_client, in_flight_s

    def run(self, owner: str) -> Comparison:
        """Compare all states of `owner` with their replicas, and repair what is damaged.

        Raises:
            Unavailable: some service does not answer; what was repaired until then is repaired.
        """
        compared, suspects = 0, []
        for kind in (kind for kind in SUBSCRIPTIONS if kind.published_by == owner and kind.replicated):
            for states in self._pages(owner, kind):
                compared += len(states)
                suspects += self._compare(states)
            suspects += self._find_orphans(kind)
        if suspects:
            time.sleep(self._in_flight_s)
        damaged = [suspect for suspect in suspects if self._is_damage(suspect)]
        return Comparison(compared, [finding for finding in damaged if self._repair(finding)])

    def _calls(self) -> BoundClient:
        return self._rpc_client.within(Deadline.after(CALL_LIMIT_S))

    def _pages(self, owner: str, kind: type[DomainEvent]) -> Iterator[list[DomainEvent]]:
        after: str | None = None
        while True:
            page = self._page(owner, kind, after=after, only=None)
            yield [from_wire(wire) for wire in page["domain_events"]]
            after = page["next"]
            if after is None:
                return

    def _page(self, owner: str, kind: type[DomainEvent], *, after: str | None, only: list[str] | None) -> StatePage:
        return self._calls().call(standard_calls.list_state.of(owner), kind=kind.__name__, after=after, only=only)

    def _compare(self, states: list[DomainEvent]) -> list[Finding]:
        """Ask all subscribers of these states whether they agree."""
        subscribers = sorted({subscriber for state in states for subscriber in awaited_subscribers(state)})
        return [finding for subscriber in subscribers for finding in self._audit(subscriber, states)]

    def _audit(self, subscriber: str, states: list[DomainEvent]) -> list[Finding]:
        handled = [state for state in states if subscriber in awaited_subscribers(state)]
        audit = standard_calls.audit.of(subscriber)
        found = self._calls().call(audit, domain_events=[to_wire(state) for state in handled])
        return [Finding(subscriber, handled[discrepancy["index"]], discrepancy) for discrepancy in found]

    def _find_orphans(self, kind: type[DomainEvent]) -> list[Finding]:
        """Ask all subscribers what they keep, and the owner what of that it does not know.

        An owner that knows hardly anything has lost its data: nothing is removed then.
        """
        replicas = (
            (subscriber, each) for subscriber in SUBSCRIPTIONS[kind] for each in self._replicas(subscriber, kind)
        )
        compared, orphans = 0, list[Finding]()
        while page := list(islice(replicas, PAGE_SIZE)):
            compared += len(page)
            orphans += self._unknown(kind, page)
        if len(orphans) > max(MOST_ORPHANS, compared // 2):
            log_event(log, "too many orphans", level=logging.ERROR, count=len(orphans), compared=compared)
            return []
        return orphans

    def _replicas(self, subscriber: str, kind: type[DomainEvent]) -> Iterator[Replica]:
        after: str | None = None
        while True:
            page = self._calls().call(standard_calls.list_replicas.of(subscriber), kind=kind.__name__, after=after)
            yield from page["replicas"]
            after = page["next"]
            if after is None:
                return

    def _unknown(self, kind: type[DomainEvent], replicas: Sequence[tuple[str, Replica]]) -> list[Finding]:
        unknown = set(self._find_unknown(kind.published_by, sorted({each["subject"] for _, each in replicas})))
        return [_orphan(subscriber, each) for subscriber, each in replicas if each["subject"] in unknown]

    def _find_unknown(self, owner: str, subjects: list[str]) -> list[str]:
        return self._calls().call(standard_calls.find_unknown.of(owner), subjects=subjects)

    def _is_damage(self, suspect: Finding) -> bool:
        """Look again: neither owner nor replica has moved, and they still disagree."""
        state = suspect.state
        if suspect.is_orphan:  # whether the replica has moved is checked as it is repaired
            return bool(self._find_unknown(state.published_by, [state.subject]))
        page = self._page(state.published_by, type(state), after=None, only=[state.subject])
        if page["domain_events"] != [to_wire(state)]:
            return False
        again = self._audit(suspect.subscriber, [state])
        return any(_claim(finding) == _claim(suspect) for finding in again)

    def _repair(self, finding: Finding) -> bool:
        wire, replica_version = to_wire(finding.state), finding.discrepancy["replica_version"]
        restored = self._calls().call(
            standard_calls.restore.of(finding.subscriber), domain_event=wire, replica_version=replica_version
        )
        return restored["outcome"] == "applied"


def _orphan(subscriber: str, replica: Replica) -> Finding:
    discrepancy = Discrepancy(
        index=0, replica_version=replica["replica_version"], description="is unknown to its owner, and is removed"
    )
    return Finding(subscriber, from_wire(replica["end"]), discrepancy, is_orphan=True)


def _claim(finding: Finding) -> tuple[str, int | None]:
    return finding.discrepancy["description"], finding.discrepancy["replica_version"]


def prepare(database: Database[Document]) -> None:
    """Make the collection of leases. Idempotent."""
    validated(database, "leases", LEASE_DOCUMENT)


def reconcile_under_lease(context: ServiceContext) -> None:
    """Compare what this service has published with its replicas, if no other process has done so lately."""
    if not take_lease(context.database.leases, "reconcile", until=now() + LEASE):
        return
    try:
        comparison = Reconciler(context.rpc_client).run(context.service)
    except ServiceError as exc:
        log_event(log, "reconciling waits", level=logging.WARNING, outcome=str(exc.code))
        return
    for finding in comparison.repaired:
        log.error("repaired: %s", finding)
    log_event(log, "reconciled", compared=comparison.compared, repaired=len(comparison.repaired))
