"""The database itself refuses a document of the wrong shape: in every collection, for every field that is stored."""

from dataclasses import replace
from datetime import timedelta

import pytest
from bson import Binary
from pymongo.errors import WriteError

from gateway.stores.idempotency import KeyStore
from gateway.stores.logins import LoginStore
from gateway.stores.sessions import SessionStore
from gateway.stores.tokens import new_token
from services.chassis.messaging import outbox, reconciler
from services.chats import storage as chats_storage
from services.contracts.ids import new_id
from services.events import storage as events_storage
from services.events.model import deleted
from services.invites import storage as invites_storage
from services.streams import storage as streams_storage
from services.streams.model import AccessCutoff, FeedEntry
from services.users import storage as users_storage
from services.users.model import Profile
from tests.conformance import test_chat_store, test_event_store, test_invite_store

REFUSED = 121
NOT_A_VALUE_OF_OURS = Binary(b"no field holds bytes")


def users(database):
    store, user_id = users_storage.MongoUserStore(database), new_id()
    issuer, email = "https://one.test", "a@example.org"
    anna = Profile(id=user_id, issuer=issuer, google_id=user_id, name="Anna", email=email, picture="", birthday=None)
    for name in ("Anna", "Hannah"):
        store.save_profile(replace(anna, name=name), operation_id=new_id())
    store.befriend(user_id, new_id(), generation=0, operation_id=new_id())


def events(database):
    store = events_storage.MongoEventStore(database)
    party = test_event_store.with_guest(store, "anna", "bob")
    assert store.replace_membership(party, deleted(party), operation_id=new_id())
    test_event_store.planned(store, "anna", starts_at="2031-05-14T10:00", recurrence="FREQ=WEEKLY")
    test_event_store.planned(store, "anna", starts_at="2031-05-14T10:00", ends_at="2031-05-20T10:00")


def chats(database):
    store = chats_storage.MongoChatStore(database)
    chat = test_chat_store.stored(store, "anna", "bob")
    test_chat_store.post(store, chat)
    assert store.save_replica(replace(chat, user_ids=(), deleted=True, version=2))


def invites(database):
    store = invites_storage.MongoInviteStore(database)
    invite = test_invite_store.friend_invite()
    store.propose(invite)
    store.settle_pair("anna", "bob", through=0)
    assert store.make_pending(invite.id, generation=1)


def feed_entry(body):
    return FeedEntry(id=new_id(), kind="message", body=body, user_ids=("anna",), cutoff_id=None, version=0)


def streams(database):
    feeds = streams_storage.MongoFeedStore(database)
    feeds.add_gateway(f"amq.gen-{new_id()}")
    for _ in range(2):
        feeds.append([feed_entry({})])
    feeds.purge(before=outbox.now() + timedelta(days=1))
    feeds.append([feed_entry({}), feed_entry({"text": "x" * streams_storage.MAX_COPIED_BYTES})])
    feeds.save_cutoff(AccessCutoff(id=new_id(), user_ids=frozenset({"anna"}), version=1))


def gateway(database):
    SessionStore(database).open(new_id())
    LoginStore(database).begin(new_token(), new_token(), {"nonce": "n", "next": None})
    keys, key = KeyStore(database), new_id()
    keys.reserve(key, "fingerprint")
    keys.complete(key, {"status": 204, "headers": [["ETag", '"1"']], "body": b""})


def prepare_gateway(database):
    for store in (SessionStore, LoginStore, KeyStore):
        store(database).prepare()


STORED = {
    "profiles": (users_storage.prepare, users),
    "friendships": (users_storage.prepare, users),
    "issuers": (users_storage.prepare, users),
    "events": (events_storage.prepare, events),
    "chats": (chats_storage.prepare, chats),
    "messages": (chats_storage.prepare, chats),
    "invites": (invites_storage.prepare, invites),
    "feed_entries": (streams_storage.prepare, streams),
    "feed_items": (streams_storage.prepare, streams),
    "access_cutoffs": (streams_storage.prepare, streams),
    "last_sequences": (streams_storage.prepare, streams),
    "gateways": (streams_storage.prepare, streams),
    "sessions": (prepare_gateway, gateway),
    "logins": (prepare_gateway, gateway),
    "keys": (prepare_gateway, gateway),
}
"""Who prepares a collection, and what leaves documents there with as many fields as there ever are."""


@pytest.fixture
def database(mongo_client):
    database = mongo_client[f"conformance_{new_id()}"]
    yield database
    mongo_client.drop_database(database.name)


@pytest.mark.parametrize("collection", STORED)
def test_every_field_that_is_stored_is_described_and_nothing_else_is_let_in(database, collection):
    prepare, store = STORED[collection]
    prepare(database)
    store(database)

    documents = list(database[collection].find())

    assert documents
    for document in documents:
        for field in document:
            assert is_refused(database[collection], document | {field: NOT_A_VALUE_OF_OURS}), field


@pytest.mark.parametrize("collection", STORED)
def test_a_document_without_what_it_needs_is_let_in_nowhere(database, collection):
    prepare, _ = STORED[collection]
    prepare(database)
    assert is_refused(database[collection], {"_id": new_id()})


def test_a_lease_without_an_end_is_let_in_nowhere(database):
    reconciler.prepare(database)
    assert is_refused(database.leases, {"_id": "reconcile"})


@pytest.mark.parametrize("prepare", dict(STORED.values()), ids=lambda prepare: prepare.__module__)
def test_whatever_is_prepared_may_be_prepared_again_and_has_its_shape_afterwards(database, prepare):
    prepare(database)
    collections = database.list_collection_names()
    for name in collections:
        database.command({"collMod": name, "validator": {}})

    prepare(database)

    assert all(is_refused(database[name], {"_id": new_id()}) for name in collections)
    assert set(collections) <= STORED.keys()


def is_refused(collection, document):
    """Return whether the database refuses to insert a document because of its shape."""
    try:
        collection.insert_one({**document, "_id": document["_id"] if isinstance(document["_id"], bytes) else new_id()})
    except WriteError as exc:
        return exc.code == REFUSED
    return False
