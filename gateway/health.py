"""Whether the gateway lives, and whether the system is ready."""

import logging

from flask import Response
from pydantic import BaseModel
from pymongo.errors import PyMongoError

from gateway import problems
from gateway.backend import backend
from gateway.calls import RequestCalls
from gateway.resource import Resource, answer
from services.chassis.calling import Reply
from services.chassis.deadline import Deadline
from services.contracts.calls import offered_by
from services.contracts.directory import SERVICES
from services.contracts.errors import Code, ServiceError

log = logging.getLogger(__name__)

READY_LIMIT_S = 2.5
BROKER, DATABASE = "rabbitmq", "mongodb"
"""How they are called by who runs them; what we say of them calls them by what they are."""

health = Resource("health", about="Health", public=True)


class Alive(BaseModel):
    """Said by whoever is there to say it."""

    status: str


@offered_by("nobody")
def come_back() -> None:
    """Call a service that there is not: a broker that works returns the message at once."""
    raise NotImplementedError


@health.get("/healthz", responses={200: Alive})
def healthz() -> Response:
    """Tell that the gateway lives."""
    return answer({"status": "ok"})


@health.get("/readyz", responses={200: Alive})
def readyz() -> Response:
    """Tell whether broker, database and all services answer; name those that do not."""
    missing = _missing()
    if not missing:
        return answer({"status": "ok"})
    told = "; ".join(f"{name}: {why}" for name, why in missing.items())
    return problems.answer(503, f"Not ready: {told}.", errors=list(missing.items()))


def _missing() -> dict[str, str]:
    """Return what does not work, and why; everything is asked at once."""
    missing: dict[str, str] = {}
    own = RequestCalls(backend().caller.within(Deadline.after(READY_LIMIT_S)))
    replies = {}
    try:
        returned = own.start(come_back)
        replies = {name: own.start(service.check_health) for name, service in SERVICES.items()}
    except ServiceError:
        missing |= {BROKER: "the broker is not connected", **dict.fromkeys(SERVICES, "cannot be reached")}
    try:
        backend().database.ping()
    except PyMongoError as exc:
        log.warning("the gateway's database does not answer: %s", exc)
        missing[DATABASE] = "the database does not answer"
    if replies and not _has_come_back(returned):
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


def _has_come_back(reply: Reply[None]) -> bool:
    try:
        reply.result()
    except ServiceError as exc:
        return exc.code == Code.CALL_UNREACHABLE and backend().caller.connected
    return True
