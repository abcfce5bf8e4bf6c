"""What every store of chats and messages does."""

from dataclasses import replace
from datetime import timedelta

from services.chassis.messaging.outbox import now
from services.chats import model
from services.chats.model import Chat
from services.contracts.ids import new_id


def ids(chats, user_id):
    """Return the ids of a user's chats in the order of the list."""
    return [chat.id for chat in chats.list_newest(user_id, offset=0, limit=100)]


def chat(*user_ids, version=1, **fields):
    defaults = {"id": new_id(), "kind": "event", "event_id": new_id(), "deleted": False}
    return Chat(**{**defaults, **fields, "user_ids": user_ids, "version": version})


def stored(chats, *user_ids):
    new = chat(*user_ids)
    assert chats.save_replica(new)
    return new


def post(chats, where, text="hello", *, author="anna", at=1000, message_id=None):
    message_id = message_id or new_id()
    assert chats.post(where.id, message_id, author_id=author, text=text, now_us=at * 1000)
    return message_id


def texts(chats, where, *, limit=None, before=None):
    return [message.text for message in chats.list_messages(where.id, limit=limit, before=before).messages]


def test_a_copy_is_replaced_by_a_newer_one_only(chats):
    first = stored(chats, "anna")
    newer = replace(first, user_ids=("anna", "bob"), version=3)
    assert chats.save_replica(newer)
    assert not chats.save_replica(replace(first, version=2))
    assert not chats.save_replica(newer)
    assert chats.find(first.id) == newer


def test_a_deleted_chat_is_gone_and_stays_gone(chats):
    was = stored(chats, "anna")
    assert chats.save_replica(replace(was, user_ids=(), deleted=True, version=5))
    assert chats.find(was.id) is None
    assert ids(chats, "anna") == []
    assert not chats.save_replica(replace(was, version=4))
    assert not chats.post(was.id, new_id(), author_id="anna", text="x", now_us=1000)


def test_only_who_takes_part_can_write(chats):
    where = stored(chats, "anna")
    assert not chats.post(where.id, new_id(), author_id="bob", text="x", now_us=1000)
    assert not chats.post(new_id(), new_id(), author_id="anna", text="x", now_us=1000)
    assert texts(chats, where) == []


def test_messages_come_in_the_order_they_were_written_with_times_that_never_decrease(chats):
    where = stored(chats, "anna")
    for at, text in ((1000, "a"), (900, "b"), (1100, "c")):
        post(chats, where, text, at=at)
    messages = chats.list_messages(where.id, limit=None, before=None).messages
    assert [(message.text, message.written_at) for message in messages] == [("a", 1000), ("b", 1000), ("c", 1100)]


def test_the_same_message_is_written_once(chats):
    where = stored(chats, "anna")
    message_id = post(chats, where, "once")
    post(chats, where, "once", message_id=message_id)
    assert texts(chats, where) == ["once"]


def test_messages_are_paged_back_from_a_message_even_a_deleted_one(chats):
    where = stored(chats, "anna")
    ids = [post(chats, where, text) for text in "abcde"]
    assert texts(chats, where, limit=2) == ["d", "e"]
    place = chats.find_place(where.id, ids[3])
    chats.delete(chats.find_message(ids[3]), operation_id=new_id())
    assert chats.find_place(where.id, ids[3]) == place
    assert texts(chats, where, limit=2, before=place) == ["b", "c"]
    assert chats.find_place(stored(chats, "anna").id, ids[0]) is None


def test_chats_are_listed_by_their_newest_message_and_empty_ones_by_age(chats):
    quiet_old, quiet_new, talked, talked_last = (stored(chats, "anna") for _ in range(4))
    post(chats, talked, at=1000)
    post(chats, talked_last, at=2000)
    expected = [talked_last.id, talked.id, quiet_new.id, quiet_old.id]
    assert ids(chats, "anna") == expected
    assert [one.id for one in chats.list_newest("anna", offset=1, limit=2)] == expected[1:3]


def test_deleting_the_newest_message_moves_the_chat_back_in_the_list(chats):
    one, other = stored(chats, "anna"), stored(chats, "anna")
    post(chats, one, at=1000)
    post(chats, other, at=2000)
    newest = post(chats, one, at=3000)
    assert ids(chats, "anna") == [one.id, other.id]
    chats.delete(chats.find_message(newest), operation_id=new_id())
    assert ids(chats, "anna") == [other.id, one.id]


