"""Making calls: one connection a process, many calls in flight, each with a deadline.

Imports neither Nameko nor eventlet: services and gateway share it, under whichever kind of threads they run.
"""

import itertools
import logging
import threading
from collections import Counter
from typing import Any, Generic, ParamSpec, TypeVar

import amqp
import orjson

from services.chassis.broker.connection import BrokerConnection, BrokerUnavailable, writing
from services.chassis.broker.senders import NAMED_ALIKE, BrokerUsers, sender_of
from services.chassis.logging import log_event
from services.chassis.rpc import codec
from services.chassis.rpc.deadline import Deadline
from services.contracts.errors import Code, Unavailable
from services.contracts.rpc import Call

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

RECONNECT_PATIENCE_S = 1.0
"""How long a call waits for a connection that is being made again."""
TIDY_EVERY = 256
"""Calls between two searches for abandoned replies: those past their deadline."""


class PendingReply(Generic[T]):
    """The answer to a call, now or later. Wait for it once, from one thread."""

    __slots__ = ("_arrived", "_body", "_caller", "_failure", "call", "correlation_id", "deadline", "parts")

    def __init__(self, caller: "RpcClient", call: Call[Any, T], correlation_id: str, deadline: Deadline) -> None:
        self._caller, self.call, self.correlation_id, self.deadline = caller, call, correlation_id, deadline
        self.parts = codec.Parts()
        self._body: bytes | None = None
        self._failure: Unavailable | None = None
        self._arrived = threading.Lock()
        self._arrived.acquire()

    def result(self) -> T:
        """Wait for the answer and return it.

        Raises:
            ServiceError: what the call raised.
            Unavailable: call.timeout or call.unreachable; the call may or may not have been executed.
        """
        self._arrived.acquire(timeout=self.deadline.left_s)
        self._caller._forget(self)
        if self._failure is not None:
            raise self._failure
        if self._body is None:
            raise unanswered(self.call, Code.CALL_TIMEOUT, "did not answer in time")
        result: T = codec.decode_reply(self._body)
        return result

    def _arrive(self, body: bytes) -> None:
        self._body = body
        self._arrived.release()

    def _fail(self, failure: Unavailable) -> None:
        self._failure = failure
        self._arrived.release()


def unanswered(call: Call[Any, Any], code: Code, what: str, **details: object) -> Unavailable:
    """Build the error for a call that got no answer."""
    details |= {"service": call.service, "method": call.method}
    return Unavailable(code, f"{call.service} {what}", orjson.dumps(details).decode())


def was_returned(failure: Unavailable) -> bool:
    """Return whether a call failed since there is no queue for it: nobody has got it, nor will."""
    return failure.parsed_details().get("returned") is True


