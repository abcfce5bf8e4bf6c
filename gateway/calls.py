"""How services are called, and how a write is completed: the only file of the gateway that knows either."""

from typing import ParamSpec, Protocol, TypeVar

from services.chassis.rpc.client import BoundClient, PendingReply
from services.chassis.rpc.deadline import Deadline
from services.contracts import standard_calls
from services.contracts.domain_events import from_wire
from services.contracts.errors import Code, NotFound, ServiceError, Unavailable
from services.contracts.registry import awaited_subscribers
from services.contracts.rpc import Call, HandlerResult, WriteResult

P = ParamSpec("P")
T = TypeVar("T")

ROUNDS = 5
"""How often domain events may lead to domain events; the longest chain takes two."""


class RpcClient(Protocol):
    """The way to the services: `services.chassis.rpc.client.Caller`, or a stand-in of a test."""

    @property
    def connected(self) -> bool:
        """Return whether there is a connection to the broker."""

    def within(self, deadline: Deadline) -> BoundClient:
        """Return calls that must be answered before `deadline`."""


class RequestCalls:
    """The calls of one request."""

    def __init__(self, calls: BoundClient) -> None:
        self._calls = calls

    def start(self, call: Call[P, T], *args: P.args, **kwargs: P.kwargs) -> PendingReply[T]:
        """Send a call and return at once, so that several can be under way."""
        return self._calls.start(call, *args, **kwargs)

    def call(self, call: Call[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Send a call and wait for its answer."""
        return self._calls.call(call, *args, **kwargs)

    def write(self, call: Call[P, WriteResult], *args: P.args, **kwargs: P.kwargs) -> str:
        """Make a writing call and deliver its domain events to all subscribers, so that its whole effect is visible.

        Returns the id of what was written.

        Raises:
            NotFound: what an acceptance is about is gone.
            Unavailable: a subscriber did not answer; the change stands, and a repeat is harmless.
        """
        written = self._calls.call(call, *args, **kwargs)
        events = written["domain_events"]
        for _ in range(ROUNDS):
            if not events:
                return written["id"]
            events = [wire for applied in self._deliver(events) for wire in applied["domain_events"]]
        raise Unavailable(Code.CALL_TIMEOUT, "domain events lead to domain events without end")

    def _deliver(self, events: list[dict[str, object]]) -> list[HandlerResult]:
        """Deliver domain events to all subscribers at once, and wait for all of them."""
        replies = [
            self._calls.start(standard_calls.apply.of(subscriber), domain_event=wire)
            for wire in events
            for subscriber in awaited_subscribers(from_wire(wire))
        ]
        applied = [_result(reply) for reply in replies]
        if any(one["outcome"] == "gone" for one in applied):
            raise NotFound(Code.TARGET_GONE, "What this is about no longer exists.")
        return applied


def _result(reply: PendingReply[HandlerResult]) -> HandlerResult:
    """Wait for a subscriber; whatever fails there, the change stands and its events are published again."""
    try:
        return reply.result()
    except ServiceError as exc:
        raise Unavailable(exc.code, f"done, but not everywhere yet: {exc.message}") from exc
