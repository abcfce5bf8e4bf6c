"""`python -m tests.bench [SCALE]`: floors and scenarios in one run; prints a table, writes `docs/performance/`.

Each scenario is measured in turn with the floor F2, so that both meet the same machine. What happens behind an answer
is waited for and charged.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import requests
from pymongo import MongoClient

from tests.bench.echo import measure_echo
from tests.bench.measuring import Driven, Load, Measured, Pids, alternate, measure, measure_load, quietest
from tests.bench.processes import addresses, pids_of, process
from tests.bench.report import HEADER, Report, save
from tests.bench.scenarios import Scenario, scenarios
from tests.e2e.people import Person
from tests.e2e.system import LocalSystem, free_ports, local_system
from tests.e2e.watched_system import watched_system
from tests.query_budgets.commands import Watch
from tests.query_budgets.data import Databases

DOCUMENT_ID = "5dd000000000000000000001"
DOCUMENT: dict[str, object] = {
    "_id": DOCUMENT_ID,
    "name": "Ivan Petrov",
    "email": "ivan@example.org",
    "picture": "https://example.org/i.png",
}
FLOORS = (("F1", "one_query", None), ("F2", "raw_call", "raw_call"), ("naive", "naive", "naive_service"))
"""Name, module of the gateway, module of the other process."""
FLOWS = 20
"""In a round."""
STORM_CONNECTIONS = 200
ROUND_S = 2.0


@contextmanager
def floor(
    module: str, other: str | None, system: LocalSystem, environment: dict[str, str]
) -> Iterator[tuple[Load, Pids]]:
    """Run a small program during the block: two workers of its gateway, and its other process if it has one."""
    (port,) = free_ports(1)
    gateway = [
        "-m",
        "gunicorn",
        "-w",
        "2",
        "-b",
        f"127.0.0.1:{port}",
        "--no-control-socket",
        f"tests.bench.floors.{module}:app",
    ]
    with ExitStack() as stack:
        pids = {name: pids_of(system)[name] for name in ("rabbitmq", "mongodb")}
        if other:
            pids["service"] = [
                stack.enter_context(process("-m", f"tests.bench.floors.{other}", environment=environment))
            ]
        main = stack.enter_context(process(*gateway, environment=environment))
        url = f"http://127.0.0.1:{port}/one?id={DOCUMENT_ID}"
        _wait_for(url)
        pids["gateway"] = [main, *_children(main)]
        yield Load(url, seconds=ROUND_S), pids


def _wait_for(url: str) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            if requests.get(url, timeout=10).status_code == 200:
                return
        except requests.RequestException:
            pass
        if time.monotonic() > until:
            raise RuntimeError(f"{url} does not answer")
        time.sleep(0.1)


def _children(pid: int) -> list[int]:
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def count(folder: Path, scale: float) -> dict[tuple[str, int], dict[str, int]]:
    """Count what each scenario asks of database and broker, on a watched system."""
    counts = {}
    with watched_system(folder, "tests.query_budgets.counting") as system:
        databases = Databases(system.mongo_uri)
        watch = Watch(system.data)
        for scenario in scenarios(system, databases, scale=scale):
            scenario.once()  # the first request of a process does more
            asked = watch.during(scenario.once)
            counts[scenario.name, scenario.size] = {
                "operations": len(asked.operations),
                "calls": len(asked.calls),
                "messages": 2 * len(asked.calls) + sum(" publish " in each for each in asked.background),
                "background_operations": sum(" publish " not in each for each in asked.background),
            }
    return counts


def load_of(scenario: Scenario, system: LocalSystem, **more: Any) -> Load:
    """Describe a scenario for wrk."""
    url = system.base + scenario.path
    return Load(url, cookie=scenario.cookie, method=scenario.method, body=scenario.body_text, **more)


def measure_flow(system: LocalSystem, pids: Pids, flow: Callable[[Person, Person], object]) -> Measured:
    """Let somebody go through a flow with one after another, each of them new."""
    ann = Person(system)
    others = [Person(system) for _ in range(FLOWS)]

    def drive() -> Driven:
        began, spent, times = time.monotonic(), time.process_time(), []
        for other in others:
            at = time.monotonic()
            flow(ann, other)
            times.append(time.monotonic() - at)
        times.sort()
        return Driven(
            requests=FLOWS,
            errors=0,
            per_second=FLOWS / (time.monotonic() - began),
            p50_ms=times[FLOWS // 2] * 1000,
            p99_ms=times[-1] * 1000,
            driver_s=time.process_time() - spent,
        )

    return measure(drive, pids)


def join_an_event(system: LocalSystem) -> Callable[[Person, Person], object]:
    """Invite, list, accept: to one event of somebody else's."""
    host = Person(system)
    event_id = host.plan(type="group")
    return lambda _, guest: guest.join(event_id, host)


