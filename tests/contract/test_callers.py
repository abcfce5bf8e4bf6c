"""A contract lists for each call who makes it: whoever the code shows to do so, and nobody else."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from services.contracts import gateways
from services.contracts.registry import CONTRACTS, callers_of
from services.contracts.rpc import Call
from tests.docs.documents import REPOSITORY

CALLS = [value for contract in CONTRACTS.values() for value in vars(contract).values() if isinstance(value, Call)]
PARTS = {"gateway": REPOSITORY / "gateway", **{name: REPOSITORY / "services" / name for name in CONTRACTS}}


def contracts_in(tree: ast.Module) -> dict[str, str]:
    """Return the names under which a module knows the contracts of services, and which service each is of."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "services.contracts"
        for alias in node.names
        if alias.name in CONTRACTS
    }


def used_in(path: Path) -> set[tuple[str, str]]:
    """Return what a file uses of contracts: service and name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = contracts_in(tree)
    return {
        (names[node.value.id], node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names
    }


def made_by() -> dict[tuple[str, str], set[str]]:
    """Return which parts use each call that is not their own."""
    callers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for part, folder in PARTS.items():
        for path in folder.rglob("*.py"):
            for service, name in used_in(path):
                if service != part:
                    callers[service, name].add(part)
    return callers


CALLERS = made_by()


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.service}.{call.method}")
def test_a_contract_lists_who_makes_a_call(call: Call[..., object]) -> None:
    assert set(callers_of(call.service, call.method)) == CALLERS[call.service, call.method]


def test_a_gateway_is_cut_off_by_streams() -> None:
    assert gateways.cut_off.callers == ("streams",)
