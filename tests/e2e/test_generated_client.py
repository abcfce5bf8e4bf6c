"""A client that is generated from the OpenAPI document: it reads answers, and changes only what it names."""

import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.e2e.people import Person
from tests.e2e.system import System

PACKAGE = "generated_calendar_client"


@pytest.fixture(scope="module")
def client(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    folder = tmp_path_factory.mktemp("client")
    command: list[str | Path] = [
        Path(sys.executable).with_name("openapi-python-client"),
        "generate",
        "--meta",
        "none",
        "--fail-on-warning",
    ]
    options = folder / "options.yaml"
    options.write_text("post_hooks: []\n")
    run = subprocess.run(
        [*command, "--url", f"{system.base}/openapi.json", "--output-path", folder / PACKAGE, "--config", options],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    sys.path.insert(0, str(folder))
    yield importlib.import_module(PACKAGE)
    sys.path.remove(str(folder))


@pytest.fixture
def call(client: ModuleType) -> Callable[..., Any]:
    """Return what makes a call of the generated client as a person: `call(person, "events.create_event", ...)`."""

    def make(person: Person, name: str, **arguments: Any) -> Any:
        module = importlib.import_module(f"{PACKAGE}.api.{name}")
        cookies = {cookie.name: cookie.value for cookie in person.http.cookies}
        with client.Client(base_url=person.system.base, cookies=cookies) as session:
            return module.sync_detailed(client=session, **arguments)

    return make


@pytest.fixture
def models(client: ModuleType) -> ModuleType:
    return importlib.import_module(f"{PACKAGE}.models")


def test_it_creates_and_reads_an_event(call: Callable[..., Any], models: Any, someone: Callable[..., Person]) -> None:
    ann = someone()
    plan = {
        "type": "group",
        "name": "Tea",
        "is_private": "true",
        "datetime": "17.05.2031 18:30",
        "address": "Home",
        "icon": "coffee.svg",
    }

    created = call(ann, "events.create_event", body=models.NewEvent.from_dict(plan))
    event = call(ann, "events.get_event", id=created.parsed.id)

    assert created.status_code == event.status_code == 200
    assert event.headers["ETag"]
    assert (event.parsed.name, event.parsed.type_) == ("Tea", "group")
    assert len(event.parsed.member_id_list) == 1
    month = call(ann, "events.list_month", year=2031, month=5)
    assert [summary.id for summary in month.parsed.additional_properties["17"]] == [created.parsed.id]


def test_a_changed_event_changes_only_in_what_was_named(
    call: Callable[..., Any], models: Any, someone: Callable[..., Person]
) -> None:
    ann = someone()
    event_id = ann.plan(type="group", description="Bring cake", is_private="true")
    before = ann.event(event_id)

    answer = call(ann, "events.change_event", body=models.ChangedEvent(id=event_id, address="The lake"))

    assert answer.status_code == 204
    assert ann.event(event_id) == before | {"address": "The lake"}


def test_changed_rights_change_only_in_what_was_named(
    call: Callable[..., Any], models: Any, someone: Callable[..., Person]
) -> None:
    ann, ben = someone(), someone()
    event_id = ann.plan_together(ben)
    ann.grant(event_id, ben, is_can_invite_user=True, is_can_delete_user=True)
    before = ann.members(event_id)[ben.id]

    rights = models.ChangedRights(id=before["member_id"], is_can_change_event=True)
    answer = call(ann, "members.change_rights", body=rights)

    assert answer.status_code == 204
    assert ann.members(event_id)[ben.id] == before | {"is_can_change_event": True}
    assert before["is_can_invite_user"] and before["is_can_delete_user"] and not before["is_can_change_event"]


def test_it_lists_friends_and_reads_the_chat_with_them(
    call: Callable[..., Any], models: Any, someone: Callable[..., Person]
) -> None:
    ann, ben = someone(), someone()
    ann.befriend(ben)
    chat_id = ann.dialog_with(ben)

    body = models.NewMessage(chat_id=chat_id, text="Hello")
    sent = [call(ann, "chats.post_message", body=body, idempotency_key="one-message") for _ in range(2)]

    assert [answer.status_code for answer in sent] == [204, 204]
    assert [friend.id for friend in call(ann, "friends.list_friends").parsed] == [ben.id]
    chat = call(ben, "chats.get_chat", id=chat_id).parsed
    assert [message.text for message in chat.msg_id_list] == ["Hello"]


def test_it_reads_problems_as_problems(call: Callable[..., Any], someone: Callable[..., Person]) -> None:
    answer = call(someone(), "events.get_event", id="0" * 24)

    assert (answer.status_code, answer.parsed.type_) == (404, "urn:social-calendar:problem:event.unknown")


def test_it_follows_changes(call: Callable[..., Any], someone: Callable[..., Person]) -> None:
    ann = someone()
    cursor = call(ann, "users.get_user").headers["X-Stream-Cursor"]
    event_id = ann.plan(name="Tea")

    page = call(ann, "stream.sync", since=cursor).parsed
    while not page.items:
        page = call(ann, "stream.sync", since=page.cursor).parsed

    assert [(item.type_, item.data.id, item.data.name) for item in page.items] == [
        ("event.created.v1", event_id, "Tea")
    ]
