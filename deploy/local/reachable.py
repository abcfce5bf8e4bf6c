"""Whether the database at `MONGO_URI` can be used, and if not, why."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError
from pymongo.server_description import ServerDescription

EVERY_S = 2.0
LOOKS = 2
"""How often in a row the same trouble is seen before it is reported: an election is none."""

_REFUSED = frozenset({13, 18})
_ANSWERING = frozenset({"RSSecondary", "RSOther", "RSArbiter", "RSGhost"})


def trouble(client: "MongoClient[Any]") -> str | None:
    """Ask the database; return a sentence when it cannot be used."""
    try:
        client.admin.command("ping")
    except PyMongoError as exc:
        return _why(exc, client.topology_description.server_descriptions().values())
    return None


def _why(exc: PyMongoError, servers: Iterable[ServerDescription]) -> str:
    # Once the driver was refused, it gives that as the reason why there is no server to choose.
    if any(getattr(error, "code", None) in _REFUSED for error in (exc, *(server.error for server in servers))):
        return "The database refuses the user or the password in MONGO_URI."
    if any(server.server_type_name in _ANSWERING for server in servers):
        return "The replica set at MONGO_URI has no primary: a majority of its members must run and reach each other."
    return "No database answers at MONGO_URI."


def watch(uri: str, say: Callable[[str], None]) -> None:
    """Say for ever when the database cannot be used any more, and when it can be again."""
    try:
        client: MongoClient[Any] = MongoClient(uri, serverSelectionTimeoutMS=2000, timeoutMS=2000)
    except (PyMongoError, ValueError) as exc:
        say(f"MONGO_URI cannot be read: {exc}")
        return
    reported, seen, looks = None, None, 0
    while True:
        now = trouble(client)
        looks = looks + 1 if now == seen else 1
        seen = now
        if seen != reported and looks >= LOOKS:
            reported = seen
            say(reported or "The database at MONGO_URI answers again.")
        time.sleep(EVERY_S)
