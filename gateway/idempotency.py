"""The same key, the same answer: `Idempotency-Key` on POST, PUT and DELETE.

The key is written down with the id of the operation before anything is done, and completed with the answer. A
repeat without a stored answer runs again under the same operation id, which the services make harmless: so nothing
locks.
"""

import hashlib
import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response, g, request
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError, PyMongoError

from gateway import problems
from gateway.parsing import StrictRequest
from gateway.problems import Refused, bad_field
from services.contracts.ids import new_id

log = logging.getLogger(__name__)

Document = dict[str, Any]

HEADER = "Idempotency-Key"
METHODS = frozenset({"POST", "PUT", "DELETE"})
LASTS = timedelta(hours=24)
PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "makes a repeat safe: the same key gives the first answer again, for 24 hours",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
"""How the header is described in the OpenAPI document."""
NOT_KEPT = frozenset({401, 429})
"""Answers that say nothing of the operation; nor do those of 500 and above."""

_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


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
            "expires_at": datetime.now(UTC) + LASTS,
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


def begin(keys: KeyStore, actor_id: str) -> Response | None:
    """Look a request's key up before anything is done. Returns the answer it has had already, if it has.

    Raises:
        Refused: 400 for a malformed key, 422 for a key that came with another request.
    """
    given = request.headers.get(HEADER)
    if given is None or request.method not in METHODS:
        return None
    if not _VISIBLE_ASCII.fullmatch(given):
        raise bad_field(HEADER, "must be 1 to 255 visible ASCII characters")
    said: StrictRequest = request  # type: ignore[assignment]  # the application's request class
    fingerprint = _digest(said.query_string, said.raw_body)
    key = _digest(actor_id.encode(), request.method.encode(), request.path.encode(), given.encode())
    record = keys.reserve(key, fingerprint)
    if record.fingerprint != fingerprint:
        raise Refused(422, f"This {HEADER} came with another request before.", [(HEADER, "is used already")])
    if record.answer is not None:
        return _from_document(record.answer)
    g.operation_id, g.idempotency_key = record.operation_id, key
    return None


def finish(keys: KeyStore, response: Response) -> Response:
    """Keep the answer to a request that came with a key; return the one that counts, which may be an earlier one."""
    key = g.pop("idempotency_key", None)
    if key is None or response.status_code >= 500 or response.status_code in NOT_KEPT:
        return response
    try:
        return _from_document(keys.complete(key, _to_document(response)))
    except PyMongoError as exc:
        log.warning("cannot keep an answer: %s", exc)
        return problems.answer(503, "Done, but the answer could not be kept; a repeat with the same key is safe.")


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _to_document(response: Response) -> Document:
    headers = [[name, value] for name, value in response.headers if name in ("Content-Type", "ETag")]
    return {"status": response.status_code, "headers": headers, "body": response.get_data()}


def _from_document(answer: Document) -> Response:
    return Response(answer["body"], status=answer["status"], headers=[tuple(pair) for pair in answer["headers"]])
