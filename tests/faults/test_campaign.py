"""The short version of `make test-faults`."""

from tests.e2e.system import LocalSystem
from tests.faults import campaign
from tests.faults.faults import Fault

FAULTS = [
    Fault("kill", "events"),
    Fault("kill", "rabbitmq"),
    Fault("kill", "gateway.worker.1"),
    Fault("kill", "mongodb"),
    Fault("pause", "chats", 4),
    Fault("stop", "invites"),
]


def test_while_processes_are_killed_paused_and_stopped_nothing_acknowledged_is_lost(own_system: LocalSystem) -> None:
    report = campaign.run(own_system, FAULTS)

    print(report)
    assert report.is_clean, str(report)
