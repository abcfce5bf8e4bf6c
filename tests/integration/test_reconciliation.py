"""Copies that were damaged are found and repaired; what is under way is left alone."""

import os
import subprocess
import sys

import pytest
from pymongo import MongoClient
from pymongo.read_concern import ReadConcern

from services.chassis.messaging import reconciler
from services.chassis.messaging.reconciler import Reconciler
from services.chassis.mongo import Document
from services.contracts import chats, events, invites, users
from services.contracts.ids import new_id
from tests.e2e.system import REPOSITORY
from tests.fakes.details import event_details
from tests.integration.asking import chat_ids
from tests.integration.test_domain_events import eventually

UNDER_WAY_S = 0.5


@pytest.fixture(scope="module")
def databases(mongo_uri):
    client: MongoClient[Document] = MongoClient(mongo_uri)
    yield {name: client[f"social_calendar_{name}"] for name in ("users", "events", "chats", "invites")}
    client.close()


@pytest.fixture(scope="module", autouse=True)
def healthy(caller):
    """Remove what tests with domain events of their own have left: chats of events that there never were."""
    for owner in ("users", "events", "invites"):
        Reconciler(caller, in_flight_s=UNDER_WAY_S).run(owner)


@pytest.fixture
def reconcile(caller):
    reconciler = Reconciler(caller, in_flight_s=UNDER_WAY_S)
    return lambda owner: [str(finding) for finding in reconciler.run(owner).repaired]


@pytest.fixture
def friends(calls, person, databases):
    """Return two friends and their dialog, when every subscriber has handled it."""
    one, other = person(), person()
    sent = calls.call(
        invites.send_invite, actor_id=one, kind="friend", receiver_id=other, event_id=None, operation_id=new_id()
    )
    calls.call(invites.answer_invite, actor_id=other, invite_id=sent["id"], action="accept", operation_id=new_id())
    [dialog_id] = eventually(lambda: chat_ids(calls, one))
    settled(databases["users"].friendships, {"user_ids": one})
    return one, other, dialog_id


@pytest.fixture
def party(calls, person, databases):
    """Return a group event with its owner and chat, when every subscriber has handled it."""
    owner_id, event_id = person(), new_id()
    calls.call(
        events.create_event,
        actor_id=owner_id,
        kind="group",
        details=event_details(),
        operation_id=event_id,
    )
    [chat_id] = eventually(lambda: chat_ids(calls, owner_id))
    settled(databases["events"].events, {"_id": event_id})
    return owner_id, event_id, chat_id


def settled(collection, wanted):
    """Wait until nothing waits to be published, read as the reconciler reads: from a majority."""
    committed = collection.with_options(read_concern=ReadConcern("majority"))
    eventually(lambda: committed.find_one({**wanted, "outbox": []}))


def test_on_a_healthy_system_nothing_is_found(reconcile, friends, party):
    assert [reconcile(owner) for owner in ("users", "events", "invites")] == [[], [], []]


def test_a_chat_that_is_missing_is_made(reconcile, calls, party, databases):
    owner_id, event_id, chat_id = party
    databases["chats"].chats.delete_one({"_id": chat_id})
    [found] = reconcile("events")
    assert found == f"chats, MembershipChangedV1 of {event_id}: chat {chat_id} is missing"
    assert chat_ids(calls, owner_id) == [chat_id]


def test_a_chat_that_is_open_to_the_wrong_people_is_mended_whatever_version_it_claims(
    reconcile, calls, person, party, databases
):
    owner_id, event_id, chat_id = party
    stranger_id = person()
    wrong = {"$set": {"user_ids": [stranger_id], "version": 99}}
    databases["chats"].chats.update_one({"_id": chat_id}, wrong)
    [found] = reconcile("events")
    assert event_id in found and stranger_id in found
    assert chat_ids(calls, owner_id) == [chat_id]
    assert chat_ids(calls, stranger_id) == []


def test_a_living_chat_that_is_marked_as_deleted_is_alive_again(reconcile, calls, friends, databases):
    one, _, dialog_id = friends
    databases["chats"].chats.update_one({"_id": dialog_id}, {"$set": {"deleted": True, "user_ids": []}})
    assert len(reconcile("users")) == 1
    assert calls.call(chats.get_chat, actor_id=one, chat_id=dialog_id, limit=None, before=None)["id"] == dialog_id


def test_the_chat_of_a_deleted_event_that_is_still_open_is_closed(reconcile, calls, party, databases):
    owner_id, event_id, chat_id = party
    before = databases["chats"].chats.find_one({"_id": chat_id})
    calls.call(events.delete_event, actor_id=owner_id, event_id=event_id, if_versions=None, operation_id=new_id())
    eventually(lambda: chat_ids(calls, owner_id) == [])
    settled(databases["events"].events, {"_id": event_id})
    databases["chats"].chats.replace_one({"_id": chat_id}, before)
    assert len(reconcile("events")) == 1
    assert chat_ids(calls, owner_id) == []


def test_an_invitation_that_waits_between_friends_is_settled(reconcile, calls, friends, databases):
    one, other, _ = friends
    waiting = {"sender_id": one, "receiver_id": other, "status": "accepted"}
    databases["invites"].invites.update_one(waiting, {"$set": {"status": "pending"}})
    assert len(reconcile("users")) == 1
    assert calls.call(invites.list_invite_ids, actor_id=other) == []


