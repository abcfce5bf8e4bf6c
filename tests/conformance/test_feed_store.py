"""The feed of each user: sequences without gaps, nothing twice, and nothing that one may not read any more."""

from datetime import timedelta

from services.chassis.messaging.outbox import now
from services.contracts.ids import new_id
from services.streams import storage, usecases
from services.streams.model import AccessCutoff, FeedEntry

ANNA, BOB, CARL = "anna", "bob", "carl"


def entry(*user_ids, cutoff_id=None, version=0, **body):
    return FeedEntry(
        id=f"{new_id()}.0",
        kind="event.created",
        body=body,
        user_ids=tuple(user_ids),
        cutoff_id=cutoff_id,
        version=version,
    )


def sequences(feeds, user_id, after=0):
    return [place.sequence for place in feeds.list_places(user_id, after=after, limit=10_000)]


def read(feeds, user_id, after=0, limit=100):
    return usecases.read_feed(feeds, user_id=user_id, after=after, limit=limit)


def test_each_feed_has_sequences_of_its_own_without_gaps(feeds):
    assert feeds.append([entry(ANNA, BOB), entry(BOB)]) == [{ANNA: 1, BOB: 1}, {BOB: 2}]
    assert feeds.append([entry(ANNA)]) == [{ANNA: 2}]
    assert (feeds.find_last_sequence(ANNA), feeds.find_last_sequence(BOB), feeds.find_last_sequence(CARL)) == (2, 2, 0)


def test_an_entry_that_is_appended_again_keeps_its_sequence(feeds):
    first, second = entry(ANNA, BOB), entry(ANNA)
    feeds.append([first])
    assert feeds.append([first, second]) == [{ANNA: 1, BOB: 1}, {ANNA: 2}]
    assert feeds.append([second, first, entry(BOB)]) == [{ANNA: 2}, {ANNA: 1, BOB: 1}, {BOB: 2}]
    assert sequences(feeds, ANNA) == [1, 2]


def test_a_feed_is_read_in_pages(feeds):
    feeds.append([entry(ANNA, number=number) for number in range(5)])
    first, second = read(feeds, ANNA, limit=3), read(feeds, ANNA, after=3, limit=3)
    assert [item["body"]["number"] for item in first["items"] + second["items"]] == [0, 1, 2, 3, 4]
    assert (first["through"], first["more"], second["through"], second["more"]) == (3, True, 5, False)
    assert read(feeds, ANNA, after=5) == {"items": [], "through": 5, "more": False, "too_old": False}


def test_a_sequence_that_the_feed_never_had_is_too_old(feeds):
    assert not read(feeds, ANNA)["too_old"]
    assert read(feeds, ANNA, after=7)["too_old"]


def test_what_is_appended_while_the_feed_is_read_makes_nothing_too_old(feeds):
    feeds.append([entry(ANNA)])
    find_last_sequence = feeds.find_last_sequence

    def find_last_sequence_late(user_id):
        feeds.append([entry(ANNA)])
        return find_last_sequence(user_id)

    feeds.find_last_sequence = find_last_sequence_late
    page = read(feeds, ANNA, after=1)
    assert [item["sequence"] for item in page["items"]] == [2]
    assert not page["too_old"]


def test_who_has_lost_access_to_an_event_reads_nothing_of_it_from_before(feeds):
    feeds.append(
        [
            entry(ANNA, BOB, cutoff_id="party", version=1),
            entry(ANNA, BOB),
            entry(ANNA, BOB, cutoff_id="party", version=2),
        ]
    )
    assert feeds.save_cutoff(AccessCutoff(id="party", user_ids=frozenset({ANNA}), version=2))
    assert [item["sequence"] for item in read(feeds, BOB)["items"]] == [2]
    assert [item["sequence"] for item in read(feeds, ANNA)["items"]] == [1, 2, 3]
    assert read(feeds, BOB)["through"] == 3


def test_who_comes_back_reads_what_was_written_since(feeds):
    feeds.save_cutoff(AccessCutoff(id="party", user_ids=frozenset({ANNA}), version=2))
    feeds.append([entry(BOB, cutoff_id="party", version=2), entry(BOB, cutoff_id="party", version=3)])
    assert [item["sequence"] for item in read(feeds, BOB)["items"]] == [2]


def test_of_two_cutoffs_of_an_event_the_newer_one_counts(feeds):
    assert feeds.save_cutoff(AccessCutoff(id="party", user_ids=frozenset({ANNA}), version=5))
    assert not feeds.save_cutoff(AccessCutoff(id="party", user_ids=frozenset({ANNA, BOB}), version=4))
    assert feeds.list_cutoffs(["party"])["party"].user_ids == {ANNA}


def test_cutoffs_are_found_by_their_events(feeds):
    party, picnic = (AccessCutoff(id=name, user_ids=frozenset({ANNA}), version=2) for name in ("party", "picnic"))
    assert feeds.save_cutoff(party)
    assert feeds.save_cutoff(picnic)
    assert not feeds.save_cutoff(picnic)
    assert feeds.list_cutoffs(["party", "party", "concert"]) == {"party": party}
    assert feeds.list_cutoffs([]) == {}


