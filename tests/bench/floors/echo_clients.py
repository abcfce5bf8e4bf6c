"""Echo, asked for in three ways: `python -m tests.bench.floors.echo_clients raw | nameko | ours IN_FLIGHT SECONDS`.

Says "ready" when it has warmed up, and begins when it reads a line; then prints how many calls were answered.
"""

import itertools
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import amqp
from nameko.standalone.rpc import ClusterRpcProxy

from services.chassis.broker.senders import BrokerUsers
from services.chassis.rpc.client import RpcClient
from services.chassis.rpc.deadline import Deadline
from services.contracts.rpc import answered_by
from tests.bench.floors.raw_call import REPLY_TO, connect

QUEUE = "bench.echo"
OURS = "bench_echo_ours"
SAID = "Who brings the olives?" * 5
WARM_UP_S = 1.0

Start = Callable[[], Callable[[], str]]
"""Sends a call; what it returns waits for the answer."""


@answered_by(OURS)
def echo(*, said: str) -> str:
    """Return what was said."""
    raise NotImplementedError


@contextmanager
def raw() -> Iterator[Start]:
    """Messages on one channel."""
    channel, numbers, answers = connect(), itertools.count(), dict[str, str]()
    channel.basic_consume(
        REPLY_TO, no_ack=True, callback=lambda m: answers.update({m.properties["correlation_id"]: m.body})
    )

    def wait(number: str) -> str:
        while number not in answers:
            channel.connection.drain_events(timeout=10)
        return answers.pop(number)

    def start() -> Callable[[], str]:
        number = str(next(numbers))
        message = amqp.Message(SAID, correlation_id=number, reply_to=REPLY_TO, delivery_mode=1)
        channel.basic_publish(message, "", QUEUE)
        return partial(wait, number)

    yield start


@contextmanager
def nameko() -> Iterator[Start]:
    """Nameko's proxy with default settings."""
    with ClusterRpcProxy({"AMQP_URI": os.environ["AMQP_URI"]}, timeout=10) as services:
        yield lambda: services.bench_echo_nameko.echo.call_async(SAID).result


@contextmanager
def ours() -> Iterator[Start]:
    """The caller of the chassis."""
    caller = RpcClient(os.environ["AMQP_URI"], name="bench", users=BrokerUsers(None))
    yield lambda: caller.within(Deadline.after(10)).start(echo, said=SAID).result
    caller.close()


def drive(start: Start, in_flight: int, seconds: float) -> int:
    """Keep so many calls under way, and return how many were answered."""
    under_way = deque(start() for _ in range(in_flight))
    answered, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        assert under_way.popleft()() == SAID
        under_way.append(start())
        answered += 1
    for wait in under_way:
        wait()
    return answered + in_flight


def main() -> None:
    """Ask in the way, and with as many calls in flight, as the arguments say."""
    kind, in_flight, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    kinds: dict[str, Any] = {"raw": raw, "nameko": nameko, "ours": ours}
    with kinds[kind]() as start:
        drive(start, in_flight, WARM_UP_S)
        print("ready", flush=True)
        sys.stdin.readline()
        print(drive(start, in_flight, seconds), flush=True)
        sys.stdin.readline()  # lives until its CPU time was read


if __name__ == "__main__":
    main()
