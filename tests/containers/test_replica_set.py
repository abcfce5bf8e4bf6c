"""Three MongoDB members: the primary is killed, paused and cut off under load; what was acknowledged is there, once."""

import ast
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.containers.rolling import wait_until_healthy
from tests.containers.system import ContainerSystem, container_system, docker, inspect
from tests.e2e.people import Person, a_plan
from tests.faults.campaign import READY_WITHIN_S, Report, friends_at_work
from tests.faults.faults import time_to_ready
from tests.faults.retrying_client import Lost, Tally, insist

FREEZE_ATTEMPTS = 5
MEMBERS = ("mongodb", "mongodb-2", "mongodb-3")
WITHOUT_IT_S = 5.0
"""How long work goes on with two members."""
WHOLE_WITHIN_S = 90.0
ROLES = """
from pymongo import MongoClient
from pymongo.errors import PyMongoError
found = {}
for member in ("mongodb", "mongodb-2", "mongodb-3"):
    try:
        with MongoClient(member, directConnection=True, serverSelectionTimeoutMS=2000) as client:
            said = client.admin.command("hello")
        found[member] = "primary" if said["isWritablePrimary"] else "secondary" if said.get("secondary") else "neither"
    except PyMongoError as exc:
        found[member] = type(exc).__name__
print(found)
"""


@pytest.fixture(scope="module")
def replicated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ContainerSystem]:
    system = container_system(tmp_path_factory.mktemp("replicated"), MONGO_NODES="3")
    try:
        system.up()
        yield system
    finally:
        system.down()


def roles(system: ContainerSystem) -> dict[str, str]:
    """Return what each member says that it is."""
    said = system.inside("users", ROLES)
    assert said.returncode == 0, said.stderr
    found: dict[str, str] = ast.literal_eval(said.stdout)
    return found


def primary_of_the_whole(system: ContainerSystem) -> str:
    """Wait until there is one primary, and all others follow it; return it."""
    until = time.monotonic() + WHOLE_WITHIN_S
    while sorted(found := roles(system).values()) != ["primary", "secondary", "secondary"]:
        assert time.monotonic() < until, found
        time.sleep(0.5)
    return next(member for member, role in roles(system).items() if role == "primary")


def kill(container: str) -> Callable[[], None]:
    """Kill a member; return what brings it back."""
    docker("kill", container)

    def bring_back() -> None:
        docker("start", container)
        wait_until_healthy(container)

    return bring_back


def pause(container: str) -> Callable[[], None]:
    """Let a member stand still; return what lets it go on.

    The kernel cannot freeze a process in the middle of what must not be interrupted; a moment later it can.
    """
    for _ in range(FREEZE_ATTEMPTS - 1):
        docker("pause", container, check=False)
        if inspect(container)["State"]["Paused"]:
            break
        docker("unpause", container, check=False)  # of those of its processes that it froze
    else:
        docker("pause", container)
    return lambda: (docker("unpause", container), None)[1]


def cut_off(container: str) -> Callable[[], None]:
    """Take a member off the network that it shares with all others; return what lets it in again."""
    [(network, there)] = inspect(container)["NetworkSettings"]["Networks"].items()
    aliases = [f"--alias={alias}" for alias in there["Aliases"]]
    docker("network", "disconnect", network, container)
    return lambda: (docker("network", "connect", *aliases, network, container), None)[1]


@contextmanager
def reading_what_they_wrote(system: ContainerSystem, tally: Tally, lies: list[Exception]) -> Iterator[None]:
    """Let somebody write, and read it at once, again and again."""
    stop, person = threading.Event(), Person(system)

    def write_and_read() -> None:
        while not stop.is_set():
            made = insist(tally, person, "POST", "/event", body=a_plan()).json()["id"]
            found = insist(tally, person, "GET", "/event", query={"id": made})
            if found.status_code != 200:
                lies.append(Lost(f"{made}: {found.status_code} {found.text}"))

    worker = threading.Thread(target=write_and_read, daemon=True)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("fault", [kill, pause, cut_off], ids=lambda fault: fault.__name__)
def test_a_primary_that_is_gone_under_load_loses_nothing_and_doubles_nothing(
    replicated: ContainerSystem, fault: Callable[[str], Callable[[], None]]
) -> None:
    report = Report(Tally())
    lies: list[Exception] = []
    first = primary_of_the_whole(replicated)

    with friends_at_work(replicated, report), reading_what_they_wrote(replicated, report.tally, lies):
        [container] = replicated.containers(first)
        bring_back = fault(container)
        try:
            ready_after_s = time_to_ready(replicated)
            time.sleep(WITHOUT_IT_S)
            assert [role for member, role in roles(replicated).items() if member != first].count("primary") == 1
        finally:
            bring_back()
        primary_of_the_whole(replicated)

    print(f"{fault.__name__} {first}: ready after {ready_after_s:.1f} s\n{report}")
    assert ready_after_s < READY_WITHIN_S
    assert not lies
    assert report.is_clean, f"{report}\n{replicated.logs()}"


def test_every_member_has_the_users_and_lets_nobody_else_in(replicated: ContainerSystem) -> None:
    primary_of_the_whole(replicated)
    for member in MEMBERS:
        asked = (
            "import os; from pymongo import MongoClient; "
            f"own = os.environ['MONGO_URI'].split('@')[0] + '@{member}/social_calendar_users?directConnection=true'; "
            "read = lambda uri: MongoClient(uri).social_calendar_users.outbox.find_one(); "
            f"read(own); read('mongodb://{member}/?directConnection=true')"
        )
        said = replicated.inside("users", asked)
        assert said.returncode and "requires authentication" in said.stderr, said.stderr


def test_a_client_is_told_to_come_again_while_there_is_no_majority(replicated: ContainerSystem) -> None:
    person = Person(replicated)
    first = primary_of_the_whole(replicated)
    gone = [replicated.containers(member)[0] for member in MEMBERS if member != first]
    back = [pause(container) for container in gone]
    try:
        answer = person.post("/event", a_plan())
        assert answer.status_code == 503, json.dumps(answer.json())
        assert int(answer.headers["Retry-After"]) > 0
    finally:
        for bring_back in back:
            bring_back()
    primary_of_the_whole(replicated)
    assert time_to_ready(replicated) < READY_WITHIN_S
