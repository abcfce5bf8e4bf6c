"""Making calls, without a broker."""

import pytest

from services.chassis import calling
from services.chassis.calling import Caller
from services.chassis.deadline import Deadline
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
    monkeypatch.setattr(calling, "Link", AlwaysOpen)
    calls = Caller("amqp://nowhere", name="test", limit=1).within(Deadline.after(5))
    for _ in range(3):  # were the first remembered, the second would be one too many
        with pytest.raises(TypeError):
            calls.start(chats.list_chat_ids, actor_id=object())
