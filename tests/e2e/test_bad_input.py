"""Ids, fields and query parameters that make no sense: 400, the field's name, and nothing has changed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.e2e.answers import Answer, done, ok, refused
from tests.e2e.endpoints import NOBODY, WITH_ID, Endpoint, name_of
from tests.e2e.people import Person, a_plan

NO_STRINGS: list[Any] = [None, 5, 1.5, True, [], ["x"], {}, {"$ne": None}, {"$gt": ""}, {"$regex": ".*"}]
NO_TEXTS: list[Any] = [*NO_STRINGS, "a\x00b", "\x00", "a\ud800b", "\udfff", "\ude00\ud83d"]
BLANK = [
    "",
    " ",
    "\n\t ",
    "\u00a0",
    "\u2003\u3000",
    "\u200b\u2060\ufeff",
    "\u202e \u00ad",
    "\u3164",
    "\u2800",
    "\ufe0f",
]
NO_IDS: list[Any] = [
    "",
    " ",
    "1",
    "x" * 24,
    NOBODY[:-1],
    NOBODY + "0",
    NOBODY.upper(),
    f" {NOBODY}",
    f"{NOBODY}\n",
    "\uff11" * 24,
    "\u0661" * 24,
    '{"$ne": null}',
    "../../etc/passwd",
    NOBODY[:-1] + "\x00",
]
NO_INTEGERS = ["", " ", "x", "1.5", "-1", "+1", " 1", "1 ", "1e3", "0x1", "1_0", "NaN", "\uff11", "\u0661", "\u00b2"]


@contextmanager
def nothing_changes(person: Person) -> Iterator[None]:
    """Check that a person's whole world is the same afterwards."""
    before = world_of(person)
    yield
    assert world_of(person) == before


def world_of(person: Person) -> list[Any]:
    me = person.me()
    return [me, *map(person.event, me["event_id_list"]), person.chats(), person.invites(), person.friends()]


@pytest.fixture(scope="module")
def event_id(ann: Person, ben: Person) -> str:
    """Return a group event of Ann, who is a friend of Ben and has written in its chat."""
    ann.befriend(ben)
    event_id = ann.plan(type="group", name="Tea")
    ann.write(ann.event(event_id)["chat_id"], "Hello")
    return event_id


@pytest.fixture(scope="module")
def plain(ann: Person) -> str:
    """Return an event of which nothing is said but a wall clock."""
    return ann.plan()


@pytest.fixture(scope="module")
def chat_id(ann: Person, event_id: str) -> str:
    found: str = ann.event(event_id)["chat_id"]
    return found


@pytest.fixture(scope="module")
def message_id(ann: Person, chat_id: str) -> str:
    found: str = ann.messages(chat_id)[0]["id"]
    return found


class TestIdsInTheQuery:
    def send(self, ann: Person, endpoint: Endpoint, query: Any) -> Answer:
        if endpoint[1] == "/invite":
            query = [*query, ("action", "accept")]
        return ann.request(*endpoint, query=query)

    @pytest.mark.parametrize("endpoint", WITH_ID, ids=name_of)
    def test_an_id_of_nothing_is_404(self, ann: Person, endpoint: Endpoint) -> None:
        refused(self.send(ann, endpoint, [("id", NOBODY)]), 404)

    @pytest.mark.parametrize("endpoint", WITH_ID, ids=name_of)
    @pytest.mark.parametrize("malformed", NO_IDS, ids=ascii)
    def test_a_malformed_id_is_400(self, ann: Person, endpoint: Endpoint, malformed: str) -> None:
        refused(self.send(ann, endpoint, [("id", malformed)]), 400, field="id")

    @pytest.mark.parametrize("endpoint", WITH_ID, ids=name_of)
    @pytest.mark.parametrize(
        "query",
        [[], [("ID", NOBODY)], [("id[]", NOBODY)], [("id[$ne]", NOBODY)], [("_id", NOBODY)]],
        ids=str,
    )
    def test_a_missing_id_is_400(self, ann: Person, endpoint: Endpoint, query: list[tuple[str, str]]) -> None:
        refused(self.send(ann, endpoint, query), 400, field="id")

    @pytest.mark.parametrize("endpoint", WITH_ID, ids=name_of)
    def test_an_id_given_twice_is_400(self, ann: Person, endpoint: Endpoint) -> None:
        refused(self.send(ann, endpoint, [("id", NOBODY), ("id", NOBODY)]), 400, field="id")

    @pytest.mark.parametrize("endpoint", WITH_ID, ids=name_of)
    @pytest.mark.parametrize("encoded", ["%ff", "%ed%a0%80", "%00", "%", "%zz", "%24ne"])
    def test_an_id_in_broken_encoding_is_400(self, ann: Person, endpoint: Endpoint, encoded: str) -> None:
        method, path = endpoint
        problem = refused(ann.request(method, f"{path}?action=accept&id={encoded}"), 400)
        assert problem["errors"]


