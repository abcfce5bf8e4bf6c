"""Events that repeat, through the real services: who may change what, what is refused first, and what is said of it."""

import json

import pytest

from services.contracts.domain_events import EventChangedV1, OccurrenceChangedV1
from services.contracts.errors import Code, Conflict, Forbidden, Invalid, NotFound, PreconditionFailed
from services.contracts.ids import new_id
from services.events.time.changes import MAX_EXCEPTIONS

FIRST, SECOND, THIRD = "2026-11-30T19:30", "2026-12-07T19:30", "2026-12-14T19:30"
NEVER = "2026-12-08T19:30"


@pytest.fixture
def dinner(world, anna):
    """Return a group event of Anna's, each Monday."""
    return world.event(anna, ends_at="2026-11-30T22:00", recurrence="FREQ=WEEKLY")


def starts(world, person, year=2026, month=12):
    return [one["starts_at"] for one in world.month(person, year, month)]


def refused(error, code, act, *args, **kwargs):
    with pytest.raises(error) as caught:
        act(*args, **kwargs)
    assert caught.value.code == code
    return caught.value.parsed_details().get("field")


def published(world, event_id):
    """Return what the latest change of an event publishes."""
    event = world.events.find_any(event_id)
    return event.to_domain_events(event.changes[-1])


def test_each_occurrence_is_shown_in_its_month_and_by_its_name(world, anna, dinner):
    assert starts(world, anna) == [SECOND, THIRD, "2026-12-21T19:30", "2026-12-28T19:30"]
    assert [one["occurrence"] for one in world.month(anna, 2026, 11)] == [FIRST]
    shown = world.get_event(anna, dinner, THIRD)
    assert (shown["starts_at"], shown["ends_at"], shown["occurrence"]) == (THIRD, "2026-12-14T22:00", THIRD)
    assert (world.get_event(anna, dinner)["occurrence"], shown["version"]) == (None, 1)


def test_what_is_impossible_is_named_before_anything_else(world, anna, bob, dinner):
    for field, changes in (
        ("time_zone", {"time_zone": "Mars/Olympus"}),
        ("recurrence", {"recurrence": "FREQ=DAILY;COUNT=0"}),
        ("starts_at", {"starts_at": "2026-11-30T19:30", "all_day": True}),
        ("ends_at", {"starts_at": FIRST, "ends_at": "2026-11-30T19:00"}),
        ("recurrence", {"starts_at": FIRST, "recurrence": "FREQ=WEEKLY;BYDAY=TU"}),
    ):
        for actor, event_id in ((anna, dinner), (bob, dinner), (anna, new_id())):
            assert refused(Invalid, Code.EVENT_IMPOSSIBLE, world.change, actor, event_id, **changes) == field
        assert refused(Invalid, Code.EVENT_IMPOSSIBLE, world.event, anna, **changes) == field
    assert world.events.find(dinner).version == 1


def test_what_does_not_go_with_the_event_is_said_to_those_who_may_change_it(world, anna, bob, carl, dinner):
    world.join(anna, bob, dinner)
    early = {"ends_at": "2026-11-30T19:00"}
    assert refused(Invalid, Code.EVENT_IMPOSSIBLE, world.change, anna, dinner, **early) == "ends_at"
    refused(Forbidden, Code.MEMBER_RIGHT_MISSING, world.change, bob, dinner, **early)
    refused(Forbidden, Code.EVENT_FORBIDDEN, world.change, carl, dinner, **early)
    refused(NotFound, Code.EVENT_UNKNOWN, world.change, anna, dinner, kind="single", **early)


@pytest.mark.parametrize("scope", ["this", "following", "all"])
def test_an_occurrence_that_is_none_is_unknown_whatever_is_wanted(world, anna, bob, dinner, scope):
    single = world.event(anna, kind="single")
    for event_id, name in ((dinner, NEVER), (single, FIRST)):
        one = {"occurrence": name, "scope": scope}
        refused(NotFound, Code.OCCURRENCE_UNKNOWN, world.get_event, anna, event_id, name)
        refused(NotFound, Code.OCCURRENCE_UNKNOWN, world.change, anna, event_id, name="x", **one)
        refused(NotFound, Code.OCCURRENCE_UNKNOWN, world.delete, anna, event_id, **one)
    refused(NotFound, Code.OCCURRENCE_UNKNOWN, world.change, bob, dinner, name="x", occurrence=NEVER, scope=scope)


