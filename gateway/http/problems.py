"""Failures as HTTP: one table, one shape (RFC 9457) for every answer of 400 and above."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, request
from pydantic import BaseModel, Field, ValidationError
from pymongo.errors import PyMongoError
from werkzeug.exceptions import HTTPException

from services.chassis.tracing import current_trace
from services.contracts.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    ServiceError,
    ServiceFault,
    Unavailable,
)

log = logging.getLogger(__name__)

STATUS: dict[type[ServiceError], int] = {
    Invalid: 400,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    PreconditionFailed: 412,
    ServiceFault: 500,
    Unavailable: 503,
}

FIELD_NAMES = {"starts_at": "datetime", "ends_at": "end_datetime", "first_day": "from", "end_day": "to"}
"""Fields that the API calls otherwise than the services."""

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
"""Sent with every 503: by then a process that died is back."""
RETRY_HEADER = {
    "Retry-After": {
        "description": "seconds to wait before trying again",
        "schema": {"type": "integer", "minimum": 0},
        "example": RETRY_AFTER_S,
    }
}
"""How that header is described in the OpenAPI document."""
EXAMPLES: dict[int, tuple[str | None, str]] = {
    400: (None, "id: must be an id: 24 lower-case hexadecimal digits"),
    401: (None, "Log in first: GET /login."),
    403: ("member.right_missing", "You do not hold the right: can_change_event."),
    404: ("event.unknown", "There is no such event."),
    408: (None, "The body did not arrive within 10 s."),
    409: (
        "operation.forgotten",
        "Too much has happened since to tell whether this was done. Look, then decide anew.",
    ),
    410: (None, "What has happened since that cursor is no longer kept: start over with GET /user."),
    412: ("event.changed", "The event has changed since the version that you named."),
    413: (None, "The body is larger than 1048576 bytes."),
    415: (None, "The body must be application/json."),
    422: (None, "This Idempotency-Key came with another request before."),
    500: (None, "The server made a mistake."),
    503: ("call.timeout", "events did not answer in time"),
}
"""A code and a detail for each status, for the OpenAPI document."""


class FieldError(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(BaseModel):
    """An error, as RFC 9457 describes it."""

    type: str = Field(description="a URI that names the kind of problem")
    title: str
    status: int
    detail: str
    request_id: str = Field(default="", description="what to quote when something went wrong; also in `X-Request-Id`")
    errors: list[FieldError] = Field(default_factory=list, description="what is wrong with which field")


class ApiError(Exception):
    """Raised by the gateway itself to refuse a request.

    Args:
        status: the HTTP status.
        detail: one sentence for a person.
        errors: `(field, message)` for each field that is to blame.
        headers: that the answer has besides.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        errors: list[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors, self.headers = status, detail, errors or [], headers or {}


def bad_field(field: str, message: str) -> ApiError:
    """Build the error of one bad field."""
    return ApiError(400, f"{field}: {message}", [(field, message)])


def problem_responses(*statuses: int) -> dict[str | int, Any]:
    """Describe problem answers of these statuses for the OpenAPI document."""
    return {str(status): _description(status) for status in statuses}


def _description(status: int) -> dict[str, Any]:
    code, detail = EXAMPLES[status]
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": problem_body(status, detail, code=code)}
    return {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: content}}


def problem_body(
    status: int,
    detail: str,
    *,
    code: str | None = None,
    request_id: str | None = None,
    errors: list[tuple[str, str]] | None = None,
) -> dict[str, Any]:
    """Build the body of a problem answer. code: of the service's error, if one is the cause."""
    problem: dict[str, Any] = {
        "type": f"urn:social-calendar:problem:{code}" if code else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if request_id is not None:
        problem["request_id"] = request_id
    if errors:
        problem["errors"] = [{"field": field, "message": message} for field, message in errors]
    return problem


def problem_response(
    status: int, detail: str, *, code: str | None = None, errors: list[tuple[str, str]] | None = None
) -> Response:
    """Build a problem answer. code: of the service's error, if one is the cause."""
    trace = current_trace()
    request_id = trace.request_id if trace else None
    problem = problem_body(status, detail, code=code, request_id=request_id, errors=errors)
    response = Response(orjson.dumps(problem), status=status, content_type=MEDIA_TYPE)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def register(app: Flask) -> None:
    """Turn every failure of the application into a problem answer."""
    app.register_error_handler(ApiError, on_api_error)
    app.register_error_handler(ServiceError, _on_service_error)
    app.register_error_handler(ValidationError, _on_validation_error)
    app.register_error_handler(PyMongoError, _on_store_failure)
    app.register_error_handler(HTTPException, _on_http_exception)
    app.register_error_handler(Exception, _on_bug)


def on_api_error(exc: ApiError) -> Response:
    """Answer a refusal of the gateway's own."""
    response = problem_response(exc.status, exc.detail, errors=exc.errors)
    response.headers.update(exc.headers)
    return response


def _on_service_error(exc: ServiceError) -> Response:
    status = STATUS.get(type(exc), 500)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s %s: %s", request.method, request.path, exc)
        return problem_response(status, "The server made a mistake.", code=exc.code)
    field = exc.parsed_details().get("field")
    if isinstance(field, str):
        name = FIELD_NAMES.get(field, field)
        return problem_response(status, f"{name}: {exc.message}", code=exc.code, errors=[(name, exc.message)])
    return problem_response(status, exc.message, code=exc.code)


def _on_validation_error(exc: ValidationError) -> Response:
    errors = [(".".join(map(str, error["loc"])) or "body", _message(error)) for error in exc.errors()]
    return problem_response(400, "; ".join(f"{field}: {message}" for field, message in errors), errors=errors)


def _message(error: Any) -> str:
    if error["type"] == "too_long" and isinstance(error["input"], str):  # of a text it counts "items"
        return f"must have at most {error['ctx']['max_length']:,} characters"
    return str(error["msg"]).removeprefix("Value error, ")


def _on_store_failure(exc: PyMongoError) -> Response:
    log.warning("%s %s: the gateway's database does not answer: %s", request.method, request.path, exc)
    return problem_response(503, "The database does not answer; try again.")


def _on_http_exception(exc: HTTPException) -> Response:
    status = exc.code or 500
    if status < HTTPStatus.BAD_REQUEST:
        return exc.get_response()  # type: ignore[return-value]  # a redirect is a Response, too
    if status == HTTPStatus.NOT_FOUND:
        return problem_response(status, "There is nothing at this path.")
    response = problem_response(status, exc.description or HTTPStatus(status).phrase)
    for name, value in exc.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _on_bug(exc: Exception) -> Response:
    log.error("%s %s failed", request.method, request.path, exc_info=exc)
    return problem_response(500, "The server made a mistake.")
