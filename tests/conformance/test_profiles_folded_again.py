"""Profiles that an earlier version has stored, or this one by other rules, are folded again at the start."""

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient, monitoring
from pymongo.database import Database
from pymongo.errors import AutoReconnect

from services.chassis.mongo import Document
from services.contracts.ids import new_id
from services.users import storage
from services.users.folding import FOLDING
from services.users.model import GRAM_SIZE, MAX_INDEXED
from services.users.storage import MongoUserStore
from tests.conformance.queries import Queries

MANY = 3 * storage.FOLDED_AT_ONCE + 7


@pytest.fixture
def database(mongo_client: MongoClient[Document]) -> Iterator[Database[Document]]:
    database = mongo_client[f"conformance_{new_id()}"]
    yield database
    mongo_client.drop_database(database.name)


def stored_by_0_1_0(name: str = "Anna", email: str = "anna@example.test") -> Document:
    return {
        "_id": new_id(),
        "google_id": new_id(),
        "name": name,
        "email": email,
        "picture": "",
        "birthday": None,
        "folded": f"{name.casefold()}\0{email}",
        "grams": sorted(set(name.casefold())),
        "version": 1,
    }


def names_found(database: Database[Document], text: str) -> list[str]:
    found = MongoUserStore(database).search_profiles(text, known_ids=[], by_address=True, offset=0, limit=MANY)
    return [one.name for one in found]


def test_what_an_earlier_version_has_stored_is_found_by_the_new_rules(database: Database[Document]) -> None:
    database.profiles.create_index([("grams", 1), ("name", 1), ("_id", 1), ("folded", 1)])
    database.profiles.insert_many([stored_by_0_1_0(f"José {number:03}") for number in range(MANY)])

    storage.prepare(database)

    assert names_found(database, "jose") == [f"José {number:03}" for number in range(MANY)]
    assert names_found(database, "anna@example.test") == names_found(database, "jose")
    assert "grams_1_name_1__id_1_folded_1" not in database.profiles.index_information()
    assert database.profiles.count_documents({"folding": FOLDING, "grams": [], "folded": "", "version": 1}) == MANY


def test_a_second_start_changes_nothing_and_reads_no_profile(database: Database[Document], queries: Queries) -> None:
    database.profiles.insert_many([stored_by_0_1_0() for _ in range(MANY)])
    storage.prepare(database)
    before = list(database.profiles.find())
    queries.plans()

    storage.prepare(database)

    [(_, looked_for)] = queries.plans()
    assert (looked_for.scans_all, looked_for.examined) == (False, 0)
    assert list(database.profiles.find()) == before


def test_a_start_that_was_interrupted_goes_on(database: Database[Document], monkeypatch: pytest.MonkeyPatch) -> None:
    database.profiles.insert_many([stored_by_0_1_0(f"José {number:03}") for number in range(MANY)])
    fold_again, left = storage._folded_again, iter(range(storage.FOLDED_AT_ONCE + 3))

    def dies_in_the_second_batch(document: Document) -> Any:
        if next(left, None) is None:
            raise AutoReconnect("gone")
        return fold_again(document)

    with monkeypatch.context() as patched, pytest.raises(AutoReconnect):
        patched.setattr(storage, "_folded_again", dies_in_the_second_batch)
        storage.prepare(database)
    assert database.profiles.count_documents({"folding": FOLDING}) == storage.FOLDED_AT_ONCE

    storage.prepare(database)

    assert len(names_found(database, "jose")) == MANY


def test_what_a_process_of_the_earlier_version_writes_meanwhile_is_folded_at_the_next_start(
    database: Database[Document],
) -> None:
    document = stored_by_0_1_0("Before")
    database.profiles.insert_one(document)
    storage.prepare(database)
    changed = {"name": "After", "folded": "after\0anna@example.test", "grams": ["a", "f"]}
    database.profiles.update_one({"_id": document["_id"]}, {"$set": changed, "$inc": {"version": 1}})

    storage.prepare(database)

    assert (names_found(database, "before"), names_found(database, "after")) == ([], ["After"])


def test_a_profile_that_changes_while_it_is_folded_keeps_the_change(
    mongo_uri: str, database: Database[Document]
) -> None:
    document = stored_by_0_1_0("Before")
    database.profiles.insert_one(document)
    changed = {"name": "After", **storage.search_fields(name="After", email="anna@example.test")}

    class InBetween(monitoring.CommandListener):
        def started(self, event: monitoring.CommandStartedEvent) -> None:
            if event.command_name == "update":
                update = {"$set": changed, "$inc": {"version": 1}}
                database.profiles.update_one({"_id": document["_id"], "version": 1}, update)

        def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
            pass

        def failed(self, event: monitoring.CommandFailedEvent) -> None:
            pass

    with MongoClient[Document](mongo_uri, event_listeners=[InBetween()]) as client:
        storage.prepare(client[database.name])

    assert (names_found(database, "before"), names_found(database, "after")) == ([], ["After"])


def test_other_rules_fold_again(database: Database[Document]) -> None:
    storage.prepare(database)
    document = stored_by_0_1_0("Diyarbakır")
    folded_otherwise = {**storage.search_fields(name="x", email="y"), "folding": "0/1.1.5"}
    database.profiles.insert_one(document | folded_otherwise)

    storage.prepare(database)

    assert names_found(database, "DIYARBAKIR") == ["Diyarbakır"]


def test_an_address_that_stood_for_a_missing_name_is_no_name_any_more(database: Database[Document]) -> None:
    database.profiles.insert_one(stored_by_0_1_0("anna@example.test"))
    storage.prepare(database)
    assert names_found(database, "example") == []
    assert names_found(database, "anna@example.test") == [""]


def test_a_long_name_of_before_leaves_few_index_entries(database: Database[Document]) -> None:
    long = "".join(chr(0x4E00 + number) for number in range(2000))
    database.profiles.insert_one(stored_by_0_1_0(long))
    storage.prepare(database)
    [document] = database.profiles.find()
    assert len(document["name_grams"]) <= GRAM_SIZE * MAX_INDEXED
    assert names_found(database, long[900:1000]) == [long]
