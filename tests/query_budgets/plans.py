"""How the database serves a command: what MongoDB's `explain("executionStats")` says at the moment when it is sent."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

EXPLAINED = frozenset({"find", "aggregate", "count", "distinct", "update", "delete", "findAndModify"})
WASTE = 1.2
"""Documents that may be examined for each that is returned or changed, and one more."""
_CHANGED = ("nMatched", "nWouldUpsert", "nWouldDelete")


@dataclass(frozen=True)
class Plan:
    """How one command, or one of its statements, is served.

    sorts: what an index has found is sorted in memory; documents named one by one are too few to matter.
    wanted: documents returned, skipped or changed.
    """

    scans_all: bool
    sorts: bool
    examined: int
    wanted: int

    @property
    def is_good(self) -> bool:
        """Return whether an index leads to what is wanted, in the wanted order, and to little else."""
        return not self.scans_all and not self.sorts and self.examined <= WASTE * self.wanted + 1

    def to_wire(self) -> dict[str, Any]:
        """Return the plan as JSON takes it."""
        return asdict(self)


def explain(database: Any, name: str, command: dict[str, Any]) -> list[Plan]:
    """Ask for the plan of each statement of a command as it was sent. name: the command's, such as `find`."""
    if name not in EXPLAINED:
        return []
    return [_plan(database, statement) for statement in _statements(name, command)]


def _statements(name: str, command: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Split what writes many into commands of one statement each: more than one is not explained."""
    kept = {field: value for field, value in command.items() if field not in ("txnNumber", "ordered")}
    many = f"{name}s"
    if name not in ("update", "delete"):
        yield kept
        return
    for statement in kept[many]:
        yield {**kept, many: [statement]}


def _plan(database: Any, statement: dict[str, Any]) -> Plan:
    explained = database.command({"explain": statement, "verbosity": "executionStats"})
    nodes = list(_nodes(explained))
    stages = {node["stage"] for node in nodes if "stage" in node}
    sorts = "SORT" in stages or any("$sort" in stage for stage in explained.get("stages", []))
    last = explained["stages"][-1] if "stages" in explained else explained["executionStats"]
    changed = [node[field] for node in nodes for field in _CHANGED if field in node]
    return Plan(
        scans_all="COLLSCAN" in stages or any(node.get("collectionScans", 0) for node in nodes),
        sorts=sorts and not any(node.get("indexName") == "_id_" for node in nodes),
        examined=sum(node.get("totalDocsExamined", 0) for node in nodes),
        wanted=sum(changed) if changed else int(last["nReturned"]) + statement.get("skip", 0),
    )


def _nodes(explained: Any) -> Iterator[dict[str, Any]]:
    """Go through all parts of an answer but the plans that were not taken."""
    if isinstance(explained, dict):
        yield explained
        for field, value in explained.items():
            if field not in ("rejectedPlans", "command", "allPlansExecution"):
                yield from _nodes(value)
    elif isinstance(explained, list):
        for value in explained:
            yield from _nodes(value)
