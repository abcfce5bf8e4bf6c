"""docs/limits.md says the numbers that the code has."""

import importlib
import re
from datetime import timedelta
from typing import Any

import pytest
from annotated_types import Le, MaxLen

from tests.docs.documents import marked, read, rows

UNITS = {"KiB": 1024, "MiB": 1024 * 1024, "s": 1, "min": 60, "h": 3600, "days": 24 * 3600}
_CONSTANT = re.compile(r"(?P<module>(?:gateway|services)(?:\.[a-z_]+)+)\.(?P<name>_?[A-Z]\w*)")
_QUANTITY = re.compile(r"(\d[\d,]*(?:\.\d+)?)(?: (KiB|MiB|s|min|h|days)\b)?")

LIMITS = {
    path: cells[1] for cells in rows(read("docs/limits.md")) for path in marked(cells[-1]) if _CONSTANT.fullmatch(path)
}


def value_of(path: str) -> float:
    """Return a limit as the code has it: a number of things, bytes or seconds."""
    found = _CONSTANT.fullmatch(path)
    assert found
    name = found["name"]
    return number_in(name, getattr(importlib.import_module(found["module"]), name))


def number_in(name: str, value: Any) -> float:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, re.Pattern):
        return float(re.findall(r"\d+(?=})", value.pattern)[-1])
    if hasattr(value, "__metadata__"):
        return float(greatest_allowed(value.__metadata__))
    return (
        float(value) / 1000
        if name.endswith("_MS")
        else float(value) * 86400
        if name.endswith("_DAYS")
        else float(value)
    )


def greatest_allowed(metadata: tuple[Any, ...]) -> int:
    """Return the length or the number at which a field's type ends."""
    bounds = [bound for field in metadata for bound in getattr(field, "metadata", ())]
    limits: list[Any] = [
        bound.max_length if isinstance(bound, MaxLen) else bound.le
        for bound in bounds
        if isinstance(bound, MaxLen | Le)
    ]
    (limit,) = limits
    return int(limit)


def quantities_in(cell: str) -> set[float]:
    return {float(number.replace(",", "")) * UNITS.get(unit, 1) for number, unit in _QUANTITY.findall(cell)}


def test_limits_are_found_in_the_document() -> None:
    assert len(LIMITS) > 30


@pytest.mark.parametrize("path", LIMITS)
def test_a_limit_is_the_one_that_the_code_has(path: str) -> None:
    assert value_of(path) in quantities_in(LIMITS[path])
