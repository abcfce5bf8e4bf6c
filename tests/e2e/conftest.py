"""Fixtures of the end-to-end tests. People are cheap and never shared between tests that change something."""

from collections.abc import Callable

import pytest

from tests.e2e.browser import Browser
from tests.e2e.people import Person
from tests.e2e.system import System


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
