"""Every feed item is sent by the stream, in a type and a shape that the OpenAPI document declares."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from gateway.live.sse import START_OVER
from gateway.schemas.stream import MODELS, TYPES, AnyItem, serialize_item
from services.contracts import streams as contract
from services.contracts.domain_events import from_wire
from services.contracts.registry import SUBSCRIPTIONS
from services.streams.model import feed_entries_of, user_ids_in
from tests.contract.test_domain_events import EXAMPLES
from tests.docs.documents import marked, read, rows, section

CREATED = EXAMPLES["EventChangedV1"] | {"change": "created"}
REMOVED = [{"id": "5" * 24, "user_id": "6" * 24}]

MESSAGES = [
    CREATED,
    CREATED | {"event": {**EXAMPLES["EventChangedV1"]["event"], "kind": "single"}},
    *(CREATED | {"change": change} for change in ("changed", "joined", "rights")),
    CREATED | {"change": "left", "removed_members": REMOVED},
    CREATED | {"change": "deleted", "removed_members": REMOVED, "members": []},
    *(EXAMPLES["MessageChangedV1"] | {"change": change} for change in ("posted", "edited", "deleted")),
    *(
        EXAMPLES["InviteChangedV1"] | {"outcome": outcome}
        for outcome in ("pending", "accepted", "declined", "cancelled", "void")
    ),
    *(EXAMPLES["FriendshipChangedV1"] | {"friends": friends} for friends in (True, False)),
    EXAMPLES["ProfileChangedV1"],
]


def profile(user_id):
    return {"id": user_id, "name": "Anna", "email": "anna@example.test", "picture": "", "birthday": None}


def entries(message):
    domain_event = from_wire(message)
    return feed_entries_of(domain_event, {user_id: profile(user_id) for user_id in user_ids_in(domain_event)})


def items():
    return [
        contract.FeedItem(sequence=1, kind=entry.kind, body=entry.body, cutoff_id=entry.cutoff_id, version=1)
        for message in MESSAGES
        for entry in entries(message)
    ]


def test_every_domain_event_that_streams_handles_adds_to_a_feed():
    assert {message["kind"] for message in MESSAGES} == {
        kind.__name__ for kind in SUBSCRIPTIONS if "streams" in SUBSCRIPTIONS[kind]
    }
    for message in MESSAGES:
        added = entries(message)
        assert any(entry.user_ids for entry in added), message
        assert len({entry.id for entry in added}) == len(added)


def test_every_kind_of_item_is_made_from_some_domain_event():
    assert {item["kind"] for item in items()} == set(contract.KINDS) == set(TYPES)


def test_every_item_has_the_shape_that_is_declared():
    declared: TypeAdapter[Any] = TypeAdapter(AnyItem)
    for item in items():
        event = serialize_item(item, "https://calendar.example")
        whole = {"id": str(event.sequence), "type": event.type, "data": event.data}
        assert declared.validate_python(whole, strict=True).model_dump(exclude_unset=True) == whole


def test_a_type_that_is_not_declared_is_no_item():
    with pytest.raises(ValueError, match="type"):
        TypeAdapter(AnyItem).validate_python({"id": "1", "type": "event.created.v2", "data": {}})


def test_every_type_is_documented_and_nothing_else_is():
    table = rows(section("docs/wire-format.md", "The stream"))
    documented = [name for row in table for name in marked(row[0])]

    assert sorted(documented) == sorted([*(kind.name for kind in TYPES.values()), START_OVER])
    assert len(MODELS) == len(TYPES)
    assert all(f"`{kind.name}`" in read("docs/wire-format.md") for kind in TYPES.values())
