"""A domain event has one content: what a write returns for delivery is what the outbox publishes, byte for byte."""

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.messaging.outbox import domain_event_id
from services.contracts.domain_events import InvitationsRevokedV1, OccurrenceChangedV1, to_wire
from services.contracts.ids import new_id
from services.events import model
from services.events import storage as events_storage
from services.events.model import Event, OpenInvitation, creator, joining
from services.invites import storage as invites_storage
from services.invites.model import ENDED_BY, Invite
from services.users import storage as users_storage
from tests.fakes.details import event_details


@pytest.fixture(scope="module")
def database(mongo_client):
    database = mongo_client[f"conformance_{new_id()}"]
    for storage in (events_storage, invites_storage, users_storage):
        storage.prepare(database)
    yield database
    mongo_client.drop_database(database.name)


def in_bytes(domain_events):
    return [orjson.dumps(to_wire(domain_event)) for domain_event in domain_events]


def published(outbox, document_id, operation_id):
    """Return what the outbox publishes of an operation, now that it has just been done."""
    document = outbox.collection.find_one({"_id": document_id})
    [entry] = [each for each in document["outbox"] if each["id"] == domain_event_id(operation_id)]
    return in_bytes(outbox.to_domain_events(document, entry))


def a_party(store):
    party_id, owner = new_id(), new_id()
    party = Event(
        id=party_id, kind="group", owner_id=owner, details=event_details(), members=(creator(owner, party_id),)
    )
    store.insert(party, operation_id=party_id)
    return party


def joined(store, party, operation_id):
    invitation = OpenInvitation(invite_id=new_id(), user_id=new_id())
    assert store.open_invitation(party.id, invitation, sender_id=party.owner_id)
    member = joining(invitation.user_id, invitation.invite_id)
    return store.join(party.id, invite_id=invitation.invite_id, member=member, operation_id=operation_id)


def with_inviter(store, party):
    """Let somebody join who then invites somebody."""
    party = joined(store, party, new_id())
    may_invite = model.with_rights(party, party.members[0], party.members[-1], {"can_invite_user": True})
    party = store.replace_membership(party, may_invite, operation_id=new_id())
    invitation = OpenInvitation(invite_id=new_id(), user_id=new_id())
    assert store.open_invitation(party.id, invitation, sender_id=party.members[-1].user_id)
    return party


def act(store, before, step, operation_id):
    """Do one step to an event, and return it as the store returns it."""
    if step == "join":
        return joined(store, before, operation_id)
    if step == "change":
        change = {"actor_id": before.owner_id, "kind": None, "versions": None, "operation_id": operation_id}
        assert store.change(before.id, {"name": f"Dinner {operation_id}"}, **change)
        return store.find_any(before.id)
    if step == "rights":
        after = model.with_rights(before, before.members[0], before.members[-1], {"can_invite_user": True})
    elif step == "remove":
        before = with_inviter(store, before)
        after = model.removed(before, before.members[0], before.members[-1])
    elif step == "leave":
        after = model.without(before, before.members[-1])
    else:
        after = model.deleted(before)
    return store.replace_membership(before, after, operation_id=operation_id)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["join", "change", "rights", "remove", "leave", "delete"]), min_size=1, max_size=6))
def test_whatever_happens_to_an_event_is_published_as_it_is_delivered(database, steps):
    store, [outbox] = events_storage.MongoEventStore(database), events_storage.outboxes(database)
    event = a_party(store)
    assert in_bytes(event.caused_by("")) == in_bytes(
        event.to_domain_events(model.Change(domain_event_id="", kind=model.STATE))
    )
    for step in steps:
        operation_id = new_id()
        event = act(store, event, step, operation_id)
        caused = event.caused_by(domain_event_id(operation_id))
        assert in_bytes(caused) == published(outbox, event.id, operation_id)
        assert step != "remove" or any(isinstance(each, InvitationsRevokedV1) for each in caused)
        if event.deleted:
            return


@pytest.mark.parametrize("kind", ["single", "group"])
def test_a_changed_and_a_cancelled_occurrence_are_published_as_they_are_built(database, kind):
    store, [outbox] = events_storage.MongoEventStore(database), events_storage.outboxes(database)
    event_id, name = new_id(), "2031-05-24T18:30"
    event = model.planned(event_id, kind, event_details(recurrence="FREQ=WEEKLY"), owner_id=new_id())
    store.insert(event, operation_id=event_id)
    for decide, is_cancelled in (
        (lambda event: model.changed(event, {"name": "Dinner"}, occurrence=name, scope="this"), False),
        (lambda event: model.cancelled(event, name, "this"), True),
    ):
        operation_id = new_id()
        event = store.replace_plan(event, decide(event), operation_id=operation_id) or event
        [caused] = event.caused_by(domain_event_id(operation_id))
        assert isinstance(caused, OccurrenceChangedV1)
        assert (caused.occurrence, caused.cancelled, caused.version) == (name, is_cancelled, event.version)
        assert in_bytes([caused]) == published(outbox, event.id, operation_id)


def test_a_repeat_after_publication_delivers_the_departure_that_was_published(database):
    store, [outbox] = events_storage.MongoEventStore(database), events_storage.outboxes(database)
    party, operation_id = joined(store, a_party(store), new_id()), new_id()
    left = store.replace_membership(party, model.without(party, party.members[-1]), operation_id=operation_id)
    assert left is not None
    first = published(outbox, left.id, operation_id)
    database.events.update_one({"_id": left.id}, {"$set": {"outbox": []}})

    read_again = store.find_any(left.id)

    assert read_again is not None
    repeated = in_bytes(read_again.caused_by(domain_event_id(operation_id)))
    assert set(first) <= set(repeated)


@pytest.mark.parametrize("action", ENDED_BY)
@pytest.mark.parametrize("kind", ["friend", "event"])
def test_an_answer_is_published_as_it_is_delivered(database, kind, action):
    store, [outbox] = invites_storage.MongoInviteStore(database), invites_storage.outboxes(database)
    event_id = new_id() if kind == "event" else None
    invite = Invite(
        id=new_id(), kind=kind, sender_id=new_id(), receiver_id=new_id(), event_id=event_id, status="proposed"
    )
    assert store.propose(invite)
    assert store.make_pending(invite.id, generation=None if event_id else 0)
    actor_id, operation_id = invite.sender_id if action == "cancel" else invite.receiver_id, new_id()

    answered = store.answer(invite.id, action, actor_id=actor_id, operation_id=operation_id)

    assert answered is not None
    caused = answered.to_domain_events(domain_event_id(operation_id), "answered")
    assert in_bytes(caused) == published(outbox, invite.id, operation_id)


def test_a_friendship_is_published_as_it_is_delivered(database):
    store, outbox = users_storage.MongoUserStore(database), users_storage.outboxes(database)[0]
    one, other = sorted((new_id(), new_id()))
    for write in (
        lambda operation_id: store.befriend(one, other, generation=0, operation_id=operation_id),
        lambda operation_id: store.unfriend(one, other, operation_id=operation_id),
        lambda operation_id: store.befriend(one, other, generation=1, operation_id=operation_id),
    ):
        operation_id = new_id()
        friendship = write(operation_id)
        assert friendship is not None
        caused = [friendship.to_domain_event(domain_event_id(operation_id))]
        assert in_bytes(caused) == published(outbox, f"{one}-{other}", operation_id)
