"""The live stream: what others do is seen at once, in one order, by those who may, and nothing is missed."""

from collections.abc import Callable

import pytest

from tests.e2e.answers import done, ok
from tests.e2e.browser import Browser, introduce
from tests.e2e.listening import Listening
from tests.e2e.people import Person

Someone = Callable[[], Person]


@pytest.fixture
def anna(someone: Someone) -> Person:
    return someone()


@pytest.fixture
def boris(someone: Someone) -> Person:
    return someone()


def test_an_event_is_seen_in_the_shape_of_the_api_when_it_is_created_changed_and_deleted(anna: Person) -> None:
    with Listening(anna) as stream:
        event_id = anna.plan()
        assert stream.wait_for("event.created.v1", id=event_id) == anna.event(event_id)
        done(anna.change(event_id, name="Coffee"))
        assert stream.wait_for("event.changed.v1", id=event_id) == anna.event(event_id)
        done(anna.delete("/event", id=event_id))
        assert stream.wait_for("event.deleted.v1") == {"id": event_id}


def test_who_joins_gets_the_whole_event_and_the_others_the_new_member(anna: Person, boris: Person) -> None:
    event_id = anna.plan(type="group")
    with Listening(anna) as annas, Listening(boris) as boriss:
        boris.join(event_id, anna)
        assert boriss.wait_for("event.joined.v1") == boris.event(event_id)
        member_id = anna.member(event_id, boris)
        assert annas.wait_for("member.joined.v1") == ok(anna.get("/member", id=member_id))
        done(anna.grant(event_id, boris, is_can_invite_user=True))
        for stream in (annas, boriss):
            assert stream.wait_for("member.changed.v1")["is_can_invite_user"] is True
        done(boris.leave(event_id))
        for stream in (annas, boriss):
            left = {"member_id": member_id, "user_id": boris.id, "event_id": event_id}
            assert stream.wait_for("member.left.v1") == left


def test_messages_are_seen_by_all_who_take_part_in_the_order_in_which_they_were_written(
    anna: Person, boris: Person
) -> None:
    chat_id = anna.event(anna.plan_together(boris))["chat_id"]
    with Listening(boris) as stream:
        anna.write(chat_id, *map(str, range(20)))
        stream.wait_for("message.posted.v1", count=20)
        assert stream.of("message.posted.v1") == boris.messages(chat_id)
        first = boris.messages(chat_id)[0]
        done(anna.put("/chat/msg", {"id": first["id"], "text": "zero"}))
        assert stream.wait_for("message.edited.v1") == {**first, "text": "zero"}
        done(anna.delete("/chat/msg", id=first["id"]))
        assert stream.wait_for("message.deleted.v1") == {"id": first["id"], "chat_id": chat_id}


def test_invitations_are_seen_by_those_they_concern(anna: Person, boris: Person) -> None:
    event_id = anna.plan(type="group")
    with Listening(anna) as annas, Listening(boris) as boriss:
        invite_id = boris.invited_by(anna, event_id)
        assert [boriss.wait_for("invite.received.v1")] == boris.invites()
        done(boris.answer(invite_id, "decline"))
        for stream in (annas, boriss):
            assert stream.wait_for("invite.settled.v1", id=invite_id)["outcome"] == "declined"
        invite_id = boris.invited_by(anna, event_id)
        done(anna.answer(invite_id, "cancel"))
        for stream in (annas, boriss):
            assert stream.wait_for("invite.cancelled.v1", id=invite_id)["outcome"] == "cancelled"
        assert annas.of("invite.received.v1") == []


def test_an_invitation_that_becomes_pointless_is_seen_to_end(anna: Person, boris: Person) -> None:
    event_id = anna.plan(type="group")
    invite_id = boris.invited_by(anna, event_id)
    with Listening(boris) as stream:
        done(anna.delete("/event", id=event_id))
        assert stream.wait_for("invite.settled.v1", id=invite_id)["outcome"] == "void"


def test_a_friendship_is_seen_by_both_with_its_dialog(anna: Person, boris: Person) -> None:
    with Listening(anna) as annas, Listening(boris) as boriss:
        anna.befriend(boris)
        [friend] = anna.friends()
        assert annas.wait_for("friend.added.v1") == {**friend, "chat_id": anna.dialog_with(boris)}
        assert boriss.wait_for("friend.added.v1")["id"] == anna.id
        boris.write(anna.dialog_with(boris), "Hello")
        assert annas.wait_for("message.posted.v1")["text"] == "Hello"
        done(boris.delete("/friend", id=anna.id))
        assert annas.wait_for("friend.removed.v1") == {"id": boris.id}


def test_a_profile_that_has_changed_is_seen_by_its_owner(anna: Person) -> None:
    with Listening(anna) as stream:
        anna.claims["name"] = "Anna the Second"
        introduce(anna.system, anna.sub, anna.claims)
        Browser(anna.system).log_in(anna.sub)
        assert stream.wait_for("profile.changed.v1")["name"] == "Anna the Second"


