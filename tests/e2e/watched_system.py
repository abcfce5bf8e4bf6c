"""A local system whose services and gateway run under a module of the tests that watches what they do."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.programs import Program, programs_of
from deploy.local.settings import SERVICES, read_settings
from tests.e2e.system import PORTS, REPOSITORY, LocalSystem, free_ports


@dataclass
class WatchedSystem(LocalSystem):
    """A local system whose services and gateway are watched, and started again when they die.

    watcher: a module that is run in place of the service's program, and has `create_app` for the gateway. It finds the
        data folder in `WATCH_FOLDER`, and which of the service's processes it is in `WATCH_NUMBER`, counted from 1.
    """

    watcher: str = ""

    def start(self) -> None:
        """Start everything and return when it is ready."""
        self._stopping = False
        self._programs: list[subprocess.Popen[bytes]] = []
        settings = read_settings(self.environment)
        with (self.data / "runner.log").open("ab") as log:
            self.runner = subprocess.Popen(
                [sys.executable, "-m", "deploy.local", "run", "rabbitmq", "mongodb", "identity"],
                cwd=REPOSITORY,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        watched = [program for program in programs_of(settings, [*SERVICES, "gateway"]) if program.name != "attendant"]
        self._keepers = [
            threading.Thread(target=self._keep, args=(program, number))
            for program in watched
            for number in range(1, program.processes + 1)
        ]
        for keeper in self._keepers:
            keeper.start()
        self.wait_until_ready()

    def stop(self) -> int:
        """End everything."""
        self._stopping = True
        for program in self._programs:
            program.terminate()
        for keeper in self._keepers:
            keeper.join()
        return super().stop()

    def _keep(self, program: Program, number: int) -> None:
        (self.data / "logs").mkdir(exist_ok=True)
        command = self._watched(program.command)
        environment = (
            self.environment
            | dict(program.environment)
            | {
                "WATCH_FOLDER": str(self.data),
                "WATCH_NUMBER": str(number),
            }
        )
        with (self.data / "logs" / f"{program.name}.{number}.watched.log").open("ab") as log:
            while not self._stopping:
                process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=log, stderr=log)
                self._programs.append(process)
                process.wait()
                self._programs.remove(process)

    def _watched(self, command: list[str]) -> list[str]:
        """Put the watcher in place of a service's module and of the gateway's application."""
        *before, last = command
        if last.startswith("services."):
            return [*before, self.watcher, last.removeprefix("services.")]
        return [*before, last.replace("gateway.app:", f"{self.watcher}:")]


@contextmanager
def watched_system(data: Path, watcher: str, *, processes: int = 1) -> Iterator[WatchedSystem]:
    """Start a watched system on free ports, with one gateway worker; stop it at the end.

    processes: of each service.
    """
    ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
    system = WatchedSystem(
        base=f"http://localhost:{ports['GATEWAY_PORT']}",
        identity=f"http://localhost:{ports['IDENTITY_PORT']}",
        data=data,
        environment={
            **os.environ,
            **ports,
            "DATA_DIR": str(data),
            "GATEWAY_WORKERS": "1",
            "SERVICE_PROCESSES": str(processes),
        },
        watcher=watcher,
    )
    try:
        system.start()
        yield system
    finally:
        system.stop()
