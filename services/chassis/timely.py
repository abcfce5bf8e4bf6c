"""Writes that the database executes in time or not at all.

A write may reach the database long after its caller was answered 503: the database was paused with the write in its
socket, or this process between its decision and the write. Executed then, it would undo what was done and answered
meanwhile. So the filter of each write that a call makes compares the moment when the write ends, for the driver or for
the call, with the database's own clock (`$$NOW`). What is late fails; it does not merely match nothing, which would
look like a conflict.

The moment is told by the database's clock as this process has observed it (`DatabaseClock`), so differences between
clocks do not matter. It is early by the way of one reply, some milliseconds: a write that would have been executed in
the last of them is refused by a 503. It is late where the servers of a replica set differ, by as much as the one that
executes is behind the one furthest ahead, and after the database's clock was put back, until it is observed again.

An insert is an upsert that matches nothing, since only an update can compute. MongoDB takes no `$expr` in the filter of
other upserts, nor do several writes at once have it here. These complete what has been decided already, or store a
replica if it is newer: late is as good as in time.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from pymongo.collection import Collection
from pymongo.errors import OperationFailure
from pymongo.results import DeleteResult, InsertOneResult, UpdateResult

from services.chassis.database_clock import clock_of
from services.chassis.mongo import TIMEOUT_MS, Document
from services.chassis.rpc.deadline import Deadline, current_deadline
from services.contracts.errors import Code, Unavailable

T = TypeVar("T")

CONVERSION_FAILURE = 241
_MATCHES_NOTHING: Document = {"$nor": [{}]}


class TimelyCollection(Collection[Document]):
    """A collection whose documents are changed one by one in time for the current call, or not at all.

    Without a call, in a timer or in the handler of a queued domain event, it is a collection as any other.

    Raises, beside what the driver does:
        Unavailable: call.timeout; the write is not done, and will not be.
    """

    def __init__(self, collection: Collection[Document]) -> None:
        super().__init__(collection.database, collection.name)
        self._database_clock = clock_of(collection.database.client)

    def insert_one(self, document: Any, *args: Any, **kwargs: Any) -> InsertOneResult:
        """Insert in time. Raises DuplicateKeyError as any insert."""
        deadline = current_deadline()
        if deadline is None:
            return super().insert_one(document, *args, **kwargs)
        update = super().update_one
        new = {"_id": document["_id"], **_MATCHES_NOTHING}
        self._in_time(
            deadline, lambda ends_at: update(new, [{"$replaceWith": _if_before(ends_at, document)}], upsert=True)
        )
        return InsertOneResult(document["_id"], acknowledged=True)

    def update_one(self, filter: Mapping[str, Any], *args: Any, **kwargs: Any) -> UpdateResult:
        """Update in time."""
        return self._write(super().update_one, filter, *args, **kwargs)

    def update_many(self, filter: Mapping[str, Any], *args: Any, **kwargs: Any) -> UpdateResult:
        """Update in time."""
        return self._write(super().update_many, filter, *args, **kwargs)

    def find_one_and_update(self, filter: Mapping[str, Any], *args: Any, **kwargs: Any) -> Document | None:
        """Update in time; None when nothing matches."""
        return self._write(super().find_one_and_update, filter, *args, **kwargs)

    def delete_one(self, filter: Mapping[str, Any], *args: Any, **kwargs: Any) -> DeleteResult:
        """Delete in time."""
        return self._write(super().delete_one, filter, *args, **kwargs)

    def _write(self, write: Callable[..., T], filter_: Mapping[str, Any], *args: Any, **kwargs: Any) -> T:
        deadline = current_deadline()
        if deadline is None:
            return write(filter_, *args, **kwargs)
        if kwargs.get("upsert"):
            return self._in_time(deadline, lambda _: write(filter_, *args, **kwargs))
        return self._in_time(
            deadline,
            lambda ends_at: write({**filter_, "$expr": _if_before(ends_at, True)}, *args, **kwargs),
        )

    def _in_time(self, deadline: Deadline, write: Callable[[datetime], T]) -> T:
        """Let a write happen before it ends. write: takes the moment, by the database's clock.

        Refused although it is not over, it is tried again: the clock has been put forward.
        """
        ends_at = min(deadline.ends_at, time.monotonic() + TIMEOUT_MS / 1000)
        while not deadline.passed:
            try:
                return write(self._by_database_clock(ends_at))
            except OperationFailure as exc:
                if exc.code != CONVERSION_FAILURE:
                    raise
                if time.monotonic() >= ends_at:
                    break
                self._observe()
        raise Unavailable(Code.CALL_TIMEOUT, "no time left to write")

    def _by_database_clock(self, moment: float) -> datetime:
        if not self._database_clock.is_known:
            self._observe()
        return self._database_clock.at(moment)

    def _observe(self) -> None:
        self._database_clock.observe(self.database.client.admin.command("hello")["localTime"])


def _if_before(ends_at: datetime, value: object) -> Document:
    """Build the expression for a value that there is before a moment only; afterwards the database fails.

    It fails since no text of these is a number. The database computes what holds for all documents beforehand: the
    document's id keeps it from failing in time.
    """
    late: Document = {"$toInt": {"$concat": ["too late: ", "$_id"]}}
    return {"$cond": [{"$lt": ["$$NOW", ends_at]}, {"$literal": value}, late]}


def timely(collection: Collection[Document]) -> TimelyCollection:
    """Return a collection as the calls of a service write to it."""
    return TimelyCollection(collection)
