"""What the processes of a watched system have asked of database and broker during a request."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.query_budgets.plans import Plan

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
    def operations_in_all(self) -> int:
        """The number of operations, those behind the answer included."""
        return len(self.operations) + sum(" publish " not in each for each in self.background)

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

    def plans(self) -> list[tuple[str, Plan]]:
        """Return how everything that was ever asked was served, by its shape."""
        lines = [json.loads(line) for line in self._file.read_bytes().splitlines()]
        served = [(f"{line['process']} {line['shape']}", line["plans"]) for line in lines if "plans" in line]
        return [(shape, Plan(**plan)) for shape, plans in served for plan in plans]

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
    """Return whether something is done again and again, without any request: timers and outbox polls."""
    text = json.loads(line.get("text", "{}"))
    return line.get("whose") == "Timer" or "outbox_due_at" in text.get("filter", {})


def _named(line: dict[str, Any]) -> str:
    if "command" not in line:
        return f"{line['process']} publish {line['published']}"
    collection = json.loads(line["text"]).get(line["command"], "")
    return f"{line['process']} {collection if isinstance(collection, str) else ''} {line['command']}"


def shape_of(name: str, command: dict[str, Any]) -> str:
    """Name a command by what it looks for, whatever the values."""
    looked_for = [sorted(filter_) for filter_ in _filters(name, command)]
    return f"{name} {command[name]} {looked_for} {command.get('sort', '')}"


def _filters(name: str, text: dict[str, Any]) -> list[dict[str, Any]]:
    if name in ("update", "delete"):
        return [each["q"] for each in text[f"{name}s"]]
    if name == "aggregate":
        return [stage["$match"] for stage in text["pipeline"][:1]]
    return [text[key] for key in ("filter", "query") if key in text]
