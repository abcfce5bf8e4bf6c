"""What can happen to a process: it is killed, paused for a while, or told to stop; then it comes back by itself."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from tests.e2e.system import LocalSystem, System

BACK_WITHIN_S = 90.0
READY_IN_A_ROW = 8
"""Answers of `/readyz`, each over a connection of its own, so that every gateway worker has been asked."""


@dataclass(frozen=True)
class Fault:
    """What is done to whom. pause_s: how long a paused process stays so."""

    kind: Literal["kill", "pause", "stop"]
    target: str
    pause_s: float = 0.0

    def __str__(self) -> str:
        return f"{self.kind} {self.target}" + (f" for {self.pause_s:.0f} s" if self.pause_s else "")

    def happen(self, system: LocalSystem) -> None:
        """Do it; return when the process may come back."""
        pid = system.processes()[self.target][1]
        assert pid, f"{self.target} does not run\n{system.logs()}"
        if self.kind == "pause":
            os.kill(pid, signal.SIGSTOP)
            try:
                time.sleep(self.pause_s)
            finally:
                with suppress(ProcessLookupError):  # a supervisor may have lost patience
                    os.kill(pid, signal.SIGCONT)
            return
        os.kill(pid, signal.SIGKILL if self.kind == "kill" else signal.SIGTERM)
        wait_until_another_runs(system, self.target, pid)


def wait_until_another_runs(system: LocalSystem, target: str, pid: int) -> None:
    """Return when the process that `pid` was has been started again."""
    until = time.monotonic() + BACK_WITHIN_S
    while time.monotonic() < until:
        _, now = system.processes().get(target, ("", 0))
        if now not in (0, pid):
            return
        time.sleep(0.1)
    raise AssertionError(f"{target} did not come back\n{system.logs()}")


def time_to_ready(system: System) -> float:
    """Return how many seconds it takes from now until every gateway worker finds all ready."""
    began = time.monotonic()
    row = 0
    while row < READY_IN_A_ROW:
        row = row + 1 if system.is_ready() else 0
        if time.monotonic() - began > BACK_WITHIN_S:
            raise AssertionError(f"not ready {BACK_WITHIN_S} s later\n{system.logs()}")
        time.sleep(0.0 if row else 0.05)
    return time.monotonic() - began
