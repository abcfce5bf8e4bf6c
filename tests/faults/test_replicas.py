"""Two processes of every service, of which one at a time is killed, paused or stopped while friends work."""

from collections.abc import Iterator

import pytest

from tests.e2e.system import LocalSystem, local_system
from tests.faults import campaign
from tests.faults.faults import Fault

FAULTS = [
    Fault("kill", "events.1"),
    Fault("pause", "chats.2", 4),
    Fault("kill", "users.2"),
    Fault("stop", "invites.1"),
    Fault("kill", "streams.1"),
]


@pytest.fixture(scope="module")
def replicated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSystem]:
    system = local_system(tmp_path_factory.mktemp("replicas"))
    system.environment["SERVICE_PROCESSES"] = "2"
    system.start()
    yield system
    system.stop()


def test_while_one_of_two_processes_is_killed_paused_or_stopped_nothing_acknowledged_is_lost(
    replicated: LocalSystem,
) -> None:
    report = campaign.run(replicated, FAULTS, seed=3)

    print(report)
    assert report.is_clean, str(report)
