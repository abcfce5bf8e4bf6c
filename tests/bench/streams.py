"""How fast news travels, and what a stream costs that nobody says anything to: `make bench-streams`, about a minute.

Starts a system of its own. Prints, and writes `docs/performance/streams.json`.
"""

import json
import selectors
import socket
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from tests.bench.cost import running
from tests.e2e.answers import done
from tests.e2e.listening import Listening
from tests.e2e.people import Person
from tests.e2e.system import REPOSITORY, LocalSystem

MESSAGES = 300
PAUSE_S = 0.05
"""Between two messages: the machine is to be idle."""
IDLE_STREAMS = 2000
LISTENERS = 40
"""People among whom the idle streams are shared: fewer than a hundred streams each and process."""
WITHIN_S = 30.0
RESULTS = REPOSITORY / "docs" / "performance" / "streams.json"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as system:
        results = {"latency": latency(system), "idle": idle(system)}
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps(results, indent=2))


def latency(system: LocalSystem) -> dict[str, Any]:
    """Measure from the moment that a message is sent to its arrival at another client, one message at a time."""
    ann, ben = Person(system), Person(system)
    chat_id = ann.event(ann.plan_together(ben))["chat_id"]
    taken_ms = []
    with Listening(ben) as stream:
        for number in range(MESSAGES):
            time.sleep(PAUSE_S)
            began = time.perf_counter()
            done(ann.say(chat_id, str(number)))
            stream.wait_for("message.posted.v1", text=str(number))
            taken_ms.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(taken_ms, n=100)
    return {
        "messages": MESSAGES,
        "p50_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
        "p99_ms": round(cuts[98], 1),
    }


def idle(system: LocalSystem) -> dict[str, Any]:
    """Open many streams, and see what the gateway's processes need for them."""
    people = [Person(system) for _ in range(LISTENERS)]
    workers = [
        psutil.Process(pid) for name, (_, pid) in system.processes().items() if name.startswith("gateway.worker")
    ]
    before = sum(worker.memory_info().rss for worker in workers)
    sockets = [_open(system, people[number % LISTENERS]) for number in range(IDLE_STREAMS)]
    memory = sum(worker.memory_info().rss for worker in workers) - before
    cpu_before, began = _cpu_s(workers), time.monotonic()
    time.sleep(20)  # more than a heartbeat
    cpu_share = (_cpu_s(workers) - cpu_before) / (time.monotonic() - began)
    reached = _reach_all(people, sockets)
    for each in sockets:
        each.close()
    return {
        "streams": IDLE_STREAMS,
        "workers": len(workers),
        "kilobytes_each": round(memory / IDLE_STREAMS / 1024, 1),
        "cpu_share_of_all": round(cpu_share, 3),
        "all_reached_within_s": round(reached, 2),
    }


def _open(system: LocalSystem, person: Person) -> socket.socket:
    where = urlsplit(system.base)
    cookies = "; ".join(f"{name}={value}" for name, value in person.http.cookies.items())
    opened = socket.create_connection((where.hostname, where.port), timeout=WITHIN_S)
    opened.sendall(f"GET /stream HTTP/1.1\r\nHost: {where.netloc}\r\nCookie: {cookies}\r\n\r\n".encode())
    assert opened.recv(65536).startswith(b"HTTP/1.1 200"), "no stream"
    return opened


def _cpu_s(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def _reach_all(people: list[Person], sockets: list[socket.socket]) -> float:
    """Let something happen to everybody; return when every stream has said so."""
    began = time.monotonic()
    for person in people:
        person.plan(name="for all")
    selector = selectors.DefaultSelector()
    for each in sockets:
        selector.register(each, selectors.EVENT_READ)
    waiting = set(sockets)
    while waiting:
        assert time.monotonic() - began < WITHIN_S, f"{len(waiting)} streams were not reached"
        for key, _ in selector.select(1):
            if b"event.created.v1" in key.fileobj.recv(65536):  # type: ignore[union-attr]
                waiting.discard(key.fileobj)
                selector.unregister(key.fileobj)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
