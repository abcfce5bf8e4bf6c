"""Make the user that may do everything, in a mongod that has just been started for this and knows nobody yet.

Waits until it answers. Without `MONGO_INITDB_ROOT_USERNAME` nobody is made.
"""

import os

from pymongo import MongoClient

STARTED_WITHIN_MS = 60_000


def main() -> None:
    """Make the user; the client's options are those of a server that is alone."""
    client: MongoClient[dict[str, object]] = MongoClient(
        "127.0.0.1", directConnection=True, serverSelectionTimeoutMS=STARTED_WITHIN_MS
    )
    with client:
        client.admin.command("ping")
        if name := os.environ.get("MONGO_INITDB_ROOT_USERNAME"):
            roles = [{"role": "root", "db": "admin"}]
            client.admin.command("createUser", name, pwd=os.environ["MONGO_INITDB_ROOT_PASSWORD"], roles=roles)


if __name__ == "__main__":
    main()
