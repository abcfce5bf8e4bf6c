"""After a 2xx the very next request sees the whole effect, wherever it shows. Nothing here waits."""

import pytest

from tests.e2e.answers import done, ok, refused
from tests.e2e.people import Person

ROUNDS = 8
"""A stale answer is a matter of luck, so each story is told several times."""


@pytest.mark.parametrize("_", range(ROUNDS), ids=str)
def test_a_friendship_from_the_invitation_to_its_end(ann: Person, ben: Person, _: int) -> None:
    done(ann.invite(ben))
    assert len(ben.me()["invite_id_list"]) == 1

    done(ben.answer(ben.invite_to(None, ann), "accept"))
    dialog = ben.dialog_with(ann)
    done(ben.say(dialog, "Hello"))
    assert ann.texts(dialog, limit=1) == ["Hello"]
    assert dialog in ann.me()["chat_id_list"]
    assert ok(ann.get("/friend", id=ben.id))["friend_id_list"] == [ann.id]
    assert ok(ben.get("/friend", id=ann.id))["friend_id_list"] == [ben.id]
    assert ben.me()["invite_id_list"] == ann.me()["invite_id_list"] == []

    done(ann.delete("/friend", id=ben.id))
    refused(ben.get("/friend", id=ann.id), 404)
    assert ann.me()["friend_id_list"] == ben.me()["friend_id_list"] == []
    done(ann.say(dialog, "Goodbye"))


@pytest.mark.parametrize("_", range(ROUNDS), ids=str)
def test_a_group_event_from_the_plan_to_its_end(ann: Person, ben: Person, _: int) -> None:
    event_id = ann.plan(type="group")
    chat_id = ann.event(event_id)["chat_id"]
    done(ann.say(chat_id, "Who comes?"))
    assert ann.chats()[0]["id"] == chat_id
    assert chat_id in ann.me()["chat_id_list"]

    done(ann.invite(ben, event_id))
    assert ben.event(event_id)["id"] == event_id
    refused(ben.get("/chat", id=chat_id), 403)

    done(ben.answer(ben.invite_to(event_id, ann), "accept"))
    assert event_id in [event["id"] for event in ben.month()["17"]]
    assert ben.texts(chat_id) == ["Who comes?"]
    done(ben.say(chat_id, "I do"))
    me = ben.me()
    assert event_id in me["event_id_list"] and chat_id in me["chat_id_list"] and me["invite_id_list"] == []
    assert ann.texts(chat_id) == ["Who comes?", "I do"]

    done(ann.grant(event_id, ben, is_can_change_event=True))
    done(ben.change(event_id, name="Supper", datetime="18.05.2031 20:00"))
    assert [event["name"] for event in ann.month()["18"] if event["id"] == event_id] == ["Supper"]

    done(ann.delete("/member", id=ann.member(event_id, ben)))
    refused(ben.say(chat_id, "Oh"), 403)
    assert chat_id not in ben.me()["chat_id_list"] and event_id not in ben.me()["event_id_list"]

    ben.join(event_id, ann)
    done(ben.say(chat_id, "Back again"))
    done(ann.leave(event_id))
    refused(ann.get("/chat", id=chat_id), 403)
    done(ben.delete("/event", id=event_id))
    refused(ben.say(chat_id, "Anybody?"), 404)
    assert event_id not in ben.me()["event_id_list"] and chat_id not in ben.me()["chat_id_list"]


@pytest.mark.parametrize("_", range(ROUNDS), ids=str)
def test_a_message_from_its_writing_to_its_end(ann: Person, _: int) -> None:
    chat_id = ann.event(ann.plan(type="group"))["chat_id"]
    for text in ("one", "two", "three"):
        done(ann.say(chat_id, text))
        assert ann.texts(chat_id, limit=1) == [text]
        assert ann.chats(msg_limit=1)[0]["msg_id_list"][0]["text"] == text
    newest = ann.messages(chat_id)[-1]["id"]

    done(ann.put("/chat/msg", {"id": newest, "text": "THREE"}))
    assert ann.texts(chat_id)[-1] == "THREE"
    done(ann.delete("/chat/msg", id=newest))
    assert ann.texts(chat_id) == ["one", "two"]


@pytest.mark.parametrize("_", range(ROUNDS), ids=str)
def test_a_single_event_from_the_plan_to_its_end(ann: Person, _: int) -> None:
    event_id = ann.plan()
    assert event_id in ann.me()["event_id_list"]
    assert event_id in [event["id"] for event in ann.month()["17"]]

    done(ann.change(event_id, name="Supper"))
    assert ann.event(event_id)["name"] == "Supper"
    done(ann.delete("/event", id=event_id))
    refused(ann.get("/event", id=event_id), 404)
    assert event_id not in ann.me()["event_id_list"]
