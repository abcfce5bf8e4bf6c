"""What a stream sends: everything, once, in order, whatever is delivered, and when."""

from dataclasses import replace
from functools import partial

import pytest

from gateway.live import sse
from gateway.live.listener import MAX_WAITING_BYTES, MAX_WAITING_ITEMS, Delivered, Listener
from gateway.schemas.stream import Reader, serialize_item
from services.contracts.errors import Code, Unavailable
from services.contracts.streams import FeedItem

READER = Reader(base="http://x", language="en")

SIZE = 100
"""Bytes of an item."""


class Log:
    """A log whose reading is counted."""

    def __init__(self, newest=0, oldest=1):
        self.newest, self.oldest, self.read_after, self.failures = newest, oldest, [], 0

    def read(self, after):
        self.read_after.append(after)
        if self.failures:
            self.failures -= 1
            raise Unavailable(Code.CALL_TIMEOUT, "streams did not answer in time")
        if after + 1 < self.oldest or after > self.newest:
            return {"items": [], "through": self.newest, "more": False, "too_old": True}
        last = min(self.newest, after + 2)
        items = [an_item(number) for number in range(after + 1, last + 1)]
        return {"items": items, "through": last, "more": last < self.newest, "too_old": False}


def an_item(number):
    return FeedItem(sequence=number, kind="event.deleted", body={"id": "0" * 24}, cutoff_id=None, version=0)


@pytest.fixture
def listener():
    listener = Listener("anna", "session")
    listener.behind = False
    return listener


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(sse, "HEARTBEAT_S", 0.001)
    monkeypatch.setattr(sse, "RETRY_S", 0.001)


def feed(listener, log, session=lambda: True, hides=lambda item: False, is_current=lambda: True):
    serialize = partial(serialize_item, reader=READER)
    return sse.Feed(listener, log.read, "reader", serialize, session, hides, is_current)


def sent(listener, log, *, cursor=0, **options):
    """Return the ids that are sent until the stream is idle, and the types other than that of `an_item`."""
    lines = []
    for chunk in sse.stream_events(feed(listener, log, **options), cursor):
        if chunk.startswith(b": still"):
            break
        lines += [
            line.partition(b": ")[2].decode() for line in chunk.split(b"\n") if line.startswith((b"id", b"event"))
        ]
    return [word for word in lines if word != "event.deleted.v1"]


def test_what_is_delivered_in_order_is_sent_without_reading_the_log(listener):
    log = Log()
    for number in (1, 2, 3):
        listener.deliver(an_item(number), Delivered(SIZE))
    assert sent(listener, log) == ["1", "2", "3"]
    assert log.read_after == []


def test_what_is_delivered_twice_is_sent_once(listener):
    for number in (1, 1, 2, 1, 2):
        listener.deliver(an_item(number), Delivered(SIZE))
    assert sent(listener, Log()) == ["1", "2"]


def test_a_gap_is_read_from_the_log(listener):
    log = Log(newest=4)
    for number in (1, 4):
        listener.deliver(an_item(number), Delivered(SIZE))
    assert sent(listener, log) == ["1", "2", "3", "4"]
    assert log.read_after == [1, 3]


def test_whoever_comes_back_reads_all_pages_first(listener):
    listener.behind = True
    listener.deliver(an_item(6), Delivered(SIZE))
    assert sent(listener, Log(newest=6), cursor=1) == ["2", "3", "4", "5", "6"]


def test_a_cursor_that_is_too_old_starts_over_from_the_newest(listener):
    listener.behind = True
    listener.deliver(an_item(9), Delivered(SIZE))
    assert sent(listener, Log(newest=8, oldest=5), cursor=2) == ["8", "start-over.v1", "9"]


def test_a_slow_listener_reads_what_it_could_not_keep(listener):
    newest = MAX_WAITING_ITEMS + 5
    for number in range(1, newest + 1):
        listener.deliver(an_item(number), Delivered(SIZE))
    assert sent(listener, Log(newest=newest)) == [str(number) for number in range(1, newest + 1)]


