"""What was measured: a table, a JSON file, and plots of cost against the size of the data."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.measuring import Compared, Measured

FOLDER = Path(__file__).parents[2] / "docs" / "performance"


def save(name: str, results: Any) -> None:
    """Write results that are no scenarios into a JSON file of their own."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(results, indent=1) + "\n")


@dataclass
class Report:
    """All results of a run. floors: F1, F2, naive; rows: one for each scenario."""

    floors: dict[str, Measured] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    also: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, size: int, target: float | None, compared: Compared, counts: dict[str, int]) -> str:
        """Add a scenario; return its line."""
        measured = compared.typical
        row = {
            "scenario": name,
            "size": size,
            "target": target,
            "ratio": compared.ratio,
            "ratios": compared.ratios,
            "to_naive": compared.ratio * self.floors["F2"].total_ms / self.floors["naive"].total_ms,
            **counts,
            **asdict(measured),
        }
        self.rows.append(row)
        return line_of(row)

    def write(self) -> None:
        """Write the JSON file and the plots."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        told = {
            "floors": {name: asdict(floor) for name, floor in self.floors.items()},
            "rows": self.rows,
            "a_thousand_more": {name: slope(points_of(self.rows, name)) for name in GROWS_WITH},
            **self.also,
        }
        (FOLDER / "results.json").write_text(json.dumps(told, indent=1) + "\n")
        plot(self.rows, FOLDER / "cost.png")


HEADER = (
    f"{'scenario':<26}{'size':>7}{'ops':>5}{'calls':>6}{'msgs':>6}{'CPU ms':>8}{'× F2':>7}{'from–to':>12}{'target':>8}"
    f"{'× naive':>9}{'req/s':>8}{'p50':>8}{'p99':>8}{'errors':>7}{'others':>8}"
)


def line_of(row: dict[str, Any]) -> str:
    """Return a row as a line of the table."""
    target = "" if row["target"] is None else f"{row['target']:.1f}{' ' if row['ratio'] <= row['target'] else '!'}"
    return (
        f"{row['scenario']:<26}{row['size']:>7}{row['operations']:>5}{row['calls']:>6}{row['messages']:>6}"
        f"{sum(row['cpu_ms'].values()):>8.2f}{row['ratio']:>7.2f}{row['ratios'][0]:>6.1f}–{row['ratios'][-1]:<5.1f}{target:>8}{row['to_naive']:>9.2f}"
        f"{row['per_second']:>8.0f}{row['p50_ms']:>8.1f}{row['p99_ms']:>8.1f}{row['errors']:>7}{row['foreign']:>8.0%}"
    )


GROWS_WITH = {
    "GET /friends": "friends",
    "GET /events": "events in all months",
    "GET /chat": "messages in the chat",
    "GET /chats": "chats",
    "POST /chat/msg": "members of the chat",
    "GET /search/users": "people",
}
"""What the size of a scenario counts, for those that are measured at several sizes."""


def points_of(rows: list[dict[str, Any]], scenario: str) -> list[tuple[int, float]]:
    """Return size and CPU (in units of F2) of a scenario, in order of size."""
    return sorted((row["size"], row["ratio"]) for row in rows if row["scenario"] == scenario)


def slope(points: list[tuple[int, float]]) -> float:
    """Return what a thousand more cost, in units of F2, between the smallest and the largest size."""
    (least, low), (most, high) = points[0], points[-1]
    return (high - low) / (most - least) * 1000


def plot(rows: list[dict[str, Any]], file: Path) -> None:
    """Plot what a request costs against what its cost might grow with, a panel each, and name the slope."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(2, 3, figsize=(11, 6))
    for panel, (scenario, unit) in zip(panels.flat, GROWS_WITH.items(), strict=True):
        points = points_of(rows, scenario)
        panel.plot(*zip(*points, strict=True), marker="o")
        panel.set(title=scenario, xlabel=unit, ylabel="× F2", ylim=(0, None))
        panel.text(0.05, 0.9, f"{slope(points):+.2f} F2 for a thousand more", transform=panel.transAxes)
        panel.grid(visible=True, alpha=0.3)
    figure.tight_layout()
    figure.savefig(file, dpi=110)
