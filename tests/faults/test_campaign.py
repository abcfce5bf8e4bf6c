"""The short version of `make test-faults`."""

import threading
from contextlib import suppress

from services.chassis.broker.senders import BrokerUsers
from services.chassis.messaging.reconciler import OWNERS, Reconciler
from services.chassis.rpc.client import RpcClient
from services.contracts.errors import Unavailable
from tests.e2e.system import LocalSystem
from tests.faults import campaign
from tests.faults.faults import Fault
from tests.faults.retrying_client import Tally

UNDER_WAY_S = 2.0
LOOKS = 4

FAULTS = [
    Fault("kill", "events"),
    Fault("kill", "rabbitmq"),
    Fault("kill", "gateway.worker.1"),
    Fault("kill", "mongodb"),
    Fault("pause", "chats", 4),
    Fault("stop", "invites"),
]

RECONCILED_FAULTS = [Fault("kill", "events"), Fault("pause", "chats", 4), Fault("kill", "invites")]


def test_while_processes_are_killed_paused_and_stopped_nothing_acknowledged_is_lost(own_system: LocalSystem) -> None:
    report = campaign.run(own_system, FAULTS)

    print(report)
    assert report.is_clean, str(report)


def test_a_reconciler_that_never_waits_breaks_no_promise_while_processes_die(
    own_system: LocalSystem, amqp_uri: str, broker_users: BrokerUsers
) -> None:
    """It takes whatever is under way for damage; repairing that must let nobody in, and end nothing."""
    caller, stop = RpcClient(amqp_uri, name="tests", users=broker_users), threading.Event()

    def reconcile() -> None:
        while not stop.is_set():
            for owner in OWNERS:
                with suppress(Unavailable):
                    Reconciler(caller, in_flight_s=0.0).run(owner)
            stop.wait(0.2)

    worker = threading.Thread(target=reconcile)
    worker.start()
    try:
        report = campaign.run(own_system, RECONCILED_FAULTS, seed=2)
    finally:
        stop.set()
        worker.join()
        caller.close()

    assert report.is_clean, str(report)


def test_on_a_healthy_system_under_load_the_reconciler_finds_nothing(
    own_system: LocalSystem, amqp_uri: str, broker_users: BrokerUsers
) -> None:
    report, caller = campaign.Report(Tally()), RpcClient(amqp_uri, name="tests", users=broker_users)
    reconciler = Reconciler(caller, in_flight_s=UNDER_WAY_S)
    try:
        with campaign.friends_at_work(own_system, report):
            looks = [reconciler.run(owner) for _ in range(LOOKS) for owner in OWNERS]
    finally:
        caller.close()

    assert sum(look.compared for look in looks) > 0
    assert [str(finding) for look in looks for finding in look.repaired] == []
    assert report.is_clean, str(report)
