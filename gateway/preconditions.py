"""`If-Match`: do it only if nobody has changed it meanwhile (RFC 9110, section 13.1.1)."""

import re

from flask import request

from gateway.problems import bad_field

UNDERSTOOD_BY = {("/event", "put"), ("/event", "delete")}
PARAMETER = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "do it only if the event still has this ETag, which GET /event gives",
    "schema": {"type": "string"},
}
"""How the header is described in the OpenAPI document."""

NO_VERSION = -1
"""Matches nothing, and leaves it to the service to say what else is wrong."""

_TAG = re.compile(r'\s*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*')


def expected_version() -> int | None:
    """Return the version that the request expects, `NO_VERSION` for one that cannot be; None when it expects none.

    A request that names several versions is met by the newest: versions only grow, so an older one cannot be current.

    Raises:
        Refused: 400 for what is no list of entity tags.
    """
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    parts = [_TAG.fullmatch(part) for part in given.split(",")]
    if not all(parts):
        raise bad_field("If-Match", 'must be "*" or a list of entity tags such as "7"')
    # A weak tag never matches here, nor does one that we have not made.
    versions = [int(part[2]) for part in parts if part and not part[1] and part[2].isascii() and part[2].isdigit()]
    return max((version for version in versions if version < 2**53), default=NO_VERSION)