FLOWS_OF: dict[str, Callable[[LocalSystem], Callable[[Person, Person], object]]] = {
    "event: invite, list, accept": join_an_event,
    "friend: invite, list, accept": lambda system: lambda ann, other: ann.befriend(other),
}
FLOW_COUNTS = {"operations": 11, "calls": 7, "messages": 17, "background_operations": 7}
"""As `tests/query_budgets` has them."""
FLOW_TARGET = 12.0


def main() -> None:
    """Measure everything."""
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    report = Report()
    with tempfile.TemporaryDirectory(prefix="social-calendar-bench-") as folder:
        parts = Path(folder) / "counted", Path(folder) / "measured"
        for part in parts:
            part.mkdir()
        counts = count(parts[0], scale)
        system = local_system(parts[1])
        system.start()
        try:
            _measure_all(system, report, counts, scale)
            report.write()
            save("echo", measure_echo(system))
        finally:
            system.stop()


def _measure_all(
    system: LocalSystem, report: Report, counts: dict[tuple[str, int], dict[str, int]], scale: float
) -> None:
    environment = addresses(system)
    client: MongoClient[dict[str, object]] = MongoClient(environment["MONGO_URI"])
    client["bench_floors"].documents.insert_one(DOCUMENT)
    for name, module, other in FLOORS:
        with floor(module, other, system, environment) as (load, floor_pids):
            found = report.floors[name] = quietest(load, floor_pids)
        print(
            f"{name:<6} {found.total_ms:6.2f} ms CPU  {found.per_second:6.0f}/s  p50 {found.p50_ms:.1f} ms", flush=True
        )
    with floor("raw_call", "raw_call", system, environment) as (load, floor_pids):
        f2 = partial(measure_load, load, floor_pids)
        _measure_scenarios(system, report, counts, scale, f2)
        _measure_flows(system, report, f2)


def _measure_scenarios(
    system: LocalSystem,
    report: Report,
    counts: dict[tuple[str, int], dict[str, int]],
    scale: float,
    f2: Callable[[], Measured],
) -> None:
    print(HEADER, flush=True)
    databases, pids = Databases(addresses(system)["MONGO_URI"]), pids_of(system)
    for scenario in scenarios(system, databases, scale=scale):
        ours = partial(measure_load, load_of(scenario, system, seconds=ROUND_S), pids)
        counted = counts[scenario.name, scenario.size]
        line = report.add(scenario.name, scenario.size, scenario.target, alternate(f2, ours), counted)
        print(line, flush=True)
        if scenario.name == "GET /event":
            _measure_alone_and_storm(scenario, system, pids, report)


def _measure_flows(system: LocalSystem, report: Report, f2: Callable[[], Measured]) -> None:
    pids = pids_of(system)
    for name, make in FLOWS_OF.items():
        ours = partial(measure_flow, system, pids, make(system))
        print(report.add(name, 1, FLOW_TARGET, alternate(f2, ours), FLOW_COUNTS), flush=True)


def _measure_alone_and_storm(scenario: Scenario, system: LocalSystem, pids: Pids, report: Report) -> None:
    alone = quietest(load_of(scenario, system, connections=1), pids)
    storm = quietest(load_of(scenario, system, connections=STORM_CONNECTIONS), pids)
    report.also |= {
        "alone_p50_ms": alone.p50_ms,
        "storm": {"p50_ms": storm.p50_ms, "p99_ms": storm.p99_ms, "errors": storm.errors},
    }
    print(f"  alone: p50 {alone.p50_ms:.1f} ms; {STORM_CONNECTIONS} clients: p50 {storm.p50_ms:.0f} ms, ", end="")
    print(f"p99 {storm.p99_ms:.0f} ms, {storm.errors} errors, {storm.per_second:.0f}/s", flush=True)


if __name__ == "__main__":
    main()
