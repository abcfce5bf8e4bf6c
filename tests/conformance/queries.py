"""The queries that a store sends, as the driver reports them: each must have an index."""

from typing import Any

from bson import json_util
from pymongo import monitoring

from tests.counts.asked import scans_all, shape_of
from tests.counts.counting import COUNTED, ENVELOPE
from tests.counts.data import Databases


class Queries(monitoring.CommandListener):
    """Keeps what was asked since it was looked at last."""

    def __init__(self) -> None:
        self._asked: list[dict[str, Any]] = []
        self._explained: set[str] = set()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name in COUNTED:
            command = {name: value for name, value in event.command.items() if name not in ENVELOPE}
            said = json_util.dumps(command)
            self._asked.append({"command": event.command_name, "database": event.database_name, "said": said})

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass

    def scans(self, databases: Databases) -> list[str]:
        """Name what was asked since the last time, of a shape not explained before, and is served by no index."""
        asked, self._asked = self._asked, []
        shapes = {shape_of(command | {"database": ""}): command for command in asked}
        fresh = {shape: command for shape, command in shapes.items() if shape not in self._explained}
        self._explained |= fresh.keys()
        return [shape for shape, command in fresh.items() if scans_all(databases, command)]
