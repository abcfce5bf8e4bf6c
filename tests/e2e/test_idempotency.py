"""Idempotency keys: the same request again is the same answer, once."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.e2e.answers import done, ok, refused
from tests.e2e.parallel import at_once
from tests.e2e.people import Person, a_plan, some_token

Someone = Callable[..., Person]


@pytest.fixture
def key() -> dict[str, str]:
    """Return the header with a key that nobody has used."""
    return {"Idempotency-Key": some_token()}


@pytest.fixture
def ann(someone: Someone) -> Person:
    return someone(name="Ann")


def another() -> dict[str, str]:
    return {"Idempotency-Key": some_token()}


def test_the_same_key_makes_one_event_and_gives_its_id_again(ann: Person, key: dict[str, str]) -> None:
    first = ok(ann.post("/event", a_plan(), headers=key))

    assert [ok(ann.post("/event", a_plan(), headers=key)) for _ in range(3)] == [first] * 3
    assert ann.me()["event_id_list"] == [first["id"]]


def test_without_a_key_or_with_another_one_there_are_two(ann: Person) -> None:
    ids = {ann.plan(), ann.plan()}
    ids |= {ok(ann.post("/event", a_plan(), headers=another()))["id"] for _ in range(2)}

    assert len(ids) == 4


@pytest.mark.parametrize("kind", ["single", "group"])
def test_another_body_under_the_same_key_is_422_and_makes_nothing(ann: Person, key: dict[str, str], kind: str) -> None:
    first = ok(ann.post("/event", a_plan(type=kind), headers=key))

    refused(ann.post("/event", a_plan(type=kind, name="Supper"), headers=key), 422)

    assert ann.me()["event_id_list"] == [first["id"]]
    assert ok(ann.post("/event", a_plan(type=kind), headers=key)) == first


def test_another_query_under_the_same_key_is_422(ann: Person, key: dict[str, str]) -> None:
    first, second = ann.plan(), ann.plan()
    done(ann.delete("/event", id=first, headers=key))

    refused(ann.delete("/event", id=second, headers=key), 422)

    assert ann.me()["event_id_list"] == [second]


def test_a_key_belongs_to_one_person(ann: Person, someone: Someone, key: dict[str, str]) -> None:
    ben = someone()

    first = ok(ann.post("/event", a_plan(), headers=key))
    second = ok(ben.post("/event", a_plan(name="Supper"), headers=key))

    assert first != second
    assert ben.event(second["id"])["name"] == "Supper"


def test_a_key_belongs_to_one_method_and_path(ann: Person, someone: Someone, key: dict[str, str]) -> None:
    ben = someone()
    event_id = ok(ann.post("/event", a_plan(type="group"), headers=key))["id"]

    done(ann.put("/event", {"id": event_id, "name": "Supper"}, headers=key))
    done(
        ann.post("/chat/msg", {"chat_id": ann.event(event_id)["chat_id"], "text": "Hello"}, headers=key),
    )
    done(ann.post("/invite", {"type": "event", "receiver_id": ben.id, "event_id": event_id}, headers=key))

    assert ann.event(event_id)["name"] == "Supper"
    assert len(ben.invites()) == 1
    done(ann.delete("/event", id=event_id, headers=key))


def test_a_message_is_written_once(ann: Person, key: dict[str, str]) -> None:
    chat_id = ann.event(ann.plan(type="group"))["chat_id"]
    for _ in range(3):
        done(ann.post("/chat/msg", {"chat_id": chat_id, "text": "Hello"}, headers=key))
    done(ann.say(chat_id, "Hello"))

    assert ann.texts(chat_id) == ["Hello", "Hello"]


def test_a_repeated_delete_is_no_404(ann: Person, someone: Someone) -> None:
    ben = someone()
    invite_id = ben.invited_by(ann)
    event_id = ann.plan_together(ben)
    message_id = ann.write(ann.event(event_id)["chat_id"], "Hello")[0]
    for person, path, query in (
        (ann, "/chat/msg", {"id": message_id}),
        (ben, "/event/group/leave", {"id": event_id}),
        (ann, "/event", {"id": event_id}),
        (ben, "/invite", {"id": invite_id, "action": "accept"}),
        (ann, "/friend", {"id": ben.id}),
    ):
        key = another()
        for _ in range(2):
            done(person.request("DELETE", path, query=query, headers=key))
        refused(person.request("DELETE", path, query=query), 404)


def test_a_repeated_change_does_not_undo_a_later_one(ann: Person) -> None:
    event_id, first = ann.plan(), another()
    done(ann.change(event_id, name="Supper", headers=first))
    done(ann.change(event_id, name="Dinner", headers=another()))

    done(ann.change(event_id, name="Supper", headers=first))

    assert ann.event(event_id)["name"] == "Dinner"


def test_a_repeated_end_does_not_end_a_later_friendship(ann: Person, someone: Someone, key: dict[str, str]) -> None:
    ben = someone()
    ann.befriend(ben)
    done(ann.delete("/friend", id=ben.id, headers=key))
    ann.befriend(ben)

    done(ann.delete("/friend", id=ben.id, headers=key))

    assert ann.me()["friend_id_list"] == [ben.id]


def test_a_refusal_is_kept_too(ann: Person, someone: Someone, key: dict[str, str]) -> None:
    ben = someone()
    ann.befriend(ben)
    body = {"type": "friend", "receiver_id": ben.id}
    first = refused(ann.post("/invite", body, headers=key), 400)
    done(ann.delete("/friend", id=ben.id))

    again = refused(ann.post("/invite", body, headers=key), 400)

    assert (again["type"], again["title"], again["detail"]) == (first["type"], first["title"], first["detail"])
    done(ann.post("/invite", body, headers=another()))


@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_of_somebody_elses_thing_is_kept_too(
    ann: Person, someone: Someone, key: dict[str, str], status: int
) -> None:
    ben = someone()
    event_id = ben.plan(type="group")
    if status == 403:
        ann.join(event_id, ben)
    refused(ann.delete("/event", id=event_id, headers=key), status)
    if status == 404:
        ann.join(event_id, ben)
    done(ben.grant(event_id, ann, is_can_delete_event=True))

    refused(ann.delete("/event", id=event_id, headers=key), status)
    assert ann.event(event_id)["id"] == event_id
    done(ann.delete("/event", id=event_id, headers=another()))


def test_a_request_without_a_session_is_not_kept(ann: Person, key: dict[str, str]) -> None:
    ann.get("/logout")
    refused(ann.post("/event", a_plan(), headers=key), 401)
    ann.log_in(ann.sub)

    assert ok(ann.post("/event", a_plan(), headers=key))["id"] in ann.me()["event_id_list"]


def test_a_key_on_reading_means_nothing(ann: Person, key: dict[str, str]) -> None:
    assert ann.get("/user", headers=key).json()["event_id_list"] == []

    event_id = ann.plan()

    assert ann.get("/user", headers=key).json()["event_id_list"] == [event_id]


@pytest.mark.parametrize("kind", ["single", "group"])
def test_many_at_once_under_one_key_make_one_event(ann: Person, kind: str) -> None:
    for _ in range(3):
        send = partial(ann.post, "/event", a_plan(type=kind), headers=another())

        assert len({ok(answer)["id"] for answer in at_once(*[send] * 8)}) == 1
    me = ann.me()
    assert len(me["event_id_list"]) == 3
    assert len(me["chat_id_list"]) == (3 if kind == "group" else 0)


def test_many_at_once_under_one_key_write_one_message(ann: Person) -> None:
    chat_id = ann.event(ann.plan(type="group"))["chat_id"]
    for number in range(3):
        send = partial(ann.post, "/chat/msg", {"chat_id": chat_id, "text": f"{number}"}, headers=another())

        for answer in at_once(*[send] * 8):
            done(answer)

    assert ann.texts(chat_id) == ["0", "1", "2"]


def test_many_at_once_under_one_key_delete_with_one_answer(ann: Person, someone: Someone) -> None:
    ben = someone()
    ben.befriend(ann)
    event_id = ann.plan_together(ben)
    message_id = ann.write(ann.event(event_id)["chat_id"], "Hello")[0]
    invite_id = ben.invited_by(ann, ann.plan(type="group"))
    for person, path, query in (
        (ann, "/chat/msg", {"id": message_id}),
        (ben, "/event/group/leave", {"id": event_id}),
        (ann, "/event", {"id": event_id}),
        (ben, "/invite", {"id": invite_id, "action": "accept"}),
        (ann, "/friend", {"id": ben.id}),
    ):
        send = partial(person.request, "DELETE", path, query=query, headers=another())
        for answer in at_once(*[send] * 8):
            done(answer)


def test_two_bodies_at_once_under_one_key_leave_one(ann: Person) -> None:
    key = another()

    answers = at_once(*[partial(ann.post, "/event", a_plan(name=name), headers=key) for name in ("Tea", "Supper") * 3])

    assert {answer.status_code for answer in answers} == {200, 422}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 200}) == 1
    assert len(ann.me()["event_id_list"]) == 1