def test_a_log_that_does_not_answer_is_asked_again(listener):
    listener.behind = True
    log = Log(newest=1)
    log.failures = 2
    assert sent(listener, log) == ["1"]
    assert log.read_after == [0, 0, 0]


def test_what_its_reader_has_lost_access_to_is_not_sent_whether_delivered_or_read(listener):
    listener.behind = True
    listener.deliver(an_item(3), Delivered(1))
    listener.deliver(an_item(4), Delivered(1))
    assert sent(listener, Log(newest=2), hides=lambda item: item["sequence"] in (1, 3)) == ["2", "4"]


def test_a_process_that_was_paused_sends_nothing_that_it_had_and_reads_the_log_again(listener):
    log, moments = Log(newest=2), iter([True, False])
    listener.behind = True
    assert sent(listener, log, is_current=lambda: next(moments, False)) == []  # paused while it was read
    assert log.read_after == [0]
    assert sent(listener, log) == ["1", "2"]


def test_what_was_delivered_before_a_pause_is_not_sent_after_it(listener):
    listener.deliver(an_item(1), Delivered(1))
    assert sent(listener, Log(), is_current=lambda: False) == []


def test_a_stream_ends_when_it_is_told_to(listener):
    listener.end("the session has ended")
    assert list(sse.stream_events(feed(listener, Log()), 0)) == [b": welcome\n\n"]