def test_a_repeat_finishes_a_deletion_whose_process_died_before_the_list_was_sorted(chats, monkeypatch):
    one, other = stored(chats, "anna"), stored(chats, "anna")
    post(chats, one, at=1000)
    post(chats, other, at=2000)
    newest, operation_id = post(chats, one, at=3000), new_id()
    with monkeypatch.context() as dying:
        dying.setattr(chats, "_resort", lambda *args, **kwargs: None, raising=False)
        chats.delete(chats.find_message(newest), operation_id=operation_id)

    assert chats.finish(newest, operation_id)
    assert ids(chats, "anna") == [other.id, one.id]


def test_deleting_the_only_message_makes_the_chat_an_empty_one(chats):
    one, other = stored(chats, "anna"), stored(chats, "anna")
    only = post(chats, one)
    chats.delete(chats.find_message(only), operation_id=new_id())
    assert ids(chats, "anna") == [other.id, one.id]
    post(chats, one, at=5)
    assert ids(chats, "anna") == [one.id, other.id]


def test_a_repeated_message_leaves_the_order_of_the_list_right(chats):
    one, other = stored(chats, "anna"), stored(chats, "anna")
    repeated = post(chats, one, at=1000)
    post(chats, other, at=2000)
    post(chats, one, at=3000, message_id=repeated)
    assert ids(chats, "anna") == [other.id, one.id]


def test_the_newest_messages_of_many_chats_come_together(chats):
    one, other, empty = (stored(chats, "anna") for _ in range(3))
    for text in "abc":
        post(chats, one, text)
    post(chats, other, "d")
    ids = [one.id, other.id, empty.id]

    def found(limit):
        listed = chats.list_messages_of(ids, limit=limit)
        return {chat_id: [message.text for message in page.messages] for chat_id, page in listed.items()}

    assert found(None) == {one.id: ["a", "b", "c"], other.id: ["d"], empty.id: []}
    assert found(2) == {one.id: ["b", "c"], other.id: ["d"], empty.id: []}


LONG = 100
"""Messages of 10,000 characters: more than fit into one reply."""


def long_chat(chats):
    where = stored(chats, "anna")
    return where, [post(chats, where, "x" * 10_000, at=1000 + number) for number in range(LONG)]


def test_what_does_not_fit_into_a_reply_comes_in_pages(chats):
    where, written = long_chat(chats)
    read: list[model.Message] = []
    before = None
    while True:
        page = chats.list_messages(where.id, limit=None, before=before)
        read, before = page.messages + read, page.messages[0].number
        assert sum(map(model.size_of, page.messages)) <= model.PAGE_BYTES
        if not page.more:
            break
    assert [message.id for message in read] == written
    assert not chats.list_messages(where.id, limit=10, before=None).more


def test_many_chats_that_do_not_fit_together_say_which_are_cut(chats):
    (one, _), (other, _) = long_chat(chats), long_chat(chats)
    small = stored(chats, "anna")
    pages = chats.list_messages_of([one.id, other.id, small.id], limit=None)
    assert sum(model.size_of(message) for page in pages.values() for message in page.messages) <= model.PAGE_BYTES
    assert pages[one.id].more and pages[other.id].more
    ten = chats.list_messages_of([one.id, other.id, small.id], limit=10)
    assert {len(page.messages) for page in ten.values()} == {10, 0}
    assert not any(page.more for page in ten.values())


def test_an_edit_keeps_place_and_time_and_happens_once(chats):
    where, operation_id = stored(chats, "anna"), new_id()
    message_id = post(chats, where, "first")
    before = chats.find_message(message_id)
    assert chats.edit(before, text="second", operation_id=operation_id)
    assert chats.edit(before, text="third", operation_id=new_id())
    assert not chats.edit(before, text="second", operation_id=operation_id)
    assert chats.finish(message_id, operation_id)
    assert chats.find_message(message_id) == replace(before, text="third")


def test_nobody_edits_what_is_gone(chats):
    where = stored(chats, "anna", "bob")
    message_id = post(chats, where)
    message = chats.find_message(message_id)
    assert chats.delete(message, operation_id=new_id())
    assert not chats.delete(message, operation_id=new_id())
    assert not chats.edit(message, text="x", operation_id=new_id())
    assert chats.find_message(message_id) is None


def test_the_messages_of_a_chat_that_ended_a_while_ago_are_purged_once(chats):
    ended, open_ = stored(chats, "anna"), stored(chats, "anna")
    in_ended, in_open = post(chats, ended), post(chats, open_)
    assert chats.save_replica(replace(ended, user_ids=(), deleted=True, version=2))

    assert chats.purge_texts(ended_before=now() - timedelta(minutes=1)) == 0
    assert chats.find_message(in_ended) is not None

    assert chats.purge_texts(ended_before=now() + timedelta(minutes=1)) == 1
    assert chats.find_message(in_ended) is None
    assert chats.find_message(in_open) is not None
    assert chats.purge_texts(ended_before=now() + timedelta(minutes=1)) == 0