def test_a_version_is_required_only_of_what_would_succeed(world, anna, bob, dinner):
    world.join(anna, bob, dinner)
    late = {"if_versions": [1], "occurrence": SECOND, "scope": "this"}
    refused(Invalid, Code.EVENT_IMPOSSIBLE, world.change, anna, dinner, ends_at=FIRST, **late)
    refused(Forbidden, Code.MEMBER_RIGHT_MISSING, world.change, bob, dinner, name="x", **late)
    refused(PreconditionFailed, Code.EVENT_CHANGED, world.change, anna, dinner, name="x", **late)
    refused(PreconditionFailed, Code.EVENT_CHANGED, world.delete, anna, dinner, **late)
    current = late | {"if_versions": [world.events.find(dinner).version]}
    world.change(anna, dinner, name="x", **current)


def test_cancelling_needs_the_right_to_change_and_with_the_last_one_that_to_delete(world, anna, bob):
    event_id = world.event(anna, recurrence="FREQ=WEEKLY;COUNT=3")
    bobs = world.join(anna, bob, event_id)
    refused(Forbidden, Code.MEMBER_RIGHT_MISSING, world.delete, bob, event_id, occurrence=SECOND, scope="this")
    world.change_rights(anna, bobs, can_change_event=True)
    world.delete(bob, event_id, occurrence=SECOND, scope="this")
    for name, scope in ((FIRST, "following"), (THIRD, "all")):
        refused(Forbidden, Code.MEMBER_RIGHT_MISSING, world.delete, bob, event_id, occurrence=name, scope=scope)
    world.delete(bob, event_id, occurrence=THIRD, scope="following")
    refused(Forbidden, Code.MEMBER_RIGHT_MISSING, world.delete, bob, event_id, occurrence=FIRST, scope="this")
    assert starts(world, anna, 2026, 11) == [FIRST]

    chat_id = world.get_event(anna, event_id)["chat_id"]
    world.delete(anna, event_id, occurrence=FIRST, scope="this")
    refused(NotFound, Code.EVENT_UNKNOWN, world.get_event, anna, event_id)
    refused(NotFound, Code.CHAT_UNKNOWN, world.chat, bob, chat_id)


def test_a_repeat_does_nothing_again(world, anna, dinner):
    split, cancel = new_id(), new_id()
    for _ in range(2):
        world.change(anna, dinner, name="Lunch", occurrence=THIRD, scope="following", operation_id=split)
    for _ in range(2):
        world.delete(anna, dinner, occurrence=SECOND, scope="this", operation_id=cancel)
    assert starts(world, anna)[0] == THIRD
    assert world.events.find(dinner).version == 3


def test_what_changes_nothing_is_no_change(world, anna, dinner):
    world.change(anna, dinner, name="Party", starts_at=SECOND, occurrence=SECOND, scope="this")
    world.change(anna, dinner, recurrence="freq=weekly", ends_at="2026-11-30T22:00")
    world.change(anna, dinner, occurrence=THIRD, scope="following", name="Party")
    world.change(anna, dinner)
    assert world.events.find(dinner).version == 1


def test_an_occurrence_is_published_as_it_is_shown_and_everything_else_as_the_event(world, anna, bob, dinner):
    world.join(anna, bob, dinner)
    world.change(anna, dinner, starts_at="2026-12-09T12:00", occurrence=SECOND, scope="this")
    [moved] = published(world, dinner)
    assert isinstance(moved, OccurrenceChangedV1)
    assert moved.event.items() <= world.get_event(anna, dinner, SECOND).items()
    assert (moved.occurrence, moved.cancelled) == (SECOND, False)
    assert [member["user_id"] for member in moved.members] == [anna, bob]

    world.delete(anna, dinner, occurrence=SECOND, scope="this")
    [cancelled] = published(world, dinner)
    assert isinstance(cancelled, OccurrenceChangedV1)
    assert (cancelled.occurrence, cancelled.cancelled, cancelled.event) == (SECOND, True, {})

    for act in (
        lambda: world.change(anna, dinner, name="Lunch", occurrence=THIRD, scope="following"),
        lambda: world.change(anna, dinner, name="Supper", occurrence=THIRD, scope="all"),
        lambda: world.delete(anna, dinner, occurrence=THIRD, scope="following"),
    ):
        act()
        [changed] = published(world, dinner)
        assert isinstance(changed, EventChangedV1)
        assert changed.event.items() <= world.get_event(anna, dinner).items()


