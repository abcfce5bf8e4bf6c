import pytest

from tests.fakes.world import World


@pytest.fixture
def world():
    return World()


@pytest.fixture
def anna(world):
    return world.person("Anna")


@pytest.fixture
def bob(world):
    return world.person("Bob")


@pytest.fixture
def carl(world):
    return world.person("Carl")
