"""What `make bench-compare` calls slower."""

from typing import Any

from tests.bench.compare import reasons


def run(*ratios: float, operations: int = 3) -> dict[str, Any]:
    return {
        "ratio": sorted(ratios)[len(ratios) // 2],
        "ratios": sorted(ratios),
        "operations": operations,
        "calls": 1,
        "background_operations": 0,
    }


def test_rounds_that_overlap_tell_nothing() -> None:
    assert reasons(run(2.0, 2.2, 2.5), run(2.4, 2.6, 3.0)) == []


def test_what_is_dearer_in_its_best_round_than_before_in_the_worst_is_slower() -> None:
    assert reasons(run(2.0, 2.2, 2.5), run(3.0, 3.1, 3.2)) == ["slower by 20% at least"]


def test_one_operation_more_counts_whatever_the_clock_says() -> None:
    assert reasons(run(2.0, 2.2, 2.5), run(1.0, 1.1, 1.2, operations=4)) == ["4 operations, 3 before"]


def test_an_earlier_run_without_rounds_has_one_ratio() -> None:
    base = {name: value for name, value in run(2.0).items() if name != "ratios"}
    assert reasons(base, run(1.9, 2.0, 2.4)) == []