def test_a_slow_listener_reads_what_is_too_large_to_be_kept(listener):
    for number in (1, 2, 3):
        listener.deliver(an_item(number), Delivered(MAX_WAITING_BYTES // 2))
    assert listener.behind
    assert not listener.has_items()
    assert sent(listener, Log(newest=3)) == ["1", "2", "3"]


def test_a_page_that_is_too_large_to_wait_is_sent_in_parts(listener, monkeypatch):
    monkeypatch.setattr(sse, "MAX_WAITING_BYTES", len(sse.encode(serialize_item(an_item(1), reader=READER))))
    listener.behind, log = True, Log(newest=7)
    assert sent(listener, log) == [str(number) for number in range(1, 8)]
    assert log.read_after == list(range(7))


def test_what_was_sent_makes_room(listener):
    for number in range(1, 6):
        listener.deliver(an_item(number), Delivered(MAX_WAITING_BYTES))
        assert listener.take()[0]["sequence"] == number
    assert not listener.behind


def test_an_idle_stream_ends_by_itself_when_its_session_is_gone(listener, monkeypatch):
    monkeypatch.setattr(sse, "SESSION_CHECK_INTERVAL_S", 0.002)
    beats = list(sse.stream_events(feed(listener, Log(), lambda: False), 0))
    assert set(beats[1:]) <= {b": still here\n\n"}


def test_a_stream_that_is_never_idle_ends_by_itself_too(listener, monkeypatch):
    monkeypatch.setattr(sse, "SESSION_CHECK_INTERVAL_S", 0.05)
    for number, _ in enumerate(sse.stream_events(feed(listener, Log(), lambda: False), 0), start=1):
        listener.deliver(an_item(number), Delivered(SIZE))
    assert listener.has_items()


def test_an_item_is_shown_once_to_all_who_read_it_alike():
    shown = []

    def serialize(item):
        shown.append(item["sequence"])
        return serialize_item(item, READER)

    delivered = Delivered(SIZE)
    chunks = []
    for sequence, reader in ((1, "english"), (5, "english"), (9, "russian")):
        listener = Listener("anna", "session")
        listener.behind = False
        listener.deliver(an_item(sequence), delivered)
        alike = replace(feed(listener, Log()), reader=reader, serialize=serialize)
        chunks.append(sse._Stream(alike, sequence - 1).next_chunk())
    assert shown == [1, 9]
    assert [chunk.partition(b"\n")[0] for chunk in chunks] == [b"id: 1", b"id: 5", b"id: 9"]
    assert len({chunk.partition(b"\n")[2] for chunk in chunks}) == 1


def test_a_page_that_was_read_while_the_connection_was_lost_is_read_again(listener):
    class Lost(Log):
        def read(self, after):
            page = super().read(after)
            if len(self.read_after) == 1:
                listener.fall_behind()
            return page

    log = Lost(newest=2)
    listener.behind = True
    assert sent(listener, log) == ["1", "2"]
    assert log.read_after == [0, 0]


class Client:
    """A client of a stream that waits: it takes what is sent past the stream, or not, or its beginning only."""

    def __init__(self, listener, log, **options):
        self.takes, self.has_rest, self.taken, self.listener = True, False, [], listener
        self.stream = sse.stream_events(feed(listener, log, **options), 0, self)
        next(self.stream)
        listener._is_idle = True  # as while the stream waits

    def send_now(self, part):
        if self.takes:
            self.taken.append(part.partition(b"\n")[0].decode())
        return self.takes

    def send_rest(self):
        self.has_rest = False
        self.taken.append("the rest")

    def comes(self, number):
        self.listener.deliver(an_item(number), Delivered(SIZE))

    def next_sent(self):
        return next(self.stream).partition(b"\n")[0].decode()


def test_what_comes_while_a_stream_waits_is_sent_past_it(listener):
    client = Client(listener, Log())
    for number in (1, 2, 3):
        client.comes(number)
    assert client.taken == ["id: 1", "id: 2", "id: 3"]
    assert not listener.has_items()


def test_what_a_client_does_not_take_at_once_waits_and_all_that_comes_after_it(listener):
    client = Client(listener, Log())
    client.comes(1)
    client.takes = False
    client.comes(2)
    client.takes = True
    client.comes(3)
    assert client.taken == ["id: 1"]
    assert [client.next_sent(), client.next_sent()] == ["id: 2", "id: 3"]


def test_a_gap_is_not_sent_past_a_stream(listener):
    log = Log(newest=3)
    client = Client(listener, log)
    client.comes(3)
    assert client.taken == []
    assert [client.next_sent(), client.next_sent()] == ["id: 1", "id: 3"]
    assert log.read_after == [0, 2]


def test_what_its_reader_may_not_see_is_not_sent_past_a_stream(listener):
    client = Client(listener, Log(), hides=lambda item: item["sequence"] == 1)
    client.comes(1)
    client.comes(2)
    assert client.taken == ["id: 2"]


def test_nothing_is_sent_past_a_stream_when_it_is_unknown_who_may_see_it(listener):
    client = Client(listener, Log(), is_current=lambda: False)
    client.comes(1)
    assert client.taken == []


def test_nothing_is_sent_past_a_stream_that_has_something_to_do(listener):
    client = Client(listener, Log(newest=1))
    listener.fall_behind()
    client.comes(1)
    assert client.taken == []
    assert client.next_sent() == "id: 1"


def test_the_rest_of_a_part_comes_before_anything_else(listener):
    client = Client(listener, Log())
    client.has_rest = True  # of the next part
    for number in (1, 2):
        client.comes(number)
    assert client.taken == ["id: 1"]
    assert client.next_sent() == "id: 2"
    assert client.taken == ["id: 1", "the rest"]


def test_a_stream_that_may_have_missed_the_end_of_its_session_looks(listener):
    listener.fall_behind()
    assert list(sse.stream_events(feed(listener, Log(newest=1), session=lambda: False), 0)) == [b": welcome\n\n"]


def test_a_page_that_was_read_while_the_session_ended_is_not_sent(listener):
    class Ending(Log):
        def read(self, after):
            listener.end("the session has ended")
            return super().read(after)

    listener.behind = True
    assert list(sse.stream_events(feed(listener, Ending(newest=1)), 0)) == [b": welcome\n\n"]
