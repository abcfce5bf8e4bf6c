"""What another process may still publish as it was before is known already, under its own id."""

from typing import Any

import pytest

from services.chats.model import Chat
from services.chats.storage import to_domain_events
from services.contracts.domain_events import MessageChangedV1
from services.streams import usecases
from services.streams.model import AccessCutoff, FeedEntry
from tests.fakes.feeds import FakeFeeds

CHAT = Chat(id="c", kind="event", event_id="party", user_ids=("anna", "boris"), deleted=False, version=3)


def a_message(**changed: Any) -> dict[str, Any]:
    fields = {"_id": "m", "chat_id": "c", "number": 1, "author_id": "anna", "written_at": 1, "text": "hello"}
    return {**fields, "live": True, "chat": CHAT, **changed}


@pytest.mark.parametrize(("change", "published"), [("posted", "deleted"), ("deleted", "deleted"), ("edited", None)])
def test_a_message_that_was_deleted_is_only_deleted(change: str, published: str | None) -> None:
    found = to_domain_events(a_message(live=False, text=""), {"id": "entry", "change": change})
    changes = [(each.domain_event_id, each.change) for each in found if isinstance(each, MessageChangedV1)]
    assert changes == ([] if published is None else [("entry", published)])


def test_a_message_that_lives_is_what_it_became() -> None:
    for change in ("posted", "edited"):
        [found] = to_domain_events(a_message(), {"id": "entry", "change": change})
        assert isinstance(found, MessageChangedV1)
        assert found.change == change


def test_that_somebody_has_joined_is_not_said_after_they_have_left() -> None:
    feeds = FakeFeeds()
    feeds.save_cutoff(AccessCutoff(id="party", user_ids=frozenset({"anna"}), version=3))

    def joined(user_id: str, version: int) -> FeedEntry:
        body: dict[str, object] = {"user_id": user_id}
        return FeedEntry(
            id=f"{user_id}.{version}",
            kind="member.joined",
            body=body,
            user_ids=("anna",),
            cutoff_id="party",
            version=version,
        )

    late, again, other = joined("boris", 2), joined("boris", 4), joined("anna", 2)
    kept = usecases._for_those_who_may_read(feeds, [late, again, other])
    assert [entry.user_ids for entry in kept] == [(), ("anna",), ("anna",)]
