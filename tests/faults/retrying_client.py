"""A client as a phone has one: it repeats a request, under the same key, until it has an answer."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import requests

from tests.e2e.answers import Answer
from tests.e2e.people import Person

PATIENCE_S = 120.0
PAUSE_S = 0.2


class Lie(AssertionError):
    """Raised when an answer contradicts what was promised before."""


class Lost(Lie):
    """Raised when something that was acknowledged is not there."""


class Doubled(Lie):
    """Raised when something is there twice."""


class HalfDone(Lie):
    """Raised when one part of an effect is there and another is not."""


@dataclass
class Tally:
    """What clients have met, of all of them together.

    broken: connections that ended before there was an answer; cut: answers that ended in the middle.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    cut: int = 0
    acknowledged: int = 0
    failures: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, answer: Answer | None) -> None:
        """Count an answer, or a connection that broke before there was one."""
        with self._lock:
            if answer is None:
                self.broken += 1
                return
            self.statuses[answer.status_code] += 1
            if answer.status_code >= 500 and answer.status_code != 503:
                request = answer.request
                self.failures.append(f"{request.method} {request.url}: {answer.status_code} {answer.text[:300]}")
            if answer.status_code == 503 and "Retry-After" not in answer.headers:
                self.failures.append(f"503 without Retry-After: {answer.request.method} {answer.request.url}")

    def count_cut(self) -> None:
        """Count an answer that had begun."""
        with self._lock:
            self.cut += 1

    def acknowledge(self) -> None:
        """Count a write that was acknowledged."""
        with self._lock:
            self.acknowledged += 1


def attempt(tally: Tally, person: Person, method: str, path: str, **request: Any) -> Answer | None:
    """Send a request once; None when there was no answer."""
    try:
        answer = person.request(method, path, **request)
    except requests.exceptions.ChunkedEncodingError:
        tally.count_cut()
        return None
    except requests.RequestException:
        answer = None
    tally.count(answer)
    return answer


def insist(tally: Tally, person: Person, method: str, path: str, **request: Any) -> Answer:
    """Repeat a request until the answer is one: no 503, no broken connection. A write repeats under its key."""
    if method != "GET":
        request["headers"] = {"Idempotency-Key": uuid4().hex, **request.get("headers", {})}
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        answer = attempt(tally, person, method, path, **request)
        if answer is not None and answer.status_code < 500:
            return answer
        time.sleep(PAUSE_S)
    raise Lie(f"no answer within {PATIENCE_S} s: {method} {path}")
