"""Database connections, and what the driver's failures mean.

Why these options: without `journal` about one in a hundred acknowledged writes is gone after the database was killed;
`retryWrites` lets a write survive an election; `timeoutMS` keeps a frozen database from filling the worker pool.
Measured; see `docs/decisions/database-options.md`.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WaitQueueTimeoutError,
    WTimeoutError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from services.chassis.database_clock import DatabaseClock
from services.contracts.errors import Code, Unavailable

log = logging.getLogger(__name__)

Document = dict[str, Any]
"""A MongoDB document as the driver gives and takes it."""

TIMEOUT_MS = 2000
"""For one operation, choosing a server included; below any call's deadline."""

COMMITTED = ReadConcern("majority")
"""For reads whose result is published: only what no election can take back. May lack the most recent writes."""
CONFIRMED = ReadConcern("linearizable")
"""For a repeat that finds what it did before: waits until no election can take it back."""

REPEATABLE = WriteConcern(w=1)
"""For a write that is made again if an election takes it back: nobody waits until a majority has it on disk."""

SINGLE_BATCH = 100_000
"""Documents in the first answer to a query whose result is wanted as a whole: the driver's default is 101, and each
further page another operation."""

NAMESPACE_EXISTS = 48
NAMESPACE_NOT_FOUND = 26
INDEX_NOT_FOUND = 27

_PASSING = (AutoReconnect, ConnectionFailure, ExecutionTimeout, WaitQueueTimeoutError, WTimeoutError)
# NotWritablePrimary, shutdown in progress and the like: another server will answer soon. CursorNotFound: the server
# that was asked for the next page has just been started.
_PASSING_CODES = frozenset({6, 7, 43, 64, 89, 91, 112, 189, 237, 262, 9001, 10107, 11600, 11602, 13435, 13436})


def connect(uri: str, database: str, *, pool_size: int) -> Database[Document]:
    """Return the database; connects at first use."""
    client: MongoClient[Document] = MongoClient(
        uri,
        w="majority",
        journal=True,
        retryWrites=True,
        timeoutMS=TIMEOUT_MS,
        serverSelectionTimeoutMS=TIMEOUT_MS,
        maxPoolSize=pool_size,
        readPreference="primary",
        serverMonitoringMode="poll" if _is_here(uri) else "auto",
        event_listeners=[DatabaseClock()],
    )
    return client[database]


def _is_here(uri: str) -> bool:
    """Return whether the database is one server on this machine: there is no election to be learnt of at once."""
    return "," not in uri and urlsplit(uri).hostname in ("127.0.0.1", "localhost", "::1")


TEXT: Document = {"bsonType": "string"}
TEXT_OR_NULL: Document = {"bsonType": ["string", "null"]}
INTEGER: Document = {"bsonType": ["int", "long"]}
INTEGER_OR_NULL: Document = {"bsonType": ["int", "long", "null"]}
FLAG: Document = {"bsonType": "bool"}
TIME: Document = {"bsonType": "date"}
OBJECT: Document = {"bsonType": "object"}
BYTES: Document = {"bsonType": "binData"}


def one_of(*values: str) -> Document:
    """Describe a field that has one of these values."""
    return {"enum": list(values)}


def array_of(item: Document) -> Document:
    """Describe an array."""
    return {"bsonType": "array", "items": item}


def shape(required: Mapping[str, Document], optional: Mapping[str, Document] | None = None) -> Document:
    """Describe a document: the fields that it must have, and those that it may. Others pass.

    They pass because an older process that starts during an upgrade must not refuse what a newer one writes.
    """
    properties = {**required, **(optional or {})}
    return {"bsonType": "object", "required": list(required), "properties": properties}


def validated(database: Database[Document], name: str, document: Document) -> Collection[Document]:
    """Return a collection into which the database lets documents of this shape only. Idempotent; `_id` is a text.

    What was there before and has another shape may still be updated: it must not hold up what is written with it.
    """
    described = {**document, "properties": {"_id": TEXT, **document["properties"]}}
    validator = {"validator": {"$jsonSchema": described}, "validationLevel": "moderate"}
    try:
        database.command({"create": name, **validator})
    except OperationFailure as exc:
        if exc.code != NAMESPACE_EXISTS:
            raise
        database.command({"collMod": name, **validator})
    return database[name]


def drop_index(collection: Collection[Document], name: str) -> None:
    """Drop an index that an earlier version has made, if it is there."""
    try:
        collection.drop_index(name)
    except OperationFailure as exc:
        if exc.code not in (NAMESPACE_NOT_FOUND, INDEX_NOT_FOUND):
            raise


def is_transient_failure(exc: BaseException) -> bool:
    """Return whether the same operation may succeed later, when the database is back."""
    if isinstance(exc, DuplicateKeyError) or not isinstance(exc, PyMongoError):
        return False
    return isinstance(exc, _PASSING) or exc.timeout or getattr(exc, "code", None) in _PASSING_CODES


def as_unavailable(exc: BaseException) -> Unavailable | None:
    """Translate a failure of the database that will pass; None for anything else."""
    return Unavailable(Code.STORE_UNAVAILABLE, "the database does not answer") if is_transient_failure(exc) else None


def answers(database: Database[Document]) -> bool:
    """Return whether the database answers now."""
    try:
        database.client.admin.command("ping")
    except PyMongoError as exc:
        log.warning("database %s does not answer: %s", database.name, exc)
        return False
    return True


def merged(*updates: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Merge update documents operator by operator: two of ``$set`` give one ``$set`` with the fields of both."""
    whole: dict[str, dict[str, Any]] = {}
    for update in updates:
        for operator, fields in update.items():
            whole.setdefault(operator, {}).update(fields)
    return whole


@contextmanager
def ignore_duplicate_key() -> Iterator[None]:
    """Swallow a duplicate key: somebody else has inserted the same document first."""
    try:
        yield
    except DuplicateKeyError:
        log.debug("lost a race for a key")
