"""What so many people would take, from what was measured: `python -m tests.bench.model`, after `make bench`.

Prints the table of docs/capacity.md. The database is left out of the CPU time; its operations are counted.
"""

import json
from dataclasses import dataclass
from typing import Any

from tests.bench.report import FOLDER

PEOPLE = (1_000, 1_000_000, 100_000_000)
ACTIVE_SHARE = 0.2
"""Of the people, on a day."""
PEAK = 4
"""Times the mean of the day."""
SECONDS_A_DAY = 86_400
LOAD = 0.7
"""Of a core that is planned for."""
A_DAY: dict[tuple[str, int], float] = {
    ("GET /user", 1): 5,
    ("GET /events", 500): 15,
    ("GET /event", 1): 10,
    ("GET /chats", 50): 3,
    ("GET /chat", 20): 10,
    ("GET /friends", 10): 2,
    ("GET /search/users", 20_000): 0.5,
    ("POST /chat/msg", 1): 4,
    ("POST /event", 1): 0.5,
    ("invite, list, accept", 1): 0.3,
}
"""What somebody who is active asks for, by scenario and size."""
BYTES_A_PERSON = {"events": 51_000, "messages": 238_000, "friendships": 6_000, "profiles": 2_000}
"""As in docs/capacity.md: 100 events, 1,000 messages, 50 friends; before compression and indexes."""
SERVICES = ("users", "events", "chats", "invites", "streams")


@dataclass(frozen=True)
class Needed:
    """What a number of people needs at the peak."""

    requests: float
    operations: float
    messages: float
    cores: dict[str, float]
    terabytes: float


def needed(people: int, rows: list[dict[str, Any]]) -> Needed:
    """Model the peak."""
    measured = {(row["scenario"], row["size"]): row for row in rows}
    a_second = people * ACTIVE_SHARE * PEAK / SECONDS_A_DAY
    rates = [(measured[asked], times * a_second) for asked, times in A_DAY.items()]
    parts = ("gateway", *SERVICES, "rabbitmq")
    return Needed(
        requests=sum(rate for _, rate in rates),
        operations=sum(rate * (row["operations"] + row["background_operations"]) for row, rate in rates),
        messages=sum(rate * row["messages"] for row, rate in rates),
        cores={part: sum(rate * row["cpu_ms"].get(part, 0.0) for row, rate in rates) / 1000 / LOAD for part in parts},
        terabytes=people * sum(BYTES_A_PERSON.values()) / 1e12,
    )


def main() -> None:
    """Print the table."""
    rows = json.loads((FOLDER / "results.json").read_text())["rows"]
    models = [needed(people, rows) for people in PEOPLE]
    lines = {
        "requests a second": [model.requests for model in models],
        "database operations a second": [model.operations for model in models],
        "broker messages a second": [model.messages for model in models],
        **{f"cores of {part}": [model.cores[part] for model in models] for part in models[0].cores},
        "terabytes of documents": [model.terabytes for model in models],
    }
    print("| at the peak | " + " | ".join(f"{people:,} people" for people in PEOPLE) + " |")
    print("|---" * (len(PEOPLE) + 1) + "|")
    for name, values in lines.items():
        print(
            f"| {name} | " + " | ".join(f"{value:,.2g}" if value < 10 else f"{value:,.0f}" for value in values) + " |"
        )


if __name__ == "__main__":
    main()
