"""What the terminal shows of what `mongod` logs. The lines are its own, of faults that were made to happen."""

import json

import pytest

from deploy.local.mongod_log import MongodLog


def line(severity: str, number: int, said: str, **attributes: object) -> str:
    return json.dumps({"t": {}, "s": severity, "c": "X", "id": number, "ctx": "x", "msg": said, "attr": attributes})


STARTING = line("I", 4615611, "MongoDB starting", pid=1)
ABORTING = line("F", 23090, "\n\n***aborting after fassert() failure\n\n")
NO_SPACE = {"error_str": "No space left on device", "error_code": 28}
FULL = line("E", 22435, "WiredTiger error message", error=28, message=NO_SPACE)
TAKEN = line("E", 20568, "Error setting up listener", error={"code": 9001, "errmsg": "Address already in use"})
VERSION = line("F", 20573, "Wrong mongod version", error="UPGRADE PROBLEM: Found an invalid ... document")
LOCKED = line("E", 20557, "DBException in initAndListen, terminating", error="DBPathInUse: Unable to lock ...")
DAMAGED = line(
    "E", 22435, "WiredTiger error message", message={"error_str": "WT_TRY_SALVAGE: database corruption detected"}
)


@pytest.mark.parametrize(
    ("fatal", "sentence"),
    [
        (FULL, "The disk is full"),
        (TAKEN, "MONGO_PORT"),
        (VERSION, "another version of MongoDB"),
        (LOCKED, "Another mongod"),
        (DAMAGED, "damaged"),
    ],
)
def test_what_keeps_it_from_running_is_told_in_a_sentence_once_a_start(fatal: str, sentence: str) -> None:
    log = MongodLog()

    for _ in range(2):
        told = [log.sentence(each) for each in (STARTING, fatal, fatal, ABORTING)]
        assert [each for each in told if each] == [told[1]]
        assert told[1] is not None and sentence in told[1] and "{" not in told[1]


@pytest.mark.parametrize(
    "quiet",
    [
        STARTING,
        line("I", 23016, "Waiting for connections", port=27018),
        line("W", 22138, "You are running this process as the root user, which is not recommended"),
        line("E", 4879802, "Failed to handle request", error="SplitHorizonChange: Received a reconfig that ..."),
    ],
)
def test_what_is_no_fault_stays_in_the_file(quiet: str) -> None:
    assert MongodLog().sentence(quiet) is None


def test_a_fault_that_we_have_no_sentence_for_is_shown_in_short() -> None:
    shown = MongodLog().sentence(line("F", 1, "\n\n***It broke\n\n", why="because"))

    assert shown == 'It broke: {"why": "because"}'


@pytest.mark.parametrize("text", ["The database cannot be prepared: no", "", "12", "{"])
def test_what_is_not_its_log_is_shown_as_it_is(text: str) -> None:
    assert MongodLog().sentence(text) == text
