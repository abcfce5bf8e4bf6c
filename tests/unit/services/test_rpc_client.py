"""Making calls, without a broker."""

from typing import Any

import amqp
import pytest

from services.chassis.rpc import client as calling
from services.chassis.rpc.client import RpcClient
from services.chassis.rpc.deadline import Deadline
from services.contracts import events


class AlwaysOpen:
    """Stands in for a link: there is a channel, and nobody sends anything on it."""

    def __init__(self, *args, **kwargs):
        self.is_open = True

    def start(self):
        """Nothing to start."""

    def channel(self, timeout_s):
        return None


class Sink(AlwaysOpen):
    """Stands in for a link that takes everything."""

    user = "gateway"

    def channel(self, timeout_s):
        return self

    def basic_publish(self, *args, **kwargs):
        """Swallow it."""


def test_arguments_that_cannot_be_sent_leave_nothing_to_wait_for(monkeypatch):
    monkeypatch.setattr(calling, "BrokerConnection", AlwaysOpen)
    calls = RpcClient("amqp://nowhere", name="test", limit=1).within(Deadline.after(5))
    unsendable: Any = object()
    for _ in range(3):  # were the first remembered, the second would be one too many
        with pytest.raises(TypeError):
            calls.start(events.list_own_ids, actor_id=unsendable)


def test_a_reply_is_accepted_from_whom_was_asked_alone(monkeypatch):
    monkeypatch.setattr(calling, "BrokerConnection", Sink)
    client = RpcClient("amqp://nowhere", name="test")
    reply = client.within(Deadline.after(0.2)).start(events.list_own_ids, actor_id="anna")
    answer = {"correlation_id": reply.correlation_id, "application_headers": {}}

    client._on_reply(amqp.Message(b'{"result": ["forged"]}', user_id="users", **answer))
    client._on_reply(amqp.Message(b'{"result": ["from nobody"]}', **answer))
    client._on_reply(amqp.Message(b'{"result": {"event_ids": ["theirs"], "chat_ids": []}}', user_id="events", **answer))

    assert reply.result()["event_ids"] == ["theirs"]
