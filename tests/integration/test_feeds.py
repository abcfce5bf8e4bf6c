"""The feeds on a real database: sequences without gaps, whatever processes write, and whatever was purged."""

import threading
from datetime import timedelta

import pytest
from pymongo import MongoClient

from services.chassis.messaging.outbox import now
from services.chassis.mongo import Document
from services.contracts.ids import new_id
from services.streams import storage, usecases
from tests.conformance.test_feed_store import ANNA, BOB, entry, read, sequences


@pytest.fixture
def database(mongo_uri):
    client: MongoClient[Document] = MongoClient(mongo_uri, w="majority", journal=True)
    database = client[f"feeds_{new_id()}"]
    storage.prepare(database)
    yield database
    client.drop_database(database.name)
    client.close()


@pytest.fixture
def feeds(database):
    return storage.MongoFeedStore(database)


def test_a_writer_goes_on_after_what_another_has_written(database, feeds):
    feeds.append([entry(ANNA)])
    storage.MongoFeedStore(database).append([entry(ANNA), entry(ANNA)])
    assert feeds.append([entry(ANNA)]) == [{ANNA: 4}]


def test_two_who_write_at_once_leave_neither_gap_nor_double(database):
    def write(into):
        for _ in range(30):
            into.append([entry(ANNA, BOB), entry(BOB, ANNA)])

    writers = [threading.Thread(target=write, args=(storage.MongoFeedStore(database),)) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    reader = storage.MongoFeedStore(database)
    assert sequences(reader, ANNA) == sequences(reader, BOB) == list(range(1, 121))


def test_what_was_purged_is_too_old_and_numbers_go_on(database, feeds):
    feeds.append([entry(ANNA), entry(ANNA), entry(BOB)])
    aged = {"$set": {"at": now() - timedelta(days=9)}}
    database.feed_items.update_many({}, aged)
    feeds.append([entry(ANNA)])
    before = now() - timedelta(days=8)
    usecases.purge(feeds, before=before)
    assert read(feeds, ANNA, after=0)["too_old"]
    assert read(feeds, ANNA, after=1)["too_old"]
    assert [item["sequence"] for item in read(feeds, ANNA, after=2)["items"]] == [3]
    assert read(feeds, BOB, after=0)["too_old"]
    assert not read(feeds, BOB, after=1)["too_old"]
    assert database.feed_items.count_documents({}) == 1
    assert storage.MongoFeedStore(database).append([entry(BOB, ANNA)]) == [{BOB: 2, ANNA: 4}]
