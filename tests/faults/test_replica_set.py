"""The system on a replica set of three whose primary is killed, paused and cut off while friends work."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.e2e.people import Person
from tests.e2e.system import LocalSystem
from tests.faults import campaign
from tests.faults.faults import time_to_ready
from tests.faults.replica_set import PrimaryFault, ReplicaSet, running_set, until

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalSystem, ReplicaSet]]:
    with running_set(tmp_path_factory.mktemp("elections")) as both:
        yield both


@pytest.fixture(scope="module")
def replicated(both: tuple[LocalSystem, ReplicaSet]) -> LocalSystem:
    """Return the system that runs on the replica set."""
    return both[0]


@pytest.fixture(scope="module")
def replica_set(both: tuple[LocalSystem, ReplicaSet]) -> ReplicaSet:
    return both[1]


def test_while_primaries_are_killed_paused_and_cut_off_nothing_acknowledged_is_lost(
    replica_set: ReplicaSet, replicated: LocalSystem
) -> None:
    faults = [PrimaryFault(kind, replica_set) for kind in ("kill", "pause", "cut off")]

    report = campaign.run(replicated, faults)

    print(report)
    assert report.is_clean, str(report)
    assert report.tally.statuses[503] > 0, "nobody noticed"


def test_without_a_majority_the_system_is_not_ready_says_why_and_loses_nothing(
    replica_set: ReplicaSet, replicated: LocalSystem, runner_log: Path
) -> None:
    replica_set.heal()
    ann = Person(replicated)
    event_id = ann.plan()

    for member in replica_set.members[:2]:
        member.stop()

    until(lambda: last_report(runner_log) == "has no primary")
    until(lambda: not_ready_for_want_of(replicated, "mongodb"))
    refused = ann.get("/event", id=event_id)
    assert refused.status_code == 503 and "Retry-After" in refused.headers

    replica_set.heal()
    assert time_to_ready(replicated) <= campaign.READY_WITHIN_S
    assert ann.event(event_id)["id"] == event_id
    until(lambda: last_report(runner_log) == "answers again")


def last_report(runner_log: Path) -> str:
    """Return how the runner reported the database last: faults that came before may be in its log, too."""
    text = runner_log.read_text()
    return max(("has no primary", "answers again"), key=text.rfind)


def not_ready_for_want_of(system: LocalSystem, part: str) -> bool:
    answer = requests.get(f"{system.base}/readyz", timeout=10)
    return answer.status_code == 503 and part in answer.text


@pytest.fixture
def runner_log(replicated: LocalSystem) -> Path:
    return replicated.data / "runner.log"
