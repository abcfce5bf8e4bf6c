"""What every store of events does."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.chassis.messaging import outbox
from services.contracts.events import EventDetails
from services.contracts.ids import new_id
from services.events import model
from services.events import storage as events_storage
from services.events.model import Event, OpenInvitation, creator, joining
from services.events.time import ranges
from services.events.time.clock import Days
from tests.fakes import events as fakes_events
from tests.fakes.details import event_details


def event(owner_id, *, kind="group", members=None, **details):
    event_id = new_id()
    return Event(
        id=event_id,
        kind=kind,
        owner_id=owner_id,
        details=event_details(**{"starts_at": "2026-11-30T19:30", **details}),
        members=members or (creator(owner_id, event_id),),
    )


def stored(events, owner_id, **fields):
    new = event(owner_id, **fields)
    assert events.insert(new, operation_id=new.id)
    return events.find(new.id)


def with_guest(events, owner_id, guest_id):
    """Return an event that a guest has joined."""
    party, invite_id = stored(events, owner_id), new_id()
    assert events.open_invitation(party.id, OpenInvitation(invite_id=invite_id, user_id=guest_id), sender_id=owner_id)
    guest = joining(guest_id, invite_id)
    return events.join(party.id, invite_id=invite_id, member=guest, operation_id=new_id())


def test_an_event_is_inserted_once(events):
    new = event("anna")
    assert events.insert(new, operation_id=new.id)
    assert not events.insert(new, operation_id=new.id)
    found = events.find(new.id)
    assert found == replace(new, operations=frozenset({new.id}), changes=found.changes)
    assert [change.kind for change in found.changes] == ["created"]


def planned(events, owner_id, **details):
    """Return a stored event, such as one that repeats."""
    event_id = new_id()
    new = model.planned(event_id, "group", event_details(**details), owner_id=owner_id)
    assert events.insert(new, operation_id=event_id)
    return events.find(event_id)


WEEK = Days(date(2031, 5, 12), date(2031, 5, 19))
IN_THE_WEEK: dict[str, dict[str, Any]] = {
    "when it begins": {"starts_at": "2031-05-12T00:00"},
    "in its last minute": {"starts_at": "2031-05-18T23:59"},
    "with an end": {"starts_at": "2031-05-17T18:30", "ends_at": "2031-05-17T23:00"},
    "since the evening before": {"starts_at": "2031-05-11T23:00", "ends_at": "2031-05-12T01:00"},
    "all of it, and more": {"starts_at": "2031-05-10T09:00", "ends_at": "2031-05-25T09:00"},
    "a year that ends then": {"starts_at": "2030-05-12T10:00", "ends_at": "2031-05-12T10:00"},
    "a holiday": {"starts_at": "2031-05-06T00:00", "ends_at": "2031-05-13T00:00", "all_day": True},
    "every day for ever": {"starts_at": "0101-01-01T10:00", "recurrence": "FREQ=DAILY"},
    "the last time": {"starts_at": "2031-05-05T10:00", "recurrence": "FREQ=WEEKLY;COUNT=2"},
    "the first time": {"starts_at": "2031-05-18T10:00", "recurrence": "FREQ=WEEKLY;COUNT=2"},
    "the last time, overnight": {
        "starts_at": "2031-05-04T22:00",
        "ends_at": "2031-05-05T02:00",
        "recurrence": "FREQ=WEEKLY;UNTIL=20310511",
    },
}


@pytest.mark.parametrize("details", IN_THE_WEEK.values(), ids=IN_THE_WEEK)
def test_what_takes_place_within_a_range_is_found_however_long_ago_it_began(events, details):
    one = planned(events, "anna", **details)
    [found] = events.list_overlapping("anna", WEEK)
    assert (found.id, found.kind, found.details, found.rest) == (one.id, one.kind, one.details, one.rest)
    assert events.list_overlapping("bob", WEEK) == []


ELSEWHERE: list[dict[str, Any]] = [
    {"starts_at": "2031-05-10T23:59"},
    {"starts_at": "2031-05-19T00:01"},
    {"starts_at": "2031-05-01T10:00", "ends_at": "2031-05-03T10:00"},
    {"starts_at": "2031-05-20T10:00", "ends_at": "2031-05-23T10:00"},
    {"starts_at": "2031-01-01T10:00", "ends_at": "2031-02-23T10:00"},
    {"starts_at": "2031-05-20T10:00", "ends_at": "2031-07-20T10:00"},
    {"starts_at": "2029-01-01T10:00", "ends_at": "2029-11-23T10:00"},
    {"starts_at": "2031-05-20T00:00", "ends_at": "2032-01-01T00:00", "all_day": True},
    {"starts_at": "2020-01-01T10:00", "recurrence": "FREQ=DAILY;UNTIL=20310511"},
    {"starts_at": "2031-05-19T10:00", "recurrence": "FREQ=DAILY"},
]


@pytest.mark.parametrize("size", [1, 20])
def test_what_is_found_in_a_range_takes_as_much_reading_however_much_there_is_elsewhere(events, size):
    """That no more is read than is found says what the store is made with."""
    for details in ELSEWHERE * size:
        planned(events, "anna", **details)
    here = {planned(events, "anna", **details).id for details in IN_THE_WEEK.values()}
    assert {found.id for found in events.list_overlapping("anna", WEEK)} == here


def test_a_month_of_before_the_year_1000_and_the_last_one_are_ranges_too(events):
    old, last = (
        stored(events, "anna", starts_at="0999-11-05T10:00"),
        stored(events, "anna", starts_at="9999-12-31T23:59"),
    )
    for month, one in (ranges.month(999, 11), old), (ranges.month(9999, 12), last):
        assert [found.id for found in events.list_overlapping("anna", month)] == [one.id]
    assert events.list_overlapping("anna", ranges.month(1, 1)) == []


def test_an_event_that_moves_or_repeats_is_found_where_it_is_now(events):
    one = planned(events, "anna", starts_at="2031-05-14T10:00")
    moves: list[tuple[EventDetails, bool]] = [
        ({"starts_at": "2031-06-14T10:00"}, False),
        ({"starts_at": "2031-05-01T10:00", "ends_at": "2031-05-12T10:00"}, True),
        ({"starts_at": "2031-05-05T10:00", "ends_at": "2031-05-05T11:00", "recurrence": "FREQ=WEEKLY"}, True),
        ({"recurrence": None}, False),
    ]
    for changes, is_found in moves:
        after = model.changed(one, changes, occurrence=None, scope="all")
        one = events.replace_plan(one, after, operation_id=new_id())
        assert [found.id for found in events.list_overlapping("anna", WEEK)] == [one.id] * is_found, changes


def test_an_occurrence_that_moves_is_found_where_it_is_now(events):
    one = planned(events, "anna", starts_at="2031-06-02T10:00", recurrence="FREQ=WEEKLY;COUNT=3")
    after = model.changed(one, {"starts_at": "2031-05-14T10:00"}, occurrence="2031-06-09T10:00", scope="this")
    assert events.list_overlapping("anna", WEEK) == []
    stored_ = events.replace_plan(one, after, operation_id=new_id())
    assert [found.id for found in events.list_overlapping("anna", WEEK)] == [one.id]
    assert stored_.changes[-1].occurrence == "2031-06-09T10:00"


def test_a_plan_that_was_decided_on_what_was_read_is_stored_only_if_nothing_changed(events):
    one = planned(events, "anna", starts_at="2031-05-14T10:00", recurrence="FREQ=WEEKLY")
    after = model.changed(one, {"name": "Dinner"}, occurrence=None, scope="all")
    stored_ = events.replace_plan(one, after, operation_id=new_id())
    assert (stored_.details, stored_.rest, stored_.version) == (after.details, after.rest, one.version + 1)
    assert events.find(one.id) == stored_
    assert [change.kind for change in stored_.changes] == ["created", "changed"]
    assert events.replace_plan(one, after, operation_id=new_id()) is None


def test_a_new_plan_keeps_who_takes_part_and_who_is_invited(events):
    party = with_guest(events, "anna", "bob")
    after = model.changed(party, {"starts_at": "2031-05-14T10:00"}, occurrence=None, scope="all")
    open_(events, party, "carl")
    events.replace_plan(party, after, operation_id=new_id())
    found = events.find(party.id)
    assert (found.members, found.has_invited("carl")) == (party.members, True)


def test_a_series_is_not_changed_unread(events):
    one = planned(events, "anna", starts_at="2031-05-14T10:00", recurrence="FREQ=WEEKLY")
    assert not change(events, one, "anna", name="Dinner")
    assert events.find(one.id) == one


def test_of_a_deleted_series_nothing_is_left_to_find(events):
    one = planned(events, "anna", starts_at="2031-05-14T10:00", recurrence="FREQ=WEEKLY")
    after = model.changed(one, {"name": "Secret"}, occurrence="2031-05-14T10:00", scope="this")
    one = events.replace_plan(one, after, operation_id=new_id())
    dead = events.replace_membership(one, model.deleted(one), operation_id=new_id())
    assert (dead.rest, dead.details["recurrence"], events.find_any(one.id)) == (None, None, dead)
    assert events.list_overlapping("anna", WEEK) == []


def test_ids_are_listed_in_time_order(events):
    late, early = stored(events, "anna", starts_at="2027-01-01T00:00"), stored(events, "anna")
    assert events.list_ids("anna") == [(early.id, early.kind), (late.id, late.kind)]
    assert events.list_ids("bob") == []


def test_candidates_are_shared_invited_and_public_events(events):
    private, public = stored(events, "anna"), stored(events, "anna", is_private=False)
    shared, invited = with_guest(events, "anna", "bob"), stored(events, "anna")
    events.open_invitation(invited.id, OpenInvitation(invite_id=new_id(), user_id="bob"), sender_id="anna")
    candidates = {one.id: one for one in events.list_candidates("anna", viewer_id="bob")}
    assert {one_id: one.open for one_id, one in candidates.items()} == {
        shared.id: True,
        invited.id: True,
        public.id: False,
    }
    assert candidates[public.id].owner_id == "anna"
    assert private.id not in candidates


def test_candidates_come_in_time_order(events):
    late, early = (
        stored(events, "anna", is_private=False, starts_at=at) for at in ("2027-02-01T10:00", "2027-01-01T10:00")
    )
    assert [one.id for one in events.list_candidates("anna", viewer_id="bob")] == [early.id, late.id]


def change(events, one, actor_id, *, kind=None, versions=None, operation_id=None, **changes):
    return events.change(
        one.id, changes, actor_id=actor_id, kind=kind, versions=versions, operation_id=operation_id or new_id()
    )


def test_a_change_touches_the_named_fields_only_and_raises_the_version(events):
    party = stored(events, "anna")
    assert change(events, party, "anna", name="Dinner")
    assert change(events, party, "anna", address="Out")
    after = events.find(party.id)
    assert after.details == {**party.details, "name": "Dinner", "address": "Out"}
    assert after.version == party.version + 2


def test_a_change_needs_the_right_the_kind_and_the_version(events):
    party = with_guest(events, "anna", "bob")
    assert not change(events, party, "bob", name="x")
    assert not change(events, party, "carl", name="x")
    assert not change(events, party, "anna", kind="single", name="x")
    assert not change(events, party, "anna", versions=[party.version - 1], name="x")
    assert change(events, party, "anna", kind="group", versions=[party.version - 1, party.version], name="x")


def test_the_same_operation_changes_an_event_once(events):
    party, operation_id = stored(events, "anna"), new_id()
    assert change(events, party, "anna", operation_id=operation_id, name="one")
    assert change(events, party, "anna", name="two")
    assert not change(events, party, "anna", operation_id=operation_id, name="one")
    assert events.find(party.id).details["name"] == "two"


def open_(events, party, user_id, *, sender_id="anna", invite_id=None):
    invitation = OpenInvitation(invite_id=invite_id or new_id(), user_id=user_id)
    return events.open_invitation(party.id, invitation, sender_id=sender_id)


def test_an_invitation_opens_once_for_each_person(events):
    party = stored(events, "anna")
    assert open_(events, party, "bob")
    assert not open_(events, party, "bob")
    assert open_(events, party, "carl")


def test_an_invitation_needs_a_group_a_right_and_somebody_new(events):
    party, single = with_guest(events, "anna", "bob"), stored(events, "anna", kind="single")
    assert not open_(events, single, "carl")
    assert not open_(events, party, "carl", sender_id="bob")
    assert not open_(events, party, "carl", sender_id="stranger")
    assert not open_(events, party, "bob")
    assert not open_(events, event("anna"), "carl")


def test_joining_uses_the_invitation_up(events):
    party, invite_id = stored(events, "anna"), new_id()
    open_(events, party, "bob", invite_id=invite_id)
    guest = joining("bob", invite_id)
    joined = events.join(party.id, invite_id=invite_id, member=guest, operation_id=new_id())
    assert joined.members == (*party.members, guest)
    assert joined.version > party.version
    assert events.join(party.id, invite_id=invite_id, member=guest, operation_id=new_id()) is None


def test_whoever_joins_after_a_change_joins_the_event_as_it_is(events):
    party, invite_id = stored(events, "anna"), new_id()
    open_(events, party, "bob", invite_id=invite_id)
    assert change(events, party, "anna", name="Dinner")
    joined = events.join(party.id, invite_id=invite_id, member=joining("bob", invite_id), operation_id=new_id())
    assert joined == events.find(party.id)
    assert (joined.details["name"], joined.version) == ("Dinner", party.version + 2)


def test_many_who_join_at_once_all_take_part(events):
    party, invite_ids = stored(events, "anna"), {f"guest {number}": new_id() for number in range(12)}
    for guest, invite_id in invite_ids.items():
        open_(events, party, guest, invite_id=invite_id)

    def join(guest):
        return events.join(
            party.id, invite_id=invite_ids[guest], member=joining(guest, invite_ids[guest]), operation_id=new_id()
        )

    with ThreadPoolExecutor(max_workers=12) as pool:
        joined = list(pool.map(join, invite_ids))
    assert sorted(event.version for event in joined) == list(range(party.version + 1, party.version + 13))
    assert {member.user_id for member in events.find(party.id).members} == {"anna", *invite_ids}
    for event in joined:
        assert len(event.members) == 1 + event.version - party.version


def test_a_withdrawn_invitation_lets_nobody_join(events):
    party, invite_id = stored(events, "anna"), new_id()
    open_(events, party, "bob", invite_id=invite_id)
    assert events.withdraw_invitation(party.id, invite_id)
    assert not events.withdraw_invitation(party.id, invite_id)
    guest = joining("bob", invite_id)
    assert events.join(party.id, invite_id=invite_id, member=guest, operation_id=new_id()) is None
    assert open_(events, party, "bob")


def with_inviter(events):
    """Return Anna's event, in which Bob has invited Carl, and Anna Dora."""
    party = with_guest(events, "anna", "bob")
    bob, wanted = party.member_of("bob"), dict.fromkeys(model.RIGHTS, True)
    after = model.with_rights(party, party.member_of("anna"), bob, wanted)
    party = events.replace_membership(party, after, operation_id=new_id())
    assert open_(events, party, "carl", sender_id="bob", invite_id="bobs")
    assert open_(events, party, "dora", invite_id="annas")
    return events.find(party.id)


