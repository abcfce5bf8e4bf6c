"""What more processes of one service do: `make bench-scaling`, about two minutes.

The service `events` in one, two and four processes, each in a system of its own with the same data: throughput and
CPU of its endpoints, and whether what sixteen people write at once reads the same afterwards. Prints, and writes
`docs/performance/scaling.json`. Two cores show only what more processes cost, not how far they carry.
"""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from tests.bench import data
from tests.bench.measuring import Load, quietest
from tests.bench.processes import addresses, pids_of
from tests.bench.report import save
from tests.e2e.people import Person, a_plan
from tests.e2e.system import LocalSystem, local_system
from tests.query_budgets.data import Databases

PROCESSES = (1, 2, 4)
CONNECTIONS = 16
EVENTS = 500
GUESTS = 16


def main() -> None:
    """Measure each number of processes; what they answer must not depend on it."""
    rows, answers = [], []
    for processes in PROCESSES:
        with running(processes) as system:
            answers.append(answers_of(system))
            rows += throughput(system, processes)
    assert answers == [answers[0]] * len(PROCESSES), answers
    save("scaling", {"rows": rows, "answers": answers[0]})


@contextmanager
def running(processes: int) -> Iterator[LocalSystem]:
    """Run a system with so many processes of the service."""
    with tempfile.TemporaryDirectory(prefix="social-calendar-bench-") as folder:
        system = local_system(Path(folder))
        system.environment["EVENTS_PROCESSES"] = str(processes)
        system.start()
        try:
            assert len(pids_of(system)["events"]) == processes
            yield system
        finally:
            system.stop()


def answers_of(system: LocalSystem) -> dict[str, Any]:
    """Let many do things at once, and return what can be read afterwards: the same however many processes there are."""
    ann, guests = Person(system), [Person(system) for _ in range(GUESTS)]
    party = ann.plan(type="group")
    with ThreadPoolExecutor(GUESTS) as at_once:
        list(at_once.map(lambda guest: guest.join(party, ann), guests))
        list(at_once.map(lambda guest: guest.plan(), guests))
        left = [answer.status_code for answer in at_once.map(lambda guest: guest.leave(party), guests[::2])]
    return {
        "members": len(ann.event(party)["member_id_list"]),
        "left": left,
        "in the chat": [guest.get("/chat", id=ann.event(party)["chat_id"]).status_code for guest in guests],
        "in the month": [sum(map(len, guest.month().values())) for guest in guests],
    }


def throughput(system: LocalSystem, processes: int) -> list[dict[str, Any]]:
    """Measure what a read, a list and a write cost, and how many a second there are."""
    databases, ann = Databases(addresses(system)["MONGO_URI"]), Person(system)
    [party] = data.add_events(databases, ann, 1, kind="group")
    data.add_events(databases, ann, EVENTS)
    cookie = f"session={ann.http.cookies['session']}"
    asked = {
        "GET /event": Load(f"{system.base}/event?id={party.id}", cookie=cookie, connections=CONNECTIONS),
        "GET /events": Load(f"{system.base}/events?year=2030&month=1", cookie=cookie, connections=CONNECTIONS),
        "POST /event": Load(
            f"{system.base}/event",
            cookie=cookie,
            connections=CONNECTIONS,
            method="POST",
            body=orjson.dumps(a_plan()).decode(),
        ),
    }
    rows = []
    for name, load in asked.items():
        measured = quietest(load, pids_of(system))
        rows.append(
            {
                "request": name,
                "processes": processes,
                "per_second": measured.per_second,
                "p50_ms": measured.p50_ms,
                "p99_ms": measured.p99_ms,
                "cpu_ms": measured.total_ms,
                "events_ms": measured.cpu_ms["events"],
                "errors": measured.errors,
                "foreign": measured.foreign,
            }
        )
        print(
            f"{processes} of events  {name:<12}{measured.per_second:7.0f}/s{measured.total_ms:8.2f} ms CPU"
            f"{measured.p50_ms:8.1f} ms p50{measured.p99_ms:8.1f} ms p99{measured.errors:4} errors"
            f"{measured.foreign:6.0%} others",
            flush=True,
        )
    return rows


if __name__ == "__main__":
    main()
