"""Whether the gateway lives, and whether the system is ready."""

import logging

from flask import Response
from pydantic import BaseModel
from pymongo.errors import PyMongoError

from gateway import problems
from gateway.backend import backend
from gateway.calls import RequestCalls
from gateway.resource import Resource, answer
from services.chassis.deadline import Deadline
from services.contracts.directory import SERVICES
from services.contracts.errors import ServiceError

log = logging.getLogger(__name__)

READY_LIMIT_S = 2.5

health = Resource("health", about="Health", public=True)


class Alive(BaseModel):
    """Said by whoever is there to say it."""

    status: str


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
    return problems.answer(
        503, f"Not ready: {', '.join(missing)}.", errors=[(name, why) for name, why in missing.items()]
    )


def _missing() -> dict[str, str]:
    """Return what does not work, and why; everything is asked at once."""
    missing: dict[str, str] = {}
    own = RequestCalls(backend().caller.within(Deadline.after(READY_LIMIT_S)))
    if not backend().caller.connected:
        missing["broker"] = "is not connected"
    replies = {}
    for name, service in SERVICES.items():
        try:
            replies[name] = own.start(service.check_health)
        except ServiceError as exc:
            missing[name] = exc.message
    try:
        backend().database.ping()
    except PyMongoError as exc:
        log.warning("the gateway's database does not answer: %s", exc)
        missing["database"] = "does not answer"
    for name, reply in replies.items():
        try:
            faults = [part for part, works in reply.result().items() if not works]
        except ServiceError as exc:
            missing[name] = exc.message
        else:
            if faults:
                missing[name] = f"has no {' and no '.join(faults)}"
    return missing
