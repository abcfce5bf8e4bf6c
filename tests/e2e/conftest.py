"""Fixtures of the end-to-end tests. People are cheap and never shared between tests that change something."""

import os
from collections.abc import Callable, Iterator

import pytest

from tests.e2e.browser import Browser
from tests.e2e.people import Person
from tests.e2e.system import LocalSystem, System, local_system


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
def someone(system: System) -> Callable[..., Person]:
    """Return what makes a new person, who has logged in; keywords are claims of the identity provider."""
    return lambda **claims: Person(system, **claims)


@pytest.fixture
def browser(system: System) -> Browser:
    """Return a browser that nobody has logged in with."""
    return Browser(system)


@pytest.fixture(scope="module")
def ann(system: System) -> Person:
    """Return a person for the tests of one file that change nothing, or only what is theirs."""
    return Person(system)


@pytest.fixture(scope="module")
def ben(system: System) -> Person:
    """Return another such person."""
    return Person(system)