def revoked(events, party):
    return [invitation.invite_id for invitation in events.find(party.id).invited if invitation.revoked]


def test_an_open_invitation_says_who_has_sent_it(events):
    party = with_inviter(events)
    assert [(one.invite_id, one.user_id, one.sender_id) for one in party.invited] == [
        ("bobs", "carl", "bob"),
        ("annas", "dora", "anna"),
    ]


def test_the_owner_alone_revokes_an_open_invitation_and_no_access_is_left(events):
    party = with_inviter(events)
    for owner_id, invite_id in (("bob", "bobs"), ("carl", "bobs"), ("anna", "unknown")):
        assert not events.revoke_invitation(party.id, invite_id, owner_id=owner_id)
    assert not events.revoke_invitation(new_id(), "bobs", owner_id="anna")
    for _ in range(2):
        assert events.revoke_invitation(party.id, "bobs", owner_id="anna")
    assert revoked(events, party) == ["bobs"]
    found = events.find(party.id)
    assert (found.has_invited("carl"), found.has_invited("dora")) == (False, True)
    assert [one.open for one in events.list_candidates("anna", viewer_id="dora")] == [True]
    assert events.list_candidates("anna", viewer_id="carl") == []


def test_a_revoked_invitation_is_in_the_way_of_another_until_it_has_ended_and_lets_in_who_accepts_first(events):
    party = with_inviter(events)
    for invite_id in ("bobs", "annas"):
        events.revoke_invitation(party.id, invite_id, owner_id="anna")
    assert not open_(events, party, "carl")
    assert events.list_open_invite_ids(["bobs", "annas"]) == {"bobs", "annas"}
    assert events.join(party.id, invite_id="annas", member=joining("dora", "annas"), operation_id=new_id())
    assert events.withdraw_invitation(party.id, "bobs")
    assert open_(events, party, "carl")


