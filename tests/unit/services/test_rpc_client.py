"""Making calls, without a broker."""

from typing import Any

import pytest

from services.chassis.rpc import client as calling
from services.chassis.rpc.client import RpcClient
from services.chassis.rpc.deadline import Deadline
from services.contracts import chats


class AlwaysOpen:
    """Stands in for a link: there is a channel, and nobody sends anything on it."""

    def __init__(self, *args, **kwargs):
        self.is_open = True

    def start(self):
        """Nothing to start."""

    def channel(self, timeout_s):
        return None


def test_arguments_that_cannot_be_sent_leave_nothing_to_wait_for(monkeypatch):
    monkeypatch.setattr(calling, "BrokerConnection", AlwaysOpen)
    calls = RpcClient("amqp://nowhere", name="test", limit=1).within(Deadline.after(5))
    unsendable: Any = object()
    for _ in range(3):  # were the first remembered, the second would be one too many
        with pytest.raises(TypeError):
            calls.start(chats.list_chat_ids, actor_id=unsendable)
