"""What the processes of a watched system have asked of database and broker during a request."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bson import json_util

from tests.counts.data import Databases

QUIET_S = 0.4
FOR_THE_ANSWER = ("request", "Rpc")
"""Whose work an answer waits for: the gateway's, and that of calls; not the relay's, not that of handlers."""


@dataclass(frozen=True)
class Asked:
    """What was asked. operations: database commands; calls: RPC; each in order. Those of the background are apart."""

    operations: list[str]
    calls: list[str]
    background: list[str]

    @property
    def operations_but_pages(self) -> list[str]:
        """The operations, the next pages of a result left out."""
        return [operation for operation in self.operations if not operation.endswith("getMore")]


class Watch:
    """Reads what a watched system writes down."""

    def __init__(self, data: Path) -> None:
        self._file = data / "asked"

    def during(self, request: Callable[[], Any]) -> Asked:
        """Send a request when nothing else is going on, and return what was asked because of it."""
        begin = self._quiet()
        request()
        self._quiet()
        lines = [json.loads(line) for line in self._file.read_bytes()[begin:].splitlines()]
        mine = [line for line in lines if line["whose"] in FOR_THE_ANSWER]
        return Asked(
            operations=[_named(line) for line in mine if "command" in line],
            calls=[line["call"] for line in mine if line.get("call")],
            background=[_named(line) for line in lines if line not in mine and not _is_routine(line)],
        )

    def commands(self) -> list[dict[str, Any]]:
        """Return all commands that were ever sent."""
        lines = [json.loads(line) for line in self._file.read_bytes().splitlines()]
        return [line for line in lines if "command" in line]

    def _quiet(self) -> int:
        since, seen = time.monotonic(), -1
        while time.monotonic() - since < QUIET_S:
            size = self._file.read_bytes().rfind(b"\n") + 1  # a long line may be half written
            if size != seen and self._has_news(seen, size):
                since = time.monotonic()
            seen = size
            time.sleep(0.02)
        return seen

    def _has_news(self, begin: int, end: int) -> bool:
        lines = self._file.read_bytes()[max(begin, 0) : end].splitlines() if begin >= 0 else [b"{}"]
        return any(begin < 0 or not _is_routine(json.loads(line)) for line in lines)


def _is_routine(line: dict[str, Any]) -> bool:
    """Tell whether something is done again and again, whatever people do: timers, and sweeps."""
    said = json.loads(line.get("said", "{}"))
    return line.get("whose") == "Timer" or "outbox_due_at" in said.get("filter", {})


def _named(line: dict[str, Any]) -> str:
    if "command" not in line:
        return f"{line['process']} publish {line['published']}"
    collection = json.loads(line["said"]).get(line["command"], "")
    return f"{line['process']} {collection if isinstance(collection, str) else ''} {line['command']}"


def shape_of(command: dict[str, Any]) -> str:
    """Name a command by what it looks for, whatever the values: two of the same shape have the same plan."""
    said = json.loads(command["said"])
    looked_for = [sorted(filter_) for filter_ in _filters(command["command"], said)]
    return f"{command['database']}.{said.get(command['command'])} {command['command']} {looked_for} {said.get('sort')}"


def scans_all(databases: Databases, command: dict[str, Any]) -> bool:
    """Tell whether the database would read the whole collection to find this: no index serves any part of it."""
    said = json_util.loads(command["said"])
    database, collection = databases.client[command["database"]], said.get(command["command"])
    return not all(_has_index(database, collection, filter_) for filter_ in _filters(command["command"], said))


def _has_index(database: Any, collection: str, filter_: dict[str, Any]) -> bool:
    """Ask for the plan of the whole, then of its parts: the embedded database admits to some indexes only then."""
    if "_id" in filter_:
        return True
    parts = [filter_, *({name: value} for name, value in filter_.items() if not name.startswith("$"))]
    plans = (database.command("explain", {"find": collection, "filter": part}) for part in parts)
    return any("IXSCAN" in str(plan["queryPlanner"]["winningPlan"]) for plan in plans)


def _filters(name: str, said: dict[str, Any]) -> list[dict[str, Any]]:
    if name in ("update", "delete"):
        return [each["q"] for each in said[f"{name}s"]]
    if name == "aggregate":
        return [stage["$match"] for stage in said["pipeline"][:1]]
    return [said[key] for key in ("filter", "query") if key in said]
