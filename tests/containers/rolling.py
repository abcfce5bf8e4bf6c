"""What happens to containers while people go on: one replica is stopped, killed or restarted, then the next."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tests.containers.system import ContainerSystem, docker, inspect

HEALTHY_WITHIN_S = 120.0
CALM_S = 1.0


@dataclass(frozen=True)
class Step:
    """What is done to which replica of a part."""

    act: Literal["stop", "kill", "restart"]
    part: str
    replica: int

    def __str__(self) -> str:
        return f"{self.act} {self.part} {self.replica + 1}"

    def take(self, system: ContainerSystem) -> float:
        """Do it, start the container again, and return how long it took until that is healthy."""
        container = system.containers(self.part)[self.replica]
        began = time.monotonic()
        docker(self.act, container)
        if self.act != "restart":
            time.sleep(CALM_S)  # the others do its work
            docker("start", container)
        wait_until_healthy(container)
        return time.monotonic() - began


def steps(parts: Sequence[str]) -> Iterator[Step]:
    """List what happens to one replica of each part: stopped, killed and restarted, now the first, now the second."""
    acts: tuple[Literal["stop", "kill", "restart"], ...] = ("stop", "kill", "restart")
    for part in parts:
        for number, act in enumerate(acts):
            yield Step(act, part, number % 2)


def crash(container: str) -> None:
    """Kill what runs in a container, from inside, and return when the engine has started the container again.

    `docker kill` would not do: what somebody has stopped on purpose is not started again.
    """
    before = inspect(container)["State"]["StartedAt"]
    docker("exec", container, "sh", "-c", "kill -9 -1", check=False)
    until = time.monotonic() + HEALTHY_WITHIN_S
    while (state := inspect(container)["State"])["StartedAt"] == before or not state["Running"]:
        assert time.monotonic() < until, f"{container} was not started again: {state}"
        time.sleep(0.1)


def wait_until_healthy(container: str) -> None:
    """Return when the container's own health check passes: asked at once, not when the engine does next."""
    check = inspect(container)["Config"].get("Healthcheck", {}).get("Test", ["CMD", "true"])[1:]
    until = time.monotonic() + HEALTHY_WITHIN_S
    while subprocess.run(["docker", "exec", container, *check], capture_output=True, check=False).returncode:
        assert time.monotonic() < until, f"{container} is not healthy: {inspect(container)['State']}"
        time.sleep(0.2)
