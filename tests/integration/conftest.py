from collections.abc import Callable, Iterator

import pytest

from services.chassis.broker.senders import BrokerUsers
from services.chassis.rpc.client import BoundClient, RpcClient
from services.chassis.rpc.deadline import Deadline
from services.contracts import users
from services.contracts.ids import new_id
from tests.e2e.system import System


@pytest.fixture(scope="session")
def caller(system: System, amqp_uri: str, broker_users: BrokerUsers) -> Iterator[RpcClient]:
    caller = RpcClient(amqp_uri, name="tests", users=broker_users)
    yield caller
    caller.close()


@pytest.fixture
def calls(caller: RpcClient) -> BoundClient:
    return caller.within(Deadline.after(10))


@pytest.fixture
def person(calls: BoundClient) -> Callable[..., str]:
    """Return what makes a new person and returns their id."""

    def make(name: str = "Anna") -> str:
        written = calls.call(
            users.sign_in,
            issuer="https://accounts.example",
            google_id=new_id(),
            name=name,
            email=f"{new_id()}@example.test",
            picture="",
            birthday=None,
            operation_id=new_id(),
        )
        return written["id"]

    return make
