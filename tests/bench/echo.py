"""What a call costs that does nothing: `python -m tests.bench.echo`, part of `make bench`.

Raw AMQP, Nameko's defaults, and our chassis; one call after another, and fifty in flight. All processes count: who
asks, who answers, and the broker.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.measuring import FOREIGN_LIMIT, ROUNDS, Driven, Measured, Pids, measure
from tests.bench.processes import addresses, pids_of, process
from tests.bench.report import save
from tests.e2e.system import REPOSITORY, LocalSystem, local_system

KINDS = ("raw", "nameko", "ours")
IN_FLIGHT = (1, 50)
SECONDS = 4.0
START_LIMIT_S = 20.0
TARGET = 0.45
"""The most that a call of ours may cost, in units of Nameko's."""


def main() -> None:
    """Measure with a broker of our own."""
    with tempfile.TemporaryDirectory(prefix="social-calendar-bench-") as folder:
        system = local_system(Path(folder))
        system.start()
        try:
            save("echo", measure_echo(system))
        finally:
            system.stop()


def measure_echo(system: LocalSystem) -> list[dict[str, Any]]:
    """Return CPU milliseconds of a call, by kind and number in flight."""
    environment = addresses(system)
    rows = []
    for in_flight in IN_FLIGHT:
        measured = {kind: _measure_kind(kind, in_flight, system, environment) for kind in KINDS}
        to_nameko = {kind: one.total_ms / measured["nameko"].total_ms for kind, one in measured.items()}
        rows += [
            {
                "kind": kind,
                "in_flight": in_flight,
                "per_second": one.per_second,
                "cpu_ms": one.cpu_ms,
                "to_nameko": to_nameko[kind],
                "foreign": one.foreign,
            }
            for kind, one in measured.items()
        ]
        said = ", ".join(f"{kind} {one.total_ms:.2f} ms" for kind, one in measured.items())
        print(f"echo, {in_flight:>2} in flight: {said}; ours / Nameko's {to_nameko['ours']:.2f} ({TARGET})", flush=True)
    return rows


def _measure_kind(kind: str, in_flight: int, system: LocalSystem, environment: dict[str, str]) -> Measured:
    with process("-m", "tests.bench.floors.echo_services", kind, environment=environment) as pid:
        pids = {"service": [pid], "rabbitmq": pids_of(system)["rabbitmq"]}
        return _quietest(kind, in_flight, pids, environment)


def _quietest(kind: str, in_flight: int, pids: Pids, environment: dict[str, str]) -> Measured:
    best: Measured | None = None
    for _ in range(ROUNDS):
        with _client(kind, in_flight, environment) as client:
            measured = measure(lambda client=client: _drive(client), {**pids, "client": [client.pid]})  # type: ignore[misc]
        best = measured if best is None or measured.foreign < best.foreign else best
        if best.foreign <= FOREIGN_LIMIT:
            break
    assert best is not None
    return best


@contextmanager
def _client(kind: str, in_flight: int, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Start a client until it has warmed up; again if the service was not there yet."""
    command = [sys.executable, "-m", "tests.bench.floors.echo_clients", kind, str(in_flight), str(SECONDS)]
    until = time.monotonic() + START_LIMIT_S
    while True:
        client = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert client.stdout is not None
        if client.stdout.readline() == "ready\n":
            break
        client.wait()
        if time.monotonic() > until:
            raise RuntimeError(f"the echo service {kind} does not answer")
        time.sleep(0.5)
    try:
        yield client
    finally:
        client.terminate()
        client.wait()


def _drive(client: subprocess.Popen[str]) -> Driven:
    assert client.stdin is not None and client.stdout is not None
    client.stdin.write("go\n")
    client.stdin.flush()
    answered = int(client.stdout.readline())
    return Driven(requests=answered, errors=0, per_second=answered / SECONDS, p50_ms=0.0, p99_ms=0.0, driver_s=0.0)


if __name__ == "__main__":
    main()
