"""Functions stay short: half of them have five lines or fewer, and hardly one has more than thirty."""

import ast
from pathlib import Path
from statistics import median

from tests.docs.documents import REPOSITORY

PROGRAMS = ("services", "gateway", "deploy")
MEDIAN, LONG = 5, 30
SHARE_OF_LONG = 0.01


def files() -> list[Path]:
    found = [path for program in PROGRAMS for path in (REPOSITORY / program).rglob("*.py")]
    return [path for path in found if "node_modules" not in path.parts]


def lengths() -> dict[str, int]:
    """Return the lines of each function, with signature and docstring, by where it begins."""
    return {
        f"{path.relative_to(REPOSITORY)}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_half_of_all_functions_have_five_lines_or_fewer() -> None:
    assert median(lengths().values()) <= MEDIAN


def test_hardly_a_function_has_more_than_thirty_lines() -> None:
    every = lengths()
    long = {where: lines for where, lines in every.items() if lines > LONG}
    assert len(long) <= SHARE_OF_LONG * len(every), long