class RpcClient:
    """This process's way to the services.

    Args:
        amqp_uri: the broker.
        name: in the broker's list of connections.
        limit: calls of one service that may be under way at once, so that one that is stuck does not hold all who
            call it; None for as many as there are.
        users: whose replies are whose.
    """

    def __init__(self, amqp_uri: str, *, name: str, limit: int | None = None, users: BrokerUsers = NAMED_ALIKE) -> None:
        self._users = users
        self._waiting: dict[str, PendingReply[Any]] = {}
        self._under_way: Counter[str] = Counter()
        self._limit = limit
        self._numbers = itertools.count(1)
        self._link = BrokerConnection(amqp_uri, name=f"{name} calls", on_open=self._open, on_lost=self._lose)
        self._link.start()

    def within(self, deadline: Deadline) -> "BoundClient":
        """Return the means to make calls that must be answered before `deadline`."""
        return BoundClient(self, deadline)

    @property
    def connected(self) -> bool:
        """Return whether there is a connection to the broker."""
        return self._link.is_open

    def close(self) -> None:
        """Give up the connection; calls in flight fail."""
        self._link.close()

    def _start(self, call: Call[Any, T], arguments: dict[str, Any], deadline: Deadline) -> PendingReply[T]:
        number = next(self._numbers)
        if number % TIDY_EVERY == 0:
            self._tidy()
        reply = PendingReply(self, call, str(number), deadline)
        try:
            channel = self._link.channel(timeout_s=min(deadline.left_s, RECONNECT_PATIENCE_S))
            if deadline.passed:
                raise unanswered(call, Code.CALL_TIMEOUT, "was not called: no time left")
            body = codec.encode_arguments(arguments)  # before anything is remembered: it may be no JSON
            self._remember(reply)
            message = amqp.Message(
                body,
                content_type="application/json",
                correlation_id=reply.correlation_id,
                reply_to=codec.REPLY_TO,
                type=call.method,
                delivery_mode=1,
                user_id=self._link.user,
                **codec.encode_deadline(deadline),
            )
            with writing(channel):
                exchange = "" if call.by_queue else codec.CALLS_EXCHANGE
                channel.basic_publish(message, exchange=exchange, routing_key=call.service, mandatory=True)
        except BrokerUnavailable as exc:
            self._forget(reply)
            raise unanswered(call, Code.CALL_UNREACHABLE, f"cannot be reached: {exc}") from exc
        return reply

    def _remember(self, reply: PendingReply[Any]) -> None:
        service = reply.call.service
        if self._limit is not None and self._under_way[service] >= self._limit:
            raise unanswered(reply.call, Code.CALL_BUSY, "has enough to answer already")
        self._under_way[service] += 1
        self._waiting[reply.correlation_id] = reply

    def _forget(self, reply: PendingReply[Any]) -> None:
        self._take(reply.correlation_id)

    def _take(self, correlation_id: str) -> PendingReply[Any] | None:
        reply = self._waiting.pop(correlation_id, None)
        if reply is not None:
            self._under_way[reply.call.service] -= 1
        return reply

    def _tidy(self) -> None:
        """Forget replies whose deadline has passed: no caller waits for them."""
        for reply in list(self._waiting.values()):
            if reply.deadline.passed:
                self._forget(reply)

    # What follows runs in the link's thread.

    def _open(self, channel: amqp.Channel) -> None:
        channel.exchange_declare(codec.CALLS_EXCHANGE, "direct", durable=True, auto_delete=False)
        channel.events["basic_return"].add(self._on_return)
        channel.basic_consume(codec.REPLY_TO, no_ack=True, callback=self._on_reply)

    def _lose(self) -> None:
        """Replies travel on the connection that asked, so those in flight will never come."""
        for reply in list(self._waiting.values()):
            self._forget(reply)
            reply._fail(unanswered(reply.call, Code.CALL_UNREACHABLE, "did not answer before the connection was lost"))

    def _on_reply(self, message: amqp.Message) -> None:
        correlation_id = message.properties.get("correlation_id", "")
        reply = self._waiting.get(correlation_id)
        if reply is None:
            return
        if not self._users.is_from(message, reply.call.answerer):
            log_event(log, "sender refused", level=logging.WARNING, reply=reply.call.method, sender=sender_of(message))
            return
        whole = reply.parts.add(message.body, message.headers or {})
        if whole is not None and self._take(correlation_id):
            reply._arrive(whole)

    def _on_return(self, exception: Exception, exchange: str, routing_key: str, message: amqp.Message) -> None:
        reply = self._take(message.properties.get("correlation_id", ""))
        if reply is not None:
            reply._fail(unanswered(reply.call, Code.CALL_UNREACHABLE, "has never run here", returned=True))


class BoundClient:
    """Calls that share a deadline."""

    __slots__ = ("_caller", "deadline")

    def __init__(self, caller: RpcClient, deadline: Deadline) -> None:
        self._caller, self.deadline = caller, deadline

    def start(self, call: Call[P, T], *args: P.args, **kwargs: P.kwargs) -> PendingReply[T]:
        """Send a call and return at once, so that several can be under way.

        Raises:
            Unavailable: call.unreachable
        """
        return self._caller._start(call, kwargs, self.deadline)

    def at_most(self, seconds: float) -> "BoundClient":
        """Return the means to make calls that are waited for no longer than that, nor than the deadline."""
        return self if self.deadline.left_s <= seconds else BoundClient(self._caller, Deadline.after(seconds))

    def call(self, call: Call[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Send a call and wait for its answer. Raises as `PendingReply.result`."""
        return self.start(call, *args, **kwargs).result()
