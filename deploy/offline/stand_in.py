"""Start SecantusDB as the official image starts MongoDB: the first start makes the user that the environment names.

`MONGO_INITDB_ROOT_USERNAME` and `MONGO_INITDB_ROOT_PASSWORD`; without them nobody has to say who they are.
"""

import os
import subprocess
import sys
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import OperationFailure

DATA = Path("/data/db")
USERS_ARE_MADE = DATA / "users-are-made"
CONFIG = Path("/tmp/secantusd.toml")
ALREADY_EXISTS = 51003


def command(host: str, *options: str) -> list[str]:
    """Return the command that serves on an address."""
    beside_python = Path(sys.executable).with_name("secantusd-py")
    where = ["--host", host, "--port", "27017", "--storage-path", str(DATA / "data")]
    return [str(beside_python), "--config", str(CONFIG), *where, "--log-level", "WARNING", *options]


def make_root(name: str, password: str) -> None:
    """Make a user who may do everything, while nobody else can connect."""
    server = subprocess.Popen(command("127.0.0.1"))
    try:
        client: MongoClient[dict[str, object]] = MongoClient(
            "127.0.0.1", directConnection=True, serverSelectionTimeoutMS=30_000
        )
        with client:
            client.admin.command("createUser", name, pwd=password, roles=["root"])
    except OperationFailure as exc:
        if exc.code != ALREADY_EXISTS:
            raise
    finally:
        server.terminate()
        server.wait()
    USERS_ARE_MADE.touch()


def main() -> None:
    """Become the server."""
    CONFIG.touch()  # an empty one of ours, so that none is looked for elsewhere
    name, password = os.environ.get("MONGO_INITDB_ROOT_USERNAME"), os.environ.get("MONGO_INITDB_ROOT_PASSWORD")
    if name and password and not USERS_ARE_MADE.exists():
        make_root(name, password)
    served = command("0.0.0.0", *(["--auth"] if name else []))
    os.execv(served[0], served)


if __name__ == "__main__":
    main()
