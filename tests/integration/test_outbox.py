"""The relay on a real database and broker: each fact once in the normal case, never none, however many wait."""

import contextlib
import time
from dataclasses import asdict

import pytest
from kombu import Connection
from pymongo import MongoClient

from services.chassis.broker import topology
from services.chassis.broker.publisher import Publisher
from services.chassis.messaging import outbox
from services.chassis.messaging import relay as relaying
from services.chassis.messaging.relay import OutboxRelay
from services.chassis.mongo import Document
from services.contracts.domain_events import MembershipChangedV1
from services.contracts.events import EventDetails
from services.contracts.ids import new_id
from services.events import storage
from services.events.model import Event, OpenInvitation, creator, deleted, joining
from tests.fakes.details import event_details
from tests.integration.test_domain_events import eventually

NOWHERE = "amqp://127.0.0.1:1"
MANY = 10_000


class OverheardV1(MembershipChangedV1):
    """What the events of these tests publish: nobody but the test subscribes to it, so that no service is kept busy."""

    published_by = "outbox-tests"


def box(database):
    [of_events] = storage.outboxes(database)

    def to_domain_events(document, entry):
        return [OverheardV1(**asdict(of_events.to_domain_events(document, entry)[0]))]

    return outbox.Outbox(database.events, to_domain_events)


@pytest.fixture
def database(mongo_uri):
    client: MongoClient[Document] = MongoClient(mongo_uri, w="majority", journal=True)
    database = client[f"outbox_{new_id()}"]
    storage.prepare(database)
    yield database
    client.drop_database(database.name)
    client.close()


@pytest.fixture
def published(amqp_uri, system):
    """Return how many domain events have been published since, by a queue of the test's own."""
    with Connection(amqp_uri) as connection, contextlib.closing(connection.channel()) as channel:
        queue, exchange = (
            channel.queue_declare("", exclusive=True).queue,
            topology.exchange_of(OverheardV1.published_by),
        )
        channel.exchange_declare(exchange, "direct", durable=True, auto_delete=False)
        channel.queue_bind(queue, exchange, OverheardV1.__name__)
        yield lambda: channel.queue_declare(queue, passive=True).message_count


@pytest.fixture
def replicas(database):
    """Return what makes a relay, as each replica of a service has one."""
    with contextlib.ExitStack() as stack:

        def make(amqp_uri):
            publisher = Publisher(amqp_uri, service=OverheardV1.published_by)
            stack.callback(publisher.close)
            relay = OutboxRelay(box(database), publisher)
            stack.callback(relay.close)
            return relay, publisher

        yield make


def an_event():
    event_id, owner_id = new_id(), new_id()
    return Event(
        id=event_id,
        kind="group",
        owner_id=owner_id,
        details=event_details(),
        members=(creator(owner_id, event_id),),
    )


def joined(store, event):
    """Let somebody join an event, and return it as it is then."""
    invite_id, user_id = new_id(), new_id()
    assert store.open_invitation(
        event.id, OpenInvitation(invite_id=invite_id, user_id=user_id), sender_id=event.owner_id
    )
    return store.join(event.id, invite_id=invite_id, member=joining(user_id, invite_id), operation_id=new_id())


def is_waiting(database):
    return database.events.find_one({"outbox.0": {"$exists": True}}, {"_id": 1}) is not None


def test_of_many_replicas_only_the_one_that_wrote_publishes(database, published, replicas, amqp_uri):
    relays = [replicas(amqp_uri) for _ in range(3)]
    eventually(lambda: all(publisher.connected for _, publisher in relays))
    store = storage.MongoEventStore(database)
    for number in range(60):
        event = an_event()
        store.insert(event, operation_id=event.id)
        relays[number % 3][0].notify(event.id)
    eventually(lambda: not is_waiting(database))
    assert published() == 60


