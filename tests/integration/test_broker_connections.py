"""Connections that many threads write to."""

import threading
import time

from services.chassis.broker import topology
from services.chassis.broker.publisher import Outgoing, Publisher
from services.chassis.rpc.client import RpcClient
from services.chassis.rpc.deadline import Deadline
from services.contracts import standard_calls, users
from tests.integration.test_domain_events import eventually

THREADS = 8
EACH = 400


def test_a_connection_is_read_by_its_own_thread_only_however_many_write(amqp_uri, system):
    publisher = Publisher(amqp_uri, service="users")
    try:
        eventually(lambda: publisher.connected)
        channel = publisher._link.channel()
        spent = Outgoing(b"{}", "", topology.delay_queue_of("users", 200))  # ends among the unroutable, after 0.2 s

        def publish():
            for _ in range(EACH // 20):
                publisher.publish([spent] * 20)

        threads = [threading.Thread(target=publish) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert publisher._link.channel() is channel, "the connection was lost"
    finally:
        publisher.close()


def test_calls_of_many_threads_share_a_connection_that_lasts(amqp_uri, broker_users, system):
    caller = RpcClient(amqp_uri, name="tests", users=broker_users)
    try:
        eventually(lambda: caller.connected)
        channel, answers = caller._link.channel(), []

        def call():
            for _ in range(EACH // 8):
                answers.append(caller.within(Deadline.after(10)).call(standard_calls.check_health.of(users.SERVICE)))

        threads = [threading.Thread(target=call) for _ in range(THREADS)]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(answers) == THREADS * (EACH // 8), f"after {time.monotonic() - began:.1f} s"
        assert caller._link.channel() is channel, "the connection was lost"
    finally:
        caller.close()
