"""Lets `streams` know that this process must be told of cut-offs and log-outs: once for each connection."""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from gateway.live.hub import BrokerHub, Hub
from services.chassis.rpc.client import BoundClient, RpcClient
from services.chassis.rpc.deadline import Deadline
from services.contracts import streams
from services.contracts.errors import ServiceError
from services.contracts.gateways import Cutoff

log = logging.getLogger(__name__)

CALL_LIMIT_S = 5.0
RETRY_S = 1.0
TELL_EVERY = 10
"""Attempts that fail for each that is logged: when all starts at once, `streams` comes later."""


def register(hub: Hub, call: Callable[[str], list[Cutoff]]) -> None:
    """Register this process, unless that is done. call: `streams.register_gateway` of a queue.

    Raises:
        ServiceError: `streams` does not answer.
    """
    queue = hub.unregistered_queue
    if queue is not None:
        hub.registered(queue, call(queue))


def keep_registered(hub: BrokerHub, caller: RpcClient) -> None:
    """Register this process whenever it has a new connection, beside its requests. Returns at once."""
    threading.Thread(target=_keep_registered, args=(hub, caller), name="registers", daemon=True).start()


def _keep_registered(hub: BrokerHub, caller: RpcClient) -> None:
    failures = 0
    while True:
        hub.wait_until_unregistered()
        try:
            within = caller.within(Deadline.after(CALL_LIMIT_S))
            register(hub, partial(_call, within))
            failures = 0
        except ServiceError as exc:
            failures += 1
            if failures % TELL_EVERY == 0:
                log.warning("streams does not register this process yet: %s", exc)
            time.sleep(RETRY_S)
        except Exception:  # this thread must not end
            log.exception("cannot register this process")
            time.sleep(RETRY_S)


def _call(within: BoundClient, queue: str) -> list[Cutoff]:
    return within.call(streams.register_gateway, queue=queue)
