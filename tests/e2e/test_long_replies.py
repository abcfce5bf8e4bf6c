"""What is longer than the broker takes in one message is read whole, and holds up nobody."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.answers import ok
from tests.e2e.people import Person

EMOJI = "🎉" * 10_000
ENOUGH = 220
"""Texts of 40 kB: more than 8 MiB together."""


def every_item(ann: Person, cursor: str) -> list[dict[str, Any]]:
    """Read the feed in pages."""
    items: list[dict[str, Any]] = []
    while True:
        page = ok(ann.get("/sync", since=cursor, limit="500"))
        items, cursor = items + page["items"], page["cursor"]
        if not page["more"]:
            return items


@pytest.fixture
def ann(someone: Callable[[], Person]) -> Person:
    return someone()


def test_a_long_chat_is_read_whole_alone_in_the_list_and_as_a_feed(ann: Person) -> None:
    chat_id = ann.event(ann.plan(type="group"))["chat_id"]
    cursor = ann.get("/user").headers["X-Stream-Cursor"]
    for number in range(ENOUGH):
        ann.say(chat_id, EMOJI[: -len(str(number))] + str(number))

    messages = ann.messages(chat_id)
    assert [int(message["text"].strip("🎉")) for message in messages] == list(range(ENOUGH))
    assert ann.chats()[0]["msg_id_list"] == messages
    assert ann.messages(chat_id, limit=ENOUGH - 1) == messages[1:]
    assert ann.chats(msg_limit=ENOUGH - 1)[0]["msg_id_list"] == messages[1:]
    assert ann.messages(chat_id, before=messages[-1]["id"]) == messages[:-1]
    posted = [item["data"]["id"] for item in every_item(ann, cursor) if item["type"] == "message.posted.v1"]
    assert posted == [message["id"] for message in messages][: len(posted)]


def test_a_month_of_long_descriptions_is_read_whole(ann: Person) -> None:
    planned = {ann.plan(description=EMOJI) for _ in range(ENOUGH)}

    assert {event["id"] for event in ann.month()["17"]} == planned
