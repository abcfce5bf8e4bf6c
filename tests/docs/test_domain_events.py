"""docs/domain-events.md says of every kind what the contract says, and docs/wire-format.md shows what travels."""

import json
import re
from dataclasses import fields
from typing import get_type_hints

import pytest

from services.chassis.broker import topology
from services.chassis.rpc import codec
from services.contracts.domain_events import KINDS, DomainEvent, from_wire, to_wire
from services.contracts.ids import is_id
from services.contracts.registry import SUBSCRIPTIONS
from services.contracts.streams import BROADCASTS
from tests.docs.documents import blocks, marked, read, rows, section

DOCUMENT = "docs/domain-events.md"
TYPES = {
    "text": str,
    "text or null": str | None,
    "int": int,
    "bool": bool,
    "list of text": list[str],
    "object": dict[str, object],
    "list of objects": list[dict[str, object]],
}
IN_EVERY_KIND = {field.name for field in fields(DomainEvent)}

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def names_after(label: str, text: str) -> list[str]:
    found = re.search(rf"{label}:\s+([\w,\s]+)\.", text)
    assert found, f"{label!r} is not said"
    return re.split(r",\s+", found[1])


def test_every_kind_has_a_section_and_nothing_else_has() -> None:
    headings = re.findall(r"^## (\w+)$", read(DOCUMENT), re.MULTILINE)

    assert headings == list(KINDS)


def test_the_field_that_all_have_is_described_once() -> None:
    assert set(marked(read(DOCUMENT).partition("\n## ")[0])) >= IN_EVERY_KIND


@every_kind
def test_a_kind_is_documented_with_its_fields_and_their_types(kind: type[DomainEvent]) -> None:
    documented = {marked(row[0])[0]: TYPES[row[1]] for row in rows(section(DOCUMENT, kind.__name__))}
    hints = get_type_hints(kind)

    assert documented == {field.name: hints[field.name] for field in fields(kind) if field.name not in IN_EVERY_KIND}


@every_kind
def test_a_kind_is_documented_with_who_publishes_and_who_handles_it(kind: type[DomainEvent]) -> None:
    text = section(DOCUMENT, kind.__name__)

    assert names_after(r"Published\s+by", text) == [kind.published_by]
    assert names_after(r"Handled\s+by", text) == list(SUBSCRIPTIONS[kind])
    for subscriber in SUBSCRIPTIONS[kind]:
        assert f"- **{subscriber}** " in text, f"it does not say what {subscriber} does"


def test_the_domain_event_that_is_shown_could_have_travelled() -> None:
    shown = [json.loads(block) for block in blocks(section("docs/wire-format.md", "Domain events"), "json")]

    assert shown
    for message in shown:
        assert to_wire(from_wire(message)) == message
        assert all(is_id(message[name]) for name in message if name.endswith("_id"))


def test_the_replies_that_are_shown_could_have_travelled() -> None:
    lines = blocks(section("docs/wire-format.md", "Calls"), "json")[1].splitlines()

    assert codec.decode_reply(lines[0].encode())["domain_events"] == []
    with pytest.raises(Exception, match=r"event\.unknown"):
        codec.decode_reply(lines[1].encode())


@pytest.mark.parametrize(
    "name",
    [
        codec.CALLS_EXCHANGE,
        codec.REPLY_TO,
        codec.calls_queue("<service>", "classic"),
        codec.calls_queue("<service>", "quorum"),
        topology.exchange_of("<service>"),
        BROADCASTS[0],
        *topology.queues_of("streams"),
        topology.dead_letters_of("<subscriber>"),
        *(topology.delay_queue_of("<subscriber>", delay_ms) for delay_ms in topology.DELAYS_MS),
        f"x-delivery-limit: {topology.CRASH_LIMIT}",
    ],
)
def test_the_names_on_the_broker_are_documented(name: str) -> None:
    assert name in marked(read("docs/wire-format.md"))
