"""Calls and replies as bytes. `docs/wire-format.md` describes them for strangers.

Exchange `calls` (direct), routing key = service. A request has the properties `type` (method), `correlation_id`,
`reply_to` and `expiration` (milliseconds left), the headers `clock` and `ends-at` (the same on a clock that client and
server may share), `expires-at` (the same by the time of day), `request-id` and `traceparent` (the HTTP request that it
belongs to), `begun-at` (of a request that is repeated), and the arguments as a JSON object. A reply has the same
`correlation_id` and either
`{"result": …}` or `{"error": {"class", "code", "message", "details"}}`. A long one comes in parts, in their order, each
with the headers `reply-id`, `part` and `parts`.
"""

import secrets
import time
from collections.abc import Mapping
from typing import Any

import orjson

from services.chassis.broker.limits import checked
from services.chassis.rpc import repeats
from services.chassis.rpc.deadline import CLOCK, CLOCK_SKEW_MS, Deadline
from services.chassis.tracing import current_headers
from services.contracts.errors import CLASSES, Code, ServiceError, ServiceFault

CALLS_EXCHANGE = "calls"
PART_BYTES = 1024 * 1024
"""Of a reply that comes in parts: small enough for the replies of others to come between."""
MAX_REPLY_BYTES = 64 * 1024 * 1024
"""Of all parts of a reply together. What may be longer is read in pages."""
REPLY_TO = "amq.rabbitmq.reply-to"
"""RabbitMQ's direct reply-to: a reply goes straight to the caller's connection, no queue is declared."""


def calls_queue(service: str, queue_type: str) -> str:
    """Name the queue of a service's calls. A changed declaration needs a new name, so the type is part of it."""
    return f"calls.{service}" if queue_type == "classic" else f"calls.{service}.{queue_type}"


def encode_arguments(arguments: dict[str, Any]) -> bytes:
    """Encode what a call is made with.

    Raises:
        ServiceFault: message.too_large
    """
    return checked(orjson.dumps(arguments))


def decode_arguments(body: bytes) -> dict[str, Any]:
    """Decode what a call is made with.

    Raises:
        ValueError: not a JSON object.
    """
    arguments = orjson.loads(body)
    if not isinstance(arguments, dict):
        raise ValueError("a call's arguments must be a JSON object")
    return arguments


def encode_deadline(deadline: Deadline) -> dict[str, Any]:
    """Return the properties of a call that carry its deadline, the request it belongs to and what it repeats."""
    expires_at = int(time.time() * 1000) + deadline.left_ms
    moments = {"clock": CLOCK, "ends-at": str(deadline.ends_at_ms), "expires-at": str(expires_at)}
    headers = moments | current_headers() | repeats.to_headers()
    return {"expiration": str(max(1, deadline.left_ms)), "application_headers": headers}


def decode_deadline(properties: Mapping[str, Any]) -> Deadline:
    """Return how long a request is wanted: exactly on the caller's machine, elsewhere counted from now.

    Elsewhere it may be the second time that it is delivered, so the time of day counts, too, as far as clocks agree.

    Raises:
        KeyError, ValueError: the properties have no deadline.
    """
    headers = properties.get("application_headers") or {}
    if headers.get("clock") == CLOCK:
        return Deadline.at_ms(int(headers["ends-at"]))
    left_ms = int(properties["expiration"])
    if "expires-at" in headers:
        left_ms = min(left_ms, int(headers["expires-at"]) + CLOCK_SKEW_MS - int(time.time() * 1000))
    return Deadline.after(left_ms / 1000)


def encode_result(result: object) -> bytes:
    """Encode what a call returned.

    Raises:
        ServiceFault: message.too_large
    """
    return checked(orjson.dumps({"result": result}), MAX_REPLY_BYTES)


def parts_of(body: bytes) -> list[tuple[bytes, dict[str, Any]]]:
    """Cut a reply into the bodies and headers of its messages: one without headers, unless it is long."""
    if len(body) <= PART_BYTES:
        return [(body, {})]
    cut = [body[start : start + PART_BYTES] for start in range(0, len(body), PART_BYTES)]
    reply_id = secrets.token_hex(8)
    return [
        (part, {"reply-id": reply_id, "part": number, "parts": len(cut)}) for number, part in enumerate(cut, start=1)
    ]


class Parts:
    """The parts of a reply that have come. Two processes may answer one request: their parts are kept apart."""

    def __init__(self) -> None:
        self._come: dict[str, list[bytes]] = {}

    def add(self, body: bytes, headers: Mapping[str, Any]) -> bytes | None:
        """Take a message in; return the whole reply once all its parts have come."""
        parts = headers.get("parts", 1)
        if parts == 1:
            return body
        come = self._come.setdefault(headers["reply-id"], [])
        if headers["part"] != len(come) + 1:
            return None  # the ones before it came over a connection that was lost
        come.append(body)
        return b"".join(come) if len(come) == parts else None


def encode_error(error: ServiceError) -> bytes:
    """Encode what a call raised."""
    return orjson.dumps(
        {
            "error": {
                "class": type(error).__name__,
                "code": str(error.code),
                "message": error.message,
                "details": error.details,
            }
        }
    )


def decode_reply(body: bytes) -> Any:
    """Return what a call returned, or raise what it raised.

    Raises:
        ServiceError: of the class that the reply names; `ServiceFault` when this process does not know it.
    """
    reply = orjson.loads(body)
    if "error" not in reply:
        return reply["result"]
    error = reply["error"]
    known = CLASSES.get(error["class"])
    if known is None:
        raise ServiceFault(Code.SERVICE_FAULT, f"unknown error class {error['class']}")
    raise known(error["code"], error["message"], error["details"])
