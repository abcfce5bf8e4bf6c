"""Make the replica set, and for each part of the system a user who can read and write its database and no other.

Runs once, at each `up`, in the image of a service. Repeating it changes nothing but passwords that have changed.
"""

import os
import sys
import time
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

PASSWORD_OF_A_PART = "_MONGO_PASSWORD"
"""What the names of variables with passwords end with: `USERS_MONGO_PASSWORD` is that of `users`."""
PATIENCE_S = 120.0
PAUSE_S = 1.0

ELECTION_MS, HEARTBEAT_MS = 4000, 1000
"""How long the others wait for a primary that is silent, and how often they ask. By default 10 s and 2 s."""

ALREADY_INITIALIZED, ALREADY_EXISTS = 23, 51003


def connect(hosts: list[str], root_password: str, **options: Any) -> "MongoClient[Any]":
    """Connect as the administrator."""
    return MongoClient(
        hosts, username="root", password=root_password, serverSelectionTimeoutMS=2000, w="majority", **options
    )


def make_replica_set(first: "MongoClient[Any]", hosts: list[str]) -> None:
    """Make a replica set of these members, if the first of them is in none yet. Only it may have data."""
    members = [{"_id": number, "host": host} for number, host in enumerate(hosts)]
    settings = {"electionTimeoutMillis": ELECTION_MS, "heartbeatIntervalMillis": HEARTBEAT_MS}
    try:
        first.admin.command("replSetInitiate", {"_id": "rs0", "members": members, "settings": settings})
    except OperationFailure as exc:
        if exc.code != ALREADY_INITIALIZED:
            raise


def make_user(client: "MongoClient[Any]", part: str, password: str) -> None:
    """Let a part read, write and look after its own database (`dbAdmin`: validators); the user belongs to that."""
    database = f"social_calendar_{part}"
    roles = [{"role": role, "db": database} for role in ("readWrite", "dbAdmin")]
    try:
        client[database].command("createUser", part, pwd=password, roles=roles)
    except OperationFailure as exc:
        if exc.code != ALREADY_EXISTS:
            raise
        client[database].command("updateUser", part, pwd=password, roles=roles)


def prepare(hosts: list[str], root_password: str, passwords: dict[str, str]) -> None:
    """Do all of it."""
    with connect(hosts[:1], root_password, directConnection=True) as first:
        make_replica_set(first, hosts)
    with connect(hosts, root_password, replicaSet="rs0") as client:
        for part, password in passwords.items():
            make_user(client, part, password)


def main() -> None:
    """Wait for the database as long as it takes to start (and then to become primary)."""
    passwords = {
        name.removesuffix(PASSWORD_OF_A_PART).lower(): password
        for name, password in sorted(os.environ.items())
        if name.endswith(PASSWORD_OF_A_PART)
    }
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            prepare(os.environ["MONGO_HOSTS"].split(","), os.environ["MONGO_ROOT_PASSWORD"], passwords)
            print(f"The database is ready for {', '.join(passwords)}.")
            return
        except PyMongoError as exc:
            if time.monotonic() > until:
                sys.exit(f"The database cannot be prepared: {exc}")
            time.sleep(PAUSE_S)


if __name__ == "__main__":
    main()
