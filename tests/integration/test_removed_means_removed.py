"""Whoever was removed is sent nothing after the removal is done, whatever was on its way to a gateway process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from gateway.live.hub import BrokerHub
from services.chassis.broker.publisher import Outgoing, Publisher
from services.chassis.broker.senders import BrokerUsers
from services.chassis.rpc.client import BoundClient, RpcClient
from services.chassis.rpc.deadline import Deadline
from services.contracts.domain_events import EventChangedV1, from_wire
from services.contracts.errors import Unavailable
from services.contracts.streams import BROADCASTS, FeedItem
from services.streams import usecases
from tests.contract.test_domain_events import EXAMPLES
from tests.fakes.feeds import FakeFeeds

PATIENCE_S = 10.0
EVENT = EXAMPLES["EventChangedV1"]["event_id"]
STAYS, REMOVED = "a" * 24, "b" * 24


@pytest.fixture
def hub(amqp_uri: str, broker_users: BrokerUsers) -> Iterator[BrokerHub]:
    hub = BrokerHub(amqp_uri, users=broker_users)
    eventually(lambda: hub.unregistered_queue is not None)
    yield hub
    hub._link.close()


@pytest.fixture
def client(amqp_uri: str, broker_users: BrokerUsers) -> Iterator[RpcClient]:
    client = RpcClient(amqp_uri, name="tests", users=broker_users)
    yield client
    client.close()


@pytest.fixture
def calls(client: RpcClient) -> BoundClient:
    return client.within(Deadline.after(PATIENCE_S))


@pytest.fixture
def broadcast(amqp_uri: str) -> Iterator[Callable[..., None]]:
    """Return what brings an item to the gateway processes, as `streams` does."""
    publisher = Publisher(amqp_uri, service="streams")
    eventually(lambda: publisher.connected)

    def bring(text: str, *, version: int) -> None:
        item = an_item(text, version=version) | {"sequences": {STAYS: 1, REMOVED: 1}}
        publisher.publish([Outgoing(orjson.dumps({"items": [item]}), BROADCASTS[0], "", mandatory=False)])

    yield bring
    publisher.close()


def an_item(text: str, *, version: int) -> dict[str, Any]:
    return {"kind": "message.posted", "body": {"text": text}, "cutoff_id": EVENT, "version": version}


def removal(version: int) -> EventChangedV1:
    member = {"id": "1" * 24, "user_id": STAYS, "rights": []}
    removed = {"id": "2" * 24, "user_id": REMOVED, "rights": []}
    changes = {"change": "left", "version": version, "members": [member], "removed_members": [removed]}
    changed = from_wire(EXAMPLES["EventChangedV1"] | changes)
    assert isinstance(changed, EventChangedV1) and changed.revokes_access
    return changed


def eventually(condition: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until, "not in time"
        time.sleep(0.005)


def register(feeds: FakeFeeds, hub: BrokerHub) -> None:
    queue = hub.unregistered_queue
    assert queue is not None
    hub.registered(queue, usecases.register_gateway(feeds, queue))


def test_what_comes_after_the_removal_is_done_is_hidden_from_the_one_who_was_removed(
    hub: BrokerHub, calls: BoundClient, broadcast: Callable[..., None]
) -> None:
    feeds = FakeFeeds()
    register(feeds, hub)

    usecases.save_cutoff(feeds, calls, removal(version=5))

    listener = hub.open(REMOVED, "session")
    broadcast("before", version=4)
    broadcast("after they came back", version=6)
    eventually(listener.has_items)
    before, _ = listener.take()
    eventually(listener.has_items)
    after, _ = listener.take()
    assert [hub.cutoffs.hide(item, REMOVED) for item in (before, after)] == [True, False]
    assert [hub.cutoffs.hide(item, STAYS) for item in (before, after)] == [False, False]


def test_a_process_that_comes_after_the_removal_is_told_of_it(hub: BrokerHub, calls: BoundClient) -> None:
    feeds = FakeFeeds()
    usecases.save_cutoff(feeds, calls, removal(version=5))

    register(feeds, hub)

    assert hub.cutoffs.hide(FeedItem(sequence=1, **an_item("before", version=4)), REMOVED)  # type: ignore[typeddict-item]


def test_a_process_that_has_gone_holds_up_no_removal_and_is_forgotten(hub: BrokerHub, calls: BoundClient) -> None:
    feeds = FakeFeeds()
    register(feeds, hub)
    feeds.add_gateway("amq.gen-of-one-that-was-killed")

    begun_at = time.monotonic()
    usecases.save_cutoff(feeds, calls, removal(version=5))

    assert time.monotonic() - begun_at < usecases.GATEWAY_LIMIT_S
    assert "amq.gen-of-one-that-was-killed" not in feeds.list_gateways()
    assert len(feeds.list_gateways()) == 1


PAUSED = """
import sys, time
from gateway.live.hub import BrokerHub
hub = BrokerHub(sys.argv[1])
while hub.unregistered_queue is None:
    time.sleep(0.01)
print(hub.unregistered_queue, flush=True)
for _ in sys.stdin:
    print(hub.is_current, flush=True)
"""


def test_a_process_that_is_paused_meanwhile_sends_nothing_that_it_had(amqp_uri: str, calls: BoundClient) -> None:
    feeds = FakeFeeds()
    with subprocess.Popen(
        [sys.executable, "-c", PAUSED, amqp_uri], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        feeds.add_gateway(process.stdout.readline().strip())
        os.kill(process.pid, signal.SIGSTOP)

        usecases.save_cutoff(feeds, calls, removal(version=5))

        process.stdin.write("are you current?\n")
        process.stdin.flush()
        os.kill(process.pid, signal.SIGCONT)
        assert process.stdout.readline() == "False\n"
        process.kill()


def test_when_the_end_of_a_session_is_answered_every_process_has_forgotten_it(
    hub: BrokerHub, calls: BoundClient
) -> None:
    feeds, session, other = FakeFeeds(), "of Anna's phone", "of her laptop"
    register(feeds, hub)
    feeds.add_gateway("amq.gen-of-one-that-was-killed")
    told_by = hub.told_by
    assert told_by is not None
    for each in (session, other):
        hub.sessions.remember(each, STAYS, queue=told_by, since=time.monotonic())
    stream = hub.open(STAYS, session)

    usecases.end_session(feeds, calls, session)

    assert stream.ended is not None
    assert [hub.sessions.find(each, hub.told_by) for each in (session, other)] == [None, STAYS]


def test_when_it_is_unknown_who_knows_the_removal_is_not_done(hub: BrokerHub, client: RpcClient) -> None:
    feeds = FakeFeeds()
    register(feeds, hub)
    client._link.close()

    with pytest.raises(Unavailable):
        usecases.save_cutoff(feeds, client.within(Deadline.after(1)), removal(version=5))
    with pytest.raises(Unavailable):
        usecases.end_session(feeds, client.within(Deadline.after(1)), "of Anna's phone")
    assert len(feeds.list_gateways()) == 1
