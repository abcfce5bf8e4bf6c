"""Whether the gateway lives, and whether the system is ready."""

import logging

from flask import Response
from pydantic import BaseModel
from pymongo.errors import PyMongoError

from gateway.calls import RequestCalls
from gateway.http.context import backend
from gateway.http.problems import problem_response
from gateway.http.resource import Resource, json_response
from gateway.schemas.examples import example
from services.chassis.rpc.client import PendingReply
from services.chassis.rpc.deadline import Deadline
from services.contracts import standard_calls
from services.contracts.errors import Code, ServiceError
from services.contracts.registry import CONTRACTS
from services.contracts.rpc import answered_by

log = logging.getLogger(__name__)

READY_LIMIT_S = 2.5
BROKER, DATABASE = "rabbitmq", "mongodb"
"""The names that operators know them by."""

health_bp = Resource("health", about="Health", public=True)


class Health(BaseModel):
    """The process answers."""

    model_config = example({"status": "ok"})

    status: str


@answered_by("nobody")
def probe_broker() -> None:
    """Call a service that does not exist: a working broker returns the message at once."""
    raise NotImplementedError


@health_bp.get("/healthz", responses={200: Health})
def get_health() -> Response:
    """Tell that the gateway lives."""
    return json_response({"status": "ok"})


@health_bp.get("/readyz", responses={200: Health})
def get_readiness() -> Response:
    """Return whether broker, database and all services answer; name those that do not."""
    missing = _missing()
    if not missing:
        return json_response({"status": "ok"})
    faults = "; ".join(f"{name}: {why}" for name, why in missing.items())
    return problem_response(503, f"Not ready: {faults}.", errors=list(missing.items()))


def _missing() -> dict[str, str]:
    """Return what does not work, and why; all calls are made at once."""
    missing: dict[str, str] = {}
    own = RequestCalls(backend().caller.within(Deadline.after(READY_LIMIT_S)))
    replies = {}
    try:
        returned = own.start(probe_broker)
        replies = {name: own.start(standard_calls.check_health.of(name)) for name in CONTRACTS}
    except ServiceError:
        missing |= {BROKER: "the broker is not connected", **dict.fromkeys(CONTRACTS, "cannot be reached")}
    try:
        backend().database.ping()
    except PyMongoError as exc:
        log.warning("the gateway's database does not answer: %s", exc)
        missing[DATABASE] = "the database does not answer"
    if replies and not _was_returned(returned):
        missing[BROKER] = "the broker does not answer"
    for name, reply in replies.items():
        try:
            faults = [part for part, works in reply.result().items() if not works]
        except ServiceError as exc:
            missing[name] = exc.message
        else:
            if faults:
                missing[name] = f"has no {' and no '.join(faults)}"
    return missing


def _was_returned(reply: PendingReply[None]) -> bool:
    try:
        reply.result()
    except ServiceError as exc:
        return exc.code == Code.CALL_UNREACHABLE and backend().caller.connected
    return True
