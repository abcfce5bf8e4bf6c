"""What stays of a busy minute, and how fast it goes: `make bench-growth`, about two minutes.

A thousand people with a dialog each for two write 200 messages a second for a minute. Then it is quiet: what was on its
way must be gone in seconds. At last everything is made as old as it may be, and purged as the timer does, and the store
of the feeds is filled as fast as one process can. Starts a system of its own. Prints, and writes
`docs/performance/growth.json`.
"""

import json
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from pymongo import WriteConcern

from services.chassis.broker.senders import read_broker_users
from services.chassis.messaging.outbox import now
from services.chassis.messaging.subscriber import BATCH_SIZE
from services.chassis.rpc.client import RpcClient
from services.chassis.rpc.deadline import Deadline
from services.chats.model import Chat
from services.chats.storage import MongoChatStore
from services.contracts import chats
from services.contracts.ids import new_id
from services.streams import usecases
from services.streams.model import FeedEntry
from services.streams.service import TTL
from services.streams.storage import MongoFeedStore
from tests.bench.cost import running
from tests.e2e.system import REPOSITORY, LocalSystem
from tests.query_budgets.data import Databases

PEOPLE = 1_000
PER_SECOND = 200
SECONDS = 60
WRITERS = 16
QUIET_S = 60
FILLED_FOR_S = 5.0
RESULTS = REPOSITORY / "docs" / "performance" / "growth.json"


def main() -> None:
    """Measure, print and save."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as system:
        results = measure(system)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps(results, indent=2))


def measure(system: LocalSystem) -> dict[str, Any]:
    """Write for a minute, wait until nothing is on its way, purge."""
    databases = Databases(system.mongo_uri)
    dialogs = make_dialogs(databases)
    written, took_s = write(system, dialogs)
    quiet_after_s = wait_until_quiet(databases, items=2 * written)
    return {
        "people": PEOPLE,
        "messages": written,
        "seconds": round(took_s, 1),
        "all_in_feeds_after_s": round(quiet_after_s, 1),
        "left_after_that": left(databases),
        **purge(databases),
        "items_per_second_written": {str(readers): fill(databases, readers) for readers in (2, 50, 1_000)},
    }


def make_dialogs(databases: Databases) -> list[Chat]:
    """Give each two of a thousand people a dialog."""
    store, dialogs = MongoChatStore(databases["chats"]), []
    for _ in range(PEOPLE // 2):
        pair = (new_id(), new_id())
        dialogs.append(Chat(id=new_id(), kind="dialog", event_id=None, user_ids=pair, deleted=False, version=1))
        store.save_replica(dialogs[-1])
    return dialogs


def write(system: LocalSystem, dialogs: list[Chat]) -> tuple[int, float]:
    """Post at a steady rate from several threads; return how many messages there are, and how long that took."""
    client = RpcClient(system.amqp_uri_of("gateway"), name="growth", users=read_broker_users({}, []))
    began, counted = time.monotonic(), [0] * WRITERS

    def post(writer: int) -> None:
        for number in range(writer, PER_SECOND * SECONDS, WRITERS):
            time.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
            dialog = dialogs[number % len(dialogs)]
            client.within(Deadline.after(10)).call(
                chats.post_message,
                actor_id=dialog.user_ids[0],
                chat_id=dialog.id,
                text="Who brings the olives?",
                operation_id=new_id(),
            )
            counted[writer] += 1

    threads = [threading.Thread(target=post, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.close()
    return sum(counted), time.monotonic() - began


def wait_until_quiet(databases: Databases, *, items: int) -> float:
    """Wait until every message is in the feeds of its readers and nothing waits anywhere; return how long that took."""
    began = time.monotonic()
    while databases["streams"].feed_items.estimated_document_count() < items or any(left(databases).values()):
        if time.monotonic() - began > QUIET_S:
            raise RuntimeError(f"not quiet after {QUIET_S} s: {left(databases)}")
        time.sleep(0.1)
    return time.monotonic() - began


def left(databases: Databases) -> dict[str, int]:
    """Count what has an end: outbox entries, and messages that wait in their chats."""
    return {
        "outbox entries": databases["chats"].messages.count_documents({"outbox_due_at": {"$exists": True}}),
        "chats with recent messages": databases["chats"].chats.count_documents({"recent_due_at": {"$exists": True}}),
    }


def purge(databases: Databases) -> dict[str, Any]:
    """Make all items as old as they may be, and purge them as the timer does."""
    streams = databases["streams"]
    streams.feed_items.update_many({}, {"$set": {"at": now() - TTL - timedelta(hours=1)}})
    items, began = streams.feed_items.estimated_document_count(), time.monotonic()
    usecases.purge(MongoFeedStore(durable(databases)), before=now() - TTL)
    took_s = time.monotonic() - began
    return {
        "purged_items": items,
        "purged_items_per_second": round(items / took_s),
        "items_left": streams.feed_items.estimated_document_count(),
        "last_sequences": streams.last_sequences.estimated_document_count(),
    }


def fill(databases: Databases, readers: int) -> int:
    """Append to feeds for some seconds, in batches as large as the service's; return the items per second."""
    feeds, users = MongoFeedStore(durable(databases)), [new_id() for _ in range(readers)]
    began, items = time.monotonic(), 0
    while time.monotonic() - began < FILLED_FOR_S:
        batch = [an_entry(users) for _ in range(max(1, BATCH_SIZE // (1 + readers // 100)))]
        feeds.append(batch)
        items += len(batch) * readers
    return round(items / (time.monotonic() - began))


def an_entry(users: list[str]) -> FeedEntry:
    """Return what a message adds to the feeds of those who read it."""
    message = {"id": new_id(), "chat_id": new_id(), "text": "Who brings the olives?", "written_at": 1, "number": 1}
    return FeedEntry(id=f"{new_id()}.0", kind="message.posted", body=message, user_ids=tuple(users))


def durable(databases: Databases) -> Any:
    """Return the database of the feeds with the write concern of the service."""
    return databases["streams"].with_options(write_concern=WriteConcern(w="majority", j=True))


if __name__ == "__main__":
    main()