def test_a_removal_revokes_what_the_removed_has_sent_also_since_the_decision(events):
    party = with_inviter(events)
    after = model.removed(party, party.member_of("anna"), party.member_of("bob"))
    assert open_(events, party, "eve", sender_id="bob", invite_id="late")
    stored = events.replace_membership(party, after, operation_id=new_id())
    assert [one.invite_id for one in stored.invited if one.revoked] == revoked(events, party) == ["bobs", "late"]
    assert stored.removed_user_id is None
    assert not open_(events, party, "fred", sender_id="bob")


def test_leaving_revokes_nothing(events):
    for leave in (model.without, lambda party, bob: model.removed(party, bob, bob)):
        party = with_inviter(events)
        events.replace_membership(party, leave(party, party.member_of("bob")), operation_id=new_id())
        assert revoked(events, party) == []


def test_a_membership_decided_on_what_was_read_is_stored_only_if_nothing_changed(events):
    party = with_guest(events, "anna", "bob")
    after = model.without(party, party.member_of("bob"))
    assert events.replace_membership(party, after, operation_id=new_id()).members == after.members
    assert events.replace_membership(party, after, operation_id=new_id()) is None


def test_a_change_of_membership_keeps_what_others_wrote_and_open_invitations(events):
    party = with_guest(events, "anna", "bob")
    open_(events, party, "carl")
    after = model.without(party, party.member_of("bob"))
    events.replace_membership(party, after, operation_id=new_id())
    assert events.find(party.id).has_invited("carl")


