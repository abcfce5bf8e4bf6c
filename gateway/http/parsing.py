"""Strict reading of query and body, before any model sees them."""

import contextlib
import json
from functools import cached_property
from typing import IO, Any
from urllib.parse import unquote_plus, unquote_to_bytes

import gevent
import orjson
from flask import Request, request
from werkzeug.datastructures import ImmutableMultiDict

from gateway.http.problems import ApiError, bad_field

MAX_BODY_BYTES = 1024 * 1024
BODY_LIMIT_S = 10.0
"""For a body to arrive, as the balancer has it."""
DRAIN_BYTES = 64 * 1024 * 1024
DRAIN_LIMIT_S = 10.0
"""How much of an unread body is discarded, and for how long, so that its sender gets to read the answer."""

BAD_CHARACTERS = "must not contain NUL or lone surrogates"


class _BodyTooSlow(Exception):
    """Raised when a body does not arrive in time."""


class StrictRequest(Request):
    """A request whose query and body are well-formed, or are refused."""

    @cached_property
    def args(self) -> ImmutableMultiDict[str, str]:
        """The query parameters: valid UTF-8, each given once.

        Raises:
            ApiError: 400
        """
        parameters: dict[str, str] = {}
        for part in filter(None, self.query_string.decode("latin-1").split("&")):
            name, _, value = part.partition("=")
            name = unquote_plus(name, errors="replace")
            if name in parameters:
                raise bad_field(name, "is given twice")
            try:
                parameters[name] = unquote_to_bytes(value.replace("+", " ")).decode("utf-8")
            except UnicodeDecodeError as exc:
                raise bad_field(name, "must be percent-encoded UTF-8") from exc
        return ImmutableMultiDict(parameters)

    def check_coding(self) -> None:
        """Refuse a body that is not sent as it is (RFC 9110, sections 8.4 and 12.5.3; RFC 9112, section 7).

        Raises:
            ApiError: 415
        """
        coded = _elements(self.headers.get("Content-Encoding", "")) - {"identity"}
        coded |= _elements(self.headers.get("Transfer-Encoding", "")) - {"chunked", "identity"}
        if coded:
            detail = "The body must be sent as it is, without a coding."
            raise ApiError(415, detail, headers={"Accept-Encoding": "identity"})

    @cached_property
    def raw_body(self) -> bytes:
        """The body's bytes.

        Raises:
            ApiError: 413 as soon as it is known, 408 for a body that takes too long, 400 for one that breaks off.
        """
        declared = self.content_length or 0
        stream = self.environ["wsgi.input"]  # ends where the body ends, which Werkzeug's own limit does not tell apart
        try:
            with gevent.Timeout(BODY_LIMIT_S, _BodyTooSlow):
                body: bytes = b"" if declared > MAX_BODY_BYTES else stream.read(MAX_BODY_BYTES + 1)
        except _BodyTooSlow:
            raise ApiError(408, f"The body did not arrive within {BODY_LIMIT_S:.0f} s.") from None
        except Exception as exc:  # the server's own, of several kinds
            raise bad_field("body", "is not sent in valid chunks, or breaks off") from exc
        if max(declared, len(body)) > MAX_BODY_BYTES:
            raise ApiError(413, f"The body is larger than {MAX_BODY_BYTES} bytes.")
        if len(body) < declared:
            raise bad_field("body", "is shorter than it was said to be")
        return body

    @cached_property
    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            ApiError: 413, 415, 400
        """
        body = self.raw_body
        if self.mimetype != "application/json":
            raise ApiError(415, "The body must be application/json.", headers={"Accept": "application/json"})
        try:
            parsed = orjson.loads(body)
        except orjson.JSONDecodeError as exc:
            parsed = _with_large_numbers(body)
            if parsed is None:
                raise _explained(body, exc) from exc
        if not isinstance(parsed, dict):
            raise bad_field("body", "must be a JSON object")
        return parsed


def strict_request() -> StrictRequest:
    """Return the current request, which is of the application's request class."""
    current: Any = request
    strict: StrictRequest = current
    return strict


def drain(stream: IO[bytes]) -> None:
    """Read the rest of the body, within bounds: closing while the client still sends would discard the answer."""
    left = DRAIN_BYTES
    with gevent.Timeout(DRAIN_LIMIT_S, False), contextlib.suppress(Exception):
        while left > 0 and (chunk := stream.read(min(left, 65536))):
            left -= len(chunk)


def _elements(header: str) -> set[str]:
    return {element.strip().lower() for element in header.split(",")} - {""}


def _with_large_numbers(body: bytes) -> Any:
    """Read JSON with numbers beyond floating point, which are well-formed and count as infinite; None if it is no JSON.

    Source: RFC 8259, section 6.
    """
    try:
        parsed = json.loads(body.decode(), parse_int=_integer, parse_constant=_no_constant)
        return parsed if is_clean(json.dumps(parsed, ensure_ascii=False)) else None
    except (ValueError, RecursionError):
        return None


def _integer(digits: str) -> float:
    return int(digits) if len(digits) < 16 else float(digits)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _explained(body: bytes, failure: orjson.JSONDecodeError) -> ApiError:
    """Find the field whose text is to blame, if it is a text; orjson says only where in the body it stopped."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        parsed = None
    if isinstance(parsed, dict):
        for name, value in parsed.items():
            if isinstance(value, str) and not is_clean(value):
                return bad_field(name.encode("utf-8", "replace").decode(), BAD_CHARACTERS)
    return bad_field("body", f"is not valid JSON: {failure.msg} at character {failure.pos}")


def is_clean(text: str) -> bool:
    """Return whether a text has neither NUL nor lone surrogates."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
