"""A deleted message keeps its place for a time; then nothing is left of it."""

import time
from collections.abc import Callable, Iterator

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from services.chassis.mongo import Document
from tests.e2e.answers import done, refused
from tests.e2e.people import Person, some_token
from tests.e2e.system import System

PATIENCE_S = 30.0


@pytest.fixture
def database(mongo_uri: str) -> Iterator[Database[Document]]:
    """Return what the service chats has stored."""
    client: MongoClient[Document] = MongoClient(mongo_uri)
    yield client["social_calendar_chats"]
    client.close()


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.05)


def test_it_leaves_its_place_and_then_nothing(system: System, database: Database[Document]) -> None:
    messages = database.messages
    anna = Person(system, name="Anna")
    chat_id = anna.event(anna.plan(type="group"))["chat_id"]
    ids = anna.write(chat_id, "one", "two", "three", "four")
    key = {"Idempotency-Key": some_token()}
    done(anna.delete("/chat/msg", id=ids[2], headers=key))

    until(lambda: "purge_at" in (messages.find_one({"_id": ids[2]}) or {}))
    until(lambda: database.chats.find_one({"_id": chat_id, "recent._id": ids[2]}) is None)
    left = messages.find_one({"_id": ids[2]})
    assert left is not None
    assert (left["author_id"], left["written_at"], left["text"]) == ("", 0, "")
    assert [message["text"] for message in anna.messages(chat_id, before=ids[2])] == ["one", "two"]
    done(anna.delete("/chat/msg", id=ids[2], headers=key))

    messages.delete_one({"_id": ids[2]})  # as the database itself does when the time has come

    answer = anna.get("/chat", id=chat_id, before=ids[2])
    assert refused(answer, 404)["type"].endswith("message.unknown")
    assert anna.texts(chat_id) == ["one", "two", "four"]
    assert [message["text"] for message in anna.messages(chat_id, before=ids[3])] == ["one", "two"]
    done(anna.delete("/chat/msg", id=ids[2], headers=key))
    anna.write(chat_id, "five")
    assert anna.texts(chat_id) == ["one", "two", "four", "five"]
