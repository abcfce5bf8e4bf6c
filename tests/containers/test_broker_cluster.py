"""Three RabbitMQ nodes: one is killed under load, then the next; nothing acknowledged is lost."""

import time
from collections.abc import Iterator

import pytest

from tests.containers.rolling import wait_until_healthy
from tests.containers.system import ContainerSystem, container_system, docker
from tests.faults.campaign import Report, friends_at_work
from tests.faults.retrying_client import Tally

NODES = ("rabbitmq", "rabbitmq-2", "rabbitmq-3")
WITHOUT_IT_S = 5.0
"""How long work goes on with two nodes."""
REPLICATED_WITHIN_S = 90.0


@pytest.fixture
def clustered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ContainerSystem]:
    system = container_system(tmp_path_factory.mktemp("clustered"), RABBITMQ_NODES="3")
    try:
        system.up()
        yield system
    finally:
        system.down()


def queues(system: ContainerSystem) -> list[list[str]]:
    """Return type, number of members and number of members that are online of each queue."""
    asked = ["rabbitmqctl", "list_queues", "--silent", "--no-table-headers", "name", "type", "members", "online"]
    listed = docker("exec", "--env", "HOME=/var/lib/rabbitmq", system.containers("rabbitmq-3")[0], *asked)
    return [line.split("\t") for line in listed.splitlines() if line.startswith(("calls.", "users.", "chats."))]


def wait_until_replicated(system: ContainerSystem) -> None:
    """Return when every queue has a member that is online on each node."""
    until = time.monotonic() + REPLICATED_WITHIN_S
    while True:
        found = queues(system)
        if found and all(online.count("rabbit@") == len(NODES) for *_, online in found):
            return
        assert time.monotonic() < until, found
        time.sleep(1)


@pytest.mark.timeout(900)
def test_a_node_that_is_killed_under_load_loses_nothing(clustered: ContainerSystem) -> None:
    wait_until_replicated(clustered)
    assert {kind for _, kind, *_ in queues(clustered)} == {"quorum"}
    report = Report(Tally())

    with friends_at_work(clustered, report):
        for node in NODES:
            [container] = clustered.containers(node)
            docker("kill", container)
            time.sleep(WITHOUT_IT_S)
            docker("start", container)
            wait_until_healthy(container)
            wait_until_replicated(clustered)
            print(f"killed {node}: {report.tally.acknowledged} writes acknowledged by now", flush=True)

    print(report)
    assert report.is_clean, f"{report}\n{clustered.logs()}"
