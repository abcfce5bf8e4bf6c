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

from tests.bench import data
from tests.bench.cost import running
from tests.bench.processes import addresses
from tests.e2e.answers import done
from tests.e2e.listening import Listening
from tests.e2e.people import Person
from tests.e2e.system import REPOSITORY, LocalSystem
from tests.query_budgets.data import Databases

MESSAGES = 300
PAUSE_S = 0.05
"""Between two messages: the machine is to be idle."""
BUSY_STREAMS = 500
POSTS = 40
IDLE_STREAMS = 2000
LISTENERS = 40
"""People among whom the idle streams are shared: fewer than a hundred streams each and process."""
WITHIN_S = 30.0
RESULTS = REPOSITORY / "docs" / "performance" / "streams.json"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as system:
        results = {"latency": latency(system), "busy": busy(system), "idle": idle(system)}
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


def busy(system: LocalSystem) -> dict[str, Any]:
    """Post to a chat of which 500 streams are open; charge the gateway with what it takes for each item and stream.

    The request itself is not charged: what it costs is measured with a chat of one that nobody listens to.
    """
    people = [Person(system) for _ in range(LISTENERS)]
    databases = Databases(addresses(system)["MONGO_URI"])
    ids = [person.id for person in people]
    [crowded], [quiet] = data.add_chats(databases, ids, 1, 0), data.add_chats(databases, ids[:1], 1, 0)
    sockets = [_open(system, people[number % LISTENERS]) for number in range(BUSY_STREAMS)]
    processes = _gateway(system)
    before = _cpu_s(processes)
    for number in range(POSTS):
        done(people[0].say(quiet, f"message {number}!"))
    alone = _cpu_s(processes) - before
    for number in range(POSTS):
        done(people[0].say(crowded, f"message {number}!"))
        _wait_for(sockets, f"message {number}!".encode())
    together = _cpu_s(processes) - before - alone
    for each in sockets:
        each.close()
    items = POSTS * BUSY_STREAMS
    return {"streams": BUSY_STREAMS, "items": items, "cpu_ms_an_item": round((together - alone) / items * 1000, 4)}


def idle(system: LocalSystem) -> dict[str, Any]:
    """Open many streams, and see what the gateway's processes need for them."""
    people = [Person(system) for _ in range(LISTENERS)]
    workers = _gateway(system)
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


def _gateway(system: LocalSystem) -> list[psutil.Process]:
    return [psutil.Process(pid) for name, (_, pid) in system.processes().items() if name.startswith("gateway.worker")]


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
    _wait_for(sockets, b"event.created.v1")
    return time.monotonic() - began


def _wait_for(sockets: list[socket.socket], text: bytes) -> None:
    """Wait until each stream has said a text."""
    until = time.monotonic() + WITHIN_S
    selector = selectors.DefaultSelector()
    for each in sockets:
        selector.register(each, selectors.EVENT_READ)
    waiting = len(sockets)
    while waiting:
        assert time.monotonic() < until, f"{waiting} streams were not reached"
        for key, _ in selector.select(1):
            if text in key.fileobj.recv(65536):  # type: ignore[union-attr]
                waiting -= 1
                selector.unregister(key.fileobj)


if __name__ == "__main__":
    main()
