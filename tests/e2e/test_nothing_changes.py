"""What changes nothing is 204, leaves the ETag as it is, and is not seen on any stream."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.answers import done
from tests.e2e.browser import Browser, introduce
from tests.e2e.listening import Listening
from tests.e2e.people import Person

Someone = Callable[..., Person]


@pytest.fixture
def anna(someone: Someone) -> Person:
    return someone(name="Anna")


@pytest.fixture
def boris(someone: Someone) -> Person:
    return someone(name="Boris")


@pytest.fixture
def event_id(anna: Person, boris: Person) -> str:
    return anna.plan_together(boris, name="Tea", address="Home")


def etag(person: Person, event_id: str) -> str:
    return person.get("/event", id=event_id).headers["ETag"]


@contextmanager
def nothing_is_seen(person: Person, *types: str) -> Iterator[None]:
    """Let the block cause no item of some types on somebody's stream."""
    with Listening(person) as stream:
        yield
        last = person.plan()
        stream.wait_for("event.created.v1", id=last)
        assert stream.of(*types) == []


def test_an_event_with_the_same_values(anna: Person, boris: Person, event_id: str) -> None:
    before = etag(anna, event_id)
    with nothing_is_seen(boris, "event.changed.v1"):
        done(anna.change(event_id, name="Tea"))
        done(anna.change(event_id, name="Tea", address="Home"))
        done(anna.change(event_id))
        done(anna.change(event_id, name="Tea", headers={"If-Match": before}))
    assert etag(anna, event_id) == before
    done(anna.change(event_id, name="Supper"))
    assert etag(anna, event_id) != before


def test_rights_that_are_not_named_or_the_same(anna: Person, boris: Person, event_id: str) -> None:
    before, member_id = etag(anna, event_id), anna.member(event_id, boris)
    with nothing_is_seen(boris, "member.changed.v1"):
        done(anna.put("/member", {"id": member_id}))
        done(boris.put("/member", {"id": member_id}))
        done(anna.grant(event_id, boris, is_can_invite_user=False))
    assert etag(anna, event_id) == before
    done(anna.change(event_id, name="Supper", headers={"If-Match": before}))


def test_a_message_with_the_same_text(anna: Person, boris: Person, event_id: str) -> None:
    chat_id = anna.event(event_id)["chat_id"]
    [message_id] = anna.write(chat_id, "Hello")
    with nothing_is_seen(boris, "message.edited.v1"):
        for _ in range(2):
            done(anna.put("/chat/msg", {"id": message_id, "text": "Hello"}))
    assert boris.texts(chat_id) == ["Hello"]


def test_a_profile_with_the_same_values(anna: Person) -> None:
    with nothing_is_seen(anna, "profile.changed.v1"):
        introduce(anna.system, anna.sub, anna.claims)
        assert Browser(anna.system).log_in(anna.sub).status_code == 302
