"""`python -m tests.containers`: integration and end-to-end tests against containers, then what is done to containers.

The images are those of the variables, or official, or built from packages: as `deploy/compose/development-env` finds.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tests.containers.conftest import MANY
from tests.containers.dependencies import broker_and_database
from tests.containers.system import ContainerSystem, container_system
from tests.e2e.system import REPOSITORY

IMAGES = {"RABBITMQ_IMAGE": "rabbitmq:4.0", "MONGO_IMAGE": "mongo:8.0"}
ON_DEPENDENCIES = ("tests/integration",)
ON_CLUSTER = (
    "tests/e2e",
    "--deselect=tests/e2e/test_local_run.py",
    "--deselect=tests/e2e/test_local_database.py",
)
RULES = tuple(
    f"tests/e2e/test_{name}.py"
    for name in (
        "bad_input",
        "chats",
        "event_access",
        "events",
        "friends",
        "generated_client",
        "icons",
        "invited",
        "invites",
        "long_replies",
        "members",
        "nothing_changes",
        "openapi",
        "problems",
        "time",
        "users",
    )
)
"""Rules of the services and of the API, the same wherever they run. CI checks them of the local system alone, to save
its time; what a balancer, two gateways or two replicas could spoil is checked here, too."""
STORED = tuple(
    f"tests/integration/test_{name}.py"
    for name in (
        "every_interleaving",
        "every_interleaving_of_invitations",
        "feeds",
        "forgotten_repeats",
        "late_writes",
        "reconciliation",
    )
)
"""What happens between our services and one database, the same on any. CI checks it once, for the same reason; what
another version of the broker could spoil is checked here, too."""
STORES = () if os.environ.get("CI") == "true" else ("tests/conformance",)
"""What each store does with MongoDB. CI has the same one in containers as in `make test`, and checks them there."""
IN_A_BROWSER = ("tests/browser/test_live_updates.py",)
TO_CONTAINERS = ("tests/containers", "--timeout=900")  # starting a cluster is part of a test


def run_tests(title: str, arguments: tuple[str, ...], environment: Mapping[str, str]) -> bool:
    """Run tests in a process of their own; return whether all have passed."""
    print(f"\n=== {title}", flush=True)
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-rs", *arguments]
    ended = subprocess.run(command, cwd=REPOSITORY, env={**os.environ, **environment}, check=False)
    print(
        f"=== {title}: {'passed' if ended.returncode == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s",
        flush=True,
    )
    return ended.returncode == 0


def without_in_ci(paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return the arguments that leave these tests out in CI."""
    return tuple(f"--ignore={path}" for path in paths) if os.environ.get("CI") == "true" else ()


def variables_of(system: ContainerSystem) -> dict[str, str]:
    """Write the cluster's variables, and return the images that they name."""
    system.script("prepare")
    lines = [line.partition("=") for line in system.env_file.read_text().splitlines() if "=" in line]
    written = {name: value for name, _, value in lines}
    return {name: written.get(name, official) for name, official in IMAGES.items()}


def main() -> int:
    """Run everything; 0 when all has passed."""
    for needed in ("engine", "chromium"):
        if subprocess.run([REPOSITORY / "deploy" / needed], check=False).returncode:
            return 1
    with tempfile.TemporaryDirectory(prefix="social-calendar-containers-") as folder:
        system = container_system(Path(folder), **MANY)
        images = variables_of(system)
        with broker_and_database(images["RABBITMQ_IMAGE"], images["MONGO_IMAGE"]) as environment:
            title = "integration and conformance on testcontainers"
            passed = run_tests(title, (*ON_DEPENDENCIES, *STORES, *without_in_ci(STORED)), environment)
        try:
            system.up()
            where = {"BASE_URL": system.base, "IDENTITY_URL": system.identity}
            title = "end to end, two gateways and two replicas of each service"
            passed &= run_tests(title, (*ON_CLUSTER, *without_in_ci(RULES)), where)
            passed &= run_tests("in a browser, through the balancer", IN_A_BROWSER, where)
        finally:
            system.down()
        passed &= run_tests("what is done to containers", TO_CONTAINERS, {})
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
