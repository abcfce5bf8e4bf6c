"""A process that is told to stop finishes what is in hand, and hands the rest back to whoever comes after it."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from services.chassis.broker.senders import BrokerUsers
from services.chassis.rpc.client import RpcClient
from services.chassis.rpc.deadline import Deadline
from services.contracts import chats
from services.contracts.errors import ServiceError
from services.contracts.ids import new_id
from tests.e2e.people import Person
from tests.e2e.system import LocalSystem
from tests.faults.faults import wait_until_another_runs

WRITERS = 6
PATIENCE_S = 30.0


@pytest.fixture
def caller(own_system: LocalSystem, amqp_uri: str, broker_users: BrokerUsers) -> Iterator[RpcClient]:
    caller = RpcClient(amqp_uri, name="tests", users=broker_users)
    yield caller
    caller.close()


def test_calls_made_while_a_service_is_stopped_and_started_are_all_answered_and_done_once(
    own_system: LocalSystem, caller: RpcClient
) -> None:
    ann = Person(own_system)
    chat_id = ann.event(ann.plan(type="group"))["chat_id"]
    written: list[str] = []
    failures: list[ServiceError] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            text = new_id()
            try:
                caller.within(Deadline.after(PATIENCE_S)).call(
                    chats.post_message, actor_id=ann.id, chat_id=chat_id, text=text, operation_id=new_id()
                )
            except ServiceError as failure:
                failures.append(failure)
            written.append(text)

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    _, pid = own_system.processes()["chats"]
    os.kill(pid, signal.SIGTERM)
    wait_until_another_runs(own_system, "chats", pid)
    own_system.wait_until_ready()
    stop.set()
    for writer in writers:
        writer.join()

    assert failures == []
    assert len(written) > WRITERS
    assert sorted(ann.texts(chat_id)) == sorted(written)
