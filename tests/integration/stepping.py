"""Actors that go on one database operation at a time, in every order in which these can follow each other.

Each actor is a greenlet that runs real stores and stops before each operation; a schedule says who goes on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from greenlet import greenlet  # type: ignore[import-untyped]
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.read_concern import ReadConcern

from services.chassis.mongo import Document
from services.contracts.ids import new_id

OPERATIONS = frozenset(
    {
        "find",
        "find_one",
        "find_one_and_update",
        "insert_one",
        "update_one",
        "update_many",
        "delete_one",
        "bulk_write",
    }
)

Actor = Callable[[], None]


def pause() -> None:
    """Stop until the schedule lets this actor go on, as a process may between any two steps."""
    if (others := greenlet.getcurrent().parent) is not None:
        others.switch()


class Stepped:
    """A collection; whoever uses it stops before each operation. The main greenlet never stops."""

    def __init__(self, collection: Any) -> None:
        self.collection = collection

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.collection, name)
        if name not in OPERATIONS:
            return method

        def when_it_goes_on(*args: Any, **kwargs: Any) -> Any:
            pause()
            return method(*args, **kwargs)

        return when_it_goes_on


def step(store: object) -> None:
    """Let a store stop before each operation on any of its collections.

    One client without elections reads what it wrote. To wait until a majority has it takes 100 ms, and proves no more.
    """
    for name, value in vars(store).items():
        if isinstance(value, Collection):
            setattr(store, name, Stepped(value.with_options(read_concern=ReadConcern("local"))))


def run(actors: list[Actor], schedule: list[int]) -> list[int]:
    """Let actors go on as a schedule says, then the first that can. Returns how many could at each step."""
    running = [greenlet(actor) for actor in actors]
    for one in running:
        one.switch()  # to its first operation
    choices: list[int] = []
    while alive := [one for one in running if not one.dead]:
        chosen = schedule[len(choices)] if len(choices) < len(schedule) else 0
        assert chosen < len(alive), f"the same steps took another way before: {schedule}, {choices}"
        choices.append(len(alive))
        alive[chosen].switch()
    return choices


def every_schedule(run_once: Callable[[list[int]], list[int]]) -> int:
    """Run every schedule there is, depth first; return how many there were."""
    schedule: list[int] = []
    count = 0
    while True:
        choices = run_once(schedule)
        count += 1
        schedule += [0] * (len(choices) - len(schedule))
        while schedule and schedule[-1] == choices[len(schedule) - 1] - 1:
            schedule.pop()
        if not schedule:
            return count
        schedule[-1] += 1


@contextmanager
def fast_database(mongo_uri: str) -> Iterator[Any]:
    """Make a database that is dropped afterwards. It is fast: thousands of runs, and no crash to survive."""
    client: MongoClient[Document] = MongoClient(mongo_uri, w=1)
    database = client[f"interleavings_{new_id()}"]
    yield database
    client.drop_database(database.name)
    client.close()
