"""One request is found in the log of every process that it reaches, by the id that its answer names."""

import json
from pathlib import Path

import pytest
import requests

from tests.e2e.answers import ok
from tests.e2e.people import Person
from tests.e2e.system import LocalSystem
from tests.integration.test_domain_events import eventually

SERVICES = ("users", "events", "chats", "invites", "streams")
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
TEXT = "A secret that no log may keep"


@pytest.fixture
def ann(own_system: LocalSystem) -> Person:
    return Person(own_system)


def lines(system: LocalSystem) -> list[dict[str, object]]:
    """Return what services and gateway have logged; a line that is no JSON object fails the test."""
    files = [Path(system.data, "logs", f"{name}.log") for name in (*SERVICES, "gateway")]
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def way_of(system: LocalSystem, request_id: str) -> set[tuple[object, object]]:
    return {(line["service"], line["event"]) for line in lines(system) if line.get("request_id") == request_id}


def test_a_message_is_followed_from_its_answer_to_the_feeds(own_system: LocalSystem, ann: Person) -> None:
    event_id = ann.plan(type="group")
    chat_id = ok(ann.get("/event", id=event_id))["chat_id"]

    answer = ann.post(
        "/chat/msg",
        {"chat_id": chat_id, "text": TEXT},
        headers={"traceparent": f"00-{TRACE_ID}-b7ad6b7169203331-01", "X-Request-Id": "mine"},
    )

    request_id = answer.headers["X-Request-Id"]
    assert answer.status_code == 204
    assert request_id != "mine"
    whole = {("gateway", "answered"), ("chats", "answered"), ("chats", "published"), ("streams", "handled")}
    eventually(lambda: way_of(own_system, request_id) >= whole)
    mine = [line for line in lines(own_system) if line.get("request_id") == request_id]
    assert {line["trace_id"] for line in mine} == {TRACE_ID}
    for line in mine:
        assert {"time", "level", "service", "event"} <= line.keys()


def test_every_answer_and_every_problem_names_its_request(own_system: LocalSystem, ann: Person) -> None:
    answers = [
        ann.get("/user"),
        ann.get("/event", id="0" * 24),
        requests.get(f"{own_system.base}/nowhere", timeout=10),
        requests.get(f"{own_system.base}/user", timeout=10),
        requests.get(f"{own_system.base}/user", headers={"Expect": "x" * 9000}, timeout=10),
    ]

    ids = [answer.headers["X-Request-Id"] for answer in answers]
    assert len(set(ids)) == len(ids)
    for answer, request_id in zip(answers, ids, strict=True):
        if answer.status_code >= 400:
            assert answer.json()["request_id"] == request_id


def test_no_log_keeps_texts_names_addresses_or_tokens(own_system: LocalSystem, ann: Person) -> None:
    me = ok(ann.get("/user"))
    ann.post("/event", {"type": "single", "name": TEXT, "is_private": "nonsense"})
    ann.get("/search/users", filtered_str=me["email"])
    ann.get("/event", id="0" * 24)

    private = {TEXT, me["email"], me["name"], me["google_id"], *ann.http.cookies.values()}
    logged = "\n".join(json.dumps(line) for line in lines(own_system))
    assert [secret for secret in private if len(secret) > 4 and secret in logged] == []
