"""One cluster for all tests that only look at it; tests that change its shape have one of their own."""

import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.containers.system import SERVICES, ContainerSystem, container_system
from tests.e2e.system import REPOSITORY

EXAMPLES = ("events", "streams") if os.environ.get("CI") == "true" else SERVICES
"""Services that are killed. CI takes two for all, to save its time: they are built and run alike."""
MANY = {f"{part}_REPLICAS": "2" for part in map(str.upper, ("gateway", *SERVICES))}


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    """Skip when there is no Docker engine; in CI that is a failure."""
    ended = subprocess.run([REPOSITORY / "deploy" / "engine"], capture_output=True, text=True, check=False)
    if ended.returncode:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(ended.stderr.strip())


@pytest.fixture(scope="session")
def cluster(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ContainerSystem]:
    """Start two gateways behind a balancer and two replicas of each service."""
    system = container_system(tmp_path_factory.mktemp("cluster"), **MANY)
    try:
        system.up()
        yield system
    finally:
        system.down()
