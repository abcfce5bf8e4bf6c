"""A service that is stuck: callers are told in time, neighbours go on, and nothing is done when it is too late."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest
import requests

from gateway.http.context import REQUEST_LIMIT_S
from services.chassis.broker.senders import BrokerUsers
from services.chassis.rpc.client import RpcClient
from services.chassis.rpc.deadline import Deadline
from services.contracts import events, invites
from services.contracts.errors import Unavailable
from services.contracts.ids import new_id
from tests.e2e.answers import done, ok, refused
from tests.e2e.people import Person, a_plan, some_token
from tests.e2e.system import LocalSystem
from tests.fakes.details import event_details

DEADLINE_S = 1.5
SLACK_S = 1.0
"""For a busy machine."""


@contextmanager
def paused(system: LocalSystem, name: str) -> Iterator[None]:
    """Pause a process for the time of the block; afterwards all is ready again."""
    pid = system.processes()[name][1]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
        system.wait_until_ready()


@pytest.fixture
def ann(own_system: LocalSystem) -> Person:
    return Person(own_system)


@pytest.fixture
def ben(own_system: LocalSystem) -> Person:
    return Person(own_system)


@pytest.fixture
def caller(own_system: LocalSystem, amqp_uri: str, broker_users: BrokerUsers) -> Iterator[RpcClient]:
    caller = RpcClient(amqp_uri, name="tests", users=broker_users)
    yield caller
    caller.close()


def test_a_request_to_a_stuck_service_is_503_with_retry_after_and_is_not_done_later(
    own_system: LocalSystem, ann: Person
) -> None:
    name = some_token()
    with paused(own_system, "events"):
        answer = ann.post("/event", a_plan(name=name))
        refused(answer, 503)
        assert int(answer.headers["Retry-After"]) > 0

    assert ann.month() == {}
    ann.plan(name=some_token())  # the service has seen to all that came before
    assert name not in str(ann.month())


def test_a_request_whose_client_has_given_up_a_paused_gateway_is_not_done_later(
    own_system: LocalSystem, ann: Person
) -> None:
    name = some_token()
    with ExitStack() as pauses:
        for worker in ("gateway.worker.1", "gateway.worker.2"):
            pauses.enter_context(paused(own_system, worker))
        with pytest.raises(requests.Timeout):
            requests.post(
                f"{own_system.base}/event", json=a_plan(name=name), cookies=ann.http.cookies, timeout=REQUEST_LIMIT_S
            )

    ann.plan(name=some_token())
    assert name not in str(ann.month())


def test_a_request_that_lay_in_the_socket_of_a_paused_broker_is_not_done_later(
    own_system: LocalSystem, ann: Person
) -> None:
    name = some_token()
    with paused(own_system, "rabbitmq"):
        refused(ann.post("/event", a_plan(name=name)), 503)

    ann.plan(name=some_token())
    assert name not in str(ann.month())


def test_a_nested_call_inherits_the_time_that_is_left(
    own_system: LocalSystem, caller: RpcClient, ann: Person, ben: Person
) -> None:
    event_id = ann.plan(type="group")
    with paused(own_system, "events"):
        began = time.monotonic()
        with pytest.raises(Unavailable):
            caller.within(Deadline.after(DEADLINE_S)).call(
                invites.send_invite,
                actor_id=ann.id,
                kind="event",
                receiver_id=ben.id,
                event_id=event_id,
                operation_id=new_id(),
            )
        assert time.monotonic() - began < DEADLINE_S + SLACK_S


def test_one_stuck_service_does_not_take_the_endpoints_of_others_down(
    own_system: LocalSystem, ann: Person, ben: Person
) -> None:
    event_id = ann.plan(type="group")
    with paused(own_system, "users"), ThreadPoolExecutor(60) as pool:
        stuck = [pool.submit(ann.copy().post, "/invite", {"type": "friend", "receiver_id": ben.id}) for _ in range(60)]
        assert ok(ann.get("/event", id=event_id))["id"] == event_id
        assert ben.get("/invites").status_code == 204
        assert ok(ann.get("/chats", count_getting=0, count=1))
        assert [answer.result().status_code for answer in stuck] == [503] * 60

    done(ann.invite(ben))


def test_a_call_that_is_out_of_time_is_not_made_and_a_repeat_completes_it(caller: RpcClient, ann: Person) -> None:
    calls, operation_id = caller.within(Deadline.after(5)), new_id()

    def create() -> str:
        details = event_details(name="Tea")
        created = calls.call(
            events.create_event, actor_id=ann.id, kind="single", details=details, operation_id=operation_id
        )
        return created["id"]

    assert create() == create()
    assert len(ann.me()["event_id_list"]) == 1
