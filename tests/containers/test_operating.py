"""What operators do: `make scale`, look into dead letters, compare copies."""

from dataclasses import replace

import pytest

from tests.containers.dependencies import wait_for
from tests.containers.rolling import wait_until_healthy
from tests.containers.system import ContainerSystem
from tests.e2e.people import Person

DEAD_LETTERS = "services.operations.dead_letters"
BROKEN = (
    "import os; from kombu import Connection; "
    "c = Connection(os.environ['AMQP_URI']); "
    "c.Producer().publish({}, exchange='users.domain-events', routing_key='FriendshipChangedV1')"
)


def test_a_part_is_scaled_and_stays_so_when_everything_is_started_again(cluster: ContainerSystem) -> None:
    by_file = replace(cluster, environment={k: v for k, v in cluster.environment.items() if k != "EVENTS_REPLICAS"})

    by_file.script("scale", "events", "3")
    scaled = by_file.containers("events")
    by_file.up()

    assert len(scaled) == 3
    assert by_file.containers("events") == scaled
    for container in scaled:
        wait_until_healthy(container)
    by_file.script("scale", "events", "2")
    assert len(by_file.containers("events")) == 2


@pytest.mark.parametrize("wrong", [("events", ""), ("events", "0"), ("rabbitmq", "3"), ("", "2")])
def test_what_cannot_be_scaled_is_said(cluster: ContainerSystem, wrong: tuple[str, str]) -> None:
    with pytest.raises(AssertionError, match="usage: make scale SERVICE=events N=3"):
        cluster.script("scale", *wrong)


def test_dead_letters_are_listed_and_put_back(cluster: ContainerSystem) -> None:
    assert cluster.inside("users", BROKEN).returncode == 0

    wait_for("the dead letter", lambda: "FriendshipChangedV1" in cluster.operate(DEAD_LETTERS, "list", "chats"))
    assert "chats: 1 put back" in cluster.operate(DEAD_LETTERS, "replay", "chats")


def test_copies_are_compared(cluster: ContainerSystem) -> None:
    Person(cluster).plan_together(Person(cluster))

    assert "0 repaired" in cluster.operate("services.operations.reconciliation")
