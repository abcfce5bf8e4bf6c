"""Load from wrk, and the CPU time that the processes under test spend on it."""

import os
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
FOREIGN_LIMIT = 0.15
"""Share of all CPU time that others may use during a round; a round with more is repeated."""
ROUNDS = 4
"""At most; the quietest counts."""
ALTERNATING_ROUNDS = 3
"""Of the floor and of a scenario in turn; the ratios of the pairs are compared, and their median counts."""
QUIET_SHARE = 0.25
"""Of a core: below that the processes are at rest, and what a round has left behind is done."""
QUIET_WINDOW_S = 0.4
SETTLED_WITHIN_S = 15.0

Pids = Mapping[str, list[int]]


@dataclass(frozen=True)
class Measured:
    """What a round showed. Milliseconds; cpu_ms: per request, by process; foreign: share of CPU used by others."""

    requests: int
    errors: int
    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: dict[str, float]
    foreign: float

    @property
    def total_ms(self) -> float:
        """CPU per request of all processes together."""
        return sum(self.cpu_ms.values())


@dataclass(frozen=True)
class Compared:
    """Rounds of the floor and of a scenario in turn."""

    pairs: list[tuple[Measured, Measured]]

    @property
    def ratios(self) -> list[float]:
        """CPU of the scenario in units of the floor, of each pair, in ascending order."""
        return sorted(ours.total_ms / floor.total_ms for floor, ours in self.pairs)

    @property
    def ratio(self) -> float:
        """The median."""
        return statistics.median(self.ratios)

    @property
    def typical(self) -> Measured:
        """The round of the scenario whose ratio is nearest to the median."""
        return min(self.pairs, key=lambda pair: abs(pair[1].total_ms / pair[0].total_ms - self.ratio))[1]


@dataclass(frozen=True)
class Load:
    """Requests as wrk sends them."""

    url: str
    cookie: str = ""
    method: str = "GET"
    body: str = ""
    connections: int = 4
    seconds: float = 4.0


def measure_load(load: Load, pids: Pids) -> Measured:
    """Send the load once."""
    return measure(lambda: _wrk(load, load.seconds), pids)


def quietest(load: Load, pids: Pids) -> Measured:
    """Send the load until a round was not spoiled by others; return the least spoiled."""
    _wrk(load, 1.0)  # warms up
    best: Measured | None = None
    for _ in range(ROUNDS):
        measured = measure_load(load, pids)
        best = measured if best is None or measured.foreign < best.foreign else best
        if best.foreign <= FOREIGN_LIMIT:
            break
    assert best is not None
    return best


@dataclass(frozen=True)
class Driven:
    """What a driver reports of its requests."""

    requests: int
    errors: int
    per_second: float
    p50_ms: float
    p99_ms: float
    driver_s: float


def alternate(floor: Callable[[], Measured], ours: Callable[[], Measured]) -> Compared:
    """Measure both in turn. One of each only warms up."""
    floor(), ours()
    return Compared([(floor(), ours()) for _ in range(ALTERNATING_ROUNDS)])


def measure(drive: Callable[[], Driven], pids: Pids) -> Measured:
    """Drive, wait for what happens behind the answers, and charge each process with what it spent."""
    before, busy_before, all_before = _spent(pids), *_machine()
    driven = drive()
    _wait_until_at_rest(pids)
    after, busy_after, all_after = _spent(pids), *_machine()
    spent = {name: after[name] - before[name] for name in pids}
    foreign_s = busy_after - busy_before - sum(spent.values()) - driven.driver_s
    return Measured(
        requests=driven.requests,
        errors=driven.errors,
        per_second=driven.per_second,
        p50_ms=driven.p50_ms,
        p99_ms=driven.p99_ms,
        cpu_ms={name: seconds / max(driven.requests, 1) * 1000 for name, seconds in spent.items()},
        foreign=max(0.0, foreign_s / (all_after - all_before)),
    )


def _wait_until_at_rest(pids: Pids) -> None:
    until = time.monotonic() + SETTLED_WITHIN_S
    spent = sum(_spent(pids).values())
    while time.monotonic() < until:
        time.sleep(QUIET_WINDOW_S)
        now = sum(_spent(pids).values())
        if now - spent < QUIET_SHARE * QUIET_WINDOW_S:
            return
        spent = now


def _wrk(load: Load, seconds: float) -> Driven:
    headers = ["-H", f"Cookie: {load.cookie}"] if load.cookie else []
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(f'wrk.method = "{load.method}"\n')
        if load.body:
            script.write(f"wrk.body = [[{load.body}]]\nwrk.headers['Content-Type'] = 'application/json'\n")
        script.flush()
        sizes = ["-t1", f"-c{load.connections}", f"-d{seconds:.0f}s", "--latency", "--timeout", "30s"]
        began = os.times()
        done = subprocess.run(
            ["wrk", *sizes, "-s", script.name, *headers, load.url], capture_output=True, text=True, check=True
        )
        ended = os.times()
    driver_s = ended.children_user + ended.children_system - began.children_user - began.children_system
    return _parsed(done.stdout, driver_s)


def _parsed(said: str, driver_s: float) -> Driven:
    def number(pattern: str) -> float:
        found = re.search(pattern, said)
        return float(found[1]) if found else 0.0

    errors = number(r"Non-2xx or 3xx responses: (\d+)") + sum(
        map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", said))
    )
    return Driven(
        requests=int(number(r"(\d+) requests in")),
        errors=int(errors),
        per_second=number(r"Requests/sec:\s+([\d.]+)"),
        p50_ms=_milliseconds(said, "50%"),
        p99_ms=_milliseconds(said, "99%"),
        driver_s=driver_s,
    )


def _milliseconds(said: str, percentile: str) -> float:
    found = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s|m)\b", said)
    if not found:
        return 0.0
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}[found[2]]


def _spent(pids: Pids) -> dict[str, float]:
    return {name: sum(map(_cpu_s, each)) for name, each in pids.items()}


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _machine() -> tuple[float, float]:
    """Return the busy and all CPU seconds of the machine."""
    times = list(map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:9]))
    idle = times[3] + times[4]
    return (sum(times) - idle) / TICKS, sum(times) / TICKS
