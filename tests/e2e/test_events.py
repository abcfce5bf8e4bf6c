"""Events: what goes in comes out, and each stands in its month."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.e2e.answers import done, ok, refused
from tests.e2e.endpoints import NOBODY
from tests.e2e.people import Person, a_plan

Someone = Callable[..., Person]
IN_A_MONTH = {
    *("id", "type", "name", "is_private", "address", "description", "icon"),
    *("datetime", "end_datetime", "all_day", "time_zone", "recurrence", "occurrence", "starts_at", "ends_at"),
}
TEXTS = [
    "Tea",
    "  not trimmed \n",
    "Чаепитие у Анны",
    "誕生日 🎂👩‍👩‍👧",
    "مرحبا \u202babc\u202c",
    "e\u0301 is not \u00e9",
    '<script>alert("x")</script> & "quotes" \\ \' {{7*7}} ${x}',
    '{"$ne": null}',
    "$set.a.b",
    "\u2028\u2029\ufeff\u200b|",
    "\x01\x1f\x7f\U0010ffff",
]


def is_object_id(text: str) -> bool:
    return len(text) == 24 and set(text) <= set("0123456789abcdef")


def test_a_single_event_comes_back_as_it_went_in(ann: Person) -> None:
    created = ok(ann.post("/event", a_plan(name="Tea", description="Bring cake")))

    assert set(created) == {"id"} and is_object_id(created["id"])
    event = ann.event(created["id"])
    icon = event.pop("icon")
    assert event == {
        "id": created["id"],
        "type": "single",
        "name": "Tea",
        "is_private": "true",
        "datetime": "17.05.2031 18:30",
        "end_datetime": None,
        "all_day": "false",
        "time_zone": None,
        "recurrence": None,
        "occurrence": None,
        "starts_at": "2031-05-17T18:30:00",
        "ends_at": None,
        "address": "Home",
        "description": "Bring cake",
    }
    assert urlsplit(icon).scheme in ("http", "https") and urlsplit(icon).path == "/load_icon/coffee.svg"
    assert created["id"] in ann.me()["event_id_list"]


def test_a_group_event_has_its_creator_as_first_member_and_a_chat(someone: Someone) -> None:
    ann = someone()
    event_id = ann.plan(type="group")

    event = ann.event(event_id)

    assert set(event) == IN_A_MONTH | {"member_id_list", "chat_id"}
    assert len(event["member_id_list"]) == 1
    me = ok(ann.get("/member", id=event["member_id_list"][0]))
    assert (me["user_id"], me["event_id"]) == (ann.id, event_id)
    assert ok(ann.get("/chat", id=event["chat_id"])) == {
        "id": event["chat_id"],
        "msg_id_list": [],
        "event_id": event_id,
    }
    assert ann.me()["chat_id_list"] == [event["chat_id"]]
    assert ann.me()["event_id_list"] == [event_id]
    assert [chat["id"] for chat in ann.chats()] == [event["chat_id"]]
    done(ann.say(event["chat_id"], "Hello"))


def test_the_description_may_be_left_out_or_empty(ann: Person) -> None:
    assert ann.event(ann.plan())["description"] == ""
    assert ann.event(ann.plan(description=""))["description"] == ""
    assert ann.event(ann.plan(description="  "))["description"] == "  "


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
@pytest.mark.parametrize("kind", ["single", "group"])
def test_texts_come_back_exactly(ann: Person, kind: str, text: str) -> None:
    event_id = ann.plan(type=kind, name=text, address=text, description=text)
    event = ann.event(event_id)
    assert (event["name"], event["address"], event["description"]) == (text, text, text)

    done(ann.change(event_id, name=f"{text}!", address=f"{text}!", description=f"{text}!"))
    event = ann.event(event_id)
    assert (event["name"], event["address"], event["description"]) == (f"{text}!", f"{text}!", f"{text}!")


@pytest.mark.parametrize(("given", "shown"), [("true", "true"), ("false", "false"), (True, "true"), (False, "false")])
def test_private_is_a_string_on_the_way_out(ann: Person, given: Any, shown: str) -> None:
    event_id = ann.plan(is_private=given)
    assert ann.event(event_id)["is_private"] == shown

    done(ann.change(event_id, is_private=given))
    assert ann.event(event_id)["is_private"] == shown


def test_an_icon_may_be_given_by_its_name_or_by_its_url(ann: Person) -> None:
    shown = ann.event(ann.plan(icon="bell.svg"))["icon"]
    assert shown.endswith("/load_icon/bell.svg") and shown.startswith("http")

    for given in ("bell.svg", "/load_icon/bell.svg", shown):
        event_id = ann.plan(icon=given)
        assert ann.event(event_id)["icon"] == shown
        done(ann.change(event_id, icon="coctail.svg"))
        assert ann.event(event_id)["icon"] == shown.replace("bell", "coctail")
        done(ann.change(event_id, icon=given))
        assert ann.event(event_id)["icon"] == shown
    assert ann.request("GET", shown).status_code == 200


@pytest.mark.parametrize(
    "datetime",
    ["29.02.2032 23:59", "01.01.0001 00:00", "31.12.9999 23:59", "28.02.1900 12:00", "01.01.1970 00:00"],
)
def test_any_time_of_the_calendar_is_kept(ann: Person, datetime: str) -> None:
    event_id = ann.plan(datetime=datetime)

    assert ann.event(event_id)["datetime"] == datetime
    day, month, year = datetime.split()[0].split(".")
    assert event_id in [event["id"] for event in ann.month(int(year), int(month))[str(int(day))]]


class TestTheMonth:
    def test_an_empty_one_is_an_empty_object(self, someone: Someone) -> None:
        assert someone().month() == {}

    def test_days_with_events_hold_them_in_time_order(self, someone: Someone) -> None:
        ann = someone()
        times = ["31.05.2031 23:59", "01.05.2031 00:00", "17.05.2031 18:30", "17.05.2031 08:05", "17.05.2031 18:29"]
        for number, time in enumerate(times):
            ann.plan(name=f"{number}", datetime=time, type="group" if number % 2 else "single")
        for outside in ("30.04.2031 23:59", "01.06.2031 00:00", "17.05.2030 10:00", "17.05.2032 10:00"):
            ann.plan(datetime=outside)

        month = ann.month()

        assert {day: [event["name"] for event in events] for day, events in month.items()} == {
            "1": ["1"],
            "17": ["3", "4", "2"],
            "31": ["0"],
        }

    def test_each_event_is_shown_as_it_is_without_members_and_chat(self, someone: Someone) -> None:
        ann = someone()
        for kind in ("single", "group"):
            event_id = ann.plan(type=kind, description="Bring cake", is_private="false")
            event = ann.event(event_id)
            shown = next(each for each in ann.month()["17"] if each["id"] == event_id)

            assert set(shown) == IN_A_MONTH
            assert shown == {key: event[key] for key in IN_A_MONTH}

    def test_it_holds_what_i_take_part_in_and_nothing_else(self, someone: Someone) -> None:
        ann, ben = someone(), someone()
        ann.befriend(ben)
        joined = ann.plan_together(ben, name="joined")
        left = ann.plan_together(ben, name="left")
        ben.invited_by(ann, ann.plan(type="group", name="invited"))
        ann.plan(name="public", is_private="false")
        deleted = ben.plan(name="deleted")
        done(ben.leave(left))
        done(ben.delete("/event", id=deleted))

        assert [event["id"] for event in ben.month()["17"]] == [joined]
        assert ben.me()["event_id_list"] == [joined]

    def test_an_event_that_moves_stands_only_where_it_is_now(self, someone: Someone) -> None:
        ann = someone()
        event_id = ann.plan(datetime="17.05.2031 18:30")

        done(ann.change(event_id, datetime="02.06.2031 07:00"))

        assert ann.month(2031, 5) == {}
        assert [event["id"] for event in ann.month(2031, 6)["2"]] == [event_id]

    def test_a_month_of_many_events_is_whole(self, someone: Someone) -> None:
        ann = someone()
        ids = [ann.plan(datetime=f"17.05.2031 {23 - hour:02}:{minute:02}") for hour in range(24) for minute in (0, 30)]

        times = [event["datetime"] for event in ann.month()["17"]]

        assert len(times) == len(ids)
        assert times == sorted(times)

    @pytest.mark.parametrize(("year", "month"), [(1, 1), (9999, 12), (2031, 12), (2032, 2)])
    def test_every_month_of_the_calendar_can_be_asked(self, ann: Person, year: int, month: int) -> None:
        assert isinstance(ann.month(year, month), dict)


class TestChangingPart:
    @pytest.fixture
    def event_id(self, ann: Person) -> str:
        return ann.plan(description="Bring cake")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", "Supper"),
            ("is_private", "false"),
            ("address", "Elsewhere"),
            ("description", ""),
            ("description", "Bring wine"),
        ],
    )
    def test_a_field_that_is_there_changes_and_the_others_stay(
        self, ann: Person, event_id: str, field: str, value: Any
    ) -> None:
        before = ann.event(event_id)

        done(ann.change(event_id, **{field: value}))

        assert ann.event(event_id) == before | {field: value}

    def test_a_time_that_is_there_changes_and_the_other_fields_stay(self, ann: Person, event_id: str) -> None:
        before = ann.event(event_id)

        done(ann.change(event_id, datetime="01.01.2032 00:00"))

        assert ann.event(event_id) == before | {"datetime": "01.01.2032 00:00", "starts_at": "2032-01-01T00:00:00"}

    def test_the_whole_body_of_a_post_is_a_change_too(self, ann: Person, event_id: str) -> None:
        done(ann.put("/event", a_plan(id=event_id, name="Supper", icon="pizza.svg")))

        event = ann.event(event_id)
        assert (event["name"], event["description"]) == ("Supper", "Bring cake")
        assert event["icon"].endswith("/load_icon/pizza.svg")

    def test_no_field_at_all_changes_nothing(self, ann: Person, event_id: str) -> None:
        before = ann.event(event_id)

        done(ann.change(event_id))

        assert ann.event(event_id) == before

    def test_one_wrong_field_keeps_the_right_ones_from_changing(self, ann: Person, event_id: str) -> None:
        before = ann.event(event_id)

        refused(ann.change(event_id, name="Supper", datetime="31.02.2031 10:00"), 400, field="datetime")

        assert ann.event(event_id) == before

    @pytest.mark.parametrize(("kind", "other"), [("single", "group"), ("group", "single")])
    def test_the_type_must_be_the_events_own(self, ann: Person, kind: str, other: str) -> None:
        event_id = ann.plan(type=kind)
        before = ann.event(event_id)

        refused(ann.change(event_id, type=other, name="Supper"), 404)
        assert ann.event(event_id) == before

        done(ann.change(event_id, type=kind, name="Supper"))
        assert ann.event(event_id)["name"] == "Supper"

    def test_what_is_no_field_of_a_plan_cannot_be_changed(self, ann: Person) -> None:
        event_id = ann.plan(type="group")
        before = ann.event(event_id)

        done(ann.change(event_id, chat_id=NOBODY, member_id_list=[], owner_id=NOBODY, version=99))

        assert ann.event(event_id) == before


class TestVersions:
    """ETag, If-Match and If-None-Match. Source: RFC 9110, section 13."""

    @pytest.fixture(params=["single", "group"])
    def event_id(self, ann: Person, request: pytest.FixtureRequest) -> str:
        return ann.plan(type=request.param)

    def etag(self, person: Person, event_id: str) -> str:
        return person.get("/event", id=event_id).headers["ETag"]

    def test_the_tag_stays_while_the_event_does(self, ann: Person, event_id: str) -> None:
        first = self.etag(ann, event_id)
        assert first.startswith('"') and first.endswith('"')

        assert [self.etag(ann, event_id) for _ in range(3)] == [first] * 3

    def test_the_tag_changes_with_every_change(self, ann: Person, event_id: str) -> None:
        tags = [self.etag(ann, event_id)]
        changes: tuple[dict[str, Any], ...] = (
            {"name": "Supper"},
            {"description": "x"},
            {"datetime": "01.01.2032 00:00"},
            {"name": "Tea"},
        )
        for fields in changes:
            done(ann.change(event_id, **fields))
            tags.append(self.etag(ann, event_id))

        assert len(set(tags)) == len(tags)

    def test_the_tag_changes_with_the_members(self, someone: Someone) -> None:
        ann, ben = someone(), someone()
        event_id = ann.plan(type="group")
        before = self.etag(ann, event_id)

        ben.join(event_id, ann)

        assert self.etag(ann, event_id) != before

    def test_what_has_not_changed_is_304(self, ann: Person, event_id: str) -> None:
        tag = self.etag(ann, event_id)

        for matching in (tag, "*", f'"other", {tag}', f"W/{tag}"):
            answer = ann.get("/event", id=event_id, headers={"If-None-Match": matching})
            assert (answer.status_code, answer.content) == (304, b"")
        assert ann.get("/event", id=event_id, headers={"If-None-Match": '"other"'}).status_code == 200
        done(ann.change(event_id, name="Supper"))
        assert ann.get("/event", id=event_id, headers={"If-None-Match": tag}).status_code == 200

    def test_a_change_of_the_version_i_saw_passes(self, ann: Person, event_id: str) -> None:
        done(ann.change(event_id, name="Supper", headers={"If-Match": self.etag(ann, event_id)}))
        done(ann.change(event_id, name="Dinner", headers={"If-Match": f'"other", {self.etag(ann, event_id)}'}))
        done(ann.change(event_id, name="Lunch", headers={"If-Match": "*"}))

        assert ann.event(event_id)["name"] == "Lunch"

    def test_reading_has_the_same_preconditions(self, ann: Person, event_id: str) -> None:
        tag = self.etag(ann, event_id)
        for matching in (tag, "*", f'"other", {tag}'):
            assert ok(ann.get("/event", id=event_id, headers={"If-Match": matching}))["id"] == event_id
        for other in ('"other"', f"W/{tag}"):
            refused(ann.get("/event", id=event_id, headers={"If-Match": other}), 412)

    def test_a_change_of_a_version_that_is_known_is_refused(self, ann: Person, event_id: str) -> None:
        tag = self.etag(ann, event_id)
        for known in (tag, "*", f"W/{tag}", f'"other", {tag}'):
            refused(ann.change(event_id, name="Supper", headers={"If-None-Match": known}), 412)
            refused(ann.delete("/event", id=event_id, headers={"If-None-Match": known}), 412)
        assert self.etag(ann, event_id) == tag

        done(ann.change(event_id, name="Supper", headers={"If-None-Match": '"other"'}))
        done(ann.delete("/event", id=event_id, headers={"If-None-Match": tag}))
        refused(ann.delete("/event", id=event_id, headers={"If-None-Match": "*"}), 404)

    @pytest.mark.parametrize(
        "listed", ['"9999", {}', '{}, "9999"', '"a,b", {}', ",, {} , ,", "{},", '"",{}', 'W/"1",\t{}']
    )
    def test_if_match_passes_when_any_of_those_listed_is_the_current_one(
        self, ann: Person, event_id: str, listed: str
    ) -> None:
        old = self.etag(ann, event_id)
        done(ann.change(event_id, name="Supper"))

        refused(ann.change(event_id, name="Dinner", headers={"If-Match": listed.format(old)}), 412)
        done(ann.change(event_id, name="Dinner", headers={"If-Match": listed.format(self.etag(ann, event_id))}))
        newest = listed.format(f"{old}, {self.etag(ann, event_id)}")
        done(ann.delete("/event", id=event_id, headers={"If-Match": newest}))

    @pytest.mark.parametrize("number", ["9" * 5000, "0" * 5000 + "1", "01", "-1", "1.0", "\xb2"])
    def test_a_tag_that_we_never_made_matches_nothing(self, ann: Person, event_id: str, number: str) -> None:
        refused(ann.change(event_id, name="Supper", headers={"If-Match": f'"{number}"'}), 412)
        refused(ann.delete("/event", id=event_id, headers={"If-Match": f'"{number}"'}), 412)

    def test_what_is_shown_differently_has_another_tag_by_which_it_can_be_changed_as_well(
        self, someone: Someone
    ) -> None:
        ann, ben = someone(), someone()
        event_id = ann.plan(type="group")
        ben.invited_by(ann, event_id)
        assert ann.event(event_id) != ben.event(event_id)
        assert self.etag(ann, event_id) != self.etag(ben, event_id)

        answer = ann.get("/event", id=event_id, headers={"If-None-Match": self.etag(ben, event_id)})

        assert ok(answer) == ann.event(event_id)
        done(ann.change(event_id, name="Supper", headers={"If-Match": self.etag(ben, event_id)}))

    def test_a_change_of_an_older_version_is_412_and_changes_nothing(self, ann: Person, event_id: str) -> None:
        old = self.etag(ann, event_id)
        done(ann.change(event_id, name="Supper"))

        refused(ann.change(event_id, name="Dinner", headers={"If-Match": old}), 412)
        refused(ann.change(event_id, address="Elsewhere", headers={"If-Match": old}), 412)

        assert ann.event(event_id)["name"] == "Supper"
        assert ann.event(event_id)["address"] == "Home"

    def test_an_older_version_is_not_deleted_and_the_one_i_saw_is(self, ann: Person, event_id: str) -> None:
        old = self.etag(ann, event_id)
        done(ann.change(event_id, name="Supper"))

        refused(ann.delete("/event", id=event_id, headers={"If-Match": old}), 412)
        assert ann.event(event_id)["name"] == "Supper"

        done(ann.delete("/event", id=event_id, headers={"If-Match": self.etag(ann, event_id)}))
        refused(ann.get("/event", id=event_id), 404)

    def test_without_a_condition_the_last_writer_wins_field_by_field(self, ann: Person, event_id: str) -> None:
        done(ann.change(event_id, name="Supper"))
        done(ann.change(event_id, address="Elsewhere"))
        done(ann.change(event_id, name="Dinner"))

        event = ann.event(event_id)
        assert (event["name"], event["address"]) == ("Dinner", "Elsewhere")

    def test_what_would_be_refused_without_a_condition_is_refused_the_same_way(
        self, ann: Person, ben: Person, event_id: str
    ) -> None:
        """Source: RFC 9110, section 13.2.1."""
        old = self.etag(ann, event_id)
        done(ann.change(event_id, name="Supper"))
        for condition in (old, self.etag(ann, event_id), '"other"', "*"):
            refused(ben.change(event_id, name="Dinner", headers={"If-Match": condition}), 403)
            refused(ben.delete("/event", id=event_id, headers={"If-Match": condition}), (403, 404))
            refused(ann.change(NOBODY, name="Dinner", headers={"If-Match": condition}), 404)
            refused(ann.delete("/event", id=NOBODY, headers={"If-Match": condition}), 404)
            refused(ann.change(event_id, name="", headers={"If-Match": condition}), 400)

    def test_who_may_not_change_it_is_told_so_whatever_version_is_not_to_be_changed(
        self, ann: Person, ben: Person, event_id: str
    ) -> None:
        """Source: RFC 9110, section 13.2.1."""
        party = ann.plan(type="group")
        ben.join(party, ann)
        for condition in ("*", self.etag(ann, party), '"other"'):
            unless = {"If-None-Match": condition}
            refused(ben.change(party, name="Dinner", headers=unless), 403)
            refused(ben.delete("/event", id=party, headers=unless), 403)
            refused(ann.change(party, name="Dinner", type="single", headers=unless), 404)
        for condition in ("*", self.etag(ann, party)):
            refused(ann.change(party, name="Dinner", headers={"If-None-Match": condition}), 412)
            refused(ann.delete("/event", id=party, headers={"If-None-Match": condition}), 412)
        done(ann.change(party, name="Dinner", headers={"If-None-Match": '"other"'}))

    def test_a_part_of_an_event_cannot_be_put(self, ann: Person, event_id: str) -> None:
        """Source: RFC 9110, section 14.5."""
        refused(ann.change(event_id, name="Dinner", headers={"Content-Range": "bytes 0-1/9"}), 400)
