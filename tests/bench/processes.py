"""The processes under test: those of a system, and small programs of our own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.system import REPOSITORY, LocalSystem


def pids_of(system: LocalSystem) -> dict[str, list[int]]:
    """Return the processes of the system by part, gateway workers together."""
    found: dict[str, list[int]] = {}
    for name, (_, pid) in system.processes().items():
        found.setdefault(name.partition(".")[0], []).append(pid)
    return found


@contextmanager
def process(*command: str, environment: dict[str, str]) -> Iterator[int]:
    """Run a program of ours during the block; yields its pid."""
    running = subprocess.Popen(
        [sys.executable, *command], cwd=REPOSITORY, env={**os.environ, **environment}, stderr=subprocess.DEVNULL
    )
    try:
        yield running.pid
    finally:
        running.terminate()
        running.wait()


def addresses(system: LocalSystem) -> dict[str, str]:
    """Return where broker and database of a system are, as the environment of a program."""
    return {
        "AMQP_URI": system.amqp_uri,
        "BROKER_USERS": "shared",  # these programs are no parts of the system
        "MONGO_URI": system.mongo_uri,
    }
