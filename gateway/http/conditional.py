"""`If-Match`: do it only if nobody has changed it meanwhile (RFC 9110, section 13.1.1)."""

import hashlib
import re
from collections.abc import Iterator

from flask import request

from gateway.http.problems import bad_field

IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "do it only if the event still has this `ETag`, which `GET /event` sends; otherwise 412",
    "schema": {"type": "string"},
    "example": '"7-1f2e3d4c"',
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "answer 304 without a body if this is still the `ETag`",
    "schema": {"type": "string"},
    "example": '"7-1f2e3d4c"',
}
TAG_HEADER = {
    "ETag": {
        "description": "identifies this version; for `If-Match` and `If-None-Match`",
        "schema": {"type": "string"},
        "example": '"7-1f2e3d4c"',
    }
}
"""How the headers are described in the OpenAPI document."""

_ELEMENT = re.compile(r"""(?P<tag>(?P<weak>W/)?"(?P<opaque>[\x21\x23-\x7e\x80-\xff]*)")?[ \t]*(?:,[ \t]*|\Z)""")
_OURS = re.compile(r"(?P<version>[1-9][0-9]{0,14})(?:-[0-9a-f]{8})?", re.ASCII)


def entity_tag(version: int, body: bytes) -> str:
    """Make the tag of an event in one representation: one version may be shown differently to two users."""
    return f"{version}-{hashlib.sha256(body).hexdigest()[:8]}"


def expected_versions() -> list[int] | None:
    """Return the versions of which the request expects one; None when it expects none.

    Whose view of a version a tag was made for does not matter, and the version alone will do. Weak tags, and tags that
    we have not made, match nothing: the list may be empty, and the service says what else is wrong.

    Raises:
        ApiError: 400 for what is no list of entity tags.
    """
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    ours = [_OURS.fullmatch(tag) for tag in _strong_tags(given)]
    return sorted({int(tag["version"]) for tag in ours if tag})


def _strong_tags(listed: str) -> Iterator[str]:
    """Read a list of entity tags, in which elements may be empty. Source: RFC 9110, sections 5.6.1 and 8.8.3."""
    text, at = listed.strip(), 0
    while at < len(text):
        element = _ELEMENT.match(text, at)
        if element is None:
            raise bad_field("If-Match", 'must be "*" or a list of entity tags such as "7"')
        if element["tag"] and not element["weak"]:
            yield element["opaque"]
        at = element.end()