def test_an_occurrence_that_has_ceased_when_it_is_published_late_is_published_as_cancelled(world, anna, dinner):
    world.change(anna, dinner, name="Feast", occurrence=SECOND, scope="this")
    late = world.events.find(dinner).changes[-1]
    world.delete(anna, dinner, occurrence=SECOND, scope="following")
    [published_late] = world.events.find(dinner).to_domain_events(late)
    assert (published_late.cancelled, published_late.event) == (True, {})


def test_texts_of_a_deleted_series_are_gone(world, anna, dinner):
    world.change(anna, dinner, description="secret", occurrence=SECOND, scope="this")
    world.change(anna, dinner, address="secret", occurrence=THIRD, scope="following")
    world.delete(anna, dinner)
    assert "secret" not in json.dumps([world.events.find_any(dinner).details, world.events.find_any(dinner).rest])


def test_a_series_has_room_for_a_limited_number_of_changed_occurrences(world, anna, monkeypatch):
    monkeypatch.setattr("services.events.time.changes.MAX_EXCEPTIONS", 2)
    assert MAX_EXCEPTIONS == 500
    event_id = world.event(anna, recurrence="FREQ=WEEKLY")
    for name in (FIRST, SECOND):
        world.delete(anna, event_id, occurrence=name, scope="this")
    refused(Conflict, Code.EVENT_SERIES_FULL, world.delete, anna, event_id, occurrence=THIRD, scope="this")
    world.change(anna, event_id, name="Lunch")


def test_what_occurrences_say_fits_into_a_document(world, anna, dinner, monkeypatch):
    monkeypatch.setattr("services.events.model.MAX_SERIES_BYTES", 1500)
    long = {"description": "ж" * 800, "scope": "this"}
    refused(Conflict, Code.EVENT_SERIES_FULL, world.change, anna, dinner, occurrence=SECOND, **long)
    world.change(anna, dinner, occurrence=SECOND, **long | {"description": "z" * 800})


class TestAgenda:
    def test_pages_go_on_where_the_one_before_ended(self, world, anna, dinner):
        for starts_at in ("2026-12-01T10:00", SECOND, SECOND):
            world.event(anna, kind="single", starts_at=starts_at)
        whole = world.agenda(anna, "2026-12-01", "2026-12-15")["events"]
        assert [one["starts_at"] for one in whole] == ["2026-12-01T10:00", SECOND, SECOND, SECOND, THIRD]
        assert [one["id"] for one in whole[1:4]] == sorted(one["id"] for one in whole[1:4])
        paged, after = [], None
        for _ in range(5):
            page = world.agenda(anna, "2026-12-01", "2026-12-15", limit=1, after=after)
            paged += page["events"]
            after = page["next"]
        assert (paged, after) == (whole, None)

    def test_group_events_have_their_chats(self, world, anna, dinner):
        single = world.event(anna, kind="single", starts_at=SECOND)
        page = world.agenda(anna, "2026-12-07", "2026-12-08")["events"]
        chats = {one["id"]: one["chat_id"] for one in page}
        assert chats == {dinner: world.get_event(anna, dinner)["chat_id"], single: None}

    def test_what_makes_no_sense_is_named(self, world, anna):
        def field(first_day="2026-12-01", end_day="2026-12-15", **query):
            return refused(Invalid, Code.EVENT_IMPOSSIBLE, world.agenda, anna, first_day, end_day, **query)

        assert field(end_day="2026-12-01") == field(end_day="2028-01-06") == "end_day"
        assert field(time_zone="Berlin") == "time_zone"
        assert field(after="x") == field(after=f"{10**9 * 9}.{new_id()}.") == "after"
        assert field(after=f"1.{new_id()}.2026-13-45T99:99") == "after"
        for moment in ("-0", "01", "-01", "00"):
            assert field(after=f"{moment}.{new_id()}.") == "after"
        assert world.agenda(anna, "2026-12-01", "2028-01-05") == {"events": [], "next": None}
