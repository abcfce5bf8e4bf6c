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
"""What names of variables end with that are told to us: `USERS_MONGO_PASSWORD` is that of `users`."""
PATIENCE_S = 120.0
PAUSE_S = 1.0

ALREADY_INITIALIZED, NO_SUCH_COMMAND, ALREADY_EXISTS = 23, 59, 51003


def make_replica_set(client: "MongoClient[Any]", host: str) -> None:
    """Make a replica set of one. What stands in for MongoDB says that it is one, and knows no such command."""
    try:
        client.admin.command("replSetInitiate", {"_id": "rs0", "members": [{"_id": 0, "host": host}]})
    except OperationFailure as exc:
        if exc.code not in (ALREADY_INITIALIZED, NO_SUCH_COMMAND):
            raise


def make_user(client: "MongoClient[Any]", part: str, password: str) -> None:
    """Let a part read and write its own database; the user belongs to that database, too."""
    database = f"social_calendar_{part}"
    roles = [{"role": "readWrite", "db": database}]
    try:
        client[database].command("createUser", part, pwd=password, roles=roles)
    except OperationFailure as exc:
        if exc.code != ALREADY_EXISTS:
            raise
        client[database].command("updateUser", part, pwd=password, roles=roles)


def prepare(host: str, root_password: str, passwords: dict[str, str]) -> None:
    """Do all of it."""
    client: MongoClient[Any] = MongoClient(
        host,
        username="root",
        password=root_password,
        directConnection=True,
        serverSelectionTimeoutMS=2000,
        w="majority",
    )
    with client:
        make_replica_set(client, host)
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
            prepare(os.environ["MONGO_HOST"], os.environ["MONGO_ROOT_PASSWORD"], passwords)
            print(f"The database is ready for {', '.join(passwords)}.")
            return
        except PyMongoError as exc:
            if time.monotonic() > until:
                sys.exit(f"The database cannot be prepared: {exc}")
            time.sleep(PAUSE_S)


if __name__ == "__main__":
    main()
