"""Every store gives all that it keeps, a page at a time, in the order of ids."""

from dataclasses import replace

import pytest

from services.contracts.ids import new_id
from tests.conformance.test_chat_store import chat
from tests.conformance.test_event_store import event
from tests.conformance.test_invite_store import event_invite


def in_pages(page):
    """Read pages of two until one is not full."""
    found, after = [], None
    while True:
        page_of_two = page(after=after, limit=2)
        found += page_of_two
        if len(page_of_two) < 2:
            return [each.id for each in found]
        after = page_of_two[-1].id


@pytest.mark.parametrize("count", [0, 1, 4, 5])
def test_chats(chats, count):
    made = [chat("anna") for _ in range(count)]
    for each in made:
        chats.save_replica(each)
    if made:
        chats.save_replica(replace(made[0], user_ids=(), deleted=True, version=2))
    assert in_pages(chats.page_replicas) == sorted(each.id for each in made)


@pytest.mark.parametrize("count", [0, 1, 4, 5])
def test_events(events, count):
    made = [event("anna") for _ in range(count)]
    for each in made:
        events.insert(each, operation_id=each.id)
    assert in_pages(events.page) == sorted(each.id for each in made)


@pytest.mark.parametrize("count", [0, 1, 4, 5])
def test_invitations(invites, count):
    made = [event_invite(new_id()) for _ in range(count)]
    for each in made:
        invites.propose(each)
    assert in_pages(invites.page) == sorted(each.id for each in made)
