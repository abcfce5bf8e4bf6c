"""Becomes `mongod`; at the first start, or at another port, it prepares the node before.

Preparing has no state of its own: every step may be repeated, and all are until the last one is done. So nothing that
ends it half-way keeps the next start from working.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from deploy.local import database
from deploy.local.settings import LocalSettings, read_settings

PATIENCE_S = 60.0
PAUSE_S = 0.05
STOPPED_WITHIN_S = 30.0
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Prepare the node for what it was not prepared for yet, and become it."""
    settings = read_settings()
    command = database.command(Path(sys.argv[1]), settings)
    prepared = database.folder_of(settings) / "prepared"
    wanted = database.fingerprint(settings)
    if not prepared.exists() or prepared.read_text() != wanted:
        with _running(command) as process:
            _prepare(settings, process)
        prepared.write_text(wanted)
    os.execv(command[0], command)


@contextmanager
def _running(command: list[str]) -> "Iterator[subprocess.Popen[bytes]]":
    """Run the node during the block. It ends when we do, however that comes about."""
    libc = ctypes.CDLL(None)
    process = subprocess.Popen(command, preexec_fn=lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL))
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _prepare(settings: LocalSettings, process: "subprocess.Popen[bytes]") -> None:
    from pymongo.errors import PyMongoError  # takes a while to load, and is rarely needed

    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            _prepare_once(settings)
            return
        except PyMongoError as exc:
            if process.poll() is not None:  # it has said why
                sys.exit(f"The database cannot be prepared: mongod has ended with {process.returncode}.")
            if time.monotonic() > until:
                sys.exit(f"The database cannot be prepared: {exc}")
            time.sleep(PAUSE_S)


def _prepare_once(settings: LocalSettings) -> None:
    from pymongo import MongoClient

    from deploy.compose.mongodb.prepare import make_user

    passwords = database.passwords(settings)
    client: MongoClient[Any] = MongoClient(
        database.host(settings),
        username="__system",  # whom a member of the replica set is, to another
        password=database.key(settings),
        authSource="local",
        authMechanism="SCRAM-SHA-256",
        directConnection=True,
        serverSelectionTimeoutMS=2000,
        w="majority",
    )
    with client:
        _be_the_only_member(client, database.host(settings))
        _make_operator(client, passwords[database.OPERATOR])
        for part in database.WITH_DATABASE:
            make_user(client, part, passwords[part])


def _be_the_only_member(client: Any, host: str) -> None:
    """Make the replica set, or let its member move to the port that it has now."""
    config = client.local.system.replset.find_one()
    if config is None:
        members = [{"_id": 0, "host": host}]
        client.admin.command("replSetInitiate", {"_id": database.REPLICA_SET, "members": members})
    elif config["members"][0]["host"] != host:
        config["members"][0]["host"] = host
        # A member that does not find itself in the set is no primary; only by force does it take another one.
        client.admin.command("replSetReconfig", {**config, "version": config["version"] + 1}, force=True)


def _make_operator(client: Any, password: str) -> None:
    from pymongo.errors import OperationFailure

    user = {"pwd": password, "roles": ["root"]}
    with suppress(OperationFailure):  # it is there
        client.admin.command("createUser", database.OPERATOR, **user)
        return
    client.admin.command("updateUser", database.OPERATOR, **user)


if __name__ == "__main__":
    main()
