"""A write that was answered 503 is not executed after what came later: with processes paused in the middle of it.

There are two processes of each service, so that one does the work while the other is paused.
"""

from collections.abc import Iterator

import pytest

from services.chassis.messaging.outbox import REMEMBERED_OPERATIONS
from tests.e2e.answers import done, refused
from tests.e2e.people import Person, some_token
from tests.e2e.watched_system import WatchedSystem
from tests.faults.crash_points import QUIET_S, crashable_system
from tests.faults.crashing import Trap
from tests.faults.retrying_client import Tally, insist

CHANGING = "events before findAndModify events"
CHANGED = "events after findAndModify events"
DELETING = "chats before update messages"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WatchedSystem, Trap]]:
    with crashable_system(tmp_path_factory.mktemp("late"), processes=2) as both:
        yield both


@pytest.fixture
def trap(both: tuple[WatchedSystem, Trap]) -> Trap:
    both[1].record()
    return both[1]


@pytest.fixture
def ann(both: tuple[WatchedSystem, Trap]) -> Person:
    return Person(both[0])


@pytest.fixture
def database_pid(both: tuple[WatchedSystem, Trap]) -> int:
    return both[0].processes()["mongodb"][1]


def change(person: Person, event_id: str, name: str) -> None:
    """Insist on a change: a call may come to a process that is paused."""
    answer = insist(Tally(), person, "PUT", "/event", body={"id": event_id, "name": name})
    assert answer.status_code == 204, answer.text


def etag_of(person: Person, event_id: str) -> str:
    return insist(Tally(), person, "GET", "/event", query={"id": event_id}).headers["ETag"]


def test_a_service_that_is_paused_between_decision_and_write_does_not_write_when_it_wakes(
    trap: Trap, ann: Person
) -> None:
    event_id = ann.plan()
    trap.wait_until_quiet(QUIET_S)

    with trap.pausing(CHANGING):
        refused(ann.change(event_id, name="Supper"), 503)
        change(ann, event_id, "Dinner")
        etag = etag_of(ann, event_id)
    trap.wait_until_quiet(QUIET_S)

    assert ann.event(event_id)["name"] == "Dinner"
    assert etag_of(ann, event_id) == etag


def test_a_database_that_is_paused_with_a_change_in_its_socket_does_not_make_it_when_it_wakes(
    trap: Trap, ann: Person, database_pid: int
) -> None:
    event_id = ann.plan(name="Tea")
    trap.wait_until_quiet(QUIET_S)

    with trap.pausing(CHANGING, database_pid):
        assert refused(ann.change(event_id, name="Supper"), 503)["type"].endswith("store.unavailable")
    trap.wait_until_quiet(QUIET_S)

    assert ann.event(event_id)["name"] == "Tea"
    change(ann, event_id, "Dinner")
    assert ann.event(event_id)["name"] == "Dinner"


def test_a_message_whose_deletion_was_answered_503_is_not_deleted_later(
    trap: Trap, ann: Person, database_pid: int
) -> None:
    chat_id = ann.event(ann.plan(type="group"))["chat_id"]
    [message_id] = ann.write(chat_id, "Hello")
    trap.wait_until_quiet(QUIET_S)

    with trap.pausing(DELETING, database_pid):
        assert refused(ann.delete("/chat/msg", id=message_id), 503)["type"].endswith("store.unavailable")
    trap.wait_until_quiet(QUIET_S)

    assert ann.texts(chat_id) == ["Hello"]


def test_a_repeat_after_a_death_and_more_operations_than_are_remembered_is_not_done_again(
    both: tuple[WatchedSystem, Trap], trap: Trap, ann: Person
) -> None:
    event_id, key = ann.plan(), {"Idempotency-Key": some_token()}
    trap.wait_until_quiet(QUIET_S)
    trap.arm(CHANGED, 0)
    lost = ann.change(event_id, name="Supper", headers=key)
    assert trap.wait_until_sprung(1.0)
    both[0].wait_until_ready()
    for n in range(REMEMBERED_OPERATIONS + 1):
        change(ann, event_id, f"Dinner {n}")
    etag = etag_of(ann, event_id)

    repeated = insist(Tally(), ann, "PUT", "/event", body={"id": event_id, "name": "Supper"}, headers=key)

    if lost.status_code == 204:  # the broker delivered the call to the other process in time
        done(repeated)
    else:
        assert refused(repeated, 409)["type"].endswith("operation.forgotten")
    assert etag_of(ann, event_id) == etag
    assert ann.event(event_id)["name"] == f"Dinner {REMEMBERED_OPERATIONS}"
