"""What a service has copied, compared with its owner and repaired: `python -m services.chassis.reconciling`.

Every announcement is compared with the copies that those made who hear it. What is under way is no damage: a copy is
repaired only when, after a while, owner and copy both are as they were and still disagree.
"""

import logging
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from pymongo import ReturnDocument
from pymongo.database import Database

from services.chassis.calling import Caller
from services.chassis.deadline import Deadline
from services.chassis.mongo import TIME, Document, losing_races, shape, validated
from services.chassis.outbox import now
from services.chassis.resources import Resources
from services.contracts.announcements import HEARD_BY, Announcement, from_wire, hearers_of, to_wire
from services.contracts.calls import Applied, Disagreement, Told
from services.contracts.directory import SERVICES
from services.contracts.errors import ServiceError, Unavailable

log = logging.getLogger(__name__)

RECONCILE_EVERY_S = 900
"""Between two comparisons of what one service has announced, whichever of its replicas makes them."""
TURN_LASTS = timedelta(seconds=RECONCILE_EVERY_S * 0.9)
UNDER_WAY_S = 10.0
"""How long an announcement may be under way on a healthy system, generously."""
CALL_LIMIT_S = 5.0
TURN = shape({"until": TIME})
OWNERS = sorted({kind.announced_by for kind in HEARD_BY if kind.copied})


@dataclass(frozen=True)
class Finding:
    """A copy that is not as its owner says."""

    hearer: str
    announcement: Announcement
    disagreement: Disagreement

    def __str__(self) -> str:
        kind = type(self.announcement).__name__
        return f"{self.hearer}, {kind} of {self.announcement.subject}: {self.disagreement['what']}"


@dataclass
class Comparison:
    """What came of comparing. compared: announcements; repaired: findings that were damage, and are no more."""

    compared: int
    repaired: list[Finding]


class Reconciler:
    """Compares what some services have announced with what others have copied.

    Args:
        caller: the way to the services.
        under_way_s: how long to wait before a disagreement counts as damage.
    """

    def __init__(self, caller: Caller, *, under_way_s: float = UNDER_WAY_S) -> None:
        self._caller, self._under_way_s = caller, under_way_s

    def run(self, owner: str) -> Comparison:
        """Compare all that `owner` says with its copies, and repair what is damaged.

        Raises:
            Unavailable: some service does not answer; what was repaired until then is repaired.
        """
        compared, suspects = 0, []
        for kind in (kind for kind in HEARD_BY if kind.announced_by == owner and kind.copied):
            for page in self._pages(owner, kind):
                compared += len(page)
                suspects += self._compare(page)
        if suspects:
            time.sleep(self._under_way_s)
        return Comparison(
            compared, [suspect for suspect in suspects if self._is_damage(suspect) and self._repair(suspect)]
        )

    def _pages(self, owner: str, kind: type[Announcement]) -> Iterator[list[Announcement]]:
        after: str | None = None
        while True:
            told = self._told(owner, kind, after=after, only=None)
            yield [from_wire(wire) for wire in told["announcements"]]
            after = told["next"]
            if after is None:
                return

    def _told(self, owner: str, kind: type[Announcement], *, after: str | None, only: list[str] | None) -> Told:
        calls = self._caller.within(Deadline.after(CALL_LIMIT_S))
        told: Told = calls.call(SERVICES[owner].list_announcements, kind=kind.__name__, after=after, only=only)
        return told

    def _compare(self, announcements: list[Announcement]) -> list[Finding]:
        """Ask all who hear these whether they agree."""
        hearers = sorted({hearer for one in announcements for hearer in hearers_of(one)})
        return [finding for hearer in hearers for finding in self._ask(hearer, announcements)]

    def _ask(self, hearer: str, announcements: list[Announcement]) -> list[Finding]:
        heard = [one for one in announcements if hearer in hearers_of(one)]
        calls = self._caller.within(Deadline.after(CALL_LIMIT_S))
        found = calls.call(SERVICES[hearer].audit, announcements=[to_wire(one) for one in heard])
        return [Finding(hearer, heard[disagreement["index"]], disagreement) for disagreement in found]

    def _is_damage(self, suspect: Finding) -> bool:
        """Look again: neither owner nor copy has moved, and they still disagree."""
        said = suspect.announcement
        told = self._told(said.announced_by, type(said), after=None, only=[said.subject])
        if told["announcements"] != [to_wire(said)]:
            return False
        again = self._ask(suspect.hearer, [said])
        return any(
            (one.disagreement["what"], one.disagreement["seen"])
            == (suspect.disagreement["what"], suspect.disagreement["seen"])
            for one in again
        )

    def _repair(self, finding: Finding) -> bool:
        wire, seen = to_wire(finding.announcement), finding.disagreement["seen"]
        calls = self._caller.within(Deadline.after(CALL_LIMIT_S))
        applied: Applied = calls.call(SERVICES[finding.hearer].restore, announcement=wire, seen=seen)
        return applied["outcome"] == "applied"


def prepare(database: Database[Document]) -> None:
    """Make the collection of turns. Idempotent."""
    validated(database, "turns", TURN)


def reconcile_in_turn(resources: Resources) -> None:
    """Compare what this service has announced, if no other replica has done so lately."""
    if not _is_our_turn(resources):
        return
    try:
        comparison = Reconciler(resources.caller).run(resources.service)
    except ServiceError as exc:
        log.warning("cannot compare now: %s", exc)
        return
    for finding in comparison.repaired:
        log.error("repaired: %s", finding)
    log.info("compared %d announcements with their copies", comparison.compared)


def _is_our_turn(resources: Resources) -> bool:
    """Take the turn, for all replicas of the service, unless somebody has it. Atomic."""
    turns = resources.database.turns
    over = {"_id": "reconcile", "until": {"$lte": now()}}
    until = {"$set": {"until": now() + TURN_LASTS}}
    with losing_races():  # somebody has it
        return turns.find_one_and_update(over, until, upsert=True, return_document=ReturnDocument.AFTER) is not None
    return False


def main() -> None:
    """Compare everything once, and print what was repaired."""
    uri = os.environ.get("AMQP_URI")
    if not uri:
        sys.exit("AMQP_URI is not set")
    logging.basicConfig(level="WARNING")
    caller = Caller(uri, name="reconcile")
    try:
        for owner in OWNERS:
            comparison = Reconciler(caller).run(owner)
            for finding in comparison.repaired:
                print(f"repaired: {finding}")
            print(f"{owner}: {comparison.compared} compared, {len(comparison.repaired)} repaired")
    except Unavailable as exc:
        sys.exit(f"Not finished: {exc.message}")
    finally:
        caller.close()


if __name__ == "__main__":
    main()
