"""Every feed item is sent by the stream, in a type and a shape that the OpenAPI document declares."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from gateway.live.sse import START_OVER
from gateway.schemas.stream import MODELS, TYPES, AnyItem, Reader, serialize_item
from services.contracts import streams as contract
from services.contracts.domain_events import InviteChangedV1, from_wire
from services.contracts.registry import SUBSCRIPTIONS
from services.streams.model import feed_entries_of, user_ids_in
from tests.contract.test_domain_events import EXAMPLES
from tests.docs.documents import marked, read, rows, section

CREATED = EXAMPLES["EventChangedV1"] | {"change": "created"}
READER = Reader(base="https://calendar.example", language="en")
FRIEND, STRANGER = "7" * 24, "8" * 24
REMOVED = [{"id": "5" * 24, "user_id": "6" * 24}]

MESSAGES = [
    CREATED,
    CREATED | {"event": {**EXAMPLES["EventChangedV1"]["event"], "kind": "single"}},
    *(CREATED | {"change": change} for change in ("changed", "joined", "rights")),
    CREATED | {"change": "left", "removed_members": REMOVED},
    CREATED | {"change": "deleted", "removed_members": REMOVED, "members": []},
    EXAMPLES["OccurrenceChangedV1"],
    EXAMPLES["OccurrenceChangedV1"] | {"cancelled": True, "event": {}},
    *(EXAMPLES["MessageChangedV1"] | {"change": change} for change in ("posted", "edited", "deleted")),
    *(
        EXAMPLES["InviteChangedV1"] | {"outcome": outcome}
        for outcome in ("pending", "accepted", "declined", "cancelled", "revoked", "void")
    ),
    *(EXAMPLES["FriendshipChangedV1"] | {"friends": friends} for friends in (True, False)),
    EXAMPLES["ProfileChangedV1"],
]


def profile(user_id):
    return {
        "id": user_id,
        "name": "Anna",
        "email": "anna@example.test",
        "picture": "",
        "birthday": "1990-05-17",
        "known_to": [user_id, FRIEND],
    }


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
        event = serialize_item(item, READER)
        whole = {"id": str(event.sequence), "type": event.type, "data": event.data}
        assert declared.validate_python(whole, strict=True).model_dump(exclude_unset=True) == whole


def item_of(kind, body):
    return contract.FeedItem(sequence=1, kind=kind, body=body, cutoff_id=None, version=1)


def members_shown(message):
    """Return the readers of each item about a member, with the item's data."""
    return [
        (set(entry.user_ids), serialize_item(item_of(entry.kind, entry.body), READER).data)
        for entry in entries(message)
        if entry.kind.startswith("member.")
    ]


@pytest.mark.parametrize("change", ["joined", "rights"])
def test_friends_see_the_email_of_a_member_and_others_do_not(change):
    [subject] = EXAMPLES["EventChangedV1"]["affected_member_ids"]
    members = [{"id": str(n) * 24, "user_id": user_id, "rights": []} for n, user_id in enumerate([FRIEND, STRANGER])]
    [affected] = [each for each in EXAMPLES["EventChangedV1"]["members"] if each["id"] == subject]
    (others, to_others), (friends, to_friends) = members_shown(
        CREATED | {"change": change, "members": [affected, *members]}
    )
    assert (others, to_others["email"]) == ({STRANGER}, None)
    assert (friends - {affected["user_id"]}, to_friends["email"]) == ({FRIEND}, "anna@example.test")
    assert to_others | {"email": None} == to_friends | {"email": None}


def test_what_is_kept_in_a_feed_for_strangers_has_no_email_and_no_birthday():
    told = [entry.body for message in MESSAGES for entry in entries(message) if "profile" in entry.body]
    for_strangers = [body["profile"] for body in told if body.get("for_friends") is False]
    assert {(each["email"], each["birthday"]) for each in for_strangers} == {(None, None)}


def test_an_item_of_before_shows_no_email():
    body = {"id": "1" * 24, "user_id": "2" * 24, "event_id": "3" * 24, "rights": {}, "profile": profile("2" * 24)}
    item = item_of("member.joined", body)
    assert serialize_item(item, READER).data["email"] is None


def test_an_event_of_before_there_were_ends_shows_its_wall_clock_and_no_end():
    [entry] = [entry for entry in entries(CREATED) if entry.kind == "event.created"]
    shown = serialize_item(item_of(entry.kind, entry.body), READER).data
    assert (shown["datetime"], shown["starts_at"]) == ("30.11.2026 19:30", "2026-11-30T19:30:00")
    assert shown["all_day"] == "false"
    later = ("end_datetime", "time_zone", "recurrence", "occurrence", "ends_at")
    assert [shown[name] for name in later] == [None] * len(later)


def test_an_occurrence_is_shown_to_the_members_as_it_is_and_a_cancelled_one_by_its_name():
    changed, cancelled = EXAMPLES["OccurrenceChangedV1"], {"cancelled": True, "event": {}}
    [entry] = entries(changed)
    shown = serialize_item(item_of(entry.kind, entry.body), READER).data
    assert (shown["id"], shown["occurrence"], shown["datetime"], shown["starts_at"]) == (
        changed["event_id"],
        "07.12.2026 19:30",
        "08.12.2026 19:30",
        "2026-12-08T19:30:00+01:00",
    )
    assert (shown["member_id_list"], shown["chat_id"], entry.user_ids) == (["3" * 24], changed["chat_id"], ("4" * 24,))
    [entry] = entries(changed | cancelled)
    assert serialize_item(item_of(entry.kind, entry.body), READER).data == {
        "id": changed["event_id"],
        "occurrence": "07.12.2026 19:30",
    }


@pytest.mark.parametrize(("language", "words"), [("en", "Someone"), ("ru", "Кто-то")])
def test_a_missing_name_is_said_in_the_language_of_the_reader(language, words):
    body = {"profile": profile("2" * 24) | {"name": ""}, "chat_id": "4" * 24}
    item = item_of("friend.added", body)
    assert serialize_item(item, Reader(base="", language=language)).data["name"] == words


def test_a_type_that_is_not_declared_is_no_item():
    with pytest.raises(ValueError, match="type"):
        TypeAdapter(AnyItem).validate_python({"id": "1", "type": "event.created.v2", "data": {}})


def test_every_type_is_documented_and_nothing_else_is():
    table = rows(section("docs/wire-format.md", "The stream"))
    documented = [name for row in table for name in marked(row[0])]

    assert sorted(documented) == sorted([*(kind.name for kind in TYPES.values()), START_OVER])
    assert len(MODELS) == len(TYPES)
    assert all(f"`{kind.name}`" in read("docs/wire-format.md") for kind in TYPES.values())


def test_whoever_was_removed_is_not_told_of_the_invitations_that_end_with_them():
    revoked = from_wire(EXAMPLES["InviteChangedV1"] | {"outcome": "revoked", "event_id": "4" * 24})
    assert isinstance(revoked, InviteChangedV1)
    [entry] = feed_entries_of(revoked, {})
    assert (entry.kind, entry.body["outcome"], entry.user_ids) == (
        "invite.cancelled",
        "cancelled",
        (revoked.receiver_id,),
    )
