"""What a search reads of the index: little beside what it finds, however many people there are."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from services.chassis.mongo import Document
from services.contracts.ids import new_id
from services.users import storage
from services.users.storage import COUNTED, MongoUserStore

Crowd = tuple[Database[Document], list[str]]

PEOPLE = 5000
FRIENDS = 40


@dataclass(frozen=True)
class Read:
    """What the database has read for a search, as its profiler says."""

    operations: int
    keys: int
    documents: int


@pytest.fixture(scope="module")
def crowd(mongo_uri: str) -> Iterator[Crowd]:
    client: MongoClient[Document] = MongoClient(mongo_uri)
    database = client[f"conformance_{new_id()}"]
    storage.prepare(database)
    documents = [_person(number) for number in range(PEOPLE)]
    database.profiles.insert_many(documents)
    yield database, [document["_id"] for document in documents[:FRIENDS]]
    client.drop_database(database.name)
    client.close()


def _person(number: int) -> Document:
    name, email = f"Anna Person {number:04}" + " Quux" * (number == 4321), f"{number}@common.test"
    fields = {"google_id": new_id(), "name": name, "email": email, "picture": "", "birthday": None, "version": 1}
    return {"_id": new_id(), **fields, **storage.search_fields(name=name, email=email)}


def searched(crowd: Crowd, text: str) -> tuple[Read, list[str]]:
    database, friend_ids = crowd
    database.command("profile", 0)
    database["system.profile"].drop()
    database.command("profile", 2)
    found = MongoUserStore(database).search_profiles(text, known_ids=friend_ids, by_address=True, offset=0, limit=50)
    database.command("profile", 0)
    profiled = list(database["system.profile"].find({"ns": f"{database.name}.profiles"}))
    keys, documents = (sum(each.get(field, 0) for each in profiled) for field in ("keysExamined", "docsExamined"))
    return Read(len(profiled), keys, documents), [one.name for one in found]


@pytest.mark.parametrize("text", ["anna person 4321 quux", "son 4321 q", "person 4321"])
def test_a_rare_text_with_a_common_beginning_reads_no_entry_of_each_person(crowd: Crowd, text: str) -> None:
    read, found = searched(crowd, text)

    assert found == ["Anna Person 4321 Quux"]
    assert read.operations == 3
    assert read.documents <= 2
    # Each gram that is common is counted up to a bound, and none of its entries is compared.
    assert read.keys <= (len(text) // 3 + 1) * (COUNTED + 1) + 2 * FRIENDS + 200


def test_what_nobody_has_is_known_after_counting(crowd: Crowd) -> None:
    read, found = searched(crowd, "anna xyz")

    assert found == []
    assert (read.operations, read.documents) == (2, 0)
    assert read.keys <= 3 * (COUNTED + 1) + 2 * FRIENDS + 10


@pytest.mark.parametrize("text", ["a", "ann", "anna person"])
def test_of_a_common_text_only_the_profiles_of_the_page_are_read(crowd: Crowd, text: str) -> None:
    read, found = searched(crowd, text)

    assert found == [f"Anna Person {number:04}" for number in range(50)]
    assert read.documents == 50
    short, long = 0, 4 * (COUNTED + 1) + PEOPLE  # entries to compare are read in batches of 4 MB
    assert read.keys <= (short if len(text) <= 3 else long) + 2 * FRIENDS + 3 * 50


def test_the_emails_of_strangers_are_not_read(crowd: Crowd) -> None:
    read, found = searched(crowd, "common.test")

    assert len(found) == FRIENDS
    assert read.documents == FRIENDS
    assert read.keys <= 2 * FRIENDS + 2 * FRIENDS + 20


def test_a_whole_email_reads_one_entry(crowd: Crowd) -> None:
    read, found = searched(crowd, "4000@common.test")

    assert found == ["Anna Person 4000"]
    assert read.documents <= 2
    assert read.keys <= 2 * FRIENDS + 6 * (COUNTED + 1)
