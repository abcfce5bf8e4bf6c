"""README's first session works, word for word, against a running system."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.docs.documents import blocks, section
from tests.e2e.system import System

BASE = "http://localhost:5000"
WITHIN_S = 60

pytestmark = pytest.mark.system


def test_the_first_session_does_what_the_readme_says(system: System, tmp_path: Path) -> None:
    (script,) = blocks(section("README.md", "A first session"), "bash")
    assert BASE in script

    ended = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script.replace(BASE, system.base)],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
    )

    assert ended.returncode == 0, ended.stderr
    me, first, repeat, month = json_values(ended.stdout)
    assert me["name"] == "Alice Archer"
    assert re.fullmatch("[0-9a-f]{24}", first["id"])
    assert repeat == first
    assert [event["id"] for event in month["24"] if event["name"] == "Tea"] == [first["id"]]


def json_values(text: str) -> list[dict]:
    """Return the JSON objects that stand in a text one after the other."""
    decoder, values, at = json.JSONDecoder(), [], 0
    while text[at:].strip():
        value, length = decoder.raw_decode(text[at:].lstrip())
        at = len(text) - len(text[at:].lstrip()) + length
        values.append(value)
    return values