def test_a_friendship_that_an_accepted_invitation_never_made_is_made(reconcile, calls, friends, databases):
    one, other, _ = friends
    settled(databases["invites"].invites, {"sender_id": one})
    databases["users"].friendships.delete_one({"user_ids": one})
    assert len(reconcile("invites")) == 1
    assert calls.call(users.list_friends_among, user_id=one, other_ids=[other]) == [other]


def test_an_accepted_invitation_that_never_made_a_member_makes_one(reconcile, calls, person, party, databases):
    owner_id, event_id, _ = party
    guest_id = person()
    sent = calls.call(
        invites.send_invite,
        actor_id=owner_id,
        kind="event",
        receiver_id=guest_id,
        event_id=event_id,
        operation_id=new_id(),
    )
    before = databases["events"].events.find_one({"_id": event_id})
    calls.call(invites.answer_invite, actor_id=guest_id, invite_id=sent["id"], action="accept", operation_id=new_id())
    eventually(lambda: calls.call(events.list_own_ids, actor_id=guest_id)["event_ids"] == [event_id])
    for name in ("events", "invites"):
        settled(databases[name][name], {"_id": {"events": event_id, "invites": sent["id"]}[name]})
    databases["events"].events.replace_one({"_id": event_id}, before)
    assert len(reconcile("invites")) == 1
    assert calls.call(events.list_own_ids, actor_id=guest_id)["event_ids"] == [event_id]


def test_what_its_owner_has_still_to_publish_is_no_damage(reconcile, party, databases):
    _, event_id, chat_id = party
    later = {"id": new_id(), "change": "changed"}
    databases["events"].events.update_one({"_id": event_id}, {"$set": {"outbox": [later]}})
    databases["chats"].chats.delete_one({"_id": chat_id})
    assert reconcile("events") == []
    databases["events"].events.update_one({"_id": event_id}, {"$set": {"outbox": []}})
    assert len(reconcile("events")) == 1


def test_the_command_says_what_it_compared_and_repaired(amqp_uri, party, databases):
    _, event_id, chat_id = party
    databases["chats"].chats.delete_one({"_id": chat_id})
    command = [sys.executable, "-m", "services.operations.reconciliation"]
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env={**os.environ, "AMQP_URI": amqp_uri},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"repaired: chats, MembershipChangedV1 of {event_id}: chat {chat_id} is missing" in done.stdout
    assert "events: " in done.stdout and "1 repaired" in done.stdout


def invited(calls, owner_id, event_id, guest_id):
    sent = calls.call(
        invites.send_invite,
        actor_id=owner_id,
        kind="event",
        receiver_id=guest_id,
        event_id=event_id,
        operation_id=new_id(),
    )
    return sent["id"]


def test_the_chat_and_invitations_of_an_event_that_its_owner_does_not_know_are_removed(
    reconcile, calls, person, party, databases
):
    owner_id, event_id, chat_id = party
    guest_id = person()
    invite_id = invited(calls, owner_id, event_id, guest_id)
    databases["events"].events.delete_one({"_id": event_id})
    found = reconcile("events")
    assert sorted(found) == [
        f"chats, MembershipChangedV1 of {event_id}: is unknown to its owner, and is removed",
        f"invites, MembershipChangedV1 of {event_id}: is unknown to its owner, and is removed",
    ]
    assert chat_ids(calls, owner_id) == []
    assert databases["chats"].chats.find_one({"_id": chat_id})["deleted"]
    assert calls.call(invites.list_invite_ids, actor_id=guest_id) == []
    assert databases["invites"].invites.find_one({"_id": invite_id})["status"] == "void"
    assert reconcile("events") == []


def test_a_permission_to_join_by_an_invitation_that_its_owner_does_not_know_is_withdrawn(
    reconcile, calls, person, party, databases
):
    owner_id, event_id, _ = party
    guest_id = person()
    invite_id = invited(calls, owner_id, event_id, guest_id)
    databases["invites"].invites.delete_one({"_id": invite_id})
    [found] = reconcile("invites")
    assert found == f"events, EventInviteEndedV1 of {invite_id}: is unknown to its owner, and is removed"
    event = databases["events"].events.find_one({"_id": event_id})
    assert event["invited"] == [] and event["places"] == 1 and invite_id in event["used_invite_ids"]
    assert invited(calls, owner_id, event_id, guest_id) in calls.call(invites.list_invite_ids, actor_id=guest_id)
    assert reconcile("invites") == []


def test_an_owner_that_has_lost_nearly_everything_ends_nothing(caller, party, databases, monkeypatch):
    _, _, chat_id = party
    monkeypatch.setattr(reconciler, "MOST_ORPHANS", 0)
    doubtful = Reconciler(caller, in_flight_s=UNDER_WAY_S)
    monkeypatch.setattr(doubtful, "_find_unknown", lambda owner, subjects: subjects)
    assert doubtful.run("events").repaired == []
    assert not databases["chats"].chats.find_one({"_id": chat_id})["deleted"]


def test_a_dialog_outlives_everything(reconcile, calls, friends, databases):
    one, other, dialog_id = friends
    databases["users"].friendships.delete_one({"user_ids": one})
    reconcile("users")
    assert chat_ids(calls, other) == [dialog_id]
