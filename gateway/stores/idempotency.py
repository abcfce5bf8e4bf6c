"""Idempotency keys and the answers kept under them, in the gateway's own database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from services.contracts.ids import new_id

Document = dict[str, Any]

TTL = timedelta(hours=24)


@dataclass(frozen=True)
class Record:
    """What is known under a key. answer: None until the operation has one."""

    operation_id: str
    fingerprint: str
    answer: Document | None


class KeyStore:
    """keys  {_id: hash of user, method, path and key, fingerprint, operation_id, answer, expires_at}"""  # noqa: D415

    def __init__(self, collection: Collection[Document]) -> None:
        self._keys = collection

    def prepare(self) -> None:
        """Make the index by which the database forgets. Idempotent."""
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
        return Record(known["operation_id"], known["fingerprint"], known["answer"])

    def complete(self, key: str, answer: Document) -> Document:
        """Store the answer, unless there is one already; return the one that counts."""
        unanswered = {"_id": key, "answer": None}
        if self._keys.update_one(unanswered, {"$set": {"answer": answer}}).matched_count:
            return answer
        found = self._keys.find_one({"_id": key})
        first: Document = (found or {}).get("answer") or answer
        return first