def test_a_document_that_was_handed_over_is_published_without_being_read(database, published, replicas, amqp_uri):
    relay, publisher = replicas(amqp_uri)
    eventually(lambda: publisher.connected)
    reads: list[object] = []

    def note(keys):
        reads.extend(keys)
        return []

    relay._waiting_for = note
    store, event = storage.MongoEventStore(database, relay), an_event()
    store.insert(event, operation_id=event.id)
    relay.notify(event.id)
    eventually(lambda: not is_waiting(database))
    assert (published(), reads) == (1, [])


def test_without_a_broker_nothing_that_is_handed_over_is_kept(database, replicas):
    relay, publisher = replicas(NOWHERE)
    store, event = storage.MongoEventStore(database, relay), an_event()
    store.insert(event, operation_id=event.id)
    relay.notify(event.id)
    assert (publisher.connected, dict(relay._handed_over)) == (False, {})
    assert is_waiting(database)


def test_entries_that_were_published_and_are_still_there_are_not_published_again(
    database, published, replicas, amqp_uri, monkeypatch
):
    monkeypatch.setattr(relaying, "CLEAR_AFTER_S", 3600)
    relay, publisher = replicas(amqp_uri)
    eventually(lambda: publisher.connected)
    store, event = storage.MongoEventStore(database, relay), an_event()
    store.insert(event, operation_id=event.id)
    for number in range(1, 6):
        relay.notify(event.id)
        eventually(lambda expected=number: published() == expected)
        event = joined(store, event)
    relay.notify(event.id)
    relay.close()
    assert published() == 6
    assert not is_waiting(database)


def test_an_entry_that_many_documents_have_is_removed_where_it_was_published(
    database, published, replicas, amqp_uri, monkeypatch
):
    monkeypatch.setattr(relaying, "CLEAR_AFTER_S", 3600)
    relay, publisher = replicas(amqp_uri)
    eventually(lambda: publisher.connected)
    store, events = storage.MongoEventStore(database, relay), [an_event(), an_event()]
    for event in events:
        store.insert(event, operation_id=event.id)
        relay.notify(event.id)
    eventually(lambda: published() == 2)
    shared = outbox.entry(new_id(), "created")
    database.events.update_many({}, outbox.add_entry(shared))
    relay.notify(events[0].id)
    eventually(lambda: published() == 3)
    relay.close()
    left = {document["_id"]: [each["id"] for each in document["outbox"]] for document in database.events.find()}
    assert left == {events[0].id: [], events[1].id: [shared["id"]]}


def test_an_entry_that_another_replica_has_added_meanwhile_stays(database, published, replicas, amqp_uri, monkeypatch):
    monkeypatch.setattr(relaying, "CLEAR_AFTER_S", 3600)
    relay, publisher = replicas(amqp_uri)
    eventually(lambda: publisher.connected)
    store, event = storage.MongoEventStore(database, relay), an_event()
    store.insert(event, operation_id=event.id)
    relay.notify(event.id)
    eventually(lambda: published() == 1)
    joined(storage.MongoEventStore(database), event)
    relay.close()
    document = database.events.find_one({"_id": event.id})
    assert [entry["change"] for entry in document["outbox"]] == ["joined"]
    assert "outbox_due_at" in document


def test_what_a_process_did_not_publish_before_it_died_another_replica_does(
    database, published, replicas, amqp_uri, monkeypatch
):
    monkeypatch.setattr(outbox, "OVERDUE_AFTER", outbox.OVERDUE_AFTER / 10)
    event = an_event()
    storage.MongoEventStore(database).insert(event, operation_id=event.id)  # and no relay is notified
    replicas(amqp_uri)
    eventually(lambda: not is_waiting(database))
    assert published() == 1


def test_a_relay_that_is_always_busy_still_polls(database, published, replicas, amqp_uri, monkeypatch):
    monkeypatch.setattr(outbox, "OVERDUE_AFTER", outbox.OVERDUE_AFTER / 10)
    store = storage.MongoEventStore(database)
    orphan = an_event()
    store.insert(orphan, operation_id=orphan.id)
    relay, publisher = replicas(amqp_uri)
    eventually(lambda: publisher.connected)
    until = time.monotonic() + 15
    while database.events.find_one({"_id": orphan.id, "outbox.0": {"$exists": True}}):
        assert time.monotonic() < until, "the poll never had its turn"
        event = an_event()
        store.insert(event, operation_id=event.id)
        relay.notify(event.id)


