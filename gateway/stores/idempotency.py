"""Idempotency keys and the answers kept under them, in the gateway's own database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.chassis.mongo import BYTES, INTEGER, TEXT, TIME, Document, array_of, shape, validated
from services.contracts.ids import new_id

TTL = timedelta(hours=24)

ANSWER = shape({"status": INTEGER, "headers": array_of(array_of(TEXT)), "body": BYTES})
KEY = shape(
    {
        "fingerprint": TEXT,
        "operation_id": TEXT,
        "answer": {**ANSWER, "bsonType": ["object", "null"]},
        "expires_at": TIME,
    }
)


@dataclass(frozen=True)
class Record:
    """What is known under a key. answer: None until the operation has one.

    begun_at_ms: when the key came first, in Unix milliseconds; None if that is now.
    """

    operation_id: str
    fingerprint: str
    answer: Document | None
    begun_at_ms: int | None = None


class KeyStore:
    """keys  {_id: hash of user, method, path and key, fingerprint, operation_id, answer, expires_at}"""  # noqa: D415

    def __init__(self, database: Database[Document]) -> None:
        self._database, self._keys = database, database["keys"]

    def prepare(self) -> None:
        """Make the collection, and the index by which the database forgets. Idempotent."""
        validated(self._database, "keys", KEY)
        self._keys.create_index("expires_at", expireAfterSeconds=0)

    def reserve(self, key: str, fingerprint: str) -> Record:
        """Return what is known under a key, which is known from now on. Atomic: of two at once one is first."""
        fresh: Document = {
            "_id": key,
            "fingerprint": fingerprint,
            "operation_id": new_id(),
            "answer": None,
            "expires_at": datetime.now(UTC) + TTL,
        }
        try:
            self._keys.insert_one(fresh)
            known = fresh
        except DuplicateKeyError:
            known = self._keys.find_one({"_id": key}) or fresh  # gone in between: its day is over
        begun_at_ms = None if known is fresh else _begun_at_ms(known)
        return Record(known["operation_id"], known["fingerprint"], known["answer"], begun_at_ms)

    def complete(self, key: str, answer: Document) -> Document:
        """Store the answer, unless there is one already; return the one that counts."""
        unanswered = {"_id": key, "answer": None}
        if self._keys.update_one(unanswered, {"$set": {"answer": answer}}).matched_count:
            return answer
        found = self._keys.find_one({"_id": key})
        first: Document = (found or {}).get("answer") or answer
        return first


def _begun_at_ms(known: Document) -> int:
    expires_at: datetime = known["expires_at"].replace(tzinfo=UTC)
    return int((expires_at - TTL).timestamp() * 1000)