def test_a_deleted_event_is_a_tombstone_that_nobody_finds(events):
    party = with_guest(events, "anna", "bob")
    dead = events.replace_membership(party, model.deleted(party), operation_id=new_id())
    assert (dead.deleted, dead.members) == (True, ())
    assert (dead.details["name"], dead.details["description"]) == ("", "")
    assert events.find(party.id) is None
    assert events.find_any(party.id) == dead
    assert events.list_ids("anna") == events.list_ids("bob") == []
    assert not open_(events, party, "carl")
    assert not change(events, party, "anna", name="x")


def test_an_event_remembers_an_operation_while_others_change_it_many_times(events):
    party, operation_id = with_guest(events, "anna", "bob"), new_id()
    left = events.replace_membership(party, model.without(party, party.member_of("bob")), operation_id=operation_id)
    for number in range(90):
        changes = {"name": f"Party {number}"}
        assert events.change(party.id, changes, actor_id="anna", kind=None, versions=None, operation_id=new_id())
    assert operation_id in left.operations & events.find(party.id).operations


def test_an_event_is_found_by_its_members_and_by_its_former_ones(events):
    party = with_guest(events, "anna", "bob")
    guest = party.member_of("bob")
    assert events.find_by_member(guest.id).id == party.id
    assert events.find_by_former_member(guest.id) is None
    events.replace_membership(party, model.without(party, guest), operation_id=new_id())
    assert events.find_by_member(guest.id) is None
    assert events.find_by_former_member(guest.id).id == party.id


