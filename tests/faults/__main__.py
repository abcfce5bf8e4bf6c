"""`python -m tests.faults [SEED]`: all faults one after another, elections, a death at every step; prints a report."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.e2e.system import local_system
from tests.faults import campaign
from tests.faults.crash_points import ACTS, Act, Stage, crashable_system, die_at, steps_of
from tests.faults.crashing import Trap
from tests.faults.faults import Fault
from tests.faults.replica_set import PrimaryFault, running_set
from tests.faults.retrying_client import Lie

SERVICES = ("users", "events", "chats", "invites")
WORKERS = ("gateway.worker.1", "gateway.worker.2")

FAULTS = [
    *(Fault("kill", target) for target in (*SERVICES, *WORKERS, "gateway", "rabbitmq", "mongodb")),
    *(Fault("pause", target, 4) for target in (*SERVICES, WORKERS[0], "rabbitmq", "mongodb")),
    *(Fault("pause", target, 20) for target in ("events", "rabbitmq", "mongodb")),
    *(Fault("stop", target) for target in (*SERVICES, "gateway", "rabbitmq", "mongodb")),
    *(Fault("kill", target) for target in ("mongodb", "rabbitmq", "events", "mongodb", "rabbitmq", "chats", "mongodb")),
]


def run_campaign(folder: Path, seed: int) -> bool:
    """Let friends work while all faults happen; return whether every promise was kept."""
    system = local_system(folder)
    system.start()
    try:
        report = campaign.run(system, FAULTS, seed=seed, echo=True)
        print(report, flush=True)
        if not report.is_clean:
            print(system.logs())
        return report.is_clean
    finally:
        system.stop()


def run_elections(folder: Path, seed: int) -> bool:
    """Let friends work on a replica set whose primary is killed, paused and cut off, twice each; tell the same."""
    with running_set(folder) as (system, replica_set):
        faults = [PrimaryFault(kind, replica_set) for kind in ("kill", "pause", "cut off") * 2]
        report = campaign.run(system, faults, seed=seed, echo=True)
        print(report, flush=True)
        return report.is_clean


def run_crash_points(folder: Path) -> bool:
    """Let a process die at every step of every act; return whether every promise was kept."""
    with crashable_system(folder) as (system, trap):
        stage = Stage(system)
        kept = [_die_at_every_step(stage, act, trap) for act in ACTS]
        return all(kept)


def _die_at_every_step(stage: Stage, act: Callable[[Stage], Act], trap: Trap) -> bool:
    steps, died, lies = steps_of(stage, act, trap), 0, 0
    for step in steps:
        try:
            died += die_at(stage, act, trap, *step)
        except Lie as lie:
            lies += 1
            print(f"{act.__name__}, {step}: {lie}")
    print(f"{act.__name__:<26} {len(steps)} steps, died at {died}, lost or half-done {lies}", flush=True)
    return lies == 0


def main() -> int:
    """Run everything; 0 when every promise was kept."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory(prefix="social-calendar-faults-") as folder:
        parts = [Path(folder) / name for name in ("campaign", "elections", "crash-points")]
        for part in parts:
            part.mkdir()
        kept = [run_campaign(parts[0], seed), run_elections(parts[1], seed), run_crash_points(parts[2])]
        return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
