"""A keyed request whose answer was lost comes again after more operations than a document remembers.

It gets the first answer or 409 `operation.forgotten`; it is never done again. To lose an answer, the gateway's note of
it is emptied: then only services can tell that the work was done.
"""

from collections.abc import Callable, Iterator

import pytest
from pymongo import MongoClient

from services.chassis.messaging.outbox import REMEMBERED_OPERATIONS
from services.chassis.mongo import Document
from tests.e2e.answers import Answer, done, ok, refused
from tests.e2e.people import Person, a_plan, some_token
from tests.e2e.system import System

Lose = Callable[[], None]


@pytest.fixture(scope="module")
def lose_answers(mongo_uri: str) -> Iterator[Lose]:
    """Return what makes the gateway forget the answers that it has kept, not the keys."""
    client: MongoClient[Document] = MongoClient(mongo_uri)
    keys = client["social_calendar_gateway"]["keys"]

    def lose() -> None:
        keys.update_many({}, {"$set": {"answer": None}})

    yield lose
    client.close()


@pytest.fixture
def anna(system: System) -> Person:
    return Person(system, name="Anna")


@pytest.fixture
def boris(system: System) -> Person:
    return Person(system, name="Boris")


def another() -> dict[str, str]:
    return {"Idempotency-Key": some_token()}


def forgotten(answer: Answer) -> None:
    assert refused(answer, 409)["type"].endswith("operation.forgotten")


def test_a_change_is_not_done_again(anna: Person, lose_answers: Lose) -> None:
    event_id, key = anna.plan(), another()
    done(anna.change(event_id, name="Supper", headers=key))
    lose_answers()
    done(anna.change(event_id, name="Supper", headers=key))
    for n in range(REMEMBERED_OPERATIONS + 1):
        done(anna.change(event_id, name=f"Dinner {n}"))
    lose_answers()
    etag = anna.get("/event", id=event_id).headers["ETag"]

    for _ in range(2):
        forgotten(anna.change(event_id, name="Supper", headers=key))

    assert anna.get("/event", id=event_id).headers["ETag"] == etag
    done(anna.change(event_id, name="Supper", headers=another()))


def test_what_changes_nothing_pushes_nothing_out(anna: Person, boris: Person, lose_answers: Lose) -> None:
    event_id, key = anna.plan_together(boris), another()
    member_id = anna.member(event_id, boris)
    done(anna.change(event_id, name="Supper", headers=key))
    for _ in range(REMEMBERED_OPERATIONS + 1):
        done(boris.put("/member", {"id": member_id}))
    done(anna.change(event_id, name="Dinner"))
    lose_answers()

    done(anna.change(event_id, name="Supper", headers=key))

    assert anna.event(event_id)["name"] == "Dinner"


def test_an_edit_is_not_done_again(anna: Person, lose_answers: Lose) -> None:
    chat_id, key = anna.event(anna.plan(type="group"))["chat_id"], another()
    [message_id] = anna.write(chat_id, "Hello")

    def edit(text: str, headers: dict[str, str] | None = None) -> Answer:
        return anna.put("/chat/msg", {"id": message_id, "text": text}, headers=headers)

    done(edit("first", key))
    for n in range(REMEMBERED_OPERATIONS + 1):
        done(edit(f"text {n}"))
    lose_answers()

    forgotten(edit("first", key))

    assert anna.texts(chat_id) == [f"text {REMEMBERED_OPERATIONS}"]


def test_what_is_known_by_its_own_id_gets_its_first_answer(anna: Person, lose_answers: Lose) -> None:
    """New events and messages have the operation's id, so their making is never forgotten."""
    made, written, plan = another(), another(), a_plan(type="group")
    first = ok(anna.post("/event", plan, headers=made))
    message = {"chat_id": anna.event(first["id"])["chat_id"], "text": "Hello"}
    done(anna.post("/chat/msg", message, headers=written))
    for n in range(REMEMBERED_OPERATIONS + 1):
        done(anna.change(first["id"], name=f"Dinner {n}"))
    lose_answers()

    assert ok(anna.post("/event", plan, headers=made)) == first
    done(anna.post("/chat/msg", message, headers=written))

    assert anna.texts(message["chat_id"]) == ["Hello"]
    assert anna.me()["event_id_list"] == [first["id"]]
