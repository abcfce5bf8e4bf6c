import pytest

from tests.fakes.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def anna(world: World) -> str:
    return world.person("Anna")


@pytest.fixture
def bob(world: World) -> str:
    return world.person("Bob")


@pytest.fixture
def carl(world: World) -> str:
    return world.person("Carl")
