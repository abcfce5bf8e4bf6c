"""What is neither data nor log-in: the web client, the icons, the page at /docs."""

from pathlib import Path
from typing import Any

import flask_openapi3_swagger
from flask import Blueprint, Response, current_app, render_template, url_for
from pydantic import BaseModel

from gateway import client, guard, icons, idempotency, preconditions, problems
from gateway.resource import Resource, answer

pictures = Resource("icons", about="Icons of events", public=True)
site = Blueprint("site", __name__, template_folder="templates", static_folder="static", static_url_path="/static")
swagger = Blueprint(  # the library's files alone, without its page
    "swagger",
    __name__,
    static_folder=Path(flask_openapi3_swagger.__file__).parent / "templates" / "swagger",
    static_url_path="/docs-assets",
)


class IconPath(BaseModel):
    """Which icon."""

    name: str


@pictures.get(
    "/load_icon/<path:name>",
    responses={
        200: {"description": "the picture", "content": {"text/html": {}, "image/svg+xml": {}}},
        304: None,
        **problems.documented(404),
    },
)
def load_icon(path: IconPath) -> Response:
    """Return an icon: an `<img>` tag, or the raw picture when the request prefers an image."""
    return icons.answer(path.name) or problems.answer(404, "There is no such icon.")


@site.get("/")
def front_page() -> Response:
    """Show the web client, or how to build it."""
    return client.page() or _page(render_template("front.html"))


@site.get("/web/<name>")
def client_file(name: str) -> Response:
    """Return a file of the web client."""
    return client.file(name) or problems.answer(404, "There is nothing at this path.")


@site.get("/docs")
def docs() -> Response:
    """Show the API to try it."""
    return _page(render_template("docs.html", swagger=lambda file: url_for("swagger.static", filename=file)))


@site.get("/openapi.json")
def openapi() -> Response:
    """Describe the API for programs."""
    document: dict[str, Any] = current_app.api_doc  # type: ignore[attr-defined]  # an OpenAPI application
    paths = {
        path: {method: _completed(path, method, operation) for method, operation in operations.items()}
        for path, operations in document["paths"].items()
    }
    return answer({**document, "paths": paths})


def _completed(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """Describe what whole kinds of requests understand, and how they may be answered."""
    may_be_refused = {} if method.upper() in guard.SAFE_METHODS else problems.documented(403, 413)
    responses = {**may_be_refused, **operation["responses"]}
    answers = {status: {**response, **_headers_with(status, responses)} for status, response in responses.items()}
    parameters = [*operation.get("parameters", []), *_headers_of(path, method)]
    return {**operation, "parameters": parameters, "responses": dict(sorted(answers.items()))}


def _headers_with(status: str, responses: dict[str, Any]) -> dict[str, Any]:
    """Describe the headers of an answer: what may be unmodified is tagged, what may be tried again says when."""
    if status == "503":
        return {"headers": problems.RETRY_HEADER}
    if status in ("200", "304") and "304" in responses:
        return {"headers": preconditions.TAG_HEADER}
    return {}


def _headers_of(path: str, method: str) -> list[dict[str, Any]]:
    headers = [idempotency.PARAMETER] if method.upper() in idempotency.METHODS else []
    return [*headers, preconditions.PARAMETER] if (path, method) in preconditions.UNDERSTOOD_BY else headers


def _page(html: str) -> Response:
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
