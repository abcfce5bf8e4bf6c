"""Events that an earlier version has stored, which knew no ends, zones and rules, need nothing done to them."""

from collections.abc import Iterator

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from services.chassis.mongo import Document
from services.contracts.ids import new_id
from services.events import model, storage
from services.events.storage import MongoEventStore
from services.events.time import ranges
from tests.conformance.test_event_store import stored

MAY = ranges.month(2031, 5)


@pytest.fixture
def database(mongo_client: MongoClient[Document]) -> Iterator[Database[Document]]:
    database = mongo_client[f"conformance_{new_id()}"]
    storage.prepare(database)
    yield database
    mongo_client.drop_database(database.name)


@pytest.fixture
def event_id(database: Database[Document]) -> str:
    """Return an event as version 0.1.0 has stored it."""
    event = stored(MongoEventStore(database), "anna", starts_at="2031-05-17T18:30")
    later = dict.fromkeys(("ends_at", "all_day", "time_zone", "recurrence"), "")
    database.events.update_one({"_id": event.id}, {"$unset": later})
    return event.id


def test_it_is_listed_and_shown_as_a_wall_clock_without_an_end(database: Database[Document], event_id: str) -> None:
    [found] = MongoEventStore(database).list_overlapping("anna", MAY)
    summary = found.summary()
    assert (summary["starts_at"], summary["start_instant"]) == ("2031-05-17T18:30", "2031-05-17T18:30:00")
    later = [summary[name] for name in ("ends_at", "time_zone", "recurrence", "occurrence", "end_instant")]
    assert (later, summary["all_day"]) == ([None] * len(later), False)


def test_it_may_be_given_what_it_lacked_and_anything_else(database: Database[Document], event_id: str) -> None:
    events = MongoEventStore(database)
    named = {"actor_id": "anna", "operation_id": new_id()}
    assert events.change(event_id, {"name": "Dinner"}, kind=None, versions=None, **named)
    before = events.find(event_id)
    assert before is not None
    after = model.changed(
        before, {"ends_at": "2031-05-20T10:00", "recurrence": "FREQ=MONTHLY"}, occurrence=None, scope="all"
    )
    changed = events.replace_plan(before, after, operation_id=new_id())
    assert changed is not None
    assert (changed.details["name"], changed.details["ends_at"]) == ("Dinner", "2031-05-20T10:00")
    assert [found.id for found in events.list_overlapping("anna", ranges.month(2032, 1))] == [event_id]