class TestFieldsOfAnEvent:
    @pytest.mark.parametrize("field", [*a_plan(), "description"])
    @pytest.mark.parametrize("wrong", NO_TEXTS, ids=ascii)
    def test_a_wrong_type_or_an_impossible_character_is_400(
        self, ann: Person, event_id: str, field: str, wrong: Any
    ) -> None:
        if field == "is_private" and isinstance(wrong, bool):
            wrong = 1
        with nothing_changes(ann):
            refused(ann.post("/event", a_plan(**{field: wrong})), 400, field=field)
            refused(ann.change(event_id, **{field: wrong}), 400, field=field)

    @pytest.mark.parametrize("field", a_plan())
    def test_a_required_field_that_is_missing_is_400(self, ann: Person, field: str) -> None:
        plan = a_plan()
        del plan[field]
        with nothing_changes(ann):
            refused(ann.post("/event", plan), 400, field=field)

    @pytest.mark.parametrize("field", a_plan())
    @pytest.mark.parametrize("blank", BLANK, ids=ascii)
    def test_a_blank_field_is_400(self, ann: Person, event_id: str, field: str, blank: Any) -> None:
        if (field, blank) == ("address", ""):  # a call has no place
            assert ann.event(ann.plan(address=""))["address"] == ""
            return
        refused(ann.post("/event", a_plan(**{field: blank})), 400, field=field)
        refused(ann.change(event_id, **{field: blank}), 400, field=field)

    @pytest.mark.parametrize(("field", "longest"), [("name", 200), ("address", 500), ("description", 10_000)])
    @pytest.mark.parametrize("character", ["x", "я", "😀"])
    def test_length_is_counted_in_characters(
        self, ann: Person, event_id: str, field: str, longest: int, character: Any
    ) -> None:
        created = ann.plan(**{field: character * longest})
        assert ann.event(created)[field] == character * longest

        refused(ann.post("/event", a_plan(**{field: character * (longest + 1)})), 400, field=field)
        refused(ann.change(event_id, **{field: character * (longest + 1)}), 400, field=field)
        done(ann.delete("/event", id=created))

    def test_a_field_far_too_long_in_a_body_that_is_not_is_400(self, ann: Person) -> None:
        refused(ann.post("/event", a_plan(name="x" * 1_000_000)), 400, field="name")

    @pytest.mark.parametrize("kind", ["Single", "GROUP", "groups", "event", "single ", "0"])
    def test_an_unknown_type_is_400(self, ann: Person, event_id: str, kind: str) -> None:
        refused(ann.post("/event", a_plan(type=kind)), 400, field="type")
        refused(ann.change(event_id, type=kind), 400, field="type")

    @pytest.mark.parametrize("value", ["True", "FALSE", "yes", "0", "1", "on", " true", 0, 1, "null"], ids=ascii)
    def test_private_is_true_or_false_and_nothing_else(self, ann: Person, event_id: str, value: Any) -> None:
        refused(ann.post("/event", a_plan(is_private=value)), 400, field="is_private")
        refused(ann.change(event_id, is_private=value), 400, field="is_private")

    @pytest.mark.parametrize(
        "impossible",
        [
            "31.02.2031 10:00",
            "29.02.2031 10:00",
            "31.04.2031 10:00",
            "00.05.2031 10:00",
            "32.05.2031 10:00",
            "01.00.2031 10:00",
            "01.13.2031 10:00",
            "01.05.0000 10:00",
            "01.05.2031 24:00",
            "01.05.2031 10:60",
            "01.05.2031 -1:00",
            "1.5.2031 10:00",
            "01.05.31 10:00",
            "01.05.2031 9:00",
            "01.05.2031",
            "10:00",
            "01.05.2031 10:00:00",
            "01.05.2031  10:00",
            " 01.05.2031 10:00",
            "01.05.2031 10:00 ",
            "01.05.2031 10:00\n",
            "01.05.2031T10:00",
            "01/05/2031 10:00",
            "01.05.2031 10.00",
            "2031-05-01T10:00",
            "01.05.12031 10:00",
            "٠١.05.2031 10:00",
            "０１.05.2031 10:00",
            "tomorrow",
            "1935486000000",
        ],
        ids=ascii,
    )
    def test_an_impossible_date_is_400(self, ann: Person, event_id: str, impossible: str) -> None:
        refused(ann.post("/event", a_plan(datetime=impossible)), 400, field="datetime")
        refused(ann.change(event_id, datetime=impossible), 400, field="datetime")

    @pytest.mark.parametrize(
        "icon",
        [
            "nothing.svg",
            "bell",
            "bell.png",
            "bell.svg ",
            " bell.svg",
            "bell.svg\n",
            "bell.svg/",
            "bell.svg?x=1",
            "\t/load_icon/bell.svg",
            "/load_icon/be\tll.svg",
            "/load_icon/bell.svg\n",
            "/load_icon/bell.svg#",
            "/load_icon/bell.svg?",
            "../bell.svg",
            "../../etc/passwd",
            "..",
            ".svg",
            "/bell.svg",
            "/load_icon/nothing.svg",
            "/load_icon/../bell.svg",
            "/load_icon/bell.svg/",
            "/load_icon/",
            "/other/bell.svg",
            "https://evil.example/load_icon/bell.svg",
            "//evil.example/load_icon/bell.svg",
            "http://localhost.evil.example/load_icon/bell.svg",
            "http://localhost@evil.example/load_icon/bell.svg",
            "file:///load_icon/bell.svg",
            "javascript:alert(1)",
        ],
        ids=ascii,
    )
    def test_an_unknown_icon_is_400(self, ann: Person, event_id: str, icon: str) -> None:
        refused(ann.post("/event", a_plan(icon=icon)), 400, field="icon")
        refused(ann.change(event_id, icon=icon), 400, field="icon")

    def test_several_wrong_fields_are_all_named(self, ann: Person) -> None:
        problem = refused(ann.post("/event", a_plan(name="", datetime="never", icon=5)), 400)

        assert {"name", "datetime", "icon"} <= {error["field"] for error in problem["errors"]}

    @pytest.mark.parametrize("wrong", [*NO_STRINGS, *NO_IDS, NOBODY[:-1] + "\ud800"], ids=ascii)
    def test_a_malformed_id_of_the_event_is_400(self, ann: Person, wrong: Any) -> None:
        refused(ann.put("/event", {"id": wrong, "name": "Supper"}), 400, field="id")

    def test_a_missing_id_of_the_event_is_400(self, ann: Person) -> None:
        refused(ann.put("/event", a_plan()), 400, field="id")


