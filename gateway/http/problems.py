"""Failures as HTTP: one table, one shape (RFC 9457) for every answer of 400 and above."""

import logging
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, request
from pydantic import BaseModel, Field, ValidationError
from pymongo.errors import PyMongoError
from werkzeug.exceptions import HTTPException

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

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
"""Sent with every 503: by then a process that died is back."""
RETRY_HEADER = {"Retry-After": {"description": "seconds", "schema": {"type": "integer", "minimum": 0}}}
"""How that header is described in the OpenAPI document."""


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
    errors: list[FieldError] = Field(default_factory=list, description="what is wrong with which field")


class ApiError(Exception):
    """Raised by the gateway itself to refuse a request.

    Args:
        status: the HTTP status.
        detail: one sentence for a person.
        errors: `(field, message)` for each field that is to blame.
    """

    def __init__(self, status: int, detail: str, errors: list[tuple[str, str]] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, errors or []


def bad_field(field: str, message: str) -> ApiError:
    """Build the error of one bad field."""
    return ApiError(400, f"{field}: {message}", [(field, message)])


def problem_responses(*statuses: int) -> dict[str | int, Any]:
    """Describe problem answers of these statuses for the OpenAPI document."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(status): {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def problem_response(
    status: int, detail: str, *, code: str | None = None, errors: list[tuple[str, str]] | None = None
) -> Response:
    """Build a problem answer. code: of the service's error, if one is the cause."""
    problem: dict[str, Any] = {
        "type": f"urn:social-calendar:problem:{code}" if code else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        problem["errors"] = [{"field": field, "message": message} for field, message in errors]
    response = Response(orjson.dumps(problem), status=status, content_type=MEDIA_TYPE)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def register(app: Flask) -> None:
    """Turn every failure of the application into a problem answer."""
    app.register_error_handler(ApiError, lambda exc: problem_response(exc.status, exc.detail, errors=exc.errors))
    app.register_error_handler(ServiceError, _on_service_error)
    app.register_error_handler(ValidationError, _on_validation_error)
    app.register_error_handler(PyMongoError, _on_store_failure)
    app.register_error_handler(HTTPException, _on_http_exception)
    app.register_error_handler(Exception, _on_bug)


def _on_service_error(exc: ServiceError) -> Response:
    status = STATUS.get(type(exc), 500)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s %s: %s", request.method, request.path, exc)
        return problem_response(status, "The server made a mistake.", code=exc.code)
    return problem_response(status, exc.message, code=exc.code)


def _on_validation_error(exc: ValidationError) -> Response:
    errors = [(".".join(map(str, error["loc"])) or "body", _message(error)) for error in exc.errors()]
    return problem_response(400, "; ".join(f"{field}: {message}" for field, message in errors), errors=errors)


def _message(error: Any) -> str:
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
