"""A client of the live stream: keeps what arrives, and waits for states."""

import http.client
import json
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from tests.e2e.people import Person

ARRIVES_WITHIN_S = 15.0
SILENT_AT_MOST_S = 40.0
"""More than two heartbeats."""


@dataclass(frozen=True)
class Item:
    """What has arrived. number: its cursor."""

    number: int
    type: str
    data: dict[str, Any]


class Listening:
    """Somebody's stream, open within the block. since: the cursor to begin after; None: from now on."""

    def __init__(self, person: Person, *, since: int | None = None, as_header: bool = False) -> None:
        target = "/stream" if since is None or as_header else f"/stream?since={since}"
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in person.http.cookies.items())}
        if since is not None and as_header:
            headers["Last-Event-ID"] = str(since)
        connection = http.client.HTTPConnection(urlsplit(person.system.base).netloc, timeout=SILENT_AT_MOST_S)
        connection.request("GET", target, headers=headers)
        self._connection, self._socket = connection, connection.sock
        self._response = connection.getresponse()
        self.status = self._response.status
        self.items: list[Item] = []
        self.comments = 0
        self.ended = threading.Event()
        self._news = threading.Condition()
        if self.status == 200:
            threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> "Listening":
        assert self.status == 200, self._response.read()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, traceback: TracebackType | None) -> None:
        self.cut()

    def cut(self) -> None:
        """Drop the connection as a network would."""
        with suppress(OSError):  # it has ended by itself
            self._socket.shutdown(socket.SHUT_RDWR)

    def _read(self) -> None:
        told: dict[str, str] = {}
        with suppress(OSError, http.client.HTTPException):  # it was cut
            while line := self._response.readline():
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if not name and value:
                    self.comments += 1
                elif name:
                    told[name] = value
                elif told:
                    self._take(Item(int(told["id"]), told["event"], json.loads(told["data"])))
                    told = {}
        self._response.close()
        self._connection.close()
        self.ended.set()
        with self._news:
            self._news.notify_all()

    def _take(self, item: Item) -> None:
        with self._news:
            self.items.append(item)
            self._news.notify_all()

    def of(self, *types: str) -> list[dict[str, Any]]:
        """Return the data of what has arrived of some types, in order."""
        return [item.data for item in list(self.items) if item.type in types]

    def wait_for(self, type_: str, count: int = 1, **expected: Any) -> dict[str, Any]:
        """Wait until an item of a type has arrived `count` times, with these values; return the data of the last."""

        def found() -> list[dict[str, Any]]:
            return [data for data in self.of(type_) if expected.items() <= data.items()]

        until = time.monotonic() + ARRIVES_WITHIN_S
        with self._news:
            while len(found()) < count:
                left_s = until - time.monotonic()
                assert left_s > 0, f"no {type_} {expected}; there came {[(i.type, i.data) for i in self.items]}"
                self._news.wait(left_s)
        return found()[count - 1]

    @property
    def cursor(self) -> int:
        """The cursor of the last item."""
        return self.items[-1].number