def test_places_lead_to_what_was_appended(feeds):
    first, second = entry(ANNA, cutoff_id="party", version=3, text="one"), entry(ANNA, text="two")
    feeds.append([first, second])
    places = feeds.list_places(ANNA, after=0, limit=10)
    assert [(place.entry_id, place.cutoff_id, place.version) for place in places] == [
        (first.id, "party", 3),
        (second.id, None, 0),
    ]
    assert feeds.list_items(places) == [
        {"sequence": 1, "kind": first.kind, "body": {"text": "one"}, "cutoff_id": "party", "version": 3},
        {"sequence": 2, "kind": second.kind, "body": {"text": "two"}, "cutoff_id": None, "version": 0},
    ]
    assert feeds.list_places(ANNA, after=0, limit=1) == places[:1]
    assert feeds.list_places(ANNA, after=1, limit=10) == places[1:]
    assert feeds.list_places(CARL, after=0, limit=10) == feeds.list_items([]) == []


def test_what_is_long_or_has_many_readers_is_stored_once(feeds):
    long, short = entry(ANNA, BOB, text="x" * storage.MAX_COPIED_BYTES), entry(ANNA, BOB, text="short")
    feeds.append([long, short])
    assert feeds.append([long]) == [{ANNA: 1, BOB: 1}]
    for user_id in (ANNA, BOB):
        assert [item["body"] for item in read(feeds, user_id)["items"]] == [long.body, short.body]
    if isinstance(feeds, storage.MongoFeedStore):
        stored = feeds._entries.find({"_id": {"$in": [long.id, short.id]}})
        assert [document["_id"] for document in stored] == [long.id]


def test_nothing_is_purged_before_its_time(feeds):
    feeds.append([entry(ANNA)])
    usecases.purge(feeds, before=now() - timedelta(days=1))
    assert [item["sequence"] for item in read(feeds, ANNA)["items"]] == [1]


def test_the_last_sequence_outlives_its_items(feeds):
    feeds.append([entry(ANNA), entry(ANNA, BOB)])
    usecases.purge(feeds, before=now() + timedelta(days=1))
    assert sequences(feeds, ANNA) == []
    assert (feeds.find_last_sequence(ANNA), feeds.find_last_sequence(BOB)) == (2, 1)
    assert read(feeds, ANNA) == {"items": [], "through": 2, "more": False, "too_old": True}
    assert feeds.append([entry(ANNA, BOB)]) == [{ANNA: 3, BOB: 2}]


def test_all_that_is_old_is_purged_however_much_it_is(feeds, monkeypatch):
    monkeypatch.setattr(storage, "PURGED_AT_ONCE", 2)
    feeds.append([entry(ANNA, BOB) for _ in range(4)])
    for number in range(5):
        feeds.save_cutoff(AccessCutoff(id=f"party {number}", user_ids=frozenset(), version=1))
    usecases.purge(feeds, before=now() + timedelta(days=1))
    assert sequences(feeds, ANNA) == sequences(feeds, BOB) == []
    assert feeds.list_recent_cutoffs(since=now() - timedelta(days=1)) == []
    if isinstance(feeds, storage.MongoFeedStore):
        assert feeds._entries.find_one({"at": {"$lt": now() + timedelta(days=1)}}) is None


def test_one_process_purges_at_a_time(feeds):
    assert feeds.take_lease("purge", until=now() + timedelta(minutes=1))
    assert not feeds.take_lease("purge", until=now() + timedelta(minutes=1))
    feeds.append([entry(ANNA)])
    usecases.purge(feeds, before=now() + timedelta(days=1))
    assert sequences(feeds, ANNA) == [1]
    feeds.prolong_lease("purge", until=now())
    usecases.purge(feeds, before=now() + timedelta(days=1))
    assert sequences(feeds, ANNA) == []


def test_purged_cutoffs_hide_nothing_any_more(feeds):
    feeds.save_cutoff(AccessCutoff(id="party", user_ids=frozenset({ANNA}), version=2))
    usecases.purge(feeds, before=now() + timedelta(days=1))
    assert feeds.list_cutoffs(["party"]) == {}


def test_the_same_entry_twice_in_a_batch_has_one_place(feeds):
    first, second = entry(ANNA, BOB), entry(ANNA)
    assert feeds.append([first, first, second, first]) == [
        {ANNA: 1, BOB: 1},
        {ANNA: 1, BOB: 1},
        {ANNA: 2},
        {ANNA: 1, BOB: 1},
    ]
    assert feeds.append([entry(ANNA)]) == [{ANNA: 3}]


def test_a_cutoff_outlives_the_items_that_it_hides(feeds, monkeypatch):
    monkeypatch.setattr(storage, "PURGED_AT_ONCE", 2)
    feeds.append([entry(ANNA, BOB, cutoff_id="party", version=1) for _ in range(3)])
    feeds.save_cutoff(AccessCutoff(id="party", user_ids=frozenset({ANNA}), version=2))
    before = now() + timedelta(days=1)
    while feeds.purge(before=before):
        assert not sequences(feeds, BOB) or "party" in feeds.list_cutoffs(["party"])
    assert feeds.list_cutoffs(["party"]) == {}
