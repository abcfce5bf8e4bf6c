"""The mixed log on the terminal."""

import os
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from deploy.local.console import Lines, Terminal, readable


class Pipe(NamedTuple):
    reader: int
    writer: int


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe(*os.pipe())
    os.set_blocking(pipe.writer, False)
    os.set_blocking(pipe.reader, False)
    yield pipe
    os.close(pipe.reader)
    os.close(pipe.writer)


def test_a_line_stands_behind_the_name_of_who_wrote_it(pipe: Pipe) -> None:
    Terminal(pipe.writer, "logs").say("users", "hello")

    assert os.read(pipe.reader, 1000) == b"users      | hello\n"


def test_a_line_that_comes_in_pieces_is_put_together() -> None:
    lines = Lines()

    assert lines.complete("users", "half ") == []
    assert lines.complete("events", "whole\n") == ["whole"]
    assert lines.complete("users", "line\nnext\nrest") == ["half line", "next"]


def test_nobody_waits_for_a_terminal_that_is_not_read(pipe: Pipe) -> None:
    terminal = Terminal(pipe.writer, "the/logs")
    for number in range(10_000):
        terminal.say("users", f"line {number}")
    while len(os.read(pipe.reader, 65536)) == 65536:
        pass

    terminal.say("users", "read again")

    said = os.read(pipe.reader, 65536).decode()
    assert "lines not shown: they are in the/logs" in said
    assert said.endswith("users      | read again\n")


def test_a_terminal_that_was_closed_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)

    Terminal(writer, "logs").say("users", "hello")

    os.close(writer)


def test_what_happens_all_the_time_is_not_shown_and_the_rest_is_put_in_words() -> None:
    answered = '{"time": "t", "level": "info", "service": "chats", "event": "answered", "call": "get_chat", "ms": 1.2}'
    failed = '{"time": "t", "level": "warning", "service": "chats", "event": "retried", "outcome": "Unavailable"}'

    assert readable(answered) is None
    assert readable(failed) == "warning: retried outcome=Unavailable"
    assert readable("Traceback (most recent call last):") == "Traceback (most recent call last):"
    assert readable("[1, 2]") == "[1, 2]"
