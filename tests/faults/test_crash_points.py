"""A process dies between two steps of a request. What was acknowledged is whole; what was not is whole or none."""

import os
from collections.abc import Iterator
from itertools import islice

import pytest

from tests.e2e.watched_system import WatchedSystem
from tests.faults.crash_points import ACTS, Stage, crashable_system, die_at, steps_of
from tests.faults.crashing import Trap

EVERY = int(os.environ.get("CRASH_EVERY", "4"))
"""One step in so many is died at; `make test-faults` takes every one."""


@pytest.fixture(scope="module")
def crashable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WatchedSystem, Trap]]:
    with crashable_system(tmp_path_factory.mktemp("crashable")) as crashable:
        yield crashable


@pytest.mark.timeout(900)
@pytest.mark.parametrize("number", range(len(ACTS)), ids=[act.__name__ for act in ACTS])
def test_whatever_step_a_process_dies_at_nothing_acknowledged_is_lost_and_nothing_stays_half_done(
    crashable: tuple[WatchedSystem, Trap], number: int
) -> None:
    system, trap = crashable
    stage, act = Stage(system), ACTS[number]
    steps = steps_of(stage, act, trap)
    died_at = list(islice(steps, number % EVERY, None, EVERY))

    missed = [step for step in died_at if not die_at(stage, act, trap, *step)]

    print(f"{act.__name__}: died at {len(died_at) - len(missed)} of {len(steps)} steps")
    assert len(steps) > 20
    assert len(missed) <= len(died_at) // 5, f"never came to {missed}"