def test_ten_thousand_changes_that_wait_for_the_broker_make_no_document_unwritable(
    database, published, replicas, amqp_uri
):
    store, event = storage.MongoEventStore(database), an_event()
    store.insert(event, operation_id=event.id)
    facts = [outbox.entry(new_id(), "joined") for _ in range(MANY)]
    database.events.update_one({"_id": event.id}, {"$set": {"outbox": facts, "outbox_due_at": outbox.now()}})
    replicas(NOWHERE)

    changes: EventDetails = {"name": "Still writable"}
    owner_id = event.owner_id
    assert store.change(event.id, changes, actor_id=owner_id, kind=None, versions=None, operation_id=new_id())
    database.events.update_one({"_id": event.id}, {"$pull": {"outbox": {"change": "changed"}}})
    invite_id = new_id()
    database.events.update_one({"_id": event.id}, {"$push": {"invited": {"invite_id": invite_id, "user_id": new_id()}}})
    joined = store.join(event.id, invite_id=invite_id, member=joining(new_id(), invite_id), operation_id=new_id())
    assert joined is not None and len(joined.members) == 2
    assert len(database.events.find_one({"_id": event.id})["outbox"]) == MANY + 1

    database.events.update_one({"_id": event.id}, {"$set": {"outbox_due_at": outbox.now()}})
    replicas(amqp_uri)
    until = time.monotonic() + 60
    while is_waiting(database):
        assert time.monotonic() < until, f"{published()} of {MANY + 1} published"
        time.sleep(0.1)
    assert published() >= MANY + 1


def test_changes_of_many_documents_that_wait_for_the_broker_are_published_when_it_is_back(
    database, published, replicas, amqp_uri
):
    documents = []
    for _ in range(1_000):
        event = an_event()
        fresh = outbox.new_outbox(event.id, outbox.entry(event.id, "created"))
        documents.append({**storage._document(event), **fresh, "outbox_due_at": outbox.now()})
    database.events.insert_many(documents)
    replicas(amqp_uri), replicas(amqp_uri)
    until = time.monotonic() + 60
    while is_waiting(database):
        assert time.monotonic() < until, f"only {published()} published"
        time.sleep(0.1)
    assert published() >= 1_000


def test_a_document_that_cannot_be_read_does_not_hold_the_others(database, published, replicas, amqp_uri):
    outboxes = [
        outbox.new_outbox(new_id(), outbox.entry(new_id(), "created")) | {"outbox_due_at": outbox.now()}
        for _ in range(2)
    ]
    spoilt, sound = {"_id": new_id(), "kind": "group", "version": 1}, storage._document(an_event())
    database.events.insert_many([spoilt | outboxes[0], sound | outboxes[1]], bypass_document_validation=True)
    replicas(amqp_uri)
    eventually(lambda: not database.events.find_one({"_id": sound["_id"]})["outbox"])
    assert published() == 1
    assert database.events.find_one({"_id": spoilt["_id"]})["outbox"]


def test_a_tombstone_is_kept_until_its_end_was_published(database, published, replicas, amqp_uri):
    store, event = storage.MongoEventStore(database), an_event()
    store.insert(event, operation_id=event.id)
    assert store.replace_membership(event, deleted(event), operation_id=new_id())
    assert "purge_at" not in database.events.find_one({"_id": event.id})
    database.events.update_one({"_id": event.id}, {"$set": {"outbox_due_at": outbox.now()}})
    replicas(amqp_uri)
    eventually(lambda: not is_waiting(database))
    left = database.events.find_one({"_id": event.id})["purge_at"] - outbox.now().replace(tzinfo=None)
    assert left.days >= 29
