"""The same key, the same answer: `Idempotency-Key` on POST, PUT and DELETE.

The key is stored with the id of the operation before anything is done, and completed with the answer. A repeat
without a stored answer runs again under the same operation id, which the services make harmless: so nothing locks.
"""

import hashlib
import logging
import re

from flask import Response, g, request
from pymongo.errors import PyMongoError

from gateway.http.parsing import strict_request
from gateway.http.problems import ApiError, bad_field, problem_response
from gateway.stores.idempotency import KeyStore
from services.chassis.mongo import Document
from services.chassis.rpc import repeats
from services.contracts.errors import Code

log = logging.getLogger(__name__)

HEADER = "Idempotency-Key"
METHODS = frozenset({"POST", "PUT", "DELETE"})
PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "makes a repeat safe: the same key gives the first answer again, for 24 hours",
    "example": "0b8f7c1e-5c1d-4a53-9a2e-6f0f6f2f9f11",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
"""How the header is described in the OpenAPI document."""
KEPT_HEADERS = frozenset({"Content-Type", "ETag", "X-Invite-Id"})
"""What an answer is kept with."""
NOT_KEPT = frozenset({401, 429})
"""Answers that do not tell the outcome of the operation, like those of 500 and above: not kept."""

_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


def begin(keys: KeyStore, actor_id: str) -> Response | None:
    """Look a request's key up before anything is done. Returns the answer it has had already, if it has.

    Raises:
        ApiError: 400 for a malformed key, 422 for a key that came with another request.
    """
    given = request.headers.get(HEADER)
    if given is None or request.method not in METHODS:
        return None
    if not _VISIBLE_ASCII.fullmatch(given):
        raise bad_field(HEADER, "must be 1 to 255 visible ASCII characters")
    strict = strict_request()
    fingerprint = _digest(strict.query_string, strict.raw_body)
    key = _digest(actor_id.encode(), request.method.encode(), request.path.encode(), given.encode())
    record = keys.reserve(key, fingerprint)
    if record.fingerprint != fingerprint:
        raise ApiError(422, f"This {HEADER} came with another request before.", [(HEADER, "is used already")])
    if record.answer is not None:
        return _from_document(record.answer)
    g.operation_id, g.idempotency_key = record.operation_id, key
    repeats.set_begun_at(record.begun_at_ms)
    return None


def finish(keys: KeyStore, response: Response) -> Response:
    """Keep the answer to a request that came with a key; return the one that counts, which may be an earlier one."""
    key = g.pop("idempotency_key", None)
    if key is None or not _is_outcome(response):
        return response
    try:
        return _from_document(keys.complete(key, _to_document(response)))
    except PyMongoError as exc:
        log.warning("cannot keep an answer: %s", exc)
        return problem_response(503, "Done, but the answer could not be kept; a repeat with the same key is safe.")


def _is_outcome(response: Response) -> bool:
    """Tell whether an answer says what has become of the operation."""
    if response.status_code >= 500 or response.status_code in NOT_KEPT:
        return False
    return response.status_code != 409 or Code.OPERATION_FORGOTTEN.encode() not in response.get_data()


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _to_document(response: Response) -> Document:
    headers = [[name, value] for name, value in response.headers if name in KEPT_HEADERS]
    return {"status": response.status_code, "headers": headers, "body": response.get_data()}


def _from_document(answer: Document) -> Response:
    return Response(answer["body"], status=answer["status"], headers=[tuple(pair) for pair in answer["headers"]])
