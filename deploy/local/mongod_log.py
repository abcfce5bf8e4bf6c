"""What `mongod` says, in a sentence for the terminal: it logs JSON, some two hundred lines at every start.

All of it is in the log file. On the terminal stands what keeps it from running, once for each start.
"""

import json
from typing import Any

_STARTING, _RECONFIGURED = 4615611, 4879802
"""Ids of lines: it starts; it has dropped a connection since it has another address, as we told it to."""

_CAUSES = (
    (
        ("No space left on device",),
        "The disk is full: make room, and it goes on with all that it has acknowledged.",
    ),
    (
        ("Wrong mongod version", "too recent to start up on the existing data files", "UnsupportedFormat"),
        "The data was written by another version of MongoDB, which this one cannot open: let that version run it "
        "(on the PATH, or at MONGO_URI), or set DATA_DIR to another folder. Nothing has been changed.",
    ),
    (
        ("Address already in use",),
        "Its port is taken: set MONGO_PORT to another one.",
    ),
    (
        ("DBPathInUse",),
        "Another mongod runs on the same data: stop it, or set DATA_DIR to another folder.",
    ),
    (
        ("database corruption detected",),
        "The data is damaged: put a backup in its place, or delete all data with `make reset`.",
    ),
    (
        ("Permission denied", "IllegalOperation: Attempted to create a lock file", "Read-only file system"),
        "It may not write into its data folder: change the owner of the folder, or set DATA_DIR to another one.",
    ),
)


class MongodLog:
    """Reads the lines of a `mongod` that is started again and again."""

    def __init__(self) -> None:
        self._has_told_why = False

    def sentence(self, line: str) -> str | None:
        """Return what the terminal shows of a line, or None when it shows nothing."""
        try:
            entry = json.loads(line)
        except ValueError:
            return line  # the program that prepares it says sentences
        if not isinstance(entry, dict):
            return line
        if entry.get("id") == _STARTING:
            self._has_told_why = False
        if entry.get("s") not in ("E", "F") or entry.get("id") == _RECONFIGURED or self._has_told_why:
            return None
        cause = next((sentence for signs, sentence in _CAUSES if any(sign in line for sign in signs)), None)
        self._has_told_why = cause is not None
        return cause or _in_short(entry)


def _in_short(entry: dict[str, Any]) -> str:
    message, details = str(entry.get("msg", "")).strip(" \n*"), entry.get("attr")
    return message + (f": {json.dumps(details)[:500]}" if details else "")