NO_ZONES = [
    "",
    " ",
    "Berlin",
    "europe/berlin",
    "EUROPE/BERLIN",
    "Europe/Berlin ",
    "Europe/Berlin\n",
    "Europe/Atlantis",
    "../../etc/passwd",
    "/etc/localtime",
    "Europe",
    "posix/Europe/Berlin",
    "right/Europe/Berlin",
    "localtime",
    "posixrules",
    "tzdata.zi",
    "zone.tab",
    "+01:00",
    "GMT+1:00",
    "CET-1CEST",
    "W. Europe Standard Time",
    "Europe/Berlin/x",
    "Europe\u2215Berlin",
    "x" * 5_000,
]
NO_RULES = {
    "": "recurrence",
    " ": "recurrence",
    "daily": "recurrence",
    "RRULE:FREQ=DAILY": "RRULE:FREQ",
    "FREQ=": "FREQ",
    "FREQ=HOURLY": "FREQ",
    "FREQ=SECONDLY": "FREQ",
    "FREQ=FORTNIGHTLY": "FREQ",
    "INTERVAL=2": "FREQ",
    "FREQ=DAILY;FREQ=DAILY": "FREQ",
    "FREQ=DAILY;COUNT=2;COUNT=2": "COUNT",
    "FREQ=DAILY;COUNT=0": "COUNT",
    "FREQ=DAILY;COUNT=-1": "COUNT",
    "FREQ=DAILY;COUNT=1001": "COUNT",
    "FREQ=DAILY;COUNT=x": "COUNT",
    "FREQ=DAILY;COUNT=2;UNTIL=20310601": "UNTIL",
    "FREQ=DAILY;INTERVAL=0": "INTERVAL",
    "FREQ=DAILY;INTERVAL=1001": "INTERVAL",
    "FREQ=DAILY;UNTIL=20310230": "UNTIL",
    "FREQ=DAILY;UNTIL=never": "UNTIL",
    "FREQ=DAILY;UNTIL=20310601T100000Z": "UNTIL",
    "FREQ=DAILY;BYHOUR=10": "BYHOUR",
    "FREQ=DAILY;BYMINUTE=10": "BYMINUTE",
    "FREQ=YEARLY;BYWEEKNO=20": "BYWEEKNO",
    "FREQ=YEARLY;BYYEARDAY=137": "BYYEARDAY",
    "FREQ=DAILY;BYEASTER=1": "BYEASTER",
    "FREQ=DAILY;X-OURS=1": "X-OURS",
    "FREQ=MONTHLY;BYDAY=54SA": "BYDAY",
    "FREQ=YEARLY;BYDAY=54SA": "BYDAY",
    "FREQ=MONTHLY;BYDAY=0SA": "BYDAY",
    "FREQ=WEEKLY;BYDAY=1SA": "BYDAY",
    "FREQ=DAILY;BYDAY=1SA": "BYDAY",
    "FREQ=WEEKLY;BYDAY=XX": "BYDAY",
    "FREQ=WEEKLY;BYDAY=": "BYDAY",
    "FREQ=WEEKLY;BYMONTHDAY=17": "BYMONTHDAY",
    "FREQ=MONTHLY;BYMONTHDAY=0": "BYMONTHDAY",
    "FREQ=MONTHLY;BYMONTHDAY=32": "BYMONTHDAY",
    "FREQ=YEARLY;BYMONTH=13": "BYMONTH",
    "FREQ=YEARLY;BYMONTH=0": "BYMONTH",
    "FREQ=MONTHLY;BYSETPOS=1": "BYSETPOS",
    "FREQ=MONTHLY;BYDAY=SA;BYSETPOS=0": "BYSETPOS",
    "FREQ=MONTHLY;BYDAY=SA;BYSETPOS=367": "BYSETPOS",
    "FREQ=WEEKLY;WKST=XX": "WKST",
    "FREQ=WEEKLY;BYDAY=MO": "recurrence",  # the event is on a Saturday
    "FREQ=MONTHLY;BYMONTHDAY=18": "recurrence",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30": "recurrence",  # never
    "FREQ=DAILY;UNTIL=20310516": "recurrence",
    "FREQ=DAILY;BYMONTHDAY=" + ",".join(["17"] * 4000): "recurrence",
}
"""Rules for an event on 17.05.2031, each with the part that its refusal names."""


