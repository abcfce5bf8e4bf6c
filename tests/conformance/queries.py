"""The queries that a store sends, as the driver reports them: an index leads to what each wants, and to little else."""

from typing import Any

from pymongo import MongoClient, monitoring
from pymongo.errors import PyMongoError

from tests.query_budgets.commands import shape_of
from tests.query_budgets.counting import ENVELOPE
from tests.query_budgets.plans import EXPLAINED, Plan, explain

UNEXPLAINED = Plan(scans_all=True, sorts=False, examined=0, wanted=0)


class Queries(monitoring.CommandListener):
    """Explains each command just before the database executes it."""

    def __init__(self, mongo_uri: str) -> None:
        self._client: MongoClient[dict[str, Any]] = MongoClient(mongo_uri)
        self._served: list[tuple[str, Plan]] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name in EXPLAINED:
            command = {name: value for name, value in event.command.items() if name not in ENVELOPE}
            shape = shape_of(event.command_name, command)
            try:
                plans = explain(self._client[event.database_name], event.command_name, command)
            except PyMongoError as exc:  # the driver would swallow it
                shape, plans = f"{shape}, {exc}", [UNEXPLAINED]
            self._served += [(shape, plan) for plan in plans]

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass

    def plans(self) -> list[tuple[str, Plan]]:
        """Return how everything since the last time was served."""
        served, self._served = self._served, []
        return served

    def close(self) -> None:
        """Let go of the database."""
        self._client.close()
