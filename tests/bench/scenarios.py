"""The scenarios: what is asked, of data of which size, and the target for the ratio to F2."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from tests.bench import data
from tests.e2e.people import Person, a_plan
from tests.e2e.system import System
from tests.query_budgets.data import Databases

HITS = 10
SEARCHED = "needle"


@dataclass(frozen=True)
class Scenario:
    """A request, again and again. size: of the data it is about; target: the most that it may cost, in units of F2."""

    name: str
    size: int
    target: float | None
    person: Person
    path: str
    method: str = "GET"
    body: dict[str, Any] | None = None

    @property
    def cookie(self) -> str:
        """The session of whoever asks."""
        return f"session={self.person.http.cookies['session']}"

    @property
    def body_text(self) -> str:
        """The body as it is sent."""
        return orjson.dumps(self.body).decode() if self.body is not None else ""

    def once(self) -> Any:
        """Send the request once."""
        return self.person.request(self.method, self.path, **({"body": self.body} if self.body is not None else {}))


def scenarios(system: System, databases: Databases, *, scale: float = 1.0) -> Iterator[Scenario]:
    """Build data step by step, and yield each scenario when its data are there. scale: of the large sizes."""
    some = partial(Person, system)
    sized: Callable[[int], int] = lambda size: max(10, int(size * scale))  # noqa: E731
    people = data.add_people(databases, sized(1_000), token=SEARCHED, hits=HITS)
    yield Scenario("GET /search/users", len(people), 1.7, some(), f"/search/users?filtered_str={SEARCHED}")

    ann = some()
    [party] = data.add_events(databases, ann, 1, kind="group")
    yield Scenario("GET /event", 1, 1.4, ann, f"/event?id={party.id}")
    yield Scenario("GET /member", 1, 2.5, ann, f"/member?id={party.members[0].id}")
    for size in (10, 200):
        bob = some()
        data.befriend(databases, bob, people[:size])
        yield Scenario("GET /friends", size, {10: 1.6, 200: 3.0}[size], bob, "/friends")
    yield Scenario("GET /friend", 200, 3.2, bob, f"/friend?id={people[0]}")
    for size, target in ((50, 1.6), (500, 1.6), (5_000, 2.5)):
        planner = some()
        data.add_events(databases, planner, sized(size))
        yield Scenario("GET /events", sized(size), target, planner, "/events?year=2030&month=1")
    yield Scenario("GET /user", 1, 2.8, ann, "/user")
    yield Scenario("GET /user, many events", sized(5_000), 5.0, planner, "/user")
    for size, target in ((20, 1.8), (200, 2.6), (2_000, 10.0)):
        writer = some()
        [chat_id] = data.add_chats(databases, [writer.id], 1, sized(size))
        yield Scenario("GET /chat", sized(size), target, writer, f"/chat?id={chat_id}")
    for size in (50, 200):
        talker = some()
        data.add_chats(databases, [talker.id], size, 20)
        yield Scenario("GET /chats", size, 3.5, talker, "/chats?count_getting=0&count=20")
    for size, most in ((1, 2.4), (50, None), (500, None)):
        poster = some()
        [chat_id] = data.add_chats(databases, [poster.id, *people[: size - 1]], 1, 0)
        message = {"chat_id": chat_id, "text": "Who brings the olives?"}
        yield Scenario("POST /chat/msg", size, most, poster, "/chat/msg", "POST", message)
    yield Scenario("POST /event", 1, 3.8, some(), "/event", "POST", a_plan(type="group"))
    more = sized(20_000) - sized(1_000)
    data.add_people(databases, more)
    yield Scenario("GET /search/users", sized(20_000), 1.7, some(), f"/search/users?filtered_str={SEARCHED}")
