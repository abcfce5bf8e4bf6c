"""Time: ends, whole days, zones, events that repeat, and the agenda."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.answers import done, ok, refused
from tests.e2e.endpoints import NOBODY
from tests.e2e.listening import Listening
from tests.e2e.people import Person, a_plan

Someone = Callable[..., Person]

OF_TIME = {"end_datetime", "all_day", "time_zone", "recurrence", "occurrence", "starts_at", "ends_at"}
DINNER: dict[str, Any] = {
    "datetime": "06.05.2031 19:00",
    "end_datetime": "06.05.2031 22:00",
    "recurrence": "FREQ=WEEKLY;BYDAY=TU",
}
"""Every Tuesday."""
SECOND, THIRD, FOURTH = "13.05.2031 19:00", "20.05.2031 19:00", "27.05.2031 19:00"


def times(event: dict[str, Any]) -> dict[str, Any]:
    """Return what an event says of its time."""
    return {name: event[name] for name in OF_TIME | {"datetime"}}


def agenda(person: Person, first: str, end: str, **query: Any) -> list[dict[str, Any]]:
    """Read a whole agenda, a page at a time."""
    events: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"from": first, "to": end, **query}
    while True:
        page = ok(person.get("/agenda", **asked))
        events += page["events"]
        if page["next"] is None:
            return events
        asked["after"] = page["next"]


def days(listed: list[dict[str, Any]]) -> list[str]:
    """Return on which days of the month events start."""
    return [event["datetime"][:2] for event in listed]


class TestWhatIsSaidOfTime:
    def test_an_event_without_more_is_a_wall_clock_everywhere_without_an_end(self, ann: Person) -> None:
        assert times(ann.event(ann.plan(datetime="23.11.2026 19:00"))) == {
            "datetime": "23.11.2026 19:00",
            "end_datetime": None,
            "all_day": "false",
            "time_zone": None,
            "recurrence": None,
            "occurrence": None,
            "starts_at": "2026-11-23T19:00:00",
            "ends_at": None,
        }

    @pytest.mark.parametrize(
        ("fields", "starts_at", "ends_at"),
        [
            (
                {"datetime": "23.11.2026 19:00", "end_datetime": "24.11.2026 01:30"},
                "2026-11-23T19:00:00",
                "2026-11-24T01:30:00",
            ),
            (
                {"datetime": "23.11.2026 19:00", "time_zone": "Europe/Berlin"},
                "2026-11-23T19:00:00+01:00",
                None,
            ),
            (
                {"datetime": "28.03.2026 23:00", "end_datetime": "29.03.2026 05:00", "time_zone": "Europe/Berlin"},
                "2026-03-28T23:00:00+01:00",
                "2026-03-29T05:00:00+02:00",
            ),
            (
                {"datetime": "29.03.2026 02:30", "time_zone": "Europe/Berlin"},  # is skipped
                "2026-03-29T02:30:00+01:00",
                None,
            ),
            (
                {"datetime": "25.10.2026 02:30", "time_zone": "Europe/Berlin"},  # comes twice
                "2026-10-25T02:30:00+02:00",
                None,
            ),
            (
                {"datetime": "23.11.2026 00:00", "end_datetime": "25.11.2026 00:00", "all_day": "true"},
                "2026-11-23",
                "2026-11-25",
            ),
        ],
    )
    def test_instants_are_computed(
        self, ann: Person, fields: dict[str, Any], starts_at: str, ends_at: str | None
    ) -> None:
        event = ann.event(ann.plan(**fields))
        assert (event["starts_at"], event["ends_at"]) == (starts_at, ends_at)
        assert {name: event[name] for name in fields} == fields

    @pytest.mark.parametrize("zone", ["Asia/Calcutta", "US/Eastern", "UTC", "Etc/GMT+3", "Pacific/Apia"])
    def test_a_zone_comes_back_as_it_was_given(self, ann: Person, zone: str) -> None:
        assert ann.event(ann.plan(time_zone=zone))["time_zone"] == zone

    def test_what_is_computed_is_ignored_when_it_is_sent(self, ann: Person) -> None:
        event_id = ann.plan(starts_at="never", ends_at=5)
        done(ann.change(event_id, starts_at=[], ends_at="never"))
        assert ann.event(event_id)["starts_at"] == "2031-05-17T18:30:00"

    def test_every_shape_of_an_event_says_the_same(self, someone: Someone) -> None:
        ann = someone()
        event_id = ann.plan(type="group", datetime="17.05.2031 18:30", time_zone="Europe/Berlin")
        event = ann.event(event_id)
        [in_month], [in_agenda] = ann.month()["17"], agenda(ann, "2031-05-17", "2031-05-18")
        assert in_month == {name: value for name, value in event.items() if name not in ("member_id_list", "chat_id")}
        assert in_agenda == {name: value for name, value in event.items() if name != "member_id_list"}

    @pytest.mark.parametrize("field", ["end_datetime", "time_zone", "recurrence"])
    def test_null_takes_away_what_may_be_missing(self, ann: Person, field: str) -> None:
        said = {"end_datetime": "17.05.2031 20:00", "time_zone": "Europe/Berlin", "recurrence": "FREQ=DAILY;COUNT=3"}
        event_id = ann.plan(**said)
        done(ann.change(event_id, **{field: None}))
        after = ann.event(event_id)
        assert {name: after[name] for name in said} == said | {field: None}
        assert ann.event(ann.plan(**dict.fromkeys(said)))[field] is None


class TestAnOldClient:
    """It knows nothing of ends, days, zones and rules, and moves things all the same."""

    def test_moving_keeps_the_length(self, ann: Person) -> None:
        event_id = ann.plan(datetime="17.05.2031 18:30", end_datetime="17.05.2031 20:00")
        done(ann.change(event_id, datetime="19.05.2031 23:00"))
        assert ann.event(event_id)["end_datetime"] == "20.05.2031 00:30"

    def test_a_time_makes_a_timed_event_of_one_that_takes_whole_days(self, ann: Person) -> None:
        event_id = ann.plan(datetime="17.05.2031 00:00", end_datetime="18.05.2031 00:00", all_day=True)
        done(ann.change(event_id, datetime="20.05.2031 00:00"))
        assert times(ann.event(event_id))["all_day"] == "true"
        done(ann.change(event_id, datetime="20.05.2031 10:00"))
        event = ann.event(event_id)
        assert (event["all_day"], event["end_datetime"]) == ("false", "21.05.2031 10:00")

    def test_a_rule_moves_along(self, someone: Someone) -> None:
        ann = someone()
        event_id = ann.plan(**DINNER)
        done(ann.change(event_id, datetime="07.05.2031 19:00"))
        assert ann.event(event_id)["recurrence"] == "FREQ=WEEKLY;BYDAY=WE"
        assert sorted(ann.month()) == sorted(["7", "14", "21", "28"])

    def test_the_body_of_a_post_without_the_new_fields_changes_none_of_them(self, ann: Person) -> None:
        event_id = ann.plan(**DINNER, time_zone="Europe/Berlin")
        before = ann.event(event_id)
        done(ann.put("/event", a_plan(id=event_id, name="Supper", datetime=DINNER["datetime"])))
        assert ann.event(event_id) == before | {"name": "Supper"}


class TestRepeating:
    def test_a_rule_comes_back_in_its_normal_form(self, ann: Person) -> None:
        given = "byday=th,tu;count=10;freq=weekly;interval=2"
        event = ann.event(ann.plan(datetime="06.05.2031 19:00", recurrence=given))
        assert event["recurrence"] == "FREQ=WEEKLY;INTERVAL=2;COUNT=10;BYDAY=TH,TU"

    def test_each_occurrence_stands_under_its_day_of_its_month(self, someone: Someone) -> None:
        ann = someone()
        event_id = ann.plan(**DINNER)
        other = ann.plan(datetime="13.05.2031 08:00", name="Breakfast")

        month = ann.month()

        assert list(month) == ["6", "13", "20", "27"]
        assert [event["id"] for event in month["13"]] == [other, event_id]
        assert [event["occurrence"] for event in month["13"]] == [None, SECOND]
        assert [event["end_datetime"] for event in month["20"]] == ["20.05.2031 22:00"]
        assert list(ann.month(2031, 6)) == ["3", "10", "17", "24"]
        assert ann.month(2031, 4) == {}
        assert len(ann.month(2999, 12)) in (4, 5)

    def test_what_takes_days_stands_under_its_first_one_only(self, someone: Someone) -> None:
        ann = someone()
        ann.plan(datetime="30.04.2031 12:00", end_datetime="03.05.2031 12:00")
        assert (list(ann.month(2031, 4)), ann.month(2031, 5)) == (["30"], {})

    def test_an_occurrence_is_read_by_its_name(self, ann: Person) -> None:
        event_id = ann.plan(**DINNER, time_zone="Europe/Berlin")
        event = ann.event(event_id)
        shown = ok(ann.get("/event", id=event_id, occurrence=SECOND))
        assert shown == event | {
            "datetime": SECOND,
            "end_datetime": "13.05.2031 22:00",
            "occurrence": SECOND,
            "starts_at": "2031-05-13T19:00:00+02:00",
            "ends_at": "2031-05-13T22:00:00+02:00",
        }

    @pytest.mark.parametrize("name", ["14.05.2031 19:00", "13.05.2031 20:00", "29.04.2031 19:00"])
    def test_what_is_no_occurrence_is_404(self, ann: Person, name: str) -> None:
        event_id = ann.plan(**DINNER)
        for answer in (
            ann.get("/event", id=event_id, occurrence=name),
            *(ann.change(event_id, name="x", occurrence=name, scope=scope) for scope in ("this", "following", "all")),
            *(
                ann.delete("/event", id=event_id, occurrence=name, scope=scope)
                for scope in ("this", "following", "all")
            ),
        ):
            refused(answer, 404)
        assert ann.event(event_id)["name"] == "Tea"

    def test_an_event_that_does_not_repeat_has_no_occurrences(self, ann: Person) -> None:
        event_id = ann.plan(datetime=SECOND)
        refused(ann.get("/event", id=event_id, occurrence=SECOND), 404)
        refused(ann.change(event_id, name="x", occurrence=SECOND), 404)
        refused(ann.delete("/event", id=event_id, occurrence=SECOND), 404)
        done(ann.change(event_id, name="Supper", occurrence=None))
        assert ann.event(event_id)["name"] == "Supper"


class TestOneOccurrence:
    @pytest.fixture
    def ann(self, someone: Someone) -> Person:
        return someone()

    @pytest.fixture
    def dinner(self, ann: Person) -> str:
        return ann.plan(**DINNER, name="Dinner")

    def test_it_changes_and_the_others_stay(self, ann: Person, dinner: str) -> None:
        before = ann.event(dinner)
        done(ann.change(dinner, occurrence=SECOND, name="Party", address="Out"))

        shown = [(each["name"], each["occurrence"]) for day in ann.month().values() for each in day]
        assert shown == [("Dinner", "06.05.2031 19:00"), ("Party", SECOND), ("Dinner", THIRD), ("Dinner", FOURTH)]
        assert ann.event(dinner) == before

    def test_it_moves_and_keeps_its_name_and_length(self, ann: Person, dinner: str) -> None:
        done(ann.change(dinner, occurrence=FOURTH, datetime="01.06.2031 20:00"))

        assert list(ann.month()) == ["6", "13", "20"]
        [moved] = ann.month(2031, 6)["1"]
        assert (moved["occurrence"], moved["end_datetime"]) == (FOURTH, "01.06.2031 23:00")
        assert ok(ann.get("/event", id=dinner, occurrence=FOURTH))["datetime"] == "01.06.2031 20:00"

        done(ann.change(dinner, occurrence=FOURTH, datetime=FOURTH))
        assert (list(ann.month()), list(ann.month(2031, 6))) == (["6", "13", "20", "27"], ["3", "10", "17", "24"])

    def test_it_is_cancelled_once_for_ever(self, ann: Person, dinner: str) -> None:
        done(ann.delete("/event", id=dinner, occurrence=SECOND))

        assert list(ann.month()) == ["6", "20", "27"]
        refused(ann.get("/event", id=dinner, occurrence=SECOND), 404)
        refused(ann.delete("/event", id=dinner, occurrence=SECOND), 404)
        refused(ann.change(dinner, occurrence=SECOND, name="Back"), 404)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("recurrence", "FREQ=DAILY"),
            ("recurrence", None),
            ("time_zone", "UTC"),
            ("all_day", True),
            ("is_private", False),
        ],
    )
    def test_what_is_the_series_own_cannot_change_for_one(
        self, ann: Person, dinner: str, field: str, value: Any
    ) -> None:
        equal: dict[str, Any] = {
            "recurrence": DINNER["recurrence"],
            "time_zone": None,
            "all_day": "false",
            "is_private": "true",
        }
        refused(ann.change(dinner, occurrence=SECOND, name="Party", **{field: value}), 400, field=field)
        done(ann.change(dinner, occurrence=SECOND, name="Party", **{field: equal[field]}))

    def test_the_last_one_takes_the_event_along(self, ann: Person) -> None:
        event_id = ann.plan(datetime="06.05.2031 19:00", recurrence="FREQ=DAILY;COUNT=2")
        done(ann.delete("/event", id=event_id, occurrence="06.05.2031 19:00"))
        done(ann.delete("/event", id=event_id, occurrence="07.05.2031 19:00"))
        refused(ann.get("/event", id=event_id), 404)
        assert ann.me()["event_id_list"] == []

    def test_every_view_has_the_version_of_the_whole_event(self, ann: Person, dinner: str) -> None:
        views: list[dict[str, Any]] = [{}, {"occurrence": SECOND}]
        for view, scope in ((views[0], "this"), (views[1], "all")):
            tag = ann.get("/event", id=dinner, **view).headers["ETag"]
            done(ann.change(dinner, occurrence=THIRD, scope=scope, name=scope, headers={"If-Match": tag}))
            for other in views:
                current = ann.get("/event", id=dinner, **other).headers["ETag"]
                assert current != tag
            refused(ann.change(dinner, occurrence=SECOND, name="late", headers={"If-Match": tag}), 412)
            refused(ann.delete("/event", id=dinner, occurrence=SECOND, headers={"If-Match": tag}), 412)

    def test_what_changes_nothing_leaves_the_version(self, ann: Person, dinner: str) -> None:
        tag = ann.get("/event", id=dinner).headers["ETag"]
        done(ann.change(dinner, occurrence=SECOND, name="Dinner", datetime=SECOND))
        done(ann.change(dinner, occurrence=SECOND))
        done(ann.change(dinner, **DINNER))
        done(ann.change(dinner, occurrence=SECOND, scope="all", name="Dinner"))
        assert ann.get("/event", id=dinner).headers["ETag"] == tag


class TestThisAndFollowing:
    @pytest.fixture
    def ann(self, someone: Someone) -> Person:
        return someone()

    @pytest.fixture
    def dinner(self, ann: Person) -> str:
        return ann.plan(**DINNER, name="Dinner")

    def test_what_was_before_stays(self, ann: Person, dinner: str) -> None:
        done(ann.change(dinner, occurrence=THIRD, scope="following", name="Lunch", datetime="21.05.2031 12:00"))

        shown = [(each["datetime"], each["name"]) for day in ann.month().values() for each in day]
        assert shown == [
            ("06.05.2031 19:00", "Dinner"),
            (SECOND, "Dinner"),
            ("21.05.2031 12:00", "Lunch"),
            ("28.05.2031 12:00", "Lunch"),
        ]
        assert list(ann.month(2031, 6)) == ["4", "11", "18", "25"]
        assert ann.event(dinner)["recurrence"].startswith("FREQ=WEEKLY;UNTIL=2031")
        later = ok(ann.get("/event", id=dinner, occurrence="28.05.2031 12:00"))
        assert (later["recurrence"], later["id"]) == ("FREQ=WEEKLY;BYDAY=WE", dinner)
        assert ann.me()["event_id_list"] == [dinner]

    def test_what_is_common_changes_everywhere(self, ann: Person, dinner: str) -> None:
        done(ann.change(dinner, occurrence=THIRD, scope="following", name="Lunch"))
        done(ann.change(dinner, address="Elsewhere"))
        shown = [(each["name"], each["address"]) for day in ann.month().values() for each in day]
        assert shown == [("Dinner", "Elsewhere")] * 2 + [("Lunch", "Elsewhere")] * 2

    def test_a_new_time_for_all_makes_one_part_again(self, ann: Person, dinner: str) -> None:
        done(ann.change(dinner, occurrence=THIRD, scope="following", name="Lunch"))
        done(ann.change(dinner, datetime="06.05.2031 18:00", scope="all", occurrence=SECOND))
        shown = [(each["datetime"][11:], each["name"]) for day in ann.month().values() for each in day]
        assert shown == [("18:00", "Dinner")] * 4
        assert ann.event(dinner)["recurrence"] == DINNER["recurrence"]

    def test_the_series_ends_before_it(self, ann: Person, dinner: str) -> None:
        done(ann.delete("/event", id=dinner, occurrence=THIRD, scope="following"))
        assert (list(ann.month()), ann.month(2031, 6)) == (["6", "13"], {})
        done(ann.delete("/event", id=dinner, occurrence="06.05.2031 19:00", scope="following"))
        refused(ann.get("/event", id=dinner), 404)

    def test_the_whole_event_is_deleted_whichever_occurrence_is_named(self, ann: Person, dinner: str) -> None:
        done(ann.delete("/event", id=dinner, occurrence=THIRD, scope="all"))
        refused(ann.get("/event", id=dinner), 404)

    def test_a_repeat_under_its_key_is_done_once(self, ann: Person, dinner: str) -> None:
        for key, body in (
            ("split", {"scope": "following", "name": "Lunch"}),
            ("move", {"datetime": "22.05.2031 19:00"}),
        ):
            headers = {"Idempotency-Key": f"{key}-{dinner}"}
            for _ in range(2):
                done(ann.change(dinner, occurrence=THIRD, headers=headers, **body))
        cancel = {"Idempotency-Key": f"cancel-{dinner}"}
        for _ in range(2):
            done(ann.delete("/event", id=dinner, occurrence=SECOND, headers=cancel))
        assert list(ann.month()) == ["6", "22", "27"]

    def test_rights_and_access_are_those_of_the_event(self, someone: Someone, ann: Person) -> None:
        ben, cleo = someone(), someone()
        dinner = ann.plan_together(ben, **DINNER)
        this: dict[str, Any] = {"id": dinner, "occurrence": SECOND}
        for scope in ("this", "following", "all"):
            refused(ben.change(dinner, occurrence=SECOND, scope=scope, name="x"), 403)
            refused(cleo.change(dinner, occurrence=SECOND, scope=scope, name="x"), 403)
            refused(ben.delete("/event", **this, scope=scope), 403)
            refused(cleo.delete("/event", **this, scope=scope), 404)
        refused(cleo.get("/event", **this), 403)
        assert ok(ben.get("/event", **this))["occurrence"] == SECOND

        done(ann.grant(dinner, ben, is_can_change_event=True))
        done(ben.delete("/event", **this))
        refused(ben.delete("/event", id=dinner, occurrence="06.05.2031 19:00", scope="following"), 403)
        refused(ben.delete("/event", id=dinner), 403)
        assert list(ann.month()) == ["6", "20", "27"]

    def test_splits_and_exceptions_are_limited(self, ann: Person) -> None:
        event_id = ann.plan(datetime="01.05.2031 10:00", recurrence="FREQ=DAILY")
        for day in range(2, 22):
            done(ann.change(event_id, occurrence=f"{day:02}.05.2031 10:00", scope="following", name=f"from {day}"))
        refused(ann.change(event_id, occurrence="22.05.2031 10:00", scope="following", name="no"), 409)
        done(ann.change(event_id, occurrence="21.05.2031 10:00", scope="following", name="instead"))
        assert ann.month()["31"][0]["name"] == "instead"


class TestTheAgenda:
    @pytest.fixture
    def ann(self, someone: Someone) -> Person:
        return someone()

    def test_it_holds_what_overlaps_the_days_in_order(self, ann: Person) -> None:
        trip = ann.plan(datetime="10.05.2031 00:00", end_datetime="13.05.2031 00:00", all_day=True, name="Trip")
        dinner = ann.plan(**DINNER)
        call = ann.plan(datetime="12.05.2031 23:30", end_datetime="13.05.2031 00:30", name="Call")
        ann.plan(datetime="14.05.2031 00:00", name="after")
        ann.plan(datetime="10.05.2031 00:00", end_datetime="12.05.2031 00:00", all_day=True, name="before")

        found = agenda(ann, "2031-05-12", "2031-05-14")

        assert [(each["id"], each["occurrence"]) for each in found] == [(trip, None), (call, None), (dinner, SECOND)]
        assert agenda(ann, "2031-05-13", "2031-05-14")[0]["id"] == call
        assert all("member_id_list" not in each for each in found)

    def test_days_are_those_of_a_zone_if_one_is_named(self, ann: Person) -> None:
        late = ann.plan(datetime="12.05.2031 23:00", time_zone="America/New_York", name="late")
        floating = ann.plan(datetime="13.05.2031 01:00", name="floating")
        whole = ann.plan(datetime="13.05.2031 00:00", end_datetime="14.05.2031 00:00", all_day=True, name="whole")

        def ids(first: str, end: str, **query: str) -> list[str]:
            return [each["id"] for each in agenda(ann, first, end, **query)]

        assert ids("2031-05-12", "2031-05-13") == [late]
        assert ids("2031-05-13", "2031-05-14") == [whole, floating]
        assert ids("2031-05-13", "2031-05-14", time_zone="Europe/Berlin") == [whole, floating, late]
        assert ids("2031-05-12", "2031-05-13", time_zone="Europe/Berlin") == []
        for zone in ("Pacific/Auckland", "Pacific/Honolulu"):
            assert ids("2031-05-13", "2031-05-14", time_zone=zone)[:2] == [whole, floating]

    @pytest.mark.parametrize("zone", [{}, {"time_zone": "Pacific/Honolulu"}])
    @pytest.mark.parametrize("limit", [1, 3, 7])
    def test_its_pages_together_are_the_whole(self, ann: Person, limit: int, zone: dict[str, str]) -> None:
        ann.plan(datetime="01.05.2031 19:00", recurrence="FREQ=DAILY", name="a")
        ann.plan(datetime="01.05.2031 19:00", recurrence="FREQ=DAILY;COUNT=4", time_zone="Europe/Berlin", name="b")
        for _ in range(3):
            ann.plan(datetime="06.05.2031 19:00", end_datetime="09.05.2031 19:00")
        days_ = ("2031-05-03", "2031-05-09")
        whole = agenda(ann, *days_, **zone)
        assert len(whole) == 6 + 2 + 3
        assert agenda(ann, *days_, limit=limit, **zone) == whole

    def test_what_is_added_meanwhile_moves_nothing_else(self, ann: Person) -> None:
        ann.plan(datetime="01.05.2031 19:00", recurrence="FREQ=DAILY;COUNT=4")
        query: dict[str, Any] = {"from": "2031-05-01", "to": "2031-06-01", "limit": 2}
        first = ok(ann.get("/agenda", **query))
        ann.plan(datetime="01.05.2031 08:00", name="too late to be seen")
        ann.plan(datetime="04.05.2031 20:00", name="new")
        second = ok(ann.get("/agenda", **query, after=first["next"]))
        third = ok(ann.get("/agenda", **query, after=second["next"]))
        assert [days(page["events"]) for page in (first, second, third)] == [["01", "02"], ["03", "04"], ["04"]]
        assert third["next"] is None

    def test_an_empty_one_is_empty(self, ann: Person) -> None:
        year: dict[str, Any] = {"from": "2031-05-01", "to": "2032-06-04"}
        assert ok(ann.get("/agenda", **year)) == {"events": [], "next": None}

    @pytest.mark.parametrize(("first", "end"), [("0001-01-01", "0001-01-02"), ("9999-12-30", "9999-12-31")])
    @pytest.mark.parametrize("zone", [{}, {"time_zone": "Pacific/Auckland"}, {"time_zone": "Pacific/Honolulu"}])
    def test_the_ends_of_the_calendar_can_be_asked(
        self, ann: Person, first: str, end: str, zone: dict[str, str]
    ) -> None:
        day, month, year = first[8:], first[5:7], first[:4]
        event_id = ann.plan(datetime=f"{day}.{month}.{year} 12:00", recurrence="FREQ=YEARLY")
        assert [each["id"] for each in agenda(ann, first, end, **zone)] == [event_id]


class TestLive:
    def test_others_see_what_becomes_of_a_series(self, someone: Someone) -> None:
        ann, ben = someone(), someone()
        dinner = ann.plan_together(ben, **DINNER)
        with Listening(ben) as stream:
            done(ann.change(dinner, occurrence=SECOND, datetime="14.05.2031 19:00"))
            moved = stream.wait_for("occurrence.changed.v1", id=dinner)
            assert moved == ok(ben.get("/event", id=dinner, occurrence=SECOND))
            assert moved["datetime"] == "14.05.2031 19:00"

            done(ann.delete("/event", id=dinner, occurrence=THIRD))
            cancelled = stream.wait_for("occurrence.cancelled.v1", id=dinner)
            assert cancelled == {"id": dinner, "occurrence": THIRD}
            assert stream.of("event.changed.v1") == []

            done(ann.change(dinner, occurrence=FOURTH, scope="following", name="Lunch"))
            changed = stream.wait_for("event.changed.v1", id=dinner)
            assert changed == ok(ben.get("/event", id=dinner))

            done(ann.delete("/event", id=dinner, occurrence="06.05.2031 19:00", scope="following"))
            stream.wait_for("event.deleted.v1", id=dinner)

    def test_whoever_takes_no_part_sees_nothing(self, someone: Someone) -> None:
        ann, ben = someone(), someone()
        dinner = ann.plan_together(ben, **DINNER)
        done(ben.leave(dinner))
        with Listening(ben) as stream:
            done(ann.change(dinner, occurrence=SECOND, name="Secret"))
            last = ben.plan()
            stream.wait_for("event.created.v1", id=last)
            assert stream.of("occurrence.changed.v1") == []

    def test_nobody_is_told_of_what_is_unknown(self, ann: Person) -> None:
        refused(ann.change(NOBODY, occurrence=SECOND, name="x"), 404)
        refused(ann.delete("/event", id=NOBODY, occurrence=SECOND), 404)