DAYS: dict[str, Any] = {"from": "2031-05-01", "to": "2031-06-01"}


class TestTimesOfAnEvent:
    """What the plan's own datetime, 17.05.2031 18:30, does not go with."""

    def refuse(self, ann: Person, event_id: str, field: str, **fields: Any) -> list[dict[str, Any]]:
        """Check that neither a new event nor a stored one can be like that; return the problems."""
        with nothing_changes(ann):
            return [
                refused(ann.post("/event", a_plan(**fields)), 400, field=field),
                refused(ann.change(event_id, **fields), 400, field=field),
            ]

    @pytest.mark.parametrize("field", ["end_datetime", "time_zone", "recurrence"])
    @pytest.mark.parametrize("wrong", NO_TEXTS[1:], ids=ascii)
    def test_what_is_neither_text_nor_null_is_400(self, ann: Person, plain: str, field: str, wrong: Any) -> None:
        self.refuse(ann, plain, field, **{field: wrong})

    @pytest.mark.parametrize("wrong", [None, "", "True", "yes", 0, 1, [], {}], ids=ascii)
    def test_all_day_is_true_or_false_and_nothing_else(self, ann: Person, plain: str, wrong: Any) -> None:
        self.refuse(ann, plain, "all_day", all_day=wrong)

    @pytest.mark.parametrize(
        "end",
        [
            "",
            "31.02.2031 10:00",
            "2031-05-17T20:00",
            "17.05.2031",
            "17.05.2031 18:30",
            "17.05.2031 18:29",
            "17.05.0031 20:00",
            "18.05.2032 18:30",
        ],
    )
    def test_an_impossible_end_is_400(self, ann: Person, plain: str, end: str) -> None:
        self.refuse(ann, plain, "end_datetime", end_datetime=end)

    @pytest.mark.parametrize("zone", NO_ZONES, ids=lambda zone: ascii(zone)[:40])
    def test_an_unknown_zone_is_400(self, ann: Person, plain: str, zone: str) -> None:
        self.refuse(ann, plain, "time_zone", time_zone=zone)
        refused(ann.get("/agenda", **DAYS, time_zone=zone), 400, field="time_zone")

    def test_whole_days_have_no_times_and_no_zone(self, ann: Person, plain: str) -> None:
        midnight, later = "17.05.2031 00:00", "18.05.2031 00:00"
        self.refuse(ann, plain, "datetime", all_day=True, datetime="17.05.2031 18:30")
        self.refuse(ann, plain, "end_datetime", all_day=True, datetime=midnight, end_datetime="18.05.2031 01:00")
        self.refuse(ann, plain, "end_datetime", all_day=True, datetime=midnight, end_datetime=midnight)
        self.refuse(ann, plain, "time_zone", all_day=True, datetime=midnight, end_datetime=later, time_zone="UTC")

    def test_the_instants_count_not_the_wall_clocks(self, ann: Person, plain: str) -> None:
        berlin = {"time_zone": "Europe/Berlin"}
        skipped = {"datetime": "30.03.2031 02:45", "end_datetime": "30.03.2031 03:15"}
        self.refuse(ann, plain, "end_datetime", **skipped, **berlin)
        assert ann.event(ann.plan(**skipped))["time_zone"] is None

    @pytest.mark.parametrize(
        ("field", "moment"),
        [
            ("datetime", {"datetime": "01.01.0001 00:00", "time_zone": "Asia/Tokyo"}),
            ("datetime", {"datetime": "31.12.9999 23:59", "time_zone": "America/New_York"}),
            (
                "end_datetime",
                {"datetime": "31.12.9999 12:00", "end_datetime": "31.12.9999 23:59", "time_zone": "America/New_York"},
            ),
        ],
    )
    def test_an_instant_beyond_the_calendar_is_400(
        self, ann: Person, plain: str, field: str, moment: dict[str, str]
    ) -> None:
        self.refuse(ann, plain, field, **moment)

    @pytest.mark.parametrize(("rule", "part"), NO_RULES.items(), ids=lambda text: ascii(text)[:50])
    def test_an_impossible_rule_is_400_and_names_the_part(self, ann: Person, plain: str, rule: str, part: str) -> None:
        for problem in self.refuse(ann, plain, "recurrence", recurrence=rule):
            assert part in problem["detail"], problem

    def test_what_does_not_go_with_what_is_stored_is_400_too(self, ann: Person) -> None:
        event_id = ann.plan(
            end_datetime="17.05.2031 20:00", time_zone="Europe/Berlin", recurrence="FREQ=WEEKLY;BYDAY=SA,SU"
        )
        before = ann.event(event_id)
        for field, changes in (
            ("end_datetime", {"end_datetime": "17.05.2031 18:00"}),
            ("recurrence", {"recurrence": "FREQ=WEEKLY;BYDAY=MO"}),
            ("recurrence", {"datetime": "19.05.2031 18:30"}),
            ("time_zone", {"all_day": True, "datetime": "17.05.2031 00:00", "end_datetime": "18.05.2031 00:00"}),
            ("datetime", {"all_day": True, "time_zone": None}),
        ):
            refused(ann.change(event_id, **changes), 400, field=field)
        assert ann.event(event_id) == before

    @pytest.mark.parametrize("wrong", ["", " ", "x", "17.05.2031", "31.02.2031 10:00", "2031-05-17T18:30"], ids=ascii)
    def test_a_malformed_occurrence_is_400(self, ann: Person, wrong: str) -> None:
        event_id = ann.plan(recurrence="FREQ=WEEKLY")
        refused(ann.get("/event", id=event_id, occurrence=wrong), 400, field="occurrence")
        refused(ann.change(event_id, occurrence=wrong, name="x"), 400, field="occurrence")
        refused(ann.delete("/event", id=event_id, occurrence=wrong), 400, field="occurrence")

    @pytest.mark.parametrize("wrong", [5, True, [], {}, "a\x00b"], ids=ascii)
    def test_an_occurrence_that_is_no_text_is_400(self, ann: Person, plain: str, wrong: Any) -> None:
        refused(ann.change(plain, occurrence=wrong, name="x"), 400, field="occurrence")

    @pytest.mark.parametrize("wrong", [*NO_TEXTS, "", "This", "all ", "future"], ids=ascii)
    def test_an_unknown_scope_is_400(self, ann: Person, wrong: Any) -> None:
        event_id = ann.plan(recurrence="FREQ=WEEKLY")
        refused(ann.change(event_id, occurrence="17.05.2031 18:30", scope=wrong), 400, field="scope")
        if isinstance(wrong, str) and wrong.isprintable():
            refused(ann.delete("/event", id=event_id, occurrence="17.05.2031 18:30", scope=wrong), 400, field="scope")

    @pytest.mark.parametrize("scope", ["this", "following"])
    def test_a_part_of_a_series_needs_an_occurrence(self, ann: Person, scope: str) -> None:
        event_id = ann.plan(recurrence="FREQ=WEEKLY")
        refused(ann.change(event_id, scope=scope, name="x"), 400, field="scope")
        refused(ann.change(event_id, scope=scope, occurrence=None, name="x"), 400, field="scope")
        refused(ann.delete("/event", id=event_id, scope=scope), 400, field="scope")
        assert ann.event(event_id)["name"] == "Tea"

    def test_a_change_that_leaves_no_occurrence_is_400(self, ann: Person) -> None:
        event_id = ann.plan(recurrence="FREQ=DAILY;COUNT=2")
        for day in (17, 18):
            done(ann.change(event_id, occurrence=f"{day}.05.2031 18:30", name="Party"))
        done(ann.delete("/event", id=event_id, occurrence="17.05.2031 18:30"))
        refused(ann.change(event_id, recurrence="FREQ=DAILY;COUNT=1"), 400, field="recurrence")
        assert ann.event(event_id)["recurrence"] == "FREQ=DAILY;COUNT=2"

    def test_what_is_wrong_comes_before_what_is_unknown(self, ann: Person) -> None:
        for field, wrong in (("time_zone", "Mars/Olympus"), ("recurrence", "FREQ=DAILY;COUNT=0")):
            change: dict[str, Any] = {field: wrong}
            refused(ann.change(NOBODY, **change), 400, field=field)
        refused(ann.change(NOBODY, end_datetime="17.05.2031 18:30"), 404)


