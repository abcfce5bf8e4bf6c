"""Domain events over the real broker: nothing delivers them here, so outbox, relay and handlers must do it alone."""

import time

import pytest
from pymongo import MongoClient

from services.chassis.mongo import Document
from services.contracts import events, invites, users
from services.contracts.errors import Forbidden, NotFound
from services.contracts.ids import new_id
from tests.fakes.details import event_details
from tests.integration.asking import chat_ids

WITHIN_S = 15


def eventually(check):
    """Return what `check` returns once it is true; fail when it does not become true in time."""
    until = time.monotonic() + WITHIN_S
    while not (seen := check()):
        assert time.monotonic() < until, f"not seen within {WITHIN_S} s"
        time.sleep(0.02)
    return seen


@pytest.fixture(scope="module")
def mongo(mongo_uri):
    client: MongoClient[Document] = MongoClient(mongo_uri)
    yield client
    client.close()


@pytest.fixture
def party(calls, person):
    """Return an event with its owner, made without delivering anything."""
    owner_id = person()
    event_id = calls.call(
        events.create_event,
        actor_id=owner_id,
        kind="group",
        details=event_details(),
        operation_id=new_id(),
    )["id"]
    return owner_id, event_id


def test_an_event_gets_its_chat(calls, party):
    owner_id, event_id = party
    chat_id = calls.call(events.get_event, actor_id=owner_id, event_id=event_id)["chat_id"]
    eventually(lambda: chat_ids(calls, owner_id) == [chat_id])


def test_an_accepted_invitation_leads_to_membership_and_chat(calls, party, person):
    owner_id, event_id = party
    guest_id = person()
    sent = calls.call(
        invites.send_invite,
        actor_id=owner_id,
        kind="event",
        receiver_id=guest_id,
        event_id=event_id,
        operation_id=new_id(),
    )
    calls.call(invites.answer_invite, actor_id=guest_id, invite_id=sent["id"], action="accept", operation_id=new_id())
    eventually(lambda: calls.call(events.list_own_ids, actor_id=guest_id)["event_ids"] == [event_id])
    eventually(lambda: chat_ids(calls, guest_id))


def test_a_declined_invitation_loses_its_sight_of_the_event(calls, party, person):
    owner_id, event_id = party
    guest_id = person()
    sent = calls.call(
        invites.send_invite,
        actor_id=owner_id,
        kind="event",
        receiver_id=guest_id,
        event_id=event_id,
        operation_id=new_id(),
    )
    assert calls.call(events.get_event, actor_id=guest_id, event_id=event_id)
    calls.call(invites.answer_invite, actor_id=guest_id, invite_id=sent["id"], action="decline", operation_id=new_id())

    def no_access():
        try:
            calls.call(events.get_event, actor_id=guest_id, event_id=event_id)
        except Forbidden:
            return True
        return False

    eventually(no_access)


def test_a_deleted_event_takes_its_chat_and_invitations_along(calls, party, person):
    owner_id, event_id = party
    guest_id = person()
    eventually(lambda: chat_ids(calls, owner_id))
    calls.call(
        invites.send_invite,
        actor_id=owner_id,
        kind="event",
        receiver_id=guest_id,
        event_id=event_id,
        operation_id=new_id(),
    )
    calls.call(events.delete_event, actor_id=owner_id, event_id=event_id, if_versions=None, operation_id=new_id())
    eventually(lambda: chat_ids(calls, owner_id) == [])
    eventually(lambda: calls.call(invites.list_invite_ids, actor_id=guest_id) == [])


def test_friends_get_a_dialog_and_the_opposite_invitation_is_settled(calls, person):
    one, other = person(), person()
    sent = [
        calls.call(
            invites.send_invite,
            actor_id=sender,
            kind="friend",
            receiver_id=receiver,
            event_id=None,
            operation_id=new_id(),
        )["id"]
        for sender, receiver in ((one, other), (other, one))
    ]
    calls.call(invites.answer_invite, actor_id=other, invite_id=sent[0], action="accept", operation_id=new_id())
    eventually(lambda: calls.call(users.list_friends_among, user_id=one, other_ids=[other]) == [other])
    eventually(lambda: chat_ids(calls, one) == chat_ids(calls, other) != [])
    eventually(lambda: calls.call(invites.list_invite_ids, actor_id=one) == [])


def test_nothing_stays_in_an_outbox_and_a_tombstone_knows_when_to_go(calls, party, mongo):
    owner_id, event_id = party
    calls.call(events.delete_event, actor_id=owner_id, event_id=event_id, if_versions=None, operation_id=new_id())
    stored = mongo["social_calendar_events"].events
    dead = eventually(lambda: stored.find_one({"_id": event_id, "outbox": [], "purge_at": {"$exists": True}}))
    assert "outbox_due_at" not in dead
    assert (dead["members"], dead["invited"], dead["name"], dead["description"]) == ([], [], "", "")


def test_a_proposal_whose_sender_died_is_finished_by_the_sweep(calls, person, mongo):
    sender_id, receiver_id, invite_id = person(), person(), new_id()
    calls.call(
        invites.send_invite,
        actor_id=sender_id,
        kind="friend",
        receiver_id=receiver_id,
        event_id=None,
        operation_id=invite_id,
    )
    stored = mongo["social_calendar_invites"].invites
    long_ago = stored.find_one({"_id": invite_id})["sent_at"].replace(year=2020)
    stored.update_one({"_id": invite_id}, {"$set": {"status": "proposed", "generation": None, "sent_at": long_ago}})
    with pytest.raises(NotFound):
        calls.call(
            invites.answer_invite, actor_id=receiver_id, invite_id=invite_id, action="accept", operation_id=new_id()
        )
    eventually(lambda: calls.call(invites.list_invite_ids, actor_id=receiver_id) == [invite_id])
