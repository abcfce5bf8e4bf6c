"""The logs of all processes, mixed, each line behind its process's name: an event listener of the supervisor.

It writes to the terminal (or file, or pipe) of `make run`, and never waits for it: when nobody reads, lines are left
out here; the files in the data folder have all of them.
"""

import json
import os
import sys
from collections import defaultdict

from supervisor import childutils

from deploy.local.mongod_log import MongodLog

PIPE_WRITE = 4096
"""Bytes that a pipe takes whole or not at all."""

STATES = {"PROCESS_STATE_EXITED": "has ended, and is started again", "PROCESS_STATE_BACKOFF": "did not start"}


class Terminal:
    """What `make run` was started on: ours to write to without waiting."""

    def __init__(self, descriptor: int, logs_dir: str) -> None:
        self._descriptor = descriptor
        self._left_out = 0
        self._logs_dir = logs_dir

    def say(self, name: str, text: str) -> None:
        """Write a line, or leave it out when it would have to wait."""
        if self._left_out and self._write(f"... {self._left_out} lines not shown: they are in {self._logs_dir}\n"):
            self._left_out = 0
        if self._left_out or not self._write(f"{name:<10} | {text}\n"):
            self._left_out += 1

    def _write(self, line: str) -> bool:
        whole = line.encode(errors="replace")
        try:
            os.write(self._descriptor, whole if len(whole) <= PIPE_WRITE else whole[: PIPE_WRITE - 1] + b"\n")
        except OSError:  # full, or closed
            return False
        return True


class Lines:
    """Puts the lines together that a process writes in pieces."""

    def __init__(self) -> None:
        self._begun: defaultdict[str, str] = defaultdict(str)

    def complete(self, name: str, text: str) -> list[str]:
        """Take what a process wrote; return the lines that it has ended."""
        *lines, self._begun[name] = (self._begun[name] + text).split("\n")
        return lines


ROUTINE = frozenset({"answered", "handled", "published"})
"""What happens all the time: in the files, not on the terminal."""
EVERY_LINE_HAS = ("time", "level", "service", "event", "logger")


def readable(line: str) -> str | None:
    """Return a line of a service's log for a person to read; None for one that says what happens all the time."""
    try:
        logged = json.loads(line)
    except ValueError:
        return line
    if not isinstance(logged, dict) or "event" not in logged:
        return line
    if logged["event"] in ROUTINE and logged.get("level") == "info":
        return None
    details = [f"{name}={value}" for name, value in logged.items() if name not in EVERY_LINE_HAS]
    return " ".join([f"{logged.get('level', '')}: {logged['event']}", *details])


def open_terminal(logs_dir: str) -> Terminal:
    """Open the supervisor's standard output anew: only so can it be written to without waiting, by us alone."""
    path = f"/proc/{os.getppid()}/fd/1"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:  # a socket, or closed
        descriptor = os.open(os.devnull, os.O_WRONLY)
    return Terminal(descriptor, logs_dir)


def listen(terminal: Terminal) -> None:
    """Show what happens, for ever."""
    lines, mongod = Lines(), MongodLog()
    while True:
        headers, payload = childutils.listener.wait()
        kind = headers["eventname"]
        if kind.startswith("PROCESS_LOG"):
            event, text = childutils.eventdata(payload)
            name = event["processname"]
            for line in lines.complete(name, text):
                shown = mongod.sentence(line.rstrip()) if name == "mongodb" else readable(line.rstrip())
                if shown is not None:
                    terminal.say(name, shown)
        elif kind in STATES:
            terminal.say("supervisor", f"{childutils.get_headers(payload)['processname']} {STATES[kind]}")
        elif kind == "SUPERVISOR_STATE_CHANGE_STOPPING":
            terminal.say("supervisor", "stopping everything")
        childutils.listener.ok()


if __name__ == "__main__":
    listen(open_terminal(sys.argv[1]))
