"""Feeds are read, and brought to the gateway's processes, in pieces that fit into a message."""

import orjson

from services.chassis.broker.limits import MAX_MESSAGE_BYTES
from services.streams import usecases
from services.streams.model import FeedEntry
from tests.fakes.feeds import FakeFeeds

READER = "a" * 24


def entries(count, size):
    return [
        FeedEntry(id=str(number), kind="message.posted", body={"text": "x" * size}, user_ids=(READER,))
        for number in range(count)
    ]


def test_a_page_of_a_feed_ends_before_it_is_too_long_and_the_next_goes_on_there():
    feeds = FakeFeeds()
    feeds.append(entries(300, 50_000))
    after, read = 0, []
    while True:
        page = usecases.read_feed(feeds, user_id=READER, after=after, limit=500)
        assert len(orjson.dumps(page)) < MAX_MESSAGE_BYTES
        read += [item["sequence"] for item in page["items"]]
        after = page["through"]
        if not page["more"]:
            break
    assert read == list(range(1, 301))


def test_an_item_that_is_longer_than_a_page_is_read_alone():
    feeds = FakeFeeds()
    feeds.append(entries(2, usecases.PAGE_BYTES + 1))
    page = usecases.read_feed(feeds, user_id=READER, after=0, limit=500)
    assert len(page["items"]) == 1 and page["more"]


def test_what_is_brought_to_the_gateway_is_cut_into_messages_in_order():
    appended = [usecases.Appended(entry, {READER: 1}) for entry in entries(64, 200_000)]
    messages = list(usecases.cut(appended))
    assert all(len(message) < MAX_MESSAGE_BYTES for message in messages)
    items = [item for message in messages for item in orjson.loads(message)["items"]]
    assert items == [orjson.loads(orjson.dumps(one.to_wire())) for one in appended]