class TestTheDaysOfAnAgenda:
    @pytest.mark.parametrize("name", ["from", "to"])
    @pytest.mark.parametrize(
        "wrong",
        ["", " ", "x", "2031-05", "2031-5-1", "20310501", "2031-02-30", "0000-01-01", "01.05.2031", "2031-W01-1"],
        ids=ascii,
    )
    def test_what_is_no_day_is_400(self, ann: Person, name: str, wrong: str) -> None:
        refused(ann.get("/agenda", **{**DAYS, name: wrong}), 400, field=name)
        without = {other: day for other, day in DAYS.items() if other != name}
        refused(ann.get("/agenda", **without), 400, field=name)

    @pytest.mark.parametrize("end", ["2031-05-01", "2031-04-30", "0001-01-01", "2032-06-05", "9999-12-31"])
    def test_days_in_no_order_or_too_many_are_400(self, ann: Person, end: str) -> None:
        refused(ann.get("/agenda", **{**DAYS, "to": end}), 400, field="to")
        assert ok(ann.get("/agenda", **{**DAYS, "to": "2032-06-04"}))["events"] is not None

    @pytest.mark.parametrize("wrong", [*NO_INTEGERS, "0", "1001", "9" * 5000], ids=lambda text: ascii(text)[:10])
    def test_a_limit_that_is_none_is_400(self, ann: Person, wrong: str) -> None:
        refused(ann.get("/agenda", **DAYS, limit=wrong), 400, field="limit")
        for fine in ("1", "1000"):
            ok(ann.get("/agenda", **DAYS, limit=fine))

    @pytest.mark.parametrize(
        "wrong",
        [
            "",
            "x",
            NOBODY,
            f"0.{NOBODY}",
            f"0.{NOBODY}.x",
            f"x.{NOBODY}.",
            f"{'9' * 10}.{NOBODY}.",
            f"-{'9' * 10}.{NOBODY}.",
            f"{'9' * 5000}.{NOBODY}.",
            f"0.{NOBODY}.2031-05-01T10:00\n",
            "\x00",
        ],
        ids=lambda text: ascii(text)[:20],
    )
    def test_a_malformed_cursor_is_400(self, ann: Person, wrong: str) -> None:
        refused(ann.get("/agenda", **DAYS, after=wrong), 400, field="after")


