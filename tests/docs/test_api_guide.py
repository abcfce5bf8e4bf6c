"""The examples of docs/api-guide.md work, word for word, against a running system."""

import json
import re
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.docs.documents import blocks, read, section
from tests.e2e.system import System

BASE = "http://localhost:5000"
WITHIN_S = 60

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def guide(system: System) -> dict[str, Any]:
    """Run all examples in Python as one program; return the names that it has defined."""
    program = "\n".join(blocks(read("docs/api-guide.md"), "python"))
    assert BASE in program
    names: dict[str, Any] = {}
    exec(compile(program.replace(BASE, system.base), "docs/api-guide.md", "exec"), names)
    return names


def test_the_first_session_does_what_the_guide_says(system: System, tmp_path: Path) -> None:
    (script,) = blocks(section("docs/api-guide.md", "A first session"), "bash")
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


def test_what_was_written_after_the_snapshot_is_heard_on_the_stream_and_pulled(guide: dict[str, Any]) -> None:
    session = guide["log_in"](f"guide-{uuid.uuid4().hex[:8]}")
    _, cursor = guide["snapshot"](session)
    created = guide["write"](session, "POST", "/event", json=guide["tea"]).json()

    heard = next(guide["listen"](session, cursor))

    assert (heard["type"], heard["data"]["id"]) == ("event.created.v1", created["id"])
    assert guide["pull"](session, cursor) == ([heard], heard["id"])


def test_a_session_that_has_ended_ends_the_loop(system: System, guide: dict[str, Any]) -> None:
    session = guide["log_in"](f"guide-{uuid.uuid4().hex[:8]}")
    session.get(f"{system.base}/logout", timeout=10)

    assert list(guide["listen"](session, "0")) == []


def test_a_chat_is_read_in_pages(system: System, guide: dict[str, Any]) -> None:
    session = guide["log_in"](f"guide-{uuid.uuid4().hex[:8]}")
    event_id = guide["write"](session, "POST", "/event", json={**guide["tea"], "type": "group"}).json()["id"]
    chat_id = session.get(f"{system.base}/event", params={"id": event_id}, timeout=10).json()["chat_id"]
    texts = [f"message {number}" for number in range(5)]
    for text in texts:
        guide["write"](session, "POST", "/chat/msg", json={"chat_id": chat_id, "text": text})

    assert [message["text"] for message in guide["read_chat"](session, chat_id, page=2)] == texts


def json_values(text: str) -> list[dict[str, Any]]:
    """Return the JSON objects that stand in a text one after the other."""
    decoder, values, at = json.JSONDecoder(), [], 0
    while text[at:].strip():
        value, length = decoder.raw_decode(text[at:].lstrip())
        at = len(text) - len(text[at:].lstrip()) + length
        values.append(value)
    return values