def test_what_was_missed_is_delivered_on_return_each_item_once_and_in_order(anna: Person, boris: Person) -> None:
    chat_id = anna.event(anna.plan_together(boris))["chat_id"]
    with Listening(boris) as stream:
        anna.write(chat_id, "1", "2")
        stream.wait_for("message.posted.v1", text="2")
        cursor = stream.cursor
    anna.write(chat_id, "3", "4")
    with Listening(boris, since=cursor, as_header=True) as again:
        anna.write(chat_id, "5")
        again.wait_for("message.posted.v1", text="5")
    assert [data["text"] for data in again.of("message.posted.v1")] == ["3", "4", "5"]
    numbers = [item.number for item in stream.items + again.items]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_a_snapshot_and_the_stream_from_its_cursor_leave_no_gap(anna: Person, boris: Person) -> None:
    chat_id = anna.event(anna.plan_together(boris))["chat_id"]
    anna.write(chat_id, "before")
    cursor = boris.get("/user").headers["X-Stream-Cursor"]
    snapshot = boris.texts(chat_id)
    anna.write(chat_id, "after")
    with Listening(boris, since=int(cursor)) as stream:
        stream.wait_for("message.posted.v1", text="after")
        assert {*snapshot, *(data["text"] for data in stream.of("message.posted.v1"))} == {"before", "after"}


def test_polling_says_the_same_as_the_stream(anna: Person) -> None:
    cursor = anna.get("/user").headers["X-Stream-Cursor"]
    with Listening(anna) as stream:
        for name in ("one", "two", "three"):
            anna.plan(name=name)
        stream.wait_for("event.created.v1", name="three")
    first = ok(anna.get("/sync", since=cursor, limit="2"))
    second = ok(anna.get("/sync", since=first["cursor"]))
    assert (first["more"], second["more"]) == (True, False)
    told = [(int(item["id"]), item["type"], item["data"]) for item in first["items"] + second["items"]]
    assert told == [(item.number, item.type, item.data) for item in stream.items]


def test_a_cursor_that_is_no_cursor_is_refused_and_one_of_another_log_starts_over(anna: Person) -> None:
    for since in ("x", "-1", "", "1.5", "1" * 16):
        assert anna.get("/stream", since=since).status_code == 400
        assert anna.get("/sync", since=since).status_code == 400
    assert anna.get("/stream", headers={"Last-Event-ID": "x"}).status_code == 400
    assert anna.get("/sync").status_code == 400
    assert anna.get("/sync", since="999999").status_code == 410
    with Listening(anna, since=999999) as stream:
        stream.wait_for("start-over.v1")
        anna.plan(name="afterwards")
        assert stream.wait_for("event.created.v1")["name"] == "afterwards"


def test_nobody_listens_without_a_session(browser: Browser) -> None:
    for path in ("/stream", "/sync?since=0"):
        assert browser.get(path).status_code == 401


def test_a_stream_ends_when_its_session_does(anna: Person) -> None:
    with Listening(anna) as stream:
        anna.get("/logout", allow_redirects=False)
        assert stream.ended.wait(10)


def test_whoever_was_removed_is_told_so_and_nothing_after(anna: Person, boris: Person, someone: Someone) -> None:
    carl = someone()
    event_id = anna.plan_together(boris, carl)
    chat_id = anna.event(event_id)["chat_id"]
    cursor = int(boris.get("/user").headers["X-Stream-Cursor"])
    with Listening(boris, since=cursor) as stream, Listening(carl) as carls:
        anna.write(chat_id, "for all")
        stream.wait_for("message.posted.v1", text="for all")
        done(anna.delete("/member", id=anna.member(event_id, boris)))
        with Listening(boris, since=cursor) as again:
            anna.write(chat_id, "secret")
            done(anna.change(event_id, name="Secret"))
            carls.wait_for("event.changed.v1", name="Secret")
            boris.plan(name="a sign")
            for each in (stream, again):
                each.wait_for("event.created.v1", name="a sign")
    about = [
        item.type for item in stream.items if event_id in item.data.values() or item.data.get("chat_id") == chat_id
    ]
    assert about[-1] == "member.left.v1"
    assert [item.type for item in again.items] == ["member.left.v1", "event.created.v1"]
    missed = ok(boris.get("/sync", since=cursor))["items"]
    assert [item["type"] for item in missed] == ["member.left.v1", "event.created.v1"]


def test_whoever_comes_back_sees_what_is_said_from_then_on(anna: Person, boris: Person) -> None:
    event_id = anna.plan_together(boris)
    chat_id = anna.event(event_id)["chat_id"]
    done(boris.leave(event_id))
    with Listening(boris) as stream:
        boris.join(event_id, anna)
        anna.write(chat_id, "welcome back")
        stream.wait_for("message.posted.v1", text="welcome back")
        stream.wait_for("event.joined.v1", id=event_id)


def test_the_event_that_was_deleted_is_not_replayed(anna: Person, boris: Person) -> None:
    cursor = int(boris.get("/user").headers["X-Stream-Cursor"])
    event_id = anna.plan_together(boris)
    anna.write(anna.event(event_id)["chat_id"], "gone with it")
    done(anna.delete("/event", id=event_id))
    with Listening(boris, since=cursor) as stream:
        stream.wait_for("event.deleted.v1", id=event_id)
    assert {item.type for item in stream.items} <= {
        "event.deleted.v1",
        "invite.received.v1",
        "invite.settled.v1",
    }


def test_a_person_may_have_a_hundred_streams(anna: Person) -> None:
    streams = [Listening(anna) for _ in range(100)]
    try:
        assert {stream.status for stream in streams} == {200}
        anna.plan(name="for all of them")
        for stream in streams:
            stream.wait_for("event.created.v1", name="for all of them")
    finally:
        for stream in streams:
            stream.cut()