def test_an_event_has_room_for_a_limited_number_of_people(events, monkeypatch):
    monkeypatch.setattr("services.events.storage.MAX_PLACES", 2)
    monkeypatch.setattr("tests.fakes.events.MAX_PLACES", 2)
    party, invite_id = stored(events, "anna"), new_id()
    assert open_(events, party, "bob", invite_id=invite_id)
    assert not open_(events, party, "carl")
    joined = events.join(party.id, invite_id=invite_id, member=joining("bob", invite_id), operation_id=new_id())
    assert not open_(events, party, "carl")
    events.replace_membership(joined, model.without(joined, joined.member_of("bob")), operation_id=new_id())
    assert open_(events, party, "carl")


def join(events, party, user_id, invite_id):
    return events.join(party.id, invite_id=invite_id, member=joining(user_id, invite_id), operation_id=new_id())


def test_a_used_invitation_neither_opens_nor_lets_in_again(events):
    party, invite_id = stored(events, "anna"), new_id()
    assert open_(events, party, "bob", invite_id=invite_id)
    assert not events.has_used_invitation(party.id, invite_id)
    joined = join(events, party, "bob", invite_id)
    assert events.has_used_invitation(party.id, invite_id)
    assert events.replace_membership(joined, model.without(joined, joined.member_of("bob")), operation_id=new_id())
    assert not open_(events, party, "bob", invite_id=invite_id)
    assert join(events, party, "bob", invite_id) is None
    assert open_(events, party, "bob"), "another invitation opens"


