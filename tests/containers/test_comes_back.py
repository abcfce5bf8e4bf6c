"""What dies is started again by the engine, and what it did goes on; nobody has to do anything."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.containers.conftest import EXAMPLES
from tests.containers.rolling import CALM_S, crash, wait_until_healthy
from tests.containers.system import ContainerSystem, docker
from tests.e2e.people import Person, a_plan
from tests.faults.faults import time_to_ready
from tests.faults.retrying_client import Tally, attempt, insist

READY_WITHIN_S = 60.0
READERS, WRITERS = 4, 2
DEATHS = 6
GONE_S = 5.0
"""Long enough for the balancer to mark it as down."""


@pytest.mark.parametrize("part", ["balancer", "gateway", *EXAMPLES, "rabbitmq", "mongodb"])
def test_a_part_that_dies_comes_back_with_all_that_it_knew(cluster: ContainerSystem, part: str) -> None:
    ann = Person(cluster)
    event_id = ann.plan()
    container = cluster.containers(part)[0]

    crash(container)
    wait_until_healthy(container)

    assert time_to_ready(cluster) < READY_WITHIN_S
    assert ann.event(event_id)["id"] == event_id
    assert ann.plan() != event_id


@contextmanager
def again_and_again(*acts: Callable[[], object]) -> Iterator[None]:
    """Do each of these again and again, all at once, during the block."""
    stop = threading.Event()

    def repeat(act: Callable[[], object]) -> None:
        while not stop.is_set():
            act()

    workers = [threading.Thread(target=repeat, args=(act,), daemon=True) for act in acts]
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        stop.set()
        for worker in workers:
            worker.join()


def test_while_gateways_die_one_after_another_reading_never_fails_and_writing_is_at_most_a_503(
    cluster: ContainerSystem,
) -> None:
    read, written = Tally(), Tally()

    def reader() -> Callable[[], object]:
        person = Person(cluster)
        return lambda: attempt(read, person, "GET", "/user")

    def writer() -> Callable[[], object]:
        person = Person(cluster)
        return lambda: insist(written, person, "POST", "/event", body=a_plan())

    with again_and_again(*(reader() for _ in range(READERS)), *(writer() for _ in range(WRITERS))):
        for death in range(DEATHS):
            container = cluster.containers("gateway")[death % 2]
            if death < DEATHS / 2:
                crash(container)
            else:
                docker("kill", container)
                time.sleep(GONE_S)
                docker("start", container)
            wait_until_healthy(container)
            time.sleep(CALM_S)  # until the balancer, which asks every second, knows

    print(read, written)
    assert read.cut + written.cut <= DEATHS, "only what dies in the middle of an answer cuts it off"
    assert set(read.statuses) == {200} and not read.broken, read
    assert set(written.statuses) <= {200, 503} and not written.broken and not written.failures, written
