"""A connection that is lost a thousand times costs nothing that is not given back."""

import gc
import os
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from services.chassis.broker import connection as broker
from services.chassis.broker.connection import BrokerConnection, hang_up
from services.chassis.broker.consumer import Consumer
from services.chassis.broker.publisher import Publisher
from services.chassis.broker.senders import BrokerUsers
from services.chassis.rpc.client import RpcClient

RECONNECTS = 1_000
WARM_UP = 200
GROWTH_BYTES = 100_000
"""Allowed over the reconnects after the warm-up: less than the buffer of one connection."""


@pytest.fixture
def links(
    amqp_uri: str, broker_users: BrokerUsers, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[BrokerConnection]]:
    """Return the links of everything that a process connects with, made again without delay when they are lost."""
    monkeypatch.setattr(broker, "BACKOFF_S", (0.0,))
    monkeypatch.setattr(broker.log, "warning", lambda *args: None)
    caller = RpcClient(amqp_uri, name="tests", users=broker_users)
    publisher = Publisher(amqp_uri, service="users")
    consumer = Consumer(amqp_uri, name="tests hear", prefetch=1, declare=lambda channel: [], receive=lambda d: None)
    consumer.start()
    yield [caller._link, publisher._link, consumer._link]
    for each in (caller, publisher):
        each.close()
    consumer.stop()


def reopened(link: BrokerConnection, channel: object) -> None:
    until = time.monotonic() + 10
    while not link.is_open or link.channel() is channel:
        assert time.monotonic() < until, "not connected again"
        time.sleep(0.001)


def lose(links: list[BrokerConnection], times: int) -> None:
    for _ in range(times):
        for link in links:
            channel = link.channel(timeout_s=10)
            hang_up(channel)
            reopened(link, channel)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_a_thousand_reconnects_leak_neither_memory_nor_descriptors(links: list[BrokerConnection]) -> None:
    tracemalloc.start()
    lose(links, WARM_UP // len(links))
    gc.collect()
    before, open_before = tracemalloc.get_traced_memory()[0], descriptors()

    lose(links, RECONNECTS // len(links))

    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert descriptors() <= open_before + 1
    assert grown < GROWTH_BYTES, f"{grown} bytes more after {RECONNECTS} reconnects"