class TestFieldsOfAMessage:
    @pytest.mark.parametrize(
        "wrong", [*NO_TEXTS, *BLANK, "x" * 10_001, "😀" * 10_001], ids=lambda text: ascii(text)[:30]
    )
    def test_an_impossible_text_is_400(self, ann: Person, chat_id: str, message_id: str, wrong: Any) -> None:
        with nothing_changes(ann):
            refused(ann.post("/chat/msg", {"chat_id": chat_id, "text": wrong}), 400, field="text")
            refused(ann.put("/chat/msg", {"id": message_id, "text": wrong}), 400, field="text")

    @pytest.mark.parametrize("wrong", [*NO_STRINGS, *NO_IDS], ids=ascii)
    def test_a_malformed_id_is_400(self, ann: Person, wrong: Any) -> None:
        refused(ann.post("/chat/msg", {"chat_id": wrong, "text": "Hello"}), 400, field="chat_id")
        refused(ann.put("/chat/msg", {"id": wrong, "text": "Hello"}), 400, field="id")

    def test_a_missing_field_is_400(self, ann: Person, chat_id: str, message_id: str) -> None:
        refused(ann.post("/chat/msg", {"text": "Hello"}), 400, field="chat_id")
        refused(ann.post("/chat/msg", {"chat_id": chat_id}), 400, field="text")
        refused(ann.put("/chat/msg", {"text": "Hello"}), 400, field="id")
        refused(ann.put("/chat/msg", {"id": message_id}), 400, field="text")


