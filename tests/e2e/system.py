"""The system under test: one that runs already, or one that we start and stop."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import requests

from deploy.local import broker, database
from deploy.local.settings import read_settings

REPOSITORY = Path(__file__).parents[2]
READY_WITHIN_S = 90.0
STOPPED_WITHIN_S = 60.0
PORTS = ("GATEWAY_PORT", "IDENTITY_PORT", "RABBITMQ_PORT", "RABBITMQ_DIST_PORT", "EPMD_PORT", "MONGO_PORT")


@dataclass
class System:
    """Where a running system answers."""

    base: str
    identity: str

    def is_ready(self) -> bool:
        """Ask `/readyz`."""
        try:
            return requests.get(f"{self.base}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def logs(self) -> str:
        """Return the end of every log, as far as it can be read from here."""
        return f"the logs of {self.base} are where it runs"


@dataclass
class LocalSystem(System):
    """The whole system on this machine, started by its own command, with free ports and a data folder of its own."""

    data: Path
    environment: dict[str, str]
    runner: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def mongo_uri(self) -> str:
        """Where its database is, for one who may do everything in it."""
        return database.uri(read_settings(self.environment), database.OPERATOR)

    @property
    def amqp_uri(self) -> str:
        """Where its broker is, for one who may do everything there."""
        return broker.uri(read_settings(self.environment), broker.OPERATOR)

    def amqp_uri_of(self, part: str) -> str:
        """Where its broker is for a part of the system."""
        return broker.uri(read_settings(self.environment), part)

    def start(self) -> None:
        """Start everything and return when it is ready."""
        with (self.data / "runner.log").open("ab") as log:
            self.runner = subprocess.Popen(
                [sys.executable, "-m", "deploy.local", "run"],
                cwd=REPOSITORY,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Return when `/readyz` says 200; fail with the logs when it does not in time."""
        until = time.monotonic() + READY_WITHIN_S
        while not self.is_ready():
            assert self.runner is not None and self.runner.poll() is None, f"the runner ended\n{self.logs()}"
            assert time.monotonic() < until, f"not ready after {READY_WITHIN_S} s\n{self.logs()}"
            time.sleep(0.1)

    def stop(self) -> int:
        """End everything, as Ctrl-C or a service manager would; return the exit status."""
        assert self.runner is not None
        self.runner.send_signal(signal.SIGTERM)
        try:
            return self.runner.wait(STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.runner.kill()
            raise AssertionError(f"still running {STOPPED_WITHIN_S} s after SIGTERM\n{self.logs()}") from None

    def make(self, target: str) -> "subprocess.CompletedProcess[str]":
        """Run a target of the Makefile against this system."""
        command = ["make", "--silent", "--no-print-directory", target]
        return subprocess.run(
            command, check=False, cwd=REPOSITORY, env=self.environment, capture_output=True, text=True, timeout=120
        )

    def processes(self) -> dict[str, tuple[str, int]]:
        """Return state and pid (0: none now) of each process, by the name that `make status` prints."""
        lines = [line.split() for line in self.make("status").stdout.splitlines() if line.strip()]
        return {name: (state, int(pid) if pid.isdigit() else 0) for name, state, pid in lines}

    def logs(self) -> str:
        """Return the end of every log."""
        files = [self.data / "runner.log", *sorted((self.data / "logs").glob("*"))]
        tails = [(path, path.read_text(errors="replace").splitlines()[-25:]) for path in files if path.is_file()]
        return "\n".join(f"--- {path.name}\n" + "\n".join(lines) for path, lines in tails)


def local_system(data: Path) -> LocalSystem:
    """Describe a local system on free ports; nothing is started yet."""
    ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
    environment = dict(os.environ) | ports | {"DATA_DIR": str(data)}
    return LocalSystem(
        base=f"http://localhost:{ports['GATEWAY_PORT']}",
        identity=f"http://localhost:{ports['IDENTITY_PORT']}",
        data=data,
        environment=environment,
    )


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on, all different."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