def test_an_invitation_that_ended_before_it_was_opened_never_opens(events):
    party, invite_id = stored(events, "anna"), new_id()
    assert events.withdraw_invitation(party.id, invite_id)
    assert not events.withdraw_invitation(party.id, invite_id)
    assert not open_(events, party, "bob", invite_id=invite_id)
    assert events.has_used_invitation(party.id, invite_id)
    assert join(events, party, "bob", invite_id) is None
    assert events.find(party.id) == party


def test_a_withdrawn_invitation_gives_its_place_back_once(events, monkeypatch):
    monkeypatch.setattr(events_storage, "MAX_PLACES", 2)
    monkeypatch.setattr(fakes_events, "MAX_PLACES", 2)
    party, invite_id = stored(events, "anna"), new_id()
    for _ in range(2):
        assert open_(events, party, "bob", invite_id=invite_id)
        assert not open_(events, party, "carl")
        assert events.withdraw_invitation(party.id, invite_id)
        assert not events.withdraw_invitation(party.id, invite_id)
        invite_id = new_id()
    assert open_(events, party, "carl")
    assert not open_(events, party, "dora")


def test_a_removed_member_is_found_after_more_removals_than_an_event_remembers_operations(events):
    party, invite_id = stored(events, "anna"), new_id()
    open_(events, party, "bob", invite_id=invite_id)
    first = joined = join(events, party, "bob", invite_id)
    for n in range(outbox.REMEMBERED_OPERATIONS + 1):
        left = events.replace_membership(joined, model.without(joined, joined.members[-1]), operation_id=new_id())
        invite_id = new_id()
        open_(events, left, f"guest {n}", invite_id=invite_id)
        joined = join(events, left, f"guest {n}", invite_id)
    assert events.find_by_former_member(first.members[-1].id).id == party.id
