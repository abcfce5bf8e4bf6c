"""Strict reading of what a request says, before any model sees it."""

import contextlib
import json
from functools import cached_property
from typing import IO, Any
from urllib.parse import unquote_plus, unquote_to_bytes

import gevent
import orjson
from flask import Request
from werkzeug.datastructures import ImmutableMultiDict

from gateway.problems import Refused, bad_field

MAX_BODY_BYTES = 1024 * 1024
DRAIN_BYTES = 64 * 1024 * 1024
DRAIN_LIMIT_S = 10.0
"""How much of a body that nobody has read is thrown away, and for how long, so that its sender reads the answer."""

BAD_CHARACTERS = "must not contain NUL or lone surrogates"


class StrictRequest(Request):
    """A request whose query and body are what they should be, or are refused."""

    @cached_property
    def args(self) -> ImmutableMultiDict[str, str]:
        """The query parameters: valid UTF-8, each given once.

        Raises:
            Refused: 400
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

    @cached_property
    def raw_body(self) -> bytes:
        """The body's bytes.

        Raises:
            Refused: 413 as soon as it is known, 400 for a body that breaks off.
        """
        declared = self.content_length or 0
        stream = self.environ["wsgi.input"]  # ends where the body ends, which Werkzeug's own limit does not tell apart
        try:
            body: bytes = b"" if declared > MAX_BODY_BYTES else stream.read(MAX_BODY_BYTES + 1)
        except Exception as exc:  # the server's own, of several kinds
            raise bad_field("body", "is not sent in valid chunks, or breaks off") from exc
        if max(declared, len(body)) > MAX_BODY_BYTES:
            raise Refused(413, f"The body is larger than {MAX_BODY_BYTES} bytes.")
        if len(body) < declared:
            raise bad_field("body", "is shorter than it was said to be")
        return body

    @cached_property
    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            Refused: 413, 415, 400
        """
        body = self.raw_body
        if self.mimetype != "application/json":
            raise Refused(415, "The body must be application/json.")
        try:
            parsed = orjson.loads(body)
        except orjson.JSONDecodeError as exc:
            raise _explained(body, exc) from exc
        if not isinstance(parsed, dict):
            raise bad_field("body", "must be a JSON object")
        return parsed


def drain(stream: IO[bytes]) -> None:
    """Read on after the answer, within bounds: to close on somebody who is still sending takes the answer from them."""
    left = DRAIN_BYTES
    with gevent.Timeout(DRAIN_LIMIT_S, False), contextlib.suppress(Exception):
        while left > 0 and (chunk := stream.read(min(left, 65536))):
            left -= len(chunk)


def _explained(body: bytes, failure: orjson.JSONDecodeError) -> Refused:
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
    """Tell whether a text has neither NUL nor lone surrogates."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