class TestFieldsOfAnInvitation:
    @pytest.mark.parametrize("wrong", [*NO_TEXTS, "", "Friend", "event ", "single", "group"], ids=ascii)
    def test_an_unknown_type_is_400(self, ann: Person, event_id: str, wrong: Any) -> None:
        body = {"type": wrong, "receiver_id": NOBODY, "event_id": event_id}
        refused(ann.post("/invite", body), 400, field="type")

    @pytest.mark.parametrize("wrong", [*NO_STRINGS, *NO_IDS], ids=ascii)
    def test_a_malformed_id_is_400(self, ann: Person, event_id: str, wrong: Any) -> None:
        invitation = {"type": "event", "receiver_id": NOBODY, "event_id": event_id}
        refused(ann.post("/invite", invitation | {"receiver_id": wrong}), 400, field="receiver_id")
        refused(ann.post("/invite", invitation | {"event_id": wrong}), 400, field="event_id")
        refused(ann.post("/invite", {"type": "friend", "receiver_id": wrong}), 400, field="receiver_id")

    @pytest.mark.parametrize("text", ["", "junk", NOBODY, NOBODY.upper()])
    def test_an_event_is_ignored_where_none_is_meant_as_long_as_it_is_text(
        self, ann: Person, someone: Callable[..., Person], text: str
    ) -> None:
        receiver = someone()
        done(ann.post("/invite", {"type": "friend", "receiver_id": receiver.id, "event_id": text}))
        assert [invite["event_id"] for invite in receiver.invites()] == [None]

        for wrong in NO_TEXTS:
            body = {"type": "friend", "receiver_id": receiver.id, "event_id": wrong}
            refused(ann.post("/invite", body), 400, field="event_id")

    def test_a_missing_field_is_400(self, ann: Person, event_id: str) -> None:
        refused(ann.post("/invite", {"receiver_id": NOBODY}), 400, field="type")
        refused(ann.post("/invite", {"type": "friend"}), 400, field="receiver_id")
        refused(ann.post("/invite", {"type": "event", "event_id": event_id}), 400, field="receiver_id")
        refused(ann.post("/invite", {"type": "event", "receiver_id": NOBODY}), 400, field="event_id")

    @pytest.mark.parametrize("action", ["", "ACCEPT", "accept ", "reject", '{"$ne": null}', "\x00"], ids=ascii)
    def test_an_unknown_action_is_400(self, ann: Person, action: str) -> None:
        refused(ann.delete("/invite", id=NOBODY, action=action), 400, field="action")

    def test_a_missing_action_or_two_of_them_are_400(self, ann: Person) -> None:
        refused(ann.delete("/invite", id=NOBODY), 400, field="action")
        twice = [("id", NOBODY), ("action", "accept"), ("action", "accept")]
        refused(ann.request("DELETE", "/invite", query=twice), 400, field="action")


class TestFieldsOfAMember:
    @pytest.mark.parametrize(
        "right", ["is_can_invite_user", "is_can_delete_user", "is_can_change_event", "is_can_delete_event"]
    )
    @pytest.mark.parametrize("wrong", [None, 5, "", "yes", [], {}, {"$ne": None}], ids=ascii)
    def test_a_right_is_a_boolean(self, ann: Person, event_id: str, right: str, wrong: Any) -> None:
        with nothing_changes(ann):
            refused(ann.put("/member", {"id": ann.member(event_id, ann), right: wrong}), 400, field=right)

    @pytest.mark.parametrize("wrong", [*NO_STRINGS, *NO_IDS], ids=ascii)
    def test_a_malformed_id_is_400(self, ann: Person, wrong: Any) -> None:
        refused(ann.put("/member", {"id": wrong, "is_can_invite_user": True}), 400, field="id")

    def test_a_missing_id_is_400(self, ann: Person) -> None:
        refused(ann.put("/member", {"is_can_invite_user": True}), 400, field="id")


QUERIES: dict[str, tuple[str, dict[str, Any]]] = {
    "year": ("/events", {"month": "5"}),
    "month": ("/events", {"year": "2031"}),
    "count_getting": ("/chats", {"count": "5"}),
    "count": ("/chats", {"count_getting": "0"}),
    "msg_limit": ("/chats", {"count_getting": "0", "count": "5"}),
    "offset": ("/search/users", {"filtered_str": "Person"}),
}
REQUIRED = ("year", "month", "count_getting", "count")


