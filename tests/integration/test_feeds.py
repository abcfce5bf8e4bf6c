"""The feeds on a real database: numbers without gaps, whoever writes, however often, whatever was purged."""

import threading
from datetime import timedelta

import pytest
from pymongo import MongoClient

from services.chassis.messaging.outbox import now
from services.chassis.mongo import Document
from services.contracts.ids import new_id
from services.streams import storage, usecases
from services.streams.model import AccessCutoff, FeedEntry

ANNA, BOB, CARL = "anna", "bob", "carl"


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


def entry(*user_ids, cutoff_id=None, version=0, **body):
    return FeedEntry(
        id=f"{new_id()}.0",
        kind="event.created",
        body=body,
        user_ids=tuple(user_ids),
        cutoff_id=cutoff_id,
        version=version,
    )


def sequences(feeds, user_id, after=0):
    return [place["sequence"] for place in feeds.list_items(user_id, after=after, limit=10_000)]


def read(feeds, user_id, after=0, limit=100):
    return usecases.read_feed(feeds, user_id=user_id, after=after, limit=limit)


def test_everybody_has_numbers_of_their_own_without_gaps(feeds):
    assert feeds.append([entry(ANNA, BOB), entry(BOB)]) == [{ANNA: 1, BOB: 1}, {BOB: 2}]
    assert feeds.append([entry(ANNA)]) == [{ANNA: 2}]
    assert (feeds.find_last_sequence(ANNA), feeds.find_last_sequence(BOB), feeds.find_last_sequence(CARL)) == (2, 2, 0)


def test_what_was_written_before_has_the_place_that_it_had(feeds):
    first, second = entry(ANNA, BOB), entry(ANNA)
    feeds.append([first])
    assert feeds.append([first, second]) == [{ANNA: 1, BOB: 1}, {ANNA: 2}]
    assert feeds.append([second, first, entry(BOB)]) == [{ANNA: 2}, {ANNA: 1, BOB: 1}, {BOB: 2}]
    assert sequences(feeds, ANNA) == [1, 2]


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


def test_a_log_is_read_in_pages(feeds):
    feeds.append([entry(ANNA, number=number) for number in range(5)])
    first, second = read(feeds, ANNA, limit=3), read(feeds, ANNA, after=3, limit=3)
    assert [item["body"]["number"] for item in first["items"] + second["items"]] == [0, 1, 2, 3, 4]
    assert (first["through"], first["more"], second["through"], second["more"]) == (3, True, 5, False)
    assert read(feeds, ANNA, after=5) == {"items": [], "through": 5, "more": False, "too_old": False}


def test_a_number_that_nobody_was_given_is_too_old(feeds):
    assert not read(feeds, ANNA)["too_old"]
    assert read(feeds, ANNA, after=7)["too_old"]


def test_what_is_written_while_the_log_is_read_makes_nothing_too_old(feeds):
    feeds.append([entry(ANNA)])
    find_last_sequence = feeds.find_last_sequence

    def find_last_sequence_late(user_id):
        feeds.append([entry(ANNA)])
        return find_last_sequence(user_id)

    feeds.find_last_sequence = find_last_sequence_late
    page = read(feeds, ANNA, after=1)
    assert [item["sequence"] for item in page["items"]] == [2]
    assert not page["too_old"]


def test_what_was_purged_is_too_old_and_numbers_go_on(database, feeds):
    feeds.append([entry(ANNA), entry(ANNA), entry(BOB)])
    aged = {"$set": {"at": now() - timedelta(days=9)}}
    database.feed_items.update_many({}, aged)
    database.feed_entries.update_many({}, aged)
    feeds.append([entry(ANNA)])
    before = now() - timedelta(days=8)
    usecases.purge(feeds, before=before)
    assert read(feeds, ANNA, after=0)["too_old"]
    assert read(feeds, ANNA, after=1)["too_old"]
    assert [item["sequence"] for item in read(feeds, ANNA, after=2)["items"]] == [3]
    assert read(feeds, BOB, after=0)["too_old"]
    assert not read(feeds, BOB, after=1)["too_old"]
    assert database.feed_entries.count_documents({}) == 1
    assert storage.MongoFeedStore(database).append([entry(BOB, ANNA)]) == [{BOB: 2, ANNA: 4}]


def test_whoever_has_lost_an_event_reads_nothing_of_it_from_before(feeds):
    feeds.append(
        [
            entry(ANNA, BOB, cutoff_id="party", version=1),
            entry(ANNA, BOB),
            entry(ANNA, BOB, cutoff_id="party", version=2),
        ]
    )
    assert feeds.save_cutoff(AccessCutoff(id="party", user_ids=frozenset({ANNA}), version=2))
    assert [item["sequence"] for item in read(feeds, BOB)["items"]] == [2]
    assert [item["sequence"] for item in read(feeds, ANNA)["items"]] == [1, 2, 3]
    assert read(feeds, BOB)["through"] == 3


def test_whoever_comes_back_reads_what_was_said_since(feeds):
    feeds.save_cutoff(AccessCutoff(id="party", user_ids=frozenset({ANNA}), version=2))
    feeds.append([entry(BOB, cutoff_id="party", version=2), entry(BOB, cutoff_id="party", version=3)])
    assert [item["sequence"] for item in read(feeds, BOB)["items"]] == [2]


def test_an_older_word_on_who_takes_part_changes_nothing(feeds):
    assert feeds.save_cutoff(AccessCutoff(id="party", user_ids=frozenset({ANNA}), version=5))
    assert not feeds.save_cutoff(AccessCutoff(id="party", user_ids=frozenset({ANNA, BOB}), version=4))
    assert feeds.list_cutoffs(["party"])["party"].user_ids == {ANNA}
