"""Friends at work while faults happen; then the audit of all that they were promised, and the report."""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.e2e.system import LocalSystem, System
from tests.faults.faults import Fault, time_to_ready
from tests.faults.replica_set import PrimaryFault
from tests.faults.retrying_client import Doubled, HalfDone, Lie, Lost, Tally
from tests.faults.workload import Circle

CIRCLES = 3
CALM_S = 1.5
"""Between two faults: work goes on for a while as usual."""
ARRIVED_WITHIN_S = 60.0
READY_WITHIN_S = 15.0 * int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
"""On a machine of one's own: who shares it with other tests takes their share of the time, too."""


@dataclass
class Report:
    """What was done and what came of it."""

    tally: Tally
    faults: list[tuple[Fault | PrimaryFault, float]] = field(default_factory=list)
    lies: list[Lie] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"{fault!s:<32} ready after {seconds:5.1f} s" for fault, seconds in self.faults]
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(self.tally.statuses.items()))
        lines += [
            "",
            f"faults                  {len(self.faults)}",
            f"acknowledged writes     {self.tally.acknowledged}",
            f"answers by status       {statuses}",
            f"connections broken      {self.tally.broken}",
            f"answers cut off         {self.tally.cut}",
            f"lost                    {self._count(Lost)}",
            f"duplicated              {self._count(Doubled)}",
            f"half-done               {self._count(HalfDone)}",
            f"other lies              {len(self.lies) - sum(map(self._count, (Lost, Doubled, HalfDone)))}",
            f"500s                    {len(self.tally.failures)}",
            f"slowest to ready        {max((seconds for _, seconds in self.faults), default=0):.1f} s",
        ]
        lies = [f"{type(lie).__name__}: {str(lie)[:1500]}" for lie in self.lies]
        return "\n".join([*lines, *self.tally.failures[:20], *lies[:20]])

    def _count(self, kind: type[Lie]) -> int:
        return sum(isinstance(lie, kind) for lie in self.lies)

    @property
    def is_clean(self) -> bool:
        """Return whether every promise was kept, and all was ready in time."""
        in_time = all(seconds <= READY_WITHIN_S for _, seconds in self.faults)
        return in_time and not self.lies and not self.tally.failures and self.tally.acknowledged > 0


@contextmanager
def friends_at_work(system: System, report: Report, *, seed: int = 1) -> Iterator[None]:
    """Let friends work during the block; then audit what they were promised."""
    circles = [_arrive(system, report.tally, seed * 100 + number) for number in range(CIRCLES)]
    stop = threading.Event()
    workers = [threading.Thread(target=_work, args=(circle, stop, report.lies), daemon=True) for circle in circles]
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    for circle in circles:
        report.lies += circle.audit()


def run(system: LocalSystem, faults: Sequence[Fault | PrimaryFault], *, seed: int = 1, echo: bool = False) -> Report:
    """Let friends work while the faults happen one after another; audit at the end."""
    report = Report(Tally())
    with friends_at_work(system, report, seed=seed):
        for fault in faults:
            time.sleep(CALM_S)
            fault.happen(system)
            report.faults.append((fault, time_to_ready(system)))
            if echo:
                print(f"{fault!s:<32} ready after {report.faults[-1][1]:5.1f} s", flush=True)
        time.sleep(CALM_S)
    return report


def _arrive(system: System, tally: Tally, seed: int) -> Circle:
    """Let friends log in: again when a machine that has just started everything is too busy for them."""
    until = time.monotonic() + ARRIVED_WITHIN_S
    while True:
        try:
            return Circle(system, tally, seed)
        except AssertionError:
            if time.monotonic() > until:
                raise
            time.sleep(CALM_S)


def _work(circle: Circle, stop: threading.Event, lies: list[Lie]) -> None:
    try:
        while not stop.is_set():
            circle.act()
    except Lie as lie:
        lies.append(lie)
    except Exception as exc:  # of the test itself: must not look like silence
        lies.append(Lie(f"the test failed: {type(exc).__name__}: {exc}"))
