"""Conditional requests: `If-Match` and `If-None-Match` on GET, PUT and DELETE (RFC 9110, section 13).

Only events, icons and files of the client have tags. Elsewhere no list of tags can match, and `*` always does: what is
asked for exists, or the answer would be another.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from flask import Response, request
from werkzeug.http import unquote_etag

from gateway.http.problems import ApiError, bad_field, on_api_error, problem_response

IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "do it only if this is still the `ETag` of the event, which `GET /event` sends; otherwise 412",
    "schema": {"type": "string"},
    "example": '"7-1f2e3d4c"',
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "if this is still the `ETag`: 304 without a body to GET, 412 to PUT and DELETE",
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

TAGGED: set[str] = set()
"""The names of views that evaluate the preconditions themselves."""

View = TypeVar("View", bound=Callable[..., Any])

_ELEMENT = re.compile(r"""(?P<tag>(?P<weak>W/)?"(?P<opaque>[\x21\x23-\x7e\x80-\xff]*)")?[ \t]*(?:,[ \t]*|\Z)""")
_OURS = re.compile(r"(?P<version>[1-9][0-9]{0,14})(?:-[0-9a-f]{8})?", re.ASCII)


def entity_tag(version: int, body: bytes) -> str:
    """Make the tag of an event in one representation: one version may be shown differently to two users."""
    return f"{version}-{hashlib.sha256(body).hexdigest()[:8]}"


def expected_versions() -> list[int] | None:
    """Return the versions of which `If-Match` expects one; None when it expects none.

    Whose view of a version a tag was made for does not matter, and the version alone will do. Weak tags, and tags that
    we have not made, match nothing: the list may be empty, and the service says what else is wrong.

    Raises:
        ApiError: 400 for what is no list of entity tags.
    """
    given = request.headers.get("If-Match")
    return None if given is None or _is_any(given) else _versions_in(_tags_in("If-Match", given, weak=False))


def is_known(version: int) -> bool:
    """Return whether `If-None-Match` names a version, by a strong or a weak tag or by `*`.

    Raises:
        ApiError: 400 for what is no list of entity tags.
    """
    given = request.headers.get("If-None-Match")
    if given is None:
        return False
    return _is_any(given) or version in _versions_in(_tags_in("If-None-Match", given, weak=True))


def evaluates_preconditions(view: View) -> View:
    """Mark a view that changes something with a tag, and evaluates the preconditions itself."""
    TAGGED.add(view.__name__)
    return view


def refuse_untagged() -> None:
    """Evaluate the preconditions of a change of something that exists, and has no tag.

    Raises:
        ApiError: 412 if they do not hold, 400 for what is no list of entity tags.
    """
    if expected_versions() is not None:
        raise ApiError(412, "What you want to change has no ETag: no If-Match but * can hold.")
    if is_known(0):
        raise ApiError(412, "What If-None-Match says is not there is there.")


def evaluate(response: Response) -> Response:
    """Evaluate the preconditions of a GET that succeeds, in the order of RFC 9110, section 13.2.2.

    Whose view of a version `If-Match` names does not matter, as in a change; a copy to use again must be of this view.
    """
    tag, _ = unquote_etag(response.headers.get("ETag"))
    expected, known = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    try:
        if expected is not None and not _is_any(expected) and not _is_expected(tag, expected):
            return problem_response(412, "It is not the version that If-Match names.")
        if known is not None and (_is_any(known) or tag in _tags_in("If-None-Match", known, weak=True)):
            response.set_data(b"")
            response.status_code = 304
    except ApiError as exc:
        return on_api_error(exc)
    return response


def _is_expected(tag: str | None, expected: str) -> bool:
    tags = _tags_in("If-Match", expected, weak=False)
    return tag is not None and (tag in tags or bool({*_versions_in([tag])} & {*_versions_in(tags)}))


def _is_any(given: str) -> bool:
    return given.strip() == "*"


def _versions_in(tags: list[str]) -> list[int]:
    ours = [_OURS.fullmatch(tag) for tag in tags]
    return sorted({int(tag["version"]) for tag in ours if tag})


def _tags_in(header: str, listed: str, *, weak: bool) -> list[str]:
    """Read a header's list of entity tags. weak: whether weak ones count.

    Raises:
        ApiError: 400
    """
    return [tag["opaque"] for tag in _elements(header, listed.strip()) if tag["tag"] and (weak or not tag["weak"])]


def _elements(header: str, listed: str) -> Iterator[re.Match[str]]:
    """Read a list, in which elements may be empty. Source: RFC 9110, sections 5.6.1 and 8.8.3."""
    at = 0
    while at < len(listed):
        element = _ELEMENT.match(listed, at)
        if element is None:
            raise bad_field(header, 'must be "*" or a list of entity tags such as "7"')
        yield element
        at = element.end()
