"""The OpenAPI document: what the models say, and what holds for whole kinds of requests."""

from typing import Any

from flask import Blueprint, Response, current_app

from gateway.http import conditional, hooks, idempotency, problems
from gateway.http.resource import json_response

openapi_bp = Blueprint("openapi", __name__)


@openapi_bp.get("/openapi.json")
def openapi() -> Response:
    """Describe the API for programs."""
    document: dict[str, Any] = current_app.api_doc  # type: ignore[attr-defined]  # an OpenAPI application
    paths = {
        path: {method: _completed(path, method, operation) for method, operation in operations.items()}
        for path, operations in document["paths"].items()
    }
    return json_response({**document, "paths": paths})


def _completed(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """Describe what whole kinds of requests understand, and how they may be answered."""
    may_be_refused = {} if method.upper() in hooks.SAFE_METHODS else problems.problem_responses(403, 413)
    responses = {**may_be_refused, **operation["responses"]}
    answers = {status: {**response, **_headers_with(status, responses)} for status, response in responses.items()}
    parameters = [*operation.get("parameters", []), *_headers_of(path, method)]
    return {**operation, "parameters": parameters, "responses": dict(sorted(answers.items()))}


def _headers_with(status: str, responses: dict[str, Any]) -> dict[str, Any]:
    """Describe the headers of an answer: what may be unmodified is tagged, what may be tried again says when."""
    if status == "503":
        return {"headers": problems.RETRY_HEADER}
    if status in ("200", "304") and "304" in responses:
        return {"headers": conditional.TAG_HEADER}
    return {}


def _headers_of(path: str, method: str) -> list[dict[str, Any]]:
    headers = [idempotency.PARAMETER] if method.upper() in idempotency.METHODS else []
    return [*headers, conditional.PARAMETER] if (path, method) in conditional.UNDERSTOOD_BY else headers
