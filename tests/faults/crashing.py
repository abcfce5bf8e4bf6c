"""Processes that die at a chosen step, pause there, or pause another one.

A step is an exchange with the outside that leaves something behind: a write to the database, a message to the broker,
an acknowledgement; each can be died before and after. Which one is written into a file of the folder `WATCH_FOLDER`;
the process that comes to it takes the file away and kills itself, so it dies once. In place of that it may pause
itself, until the test wakes it, or a process that the test names. The programs are the real ones;
only the libraries beneath them are watched.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

WRITES = frozenset({"insert", "update", "delete", "findAndModify"})
SWEPT = "outbox_due_at"
"""What an outbox poll looks for: no step of anybody's request."""


class Trap:
    """Where the processes under test and the test itself agree on the step."""

    def __init__(self, folder: Path) -> None:
        self._armed, self._trace, self._struck = folder / "armed", folder / "trace", folder / "struck"

    def arm(self, step: str, occurrence: int) -> None:
        """Let the process die that comes to `step` for the given time, counted from 0."""
        self._put({"step": step, "left": occurrence, "signal": signal.SIGKILL})

    @contextmanager
    def pausing(self, step: str, pid: int | None = None) -> Iterator[None]:
        """Let a process be paused when `step` is come to: by default the one that does; it goes on after the block."""
        self._put({"step": step, "left": 0, "signal": signal.SIGSTOP, "pid": pid})
        try:
            yield
        finally:
            assert not self._armed.exists(), f"nobody came to {step}"
            os.kill(int(self._struck.read_text()), signal.SIGCONT)

    def wait_until_sprung(self, patience_s: float) -> bool:
        """Wait until somebody has stepped into the trap; take it away and return False if nobody does."""
        until = time.monotonic() + patience_s
        while self._armed.exists():
            if time.monotonic() > until:
                self._armed.unlink(missing_ok=True)
                return False
            time.sleep(0.02)
        return True

    def record(self) -> None:
        """Write down from now on which steps are taken."""
        self._trace.write_text("")

    def recorded(self) -> list[str]:
        """Return the steps that were taken."""
        return self._trace.read_text().splitlines()

    def wait_until_quiet(self, quiet_s: float) -> None:
        """Wait until no step has been taken for a while."""
        quiet_since, seen = time.monotonic(), -1
        while time.monotonic() - quiet_since < quiet_s:
            size = self._trace.stat().st_size if self._trace.exists() else 0
            if size != seen:
                quiet_since, seen = time.monotonic(), size
            time.sleep(0.02)

    def come_to(self, step: str) -> None:
        """Be at a step: write it down, or die there."""
        with self._trace.open("a") as trace:
            trace.write(step + "\n")
        try:
            armed = json.loads(self._armed.read_text())
        except (OSError, ValueError):
            return
        if armed["step"] != step:
            return
        if armed["left"]:
            self._put({**armed, "left": armed["left"] - 1})
            return
        pid = armed.get("pid") or os.getpid()
        self._struck.write_text(str(pid))
        self._armed.unlink()
        os.kill(pid, armed["signal"])

    def _put(self, armed: dict[str, Any]) -> None:
        fresh = self._armed.with_suffix(".new")
        fresh.write_text(json.dumps(armed))
        fresh.replace(self._armed)


def watch(process: str) -> None:
    """Watch the libraries of this process. To be called before it connects to anything."""
    import amqp
    from pymongo import monitoring

    trap = Trap(Path(os.environ["WATCH_FOLDER"]))

    class Commands(monitoring.CommandListener):
        def __init__(self) -> None:
            self._writing: dict[int, str] = {}

        def started(self, event: monitoring.CommandStartedEvent) -> None:
            if event.command_name in WRITES and SWEPT not in str(event.command.get("query")):
                step = f"{event.command_name} {event.command[event.command_name]}"
                self._writing[event.request_id] = step
                trap.come_to(f"{process} before {step}")

        def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
            if event.request_id in self._writing:
                trap.come_to(f"{process} after {self._writing.pop(event.request_id)}")

        def failed(self, event: monitoring.CommandFailedEvent) -> None:
            self._writing.pop(event.request_id, None)

    monitoring.register(Commands())
    amqp.Channel.basic_publish = _watched(amqp.Channel.basic_publish, trap, process, _publishing)
    amqp.Channel.basic_ack = _watched(amqp.Channel.basic_ack, trap, process, lambda *args, **kwargs: "ack")


def _publishing(
    channel: Any, message: Any, *args: Any, exchange: str = "", routing_key: str = "", **kwargs: Any
) -> str:
    if routing_key.startswith("amq.rabbitmq.reply-to"):
        return "reply"
    to = "a gateway" if routing_key.startswith("amq.gen-") else routing_key  # the broker names these queues
    return f"publish {to} {message.properties.get('type', '')}".strip()


def _watched(method: Callable[..., Any], trap: Trap, process: str, name_of: Callable[..., str]) -> Callable[..., Any]:
    @wraps(method)
    def watched(*args: Any, **kwargs: Any) -> Any:
        name = name_of(*args, **kwargs)
        trap.come_to(f"{process} before {name}")
        result = method(*args, **kwargs)
        trap.come_to(f"{process} after {name}")
        return result

    return watched


def create_app() -> Any:
    """Build the gateway's application, watched: for gunicorn, in place of `gateway.app:create_app`."""
    watch("gateway")
    from gateway.app import create_app as create

    return create()


def main() -> None:
    """Run the service named by the first argument, watched."""
    from services.chassis import runner  # patches the standard library, so nothing may be imported before

    watch(sys.argv[1])
    runner.run(getattr(import_module(f"services.{sys.argv[1]}.service"), sys.argv[1].capitalize()))


if __name__ == "__main__":
    main()
