"""Which request the current work belongs to: carried through calls, outbox entries, domain events and log lines.

The request id is what users quote; `traceparent` is what tracing systems follow.
Source: W3C Trace Context, section 3.2 (traceparent).
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)

REQUEST_ID_HEADER = "request-id"
TRACEPARENT_HEADER = "traceparent"


@dataclass(frozen=True)
class Trace:
    """A request's name. request_id: up to 64 letters, digits and hyphens; traceparent: as W3C defines it."""

    request_id: str
    traceparent: str

    def to_headers(self) -> dict[str, str]:
        """Return the headers by which a message carries the trace."""
        return {REQUEST_ID_HEADER: self.request_id, TRACEPARENT_HEADER: self.traceparent}


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def new_trace(traceparent: str | None = None) -> Trace:
    """Begin a request. With a `traceparent` it continues that trace. The request id is always new."""
    request_id = secrets.token_hex(16)
    if traceparent is None or not _TRACEPARENT.fullmatch(traceparent):
        return Trace(request_id, f"00-{request_id}-{secrets.token_hex(8)}-01")
    return Trace(request_id, traceparent)


def from_headers(headers: Mapping[str, Any]) -> Trace | None:
    """Return the trace that a message carries, if it carries one."""
    request_id, traceparent = headers.get(REQUEST_ID_HEADER), headers.get(TRACEPARENT_HEADER)
    if not isinstance(request_id, str) or not isinstance(traceparent, str):
        return None
    is_valid = _REQUEST_ID.fullmatch(request_id) and _TRACEPARENT.fullmatch(traceparent)
    return Trace(request_id, traceparent) if is_valid else None


def current_trace() -> Trace | None:
    """Return the trace of the current work; None for what a process does unasked."""
    return _current.get()


def current_headers() -> dict[str, str]:
    """Return the headers of the current trace; none when there is no trace."""
    trace = _current.get()
    return trace.to_headers() if trace else {}


def set_trace(trace: Trace | None) -> None:
    """Let everything that this thread (native or green) does from now on belong to a request."""
    _current.set(trace)


@contextmanager
def tracing(trace: Trace | None) -> Iterator[None]:
    """Let the block belong to a request."""
    token = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(token)
