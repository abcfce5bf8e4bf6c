"""Processes that die at a chosen step.

A step is an exchange with the outside that leaves something behind: a write to the database, a message to the broker,
an acknowledgement; each can be died before and after. Which one is written into a file of the folder `CRASH_FOLDER`;
the process that comes to it takes the file away and kills itself, so it dies once. The programs are the real ones;
only the libraries beneath them are watched.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

WRITES = frozenset({"insert", "update", "delete", "findAndModify"})
SWEPT = ("outbox_due_at", "'status': 'proposed', 'sent_at'")
"""Marks of what timers look for: no step of anybody's request."""


class Trap:
    """Where the processes under test and the test itself agree on the step."""

    def __init__(self, folder: Path) -> None:
        self._armed, self._trace, self._recording = folder / "armed", folder / "trace", folder / "recording"

    def arm(self, step: str, occurrence: int) -> None:
        """Let the process die that comes to `step` for the given time, counted from 0."""
        self._put({"step": step, "left": occurrence})

    def disarm(self) -> bool:
        """Take the trap away; tell whether nobody stepped into it."""
        is_there = self._armed.exists()
        self._armed.unlink(missing_ok=True)
        return is_there

    def record(self) -> None:
        """Begin to write down the steps that are taken."""
        self._trace.write_text("")
        self._recording.touch()

    def recorded(self) -> list[str]:
        """Return the steps that were taken, and write down no more."""
        self._recording.unlink()
        return self._trace.read_text().splitlines()

    def come_to(self, step: str) -> None:
        """Be at a step: write it down, or die there."""
        if self._recording.exists():
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
        self._armed.unlink()
        os.kill(os.getpid(), signal.SIGKILL)

    def _put(self, armed: dict[str, Any]) -> None:
        fresh = self._armed.with_suffix(".new")
        fresh.write_text(json.dumps(armed))
        fresh.replace(self._armed)


def watch(process: str) -> None:
    """Watch the libraries of this process. To be called before it connects to anything."""
    import amqp
    from pymongo import monitoring

    trap = Trap(Path(os.environ["CRASH_FOLDER"]))

    class Commands(monitoring.CommandListener):
        def started(self, event: monitoring.CommandStartedEvent) -> None:
            if event.command_name in WRITES and not any(mark in str(event.command) for mark in SWEPT):
                trap.come_to(f"{process} before {event.command_name} {event.command[event.command_name]}")

        def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
            if event.command_name in WRITES:
                trap.come_to(f"{process} after {event.command_name}")

        def failed(self, event: monitoring.CommandFailedEvent) -> None:
            pass

    monitoring.register(Commands())
    amqp.Channel._basic_publish = _watched(amqp.Channel._basic_publish, trap, process, _publishing)
    amqp.Channel.basic_ack = _watched(amqp.Channel.basic_ack, trap, process, lambda *args, **kwargs: "ack")


def _publishing(
    channel: Any, message: Any, *args: Any, exchange: str = "", routing_key: str = "", **kwargs: Any
) -> str:
    if routing_key.startswith("amq.rabbitmq.reply-to"):
        return "reply"
    return f"publish {routing_key} {message.properties.get('type', '')}".strip()


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
    from services.chassis import process  # patches the standard library, so nothing may be imported before

    watch(sys.argv[1])
    process.main()


if __name__ == "__main__":
    main()
