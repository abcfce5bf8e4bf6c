"""The OpenAPI document: what the models say, completed with what holds for whole kinds of requests."""

from typing import Any

from flask import Blueprint, Response, current_app

from gateway.http import conditional, hooks, idempotency, problems, stream_cursor
from gateway.http.context import backend
from gateway.http.resource import json_response

Node = dict[str, Any]

openapi_bp = Blueprint("openapi", __name__)

LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "the cursor to go on from, as browsers send it when they reconnect; wins over `since`",
    "schema": {"type": "string", "pattern": "^[0-9]{1,15}$"},
    "example": "1042",
}
PARAMETERS: dict[tuple[str, str], list[Node]] = {
    ("/event", "get"): [conditional.IF_MATCH, conditional.IF_NONE_MATCH],
    ("/event", "put"): [conditional.IF_MATCH, conditional.IF_NONE_MATCH],
    ("/event", "delete"): [conditional.IF_MATCH, conditional.IF_NONE_MATCH],
    ("/stream", "get"): [LAST_EVENT_ID],
}
"""Request headers of single operations."""
HEADERS: dict[tuple[str, str], Node] = {
    ("/user", "200"): stream_cursor.CURSOR_HEADER,
    ("/stream", "200"): stream_cursor.CURSOR_HEADER,
}
"""Response headers of single answers."""


@openapi_bp.get("/openapi.json")
def openapi() -> Response:
    """Describe the API for programs."""
    return json_response(openapi_document())


def openapi_document() -> Node:
    """Return the OpenAPI document of the current application."""
    generated: Node = current_app.api_doc  # type: ignore[attr-defined]  # an OpenAPI application
    schemas = {name: _without_titles(schema) for name, schema in generated["components"]["schemas"].items()}
    paths = {
        path: {method: _completed(path, method, operation, schemas) for method, operation in operations.items()}
        for path, operations in generated["paths"].items()
    }
    return {
        **generated,
        "servers": [{"url": backend().settings.public_url or "/"}],
        "paths": paths,
        "components": {**generated["components"], "schemas": schemas},
    }


def _completed(path: str, method: str, operation: Node, schemas: Node) -> Node:
    """Complete an operation with the headers and answers of its kind, and with examples."""
    responses = {**_answers_of(method, operation["responses"]), **operation["responses"]}
    is_tagged = "304" in operation["responses"]
    completed = {
        **operation,
        "parameters": [*operation.get("parameters", []), *_parameters(path, method)],
        "responses": {
            status: _with_examples({**response, **_headers(path, status, responses, is_tagged=is_tagged)}, schemas)
            for status, response in sorted(responses.items())
        },
    }
    if "requestBody" in operation:
        completed["requestBody"] = _with_examples(operation["requestBody"], schemas)
    return completed


def _answers_of(method: str, own: Node) -> dict[Any, Any]:
    """Return the answers that any operation of a method may give, beside its own."""
    if method.upper() not in hooks.SAFE_METHODS:
        preconditions = (412,) if method.upper() in ("PUT", "DELETE") else ()
        return problems.problem_responses(403, 408, *preconditions, 413, 415)
    if own.keys() & {"200", "204"}:
        return {"304": {"description": "Not Modified"}, **problems.problem_responses(412)}
    return {}


def _without_titles(schema: Node) -> Node:
    """Drop the titles of fields, which only repeat their names."""
    fields = schema.get("properties", {})
    untitled = {name: {key: value for key, value in field.items() if key != "title"} for name, field in fields.items()}
    return {**schema, "properties": untitled} if fields else schema


def _parameters(path: str, method: str) -> list[Node]:
    for_all = [idempotency.PARAMETER] if method.upper() in idempotency.METHODS else []
    return [*for_all, *PARAMETERS.get((path, method), [])]


def _headers(path: str, status: str, responses: Node, *, is_tagged: bool) -> Node:
    """Describe the headers of an answer: what may be unmodified is tagged, what may be tried again says when."""
    headers = {**responses[status].get("headers", {}), **HEADERS.get((path, status), {})}
    if status == "503":
        headers |= problems.RETRY_HEADER
    if status in ("200", "304") and is_tagged:
        headers |= conditional.TAG_HEADER
    return {"headers": headers} if headers else {}


def _with_examples(message: Node, schemas: Node) -> Node:
    """Give every content of a request or an answer the example of its schema, unless it has one."""
    content = {
        media_type: media if "example" in media else {**media, "example": _example(media["schema"], schemas)}
        for media_type, media in message.get("content", {}).items()
    }
    return {**message, "content": content} if content else message


def _example(schema: Node, schemas: Node) -> Any:
    """Return the example of a schema: its own, or a list of one item's."""
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if schema.get("type") == "array":
        return [_example(schema["items"], schemas)]
    return schema["example"]
