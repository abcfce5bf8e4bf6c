"""One running system for all tests that need one; its broker and database serve the others, too.

`make test` runs two files at a time, each side with a system of its own.
"""

import os
from collections.abc import Iterator

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from services.chassis.broker.senders import BrokerUsers, read_broker_users
from tests.e2e.system import LocalSystem, System, local_system

FAULTS = "tests/faults"
LONGEST = (FAULTS, "tests/query_budgets", "tests/integration")


class OneFileAtATime(LoadFileScheduling):
    """Give each side a file, then the next. Faults take their toll: all of them to one side, one after the other."""

    def _split_scope(self, nodeid: str) -> str:
        return FAULTS if nodeid.startswith(FAULTS) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Decide which side runs which tests."""
    return OneFileAtATime(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: in the end, one side would wait for it."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.fixture(scope="session")
def own_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSystem]:
    """Start everything on this machine; at the end it must stop cleanly."""
    system = local_system(tmp_path_factory.mktemp("system"))
    try:
        system.start()
        yield system
    finally:
        status = system.stop()
    assert status == 0, f"exit status {status} after SIGTERM\n{system.logs()}"


@pytest.fixture(scope="session")
def system(request: pytest.FixtureRequest) -> System:
    """Return the system at `BASE_URL` and `IDENTITY_URL` if they are set, else one of our own."""
    if "BASE_URL" in os.environ:
        identity = os.environ.get("IDENTITY_URL", "http://localhost:9400")
        return System(os.environ["BASE_URL"].rstrip("/"), identity.rstrip("/"))
    own: LocalSystem = request.getfixturevalue("own_system")
    return own


@pytest.fixture(scope="session")
def mongo_uri(request: pytest.FixtureRequest) -> str:
    """Return a database server, for one who may do everything: that at `MONGO_URI` if set, else our own system's."""
    if "MONGO_URI" in os.environ:
        return os.environ["MONGO_URI"]
    own: LocalSystem = request.getfixturevalue("own_system")
    return own.mongo_uri


@pytest.fixture(scope="session")
def amqp_uri(request: pytest.FixtureRequest) -> str:
    """Return the broker of the running system: the one at `AMQP_URI` if set, else that of our own system."""
    if "AMQP_URI" in os.environ:
        return os.environ["AMQP_URI"]
    own: LocalSystem = request.getfixturevalue("own_system")
    return own.amqp_uri


@pytest.fixture(scope="session")
def broker_users() -> BrokerUsers:
    """Return whose messages are whose on that broker."""
    return read_broker_users(os.environ, [])
