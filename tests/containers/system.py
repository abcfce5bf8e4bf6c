"""The whole cluster under Compose, on free ports and with passwords of its own."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.contracts import registry
from tests.e2e.system import REPOSITORY, System, free_ports

SERVICES = tuple(registry.CONTRACTS)


def docker(*arguments: str, check: bool = True) -> str:
    """Run a Docker command and return what it printed."""
    ended = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode == 0 or not check, f"docker {' '.join(arguments)}: {ended.stderr}"
    return ended.stdout.strip()


@dataclass
class ContainerSystem(System):
    """A cluster of its own, known by its file of variables."""

    env_file: Path
    environment: dict[str, str]

    def script(self, name: str, *arguments: str) -> str:
        """Run one of the scripts in deploy/compose against this cluster."""
        ended = subprocess.run(
            [str(REPOSITORY / "deploy" / "compose" / name), *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        assert ended.returncode == 0, f"{name} {' '.join(arguments)}\n{ended.stdout[-4000:]}\n{ended.stderr[-4000:]}"
        return ended.stdout

    def up(self) -> None:
        """Build and start everything; return when it is ready."""
        try:
            self.script("up")
        except AssertionError as exc:
            raise AssertionError(f"{exc}\n{self.logs()}") from None

    def down(self) -> None:
        """Remove everything, data too."""
        self.script("run", "down", "--volumes", "--timeout", "20")

    def containers(self, part: str) -> list[str]:
        """Return the ids of a part's containers, whether they run or not."""
        project = self.environment["COMPOSE_PROJECT_NAME"]
        labels = [f"label=com.docker.compose.{key}={value}" for key, value in (("project", project), ("service", part))]
        listed = docker("ps", "--all", "--quiet", "--no-trunc", *(f"--filter={label}" for label in labels))
        return sorted(listed.split())

    def inside(self, part: str, code: str) -> "subprocess.CompletedProcess[str]":
        """Run Python code in the first container of a part."""
        command = ["docker", "exec", self.containers(part)[0], "python3", "-c", code]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    def operate(self, module: str, *arguments: str) -> str:
        """Run a program that looks after the system, as an operator."""
        return self.script("run", "run", "--rm", "operator", module, *arguments)

    def logs(self) -> str:
        """Return the end of every log."""
        return self.script("run", "logs", "--no-color", "--tail", "25")


def container_system(folder: Path, **variables: str) -> ContainerSystem:
    """Describe a cluster that nobody else uses; nothing is started yet. `variables` are its environment's."""
    gateway_port, identity_port = map(str, free_ports(2))
    env_file = folder / "env"
    chosen = {
        **os.environ,
        "COMPOSE_ENV": str(env_file),
        "COMPOSE_PROJECT_NAME": f"social-calendar-tests-{gateway_port}",
        "IMAGES": "social-calendar-tests",
        "GATEWAY_PORT": gateway_port,
        "IDENTITY_PORT": identity_port,
        **variables,
    }
    return ContainerSystem(f"http://localhost:{gateway_port}", f"http://localhost:{identity_port}", env_file, chosen)


def inspect(name: str) -> Any:
    """Return what the engine knows of an image or a container."""
    return json.loads(docker("inspect", name))[0]
