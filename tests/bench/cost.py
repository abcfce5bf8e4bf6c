"""What a request costs each process, and how large documents are: `make bench-cost`, about half a minute.

For docs/capacity.md. Starts a system of its own on free ports, with the embedded database. Every request is
repeated in rounds, and the round that took least CPU counts: others may use the machine at the same time.
"""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import bson
import psutil
from pymongo import MongoClient
from requests import Response

from tests.e2e.browser import Browser
from tests.e2e.people import Person, a_plan
from tests.e2e.system import LocalSystem, local_system

REQUESTS = 200
"""Of each kind in a round."""
CLIENTS = 4
"""That ask at the same time."""
ROUNDS = 4
"""At most."""
BUDGET_S = 4.0
"""For all rounds of a request; a round that has begun is finished."""
EVENTS_OF_A_MONTH = 30

PROCESSES = ("gateway", "users", "events", "chats", "invites", "streams", "rabbitmq", "mongodb")

Ask = Callable[[Browser], Response]


@dataclass(frozen=True)
class Round:
    """What a round showed. cpu_ms: a request's, by process."""

    per_second: float
    cpu_ms: dict[str, float]

    @property
    def total_ms(self) -> float:
        return sum(self.cpu_ms.values())


@dataclass(frozen=True)
class World:
    """Somebody with a calendar and a friend to talk to, logged in in several browsers."""

    browsers: list[Browser]
    event_id: str
    chat_id: str


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as system:
        world = make_world(system)
        pids = {name: pid for name, (_, pid) in system.processes().items() if name in PROCESSES}
        print(f"{'request':<16}{'req/s':>7}{'CPU ms':>8}" + "".join(f"{name:>10}" for name in PROCESSES))
        for name, ask in asked(world).items():
            print_round(name, least(world, ask, pids))
        print_memory(pids)
        print_sizes(MongoClient(system.mongo_uri))


@contextmanager
def running(folder: Path) -> Iterator[LocalSystem]:
    system = local_system(folder)
    try:
        system.start()
        yield system
    finally:
        system.stop()


def make_world(system: LocalSystem) -> World:
    ann, ben = Person(system), Person(system)
    ann.befriend(ben)
    ids = [ann.plan(**a_plan(datetime=f"{day + 1:02}.05.2031 18:30")) for day in range(EVENTS_OF_A_MONTH)]
    ann.plan_together(ben)
    ann.write(ann.dialog_with(ben), "Who brings the olives?")
    browsers = [ann.copy() for _ in range(CLIENTS)]
    for browser in browsers:
        del browser.http.headers["Connection"]  # an app keeps its connection
    return World(browsers, event_id=ids[0], chat_id=ann.dialog_with(ben))


def asked(world: World) -> dict[str, Ask]:
    said = {"chat_id": world.chat_id, "text": "Who brings the olives?"}
    return {
        "GET /user": lambda browser: browser.get("/user"),
        "GET /event": lambda browser: browser.get("/event", id=world.event_id),
        "GET /events": lambda browser: browser.get("/events", year=2031, month=5),
        "POST /chat/msg": lambda browser: browser.post("/chat/msg", said),
    }


def least(world: World, ask: Ask, pids: dict[str, int]) -> Round:
    """Return the round that took least CPU; the first one only warms up."""
    one_round(world, ask, pids, REQUESTS // 4)
    until = time.monotonic() + BUDGET_S
    rounds: list[Round] = []
    while len(rounds) < ROUNDS and time.monotonic() < until:
        rounds.append(one_round(world, ask, pids, REQUESTS))
    return min(rounds, key=lambda each: each.total_ms)


def one_round(world: World, ask: Ask, pids: dict[str, int], requests: int) -> Round:
    before, began_at = spent_s(pids), time.monotonic()
    together = threading.Barrier(CLIENTS)
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(partial(repeat, ask, requests // CLIENTS, together), world.browsers))
    took_s, after = time.monotonic() - began_at, spent_s(pids)
    cpu_ms = {name: (after[name] - before[name]) * 1000 / requests for name in pids}
    return Round(requests / took_s, cpu_ms)


def repeat(ask: Ask, times: int, together: threading.Barrier, browser: Browser) -> None:
    together.wait()
    for _ in range(times):
        answer = ask(browser)
        assert answer.ok, answer.text


def family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def spent_s(pids: dict[str, int]) -> dict[str, float]:
    """Return the CPU seconds that each program and its children have had, from /proc."""
    times = {name: [process.cpu_times() for process in family(pid)] for name, pid in pids.items()}
    return {name: sum(each.user + each.system for each in used) for name, used in times.items()}


def print_round(name: str, found: Round) -> None:
    by_process = "".join(f"{found.cpu_ms[process]:>10.2f}" for process in PROCESSES)
    print(f"{name:<16}{found.per_second:>7.0f}{found.total_ms:>8.2f}{by_process}")


def print_memory(pids: dict[str, int]) -> None:
    for name, pid in pids.items():
        members = [process.memory_info().rss // 2**20 for process in family(pid)]
        print(f"{name}: {len(members)} processes, the largest {max(members)} MiB resident")


def print_sizes(client: MongoClient[dict[str, Any]]) -> None:
    """Print how large documents are as BSON: before compression, without indexes."""
    events = client.social_calendar_events.events
    for name, document in {
        "single event": events.find_one({"kind": "single"}),
        "group event of two": events.find_one({"kind": "group"}),
        "message": client.social_calendar_chats.messages.find_one(),
        "chat of two": client.social_calendar_chats.chats.find_one(),
        "invitation": client.social_calendar_invites.invites.find_one(),
        "friendship": client.social_calendar_users.friendships.find_one(),
        "profile": client.social_calendar_users.profiles.find_one(),
        "session": client.social_calendar_gateway.sessions.find_one(),
    }.items():
        assert document is not None, name
        print(f"{name}: {len(bson.encode(document))} bytes")


if __name__ == "__main__":
    main()
