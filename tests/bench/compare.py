"""`make bench-compare BASE=<file>`: what has become slower since an earlier run of `make bench`.

A scenario counts as slower when even its best round is dearer than the worst of the earlier run, or when it takes more
operations or calls. Rounds of one run are pairs with the floor, so the runs may be of different days and machines.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.bench.report import FOLDER

COUNTED = ("operations", "calls", "background_operations")

Row = dict[str, Any]


def main() -> int:
    """Print each scenario that both runs have; 1 when one has become slower."""
    if len(sys.argv) not in (2, 3) or not sys.argv[1]:
        print("usage: make bench-compare BASE=<results.json of an earlier run>", file=sys.stderr)
        return 2
    newer = Path(sys.argv[2]) if len(sys.argv) == 3 else FOLDER / "results.json"
    base, now = rows_of(Path(sys.argv[1])), rows_of(newer)
    slower = 0
    for key in [key for key in now if key in base]:
        found = reasons(base[key], now[key])
        slower += bool(found)
        name, size = key
        ratios = f"{base[key]['ratio']:>8.2f} →{now[key]['ratio']:>7.2f} × F2"
        print(f"{name:<30}{size:>7}{ratios}  {', '.join(found)}".rstrip())
    return int(slower > 0)


def rows_of(file: Path) -> dict[tuple[str, int], Row]:
    """Read the scenarios of a run, by name and size."""
    return {(row["scenario"], row["size"]): row for row in json.loads(file.read_text())["rows"]}


def reasons(base: Row, now: Row) -> list[str]:
    """Say in what a scenario has become dearer. A run without rounds has one ratio."""
    dearest_before, cheapest_now = max(base.get("ratios", [base["ratio"]])), min(now.get("ratios", [now["ratio"]]))
    found = [f"slower by {cheapest_now / dearest_before - 1:.0%} at least"] if cheapest_now > dearest_before else []
    grown = [name for name in COUNTED if now[name] > base[name]]
    return found + [f"{now[name]} {name.replace('_', ' ')}, {base[name]} before" for name in grown]


if __name__ == "__main__":
    sys.exit(main())
