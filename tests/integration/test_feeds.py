"""The logs on a real database: numbers without gaps, whoever writes, however often, whatever was purged."""

import threading
from datetime import timedelta

import pytest
from pymongo import MongoClient

from services.chassis.messaging.outbox import now
from services.contracts.ids import new_id
from services.streams import storage, usecases
from services.streams.model import Entry, Scope

ANNA, BOB, CARL = "anna", "bob", "carl"


@pytest.fixture
def database(mongo_uri):
    client = MongoClient(mongo_uri, w="majority", journal=True)
    database = client[f"logs_{new_id()}"]
    storage.prepare(database)
    yield database
    client.drop_database(database.name)
    client.close()


@pytest.fixture
def logs(database):
    return storage.MongoFeedStore(database)


def entry(*user_ids, scope=None, version=0, **body):
    return Entry(
        id=f"{new_id()}.0", kind="event.created", body=body, user_ids=tuple(user_ids), scope=scope, version=version
    )


def numbers(logs, user_id, after=0):
    return [place["number"] for place in logs.list_items(user_id, after=after, limit=10_000)]


def read(logs, user_id, after=0, limit=100):
    return usecases.read_feed(logs, user_id=user_id, after=after, limit=limit)


def test_everybody_has_numbers_of_their_own_without_gaps(logs):
    assert logs.append([entry(ANNA, BOB), entry(BOB)]) == [{ANNA: 1, BOB: 1}, {BOB: 2}]
    assert logs.append([entry(ANNA)]) == [{ANNA: 2}]
    assert (logs.find_last_sequence(ANNA), logs.find_last_sequence(BOB), logs.find_last_sequence(CARL)) == (2, 2, 0)


def test_what_was_written_before_has_the_place_that_it_had(logs):
    first, second = entry(ANNA, BOB), entry(ANNA)
    logs.append([first])
    assert logs.append([first, second]) == [{ANNA: 1, BOB: 1}, {ANNA: 2}]
    assert logs.append([second, first, entry(BOB)]) == [{ANNA: 2}, {ANNA: 1, BOB: 1}, {BOB: 2}]
    assert numbers(logs, ANNA) == [1, 2]


def test_a_writer_goes_on_after_what_another_has_written(database, logs):
    logs.append([entry(ANNA)])
    storage.MongoFeedStore(database).append([entry(ANNA), entry(ANNA)])
    assert logs.append([entry(ANNA)]) == [{ANNA: 4}]


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
    assert numbers(reader, ANNA) == numbers(reader, BOB) == list(range(1, 121))


def test_a_log_is_read_in_pages(logs):
    logs.append([entry(ANNA, number=number) for number in range(5)])
    first, second = read(logs, ANNA, limit=3), read(logs, ANNA, after=3, limit=3)
    assert [item["body"]["number"] for item in first["items"] + second["items"]] == [0, 1, 2, 3, 4]
    assert (first["through"], first["more"], second["through"], second["more"]) == (3, True, 5, False)
    assert read(logs, ANNA, after=5) == {"items": [], "through": 5, "more": False, "too_old": False}


def test_a_number_that_nobody_was_given_is_too_old(logs):
    assert not read(logs, ANNA)["too_old"]
    assert read(logs, ANNA, after=7)["too_old"]


def test_what_is_written_while_the_log_is_read_makes_nothing_too_old(logs):
    logs.append([entry(ANNA)])
    find_last_sequence = logs.find_last_sequence

    def find_head_late(user_id):
        logs.append([entry(ANNA)])
        return find_last_sequence(user_id)

    logs.find_last_sequence = find_head_late
    page = read(logs, ANNA, after=1)
    assert [item["number"] for item in page["items"]] == [2]
    assert not page["too_old"]


def test_what_was_purged_is_too_old_and_numbers_go_on(database, logs):
    logs.append([entry(ANNA), entry(ANNA), entry(BOB)])
    aged = {"$set": {"at": now() - timedelta(days=9)}}
    database["items"].update_many({}, aged)
    database.entries.update_many({}, aged)
    logs.append([entry(ANNA)])
    before = now() - timedelta(days=8)
    usecases.purge(logs, before=before)
    assert read(logs, ANNA, after=0)["too_old"]
    assert read(logs, ANNA, after=1)["too_old"]
    assert [item["number"] for item in read(logs, ANNA, after=2)["items"]] == [3]
    assert read(logs, BOB, after=0)["too_old"]
    assert not read(logs, BOB, after=1)["too_old"]
    assert database.entries.count_documents({}) == 1
    assert storage.MongoFeedStore(database).append([entry(BOB, ANNA)]) == [{BOB: 2, ANNA: 4}]


def test_whoever_has_lost_an_event_reads_nothing_of_it_from_before(logs):
    logs.append(
        [entry(ANNA, BOB, scope="party", version=1), entry(ANNA, BOB), entry(ANNA, BOB, scope="party", version=2)]
    )
    assert logs.save_scope(Scope(id="party", user_ids=frozenset({ANNA}), version=2))
    assert [item["number"] for item in read(logs, BOB)["items"]] == [2]
    assert [item["number"] for item in read(logs, ANNA)["items"]] == [1, 2, 3]
    assert read(logs, BOB)["through"] == 3


def test_whoever_comes_back_reads_what_was_said_since(logs):
    logs.save_scope(Scope(id="party", user_ids=frozenset({ANNA}), version=2))
    logs.append([entry(BOB, scope="party", version=2), entry(BOB, scope="party", version=3)])
    assert [item["number"] for item in read(logs, BOB)["items"]] == [2]


def test_an_older_word_on_who_takes_part_changes_nothing(logs):
    assert logs.save_scope(Scope(id="party", user_ids=frozenset({ANNA}), version=5))
    assert not logs.save_scope(Scope(id="party", user_ids=frozenset({ANNA, BOB}), version=4))
    assert logs.list_scopes(["party"])["party"].user_ids == {ANNA}