class TestNumbersInTheQuery:
    @pytest.mark.parametrize("name", QUERIES)
    def test_a_number_is_understood(self, ann: Person, name: str) -> None:
        path, rest = QUERIES[name]
        assert ann.request("GET", path, query={**rest, name: "3"}).status_code in (200, 204)

    @pytest.mark.parametrize("name", QUERIES)
    @pytest.mark.parametrize("wrong", [*NO_INTEGERS, '{"$ne": null}', "\x00"], ids=ascii)
    def test_what_is_no_integer_of_ascii_digits_is_400(self, ann: Person, name: str, wrong: str) -> None:
        path, rest = QUERIES[name]
        refused(ann.request("GET", path, query={**rest, name: wrong}), 400, field=name)

    @pytest.mark.parametrize("name", QUERIES)
    def test_a_number_given_twice_is_400(self, ann: Person, name: str) -> None:
        path, rest = QUERIES[name]
        refused(ann.request("GET", path, query=[*rest.items(), (name, "3"), (name, "3")]), 400, field=name)

    @pytest.mark.parametrize("name", REQUIRED)
    def test_a_missing_number_is_400(self, ann: Person, name: str) -> None:
        path, rest = QUERIES[name]
        refused(ann.get(path, **rest), 400, field=name)

    @pytest.mark.parametrize(
        ("year", "month", "field"),
        [
            ("0", "5", "year"),
            ("10000", "5", "year"),
            ("9" * 5000, "5", "year"),
            ("2031", "0", "month"),
            ("2031", "13", "month"),
            ("2031", "9" * 7000, "month"),
        ],
        ids=lambda value: value[:6],
    )
    def test_an_impossible_month_is_400(self, ann: Person, year: str, month: str, field: str) -> None:
        refused(ann.get("/events", year=year, month=month), 400, field=field)

    @pytest.mark.parametrize("many", ["1000000000000", "9223372036854775808", "9" * 30, "9" * 7000])
    def test_a_huge_number_of_chats_is_capped_or_past_the_end(self, ann: Person, chat_id: str, many: str) -> None:
        assert len(ok(ann.get("/chats", count_getting="0", count=many))) == len(ann.chats())
        assert ok(ann.get("/chats", count_getting=many, count="5")) == []
        assert ann.texts(chat_id, limit=many) == ["Hello"]
        assert ann.get("/search/users", filtered_str=ann.sub, offset=many).status_code == 204

    @pytest.mark.parametrize("wrong", [*NO_INTEGERS, '{"$ne": null}'], ids=ascii)
    def test_a_limit_that_is_no_integer_is_400(self, ann: Person, chat_id: str, wrong: str) -> None:
        refused(ann.get("/chat", id=chat_id, limit=wrong), 400, field="limit")

    def test_paging_a_chat_by_what_is_no_message_of_it_is_refused(self, ann: Person, ben: Person, chat_id: str) -> None:
        dialog = ann.dialog_with(ben)
        elsewhere = ann.write(dialog, "Elsewhere")[0]

        for malformed in NO_IDS:
            refused(ann.get("/chat", id=chat_id, before=malformed), 400, field="before")
        refused(ann.request("GET", f"/chat?id={chat_id}&before={NOBODY}&before={NOBODY}"), 400, field="before")
        refused(ann.request("GET", f"/chat?id={chat_id}&limit=1&limit=1"), 400, field="limit")
        refused(ann.get("/chat", id=chat_id, before=NOBODY), 404)
        refused(ann.get("/chat", id=chat_id, before=elsewhere), 404)


class TestTheSearchString:
    @pytest.mark.parametrize("blank", BLANK, ids=ascii)
    def test_a_blank_one_is_400(self, ann: Person, blank: str) -> None:
        refused(ann.get("/search/users", filtered_str=blank), 400, field="filtered_str")

    def test_a_missing_one_or_two_of_them_are_400(self, ann: Person) -> None:
        refused(ann.get("/search/users"), 400, field="filtered_str")
        refused(ann.request("GET", "/search/users", query={"filtered_str[$ne]": "x"}), 400, field="filtered_str")
        refused(ann.request("GET", "/search/users?filtered_str=a&filtered_str=b"), 400, field="filtered_str")

    @pytest.mark.parametrize("encoded", ["a%00b", "%ff", "%ed%a0%80", "a%c3"])
    def test_an_impossible_one_is_400(self, ann: Person, encoded: str) -> None:
        problem = refused(ann.request("GET", f"/search/users?filtered_str={encoded}"), 400)
        assert problem["errors"]

    @pytest.mark.parametrize(
        "literal",
        ['{"$ne": null}', '{"$regex": ".*"}', "[$ne]=1", "(", "[", "\\", "*+?", "^$", "%_%", "' OR 1=1 --", "\ufffe"],
        ids=ascii,
    )
    def test_what_means_something_elsewhere_means_nothing_here(self, ann: Person, literal: str) -> None:
        assert ann.get("/search/users", filtered_str=f"{ann.sub}{literal}").status_code == 204

    @pytest.mark.parametrize("character", ["x", "(", "\ufdfa", "😀"], ids=ascii)
    def test_one_of_up_to_254_characters_is_looked_for(self, ann: Person, character: str) -> None:
        assert ann.get("/search/users", filtered_str=character * 254).status_code == 204
        refused(ann.get("/search/users", filtered_str=character * 255), 400, field="filtered_str")

    def test_one_as_long_as_can_be_is_400(self, ann: Person) -> None:
        for length in (1000, 8000):
            refused(ann.get("/search/users", filtered_str="(" * (length // 3)), 400, field="filtered_str")
