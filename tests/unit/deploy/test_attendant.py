"""What the supervisor does not do by itself."""

import signal
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local.attendant import Make, revive

PATIENCE_S = 10.0


@pytest.fixture
def making(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Yield a `make` that runs something, as `make run` does."""
    (tmp_path / "Makefile").write_text(f"run:\n\t@exec {sys.executable} -c 'import time; time.sleep(60)'\n")
    # Whoever runs the tests in the background makes them, and all that they start, deaf to SIGINT.
    process = subprocess.Popen(["env", "--default-signal=INT,HUP", "make", "run"], cwd=tmp_path)
    until(lambda: bool(psutil.Process(process.pid).children()))
    yield process
    for child in psutil.Process(process.pid).children() if process.poll() is None else ():
        child.kill()
    process.wait()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def made_by(process: "subprocess.Popen[bytes]") -> Make:
    (child,) = psutil.Process(process.pid).children()
    make = Make.of(child.pid)
    assert make is not None
    return make


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_make_that_is_told_to_end_wants_us_to_end(making: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    make = made_by(making)
    assert not make.wants_to_end()

    making.send_signal(number)

    until(make.wants_to_end)


def test_make_that_is_gone_wants_us_to_end(making: "subprocess.Popen[bytes]") -> None:
    make = made_by(making)
    (child,) = psutil.Process(making.pid).children()

    making.kill()
    making.wait()

    assert make.wants_to_end()
    child.kill()


def test_who_was_not_started_by_make_ends_with_nobody() -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])

    assert Make.of(process.pid) is None

    process.kill()
    process.wait()


class Supervisor:
    """A supervisor that has given up one process, and refuses to start another because it stops."""

    def __init__(self) -> None:
        self.started: list[str] = []

    def getAllProcessInfo(self) -> list[dict[str, str]]:
        states = {"stopping": "FATAL", "users": "FATAL", "events": "RUNNING", "chats": "BACKOFF"}
        return [{"group": "services", "name": name, "statename": state} for name, state in states.items()]

    def startProcess(self, name: str, wait: bool) -> None:
        if name == "services:stopping":
            raise xmlrpc.client.Fault(6, "SHUTDOWN_STATE")
        self.started.append(name)


def test_what_was_given_up_is_started_again() -> None:
    supervisor = Supervisor()

    revive(supervisor)

    assert supervisor.started == ["services:users"]
