"""Processes whose clocks are 30 s apart, two of each service: nothing that is promised depends on the time of day."""

import time
from collections.abc import Iterator

import pytest

from tests.e2e.people import Person
from tests.e2e.watched_system import WatchedSystem, watched_system
from tests.faults import campaign
from tests.faults.clocks import APART_S
from tests.faults.retrying_client import Tally

ENOUGH = 60
"""Acknowledged writes."""
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WatchedSystem]:
    with watched_system(tmp_path_factory.mktemp("clocks"), "tests.faults.clocks", processes=2) as system:
        yield system


def test_what_is_promised_holds_while_friends_work(apart: WatchedSystem) -> None:
    report, end = campaign.Report(Tally()), time.monotonic() + PATIENCE_S
    with campaign.friends_at_work(apart, report):
        while report.tally.acknowledged < ENOUGH and not report.lies and time.monotonic() < end:
            time.sleep(0.1)

    assert report.is_clean, str(report)
    assert report.tally.acknowledged >= ENOUGH, str(report)


def test_messages_stay_in_their_order_and_their_times_never_decrease(apart: WatchedSystem) -> None:
    """The two processes of the service take turns in writing them."""
    ann = Person(apart)
    chat_id = ann.event(ann.plan(type="group"))["chat_id"]
    texts = [f"message {n}" for n in range(12)]
    began_at = time.time()

    ann.write(chat_id, *texts)

    messages = ann.messages(chat_id)
    assert [message["text"] for message in messages] == texts
    times = [message["datetime"] / 1000 - began_at for message in messages]
    assert times == sorted(times)
    assert APART_S / 2 - 1 < times[-1] < APART_S, "the clocks were not apart"
