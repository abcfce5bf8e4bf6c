"""What is left of a deleted message, and until when."""

from collections.abc import Iterator
from datetime import UTC, timedelta

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from services.chassis.messaging import outbox
from services.chassis.mongo import Document
from services.chats import storage
from services.chats.model import Chat
from services.contracts.ids import new_id
from tests.conformance.queries import Queries

SLACK = timedelta(minutes=1)


@pytest.fixture
def database(mongo_client: MongoClient[Document]) -> Iterator[Database[Document]]:
    database = mongo_client[f"conformance_{new_id()}"]
    storage.prepare(database)
    yield database
    mongo_client.drop_database(database.name)


def a_deleted_message(database: Database[Document]) -> str:
    chats, message_id = storage.MongoChatStore(database), new_id()
    chat = Chat(id=new_id(), kind="event", event_id=new_id(), user_ids=("anna",), deleted=False, version=1)
    chats.save_replica(chat)
    assert chats.post(chat.id, message_id, author_id="anna", text="Hello", now_us=1000)
    message = chats.find_message(message_id)
    assert message is not None and chats.delete(message, operation_id=new_id())
    return message_id


def find(database: Database[Document], message_id: str) -> Document:
    found = database.messages.find_one({"_id": message_id})
    assert found is not None
    return found


def test_its_text_goes_at_once_and_it_stays_until_that_is_published(database: Database[Document]) -> None:
    left = find(database, a_deleted_message(database))

    assert left["text"] == "" and left["live"] is False
    assert left["ended_at"].replace(tzinfo=UTC) <= outbox.now()
    assert "purge_at" not in left


def test_the_database_removes_it_when_its_time_is_over(database: Database[Document]) -> None:
    [index] = [index for index in database.messages.list_indexes() if "purge_at" in index["key"]]

    assert index["expireAfterSeconds"] == 0


def test_one_that_an_older_version_deleted_gets_an_end_at_the_next_start_by_an_index(
    database: Database[Document], queries: Queries
) -> None:
    ids = [a_deleted_message(database) for _ in range(3)]
    old = {"$unset": {"ended_at": "", "outbox_due_at": ""}, "$set": {"outbox": [], "author_id": "anna"}}
    database.messages.update_one({"_id": ids[0]}, old)
    queries.plans()

    storage.prepare(database)

    left = find(database, ids[0])
    assert (left["author_id"], left["written_at"], left["text"]) == ("", 0, "")
    assert abs(left["purge_at"].replace(tzinfo=UTC) - outbox.now() - outbox.TOMBSTONE_TTL) < SLACK
    assert "purge_at" not in find(database, ids[1])
    storage.prepare(database)
    assert find(database, ids[0]) == left
    assert [str(plan) for _, plan in queries.plans() if not plan.is_good] == []
