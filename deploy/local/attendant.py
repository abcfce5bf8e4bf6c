"""What the supervisor does not do by itself, once a second: never give up, end with `make`, say when all is ready.

It also says what is wrong with a database that runs elsewhere.
"""

import os
import sys
import time
import urllib.error
import urllib.request
import xmlrpc.client
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGTERM
from threading import Thread
from typing import Any

import psutil
from supervisor import childutils

from deploy.local.people import DEMO_PEOPLE
from deploy.local.settings import LocalSettings, read_settings

EVERY_S = 1.0


@dataclass(frozen=True)
class Make:
    """The `make` that runs us.

    It passes SIGTERM on, but told to end by SIGINT or SIGHUP it merely waits for what it runs, trusting that a
    terminal has told everybody. Nobody has when the signal was sent to `make` alone.
    """

    pid: int
    signals: int

    @classmethod
    def of(cls, supervisor_pid: int) -> "Make | None":
        """Return the `make` that started the supervisor, if one did."""
        parent = psutil.Process(supervisor_pid).parent()
        if parent is None or parent.name() not in ("make", "gmake"):
            return None
        return cls(parent.pid, _caught_signals(parent.pid))

    def wants_to_end(self) -> bool:
        """Return whether it was told to end, or is gone: it no longer catches a signal that it used to catch."""
        return self.signals & ~_caught_signals(self.pid) != 0


def _caught_signals(pid: int) -> int:
    ends = sum(1 << (number - 1) for number in (SIGHUP, SIGINT, SIGTERM))
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    fields = dict(line.split(":", 1) for line in status.splitlines())
    return int(fields["SigCgt"], 16) & ends


def revive(supervisor: Any) -> None:
    """Start again what the supervisor has given up."""
    for process in supervisor.getAllProcessInfo():
        if process["statename"] == "FATAL":
            try:
                supervisor.startProcess(f"{process['group']}:{process['name']}", False)
            except xmlrpc.client.Fault:  # it stops, or has started it meanwhile
                continue


def is_ready(settings: LocalSettings) -> bool:
    """Ask the gateway."""
    try:
        with urllib.request.urlopen(f"{settings.gateway_url}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def welcome(settings: LocalSettings) -> None:
    """Say where to go."""
    print(f"Ready: {settings.gateway_url}  (what it can do: {settings.gateway_url}/docs)")
    if settings.client_id is None:
        print(f"Log in at {settings.gateway_url}/login as {', '.join(DEMO_PEOPLE)}, or anybody you type.")


def watch_database(uri: str) -> None:
    """Say beside all else when the database cannot be used, and why."""
    from deploy.local.reachable import watch  # the driver takes memory, and is needed here only

    Thread(target=watch, args=(uri, partial(print, flush=True)), name="database", daemon=True).start()


def main() -> None:
    """Attend until stopped. With the argument `gateway`, say when it is ready."""
    settings = read_settings()
    supervisor = childutils.getRPCInterface(os.environ).supervisor
    make = Make.of(os.getppid())
    is_awaited = sys.argv[1:] == ["gateway"]
    if settings.mongo_uri is not None:
        watch_database(settings.mongo_uri)
    while True:
        if make and make.wants_to_end():
            supervisor.shutdown()
        revive(supervisor)
        if is_awaited and is_ready(settings):
            welcome(settings)
            is_awaited = False
        time.sleep(EVERY_S)


if __name__ == "__main__":
    main()
