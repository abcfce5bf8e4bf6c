"""What an answer must look like, said once."""

from collections.abc import Container
from typing import Any

import requests

Answer = requests.Response

ANY_4XX = range(400, 500)
RIGHTS = ("is_can_invite_user", "is_can_delete_user", "is_can_change_event", "is_can_delete_event")


def ok(answer: Answer) -> Any:
    """Return the JSON of a 200."""
    assert answer.status_code == 200, _told(answer, 200)
    assert answer.headers["Content-Type"].split(";")[0] == "application/json", _told(answer, 200)
    return answer.json()


def done(answer: Answer) -> None:
    """Check a 204: nothing to say, and nothing said."""
    assert answer.status_code == 204, _told(answer, 204)
    assert answer.content == b""
    assert "Content-Type" not in answer.headers


def refused(answer: Answer, status: int | Container[int], *, field: str | None = None) -> dict[str, Any]:
    """Check a refusal and its shape, and that it names `field`; return the problem. Source: RFC 9457."""
    wanted = (status,) if isinstance(status, int) else status
    assert answer.status_code in wanted, _told(answer, status)
    assert answer.headers["Content-Type"].split(";")[0] == "application/problem+json", _told(answer, status)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    for text in ("type", "title", "detail"):
        assert isinstance(problem[text], str) and problem[text], f"no {text} in {problem}"
    for error in problem.get("errors", []):
        assert isinstance(error["field"], str) and isinstance(error["message"], str), problem
    if field is not None:
        named = [error["field"] for error in problem.get("errors", [])]
        assert field in named, f"{field!r} is not named in {problem}"
    return problem


def _told(answer: Answer, wanted: object) -> str:
    request = answer.request
    sent = bytes(request.body)[:300] if isinstance(request.body, bytes) else b""
    return (
        f"{request.method} {str(request.url)[:300]} {sent!r}: {answer.status_code}, not {wanted}: {answer.text[:600]}"
    )
