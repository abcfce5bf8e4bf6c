"""The front page, the files of the web client, the page at /docs."""

from pathlib import Path

import flask_openapi3_swagger
from flask import Blueprint, Response, render_template, url_for

from gateway.http.problems import problem_response
from gateway.site import client

MAX_AGE_S = 300

site_bp = Blueprint("site", __name__, template_folder="templates", static_folder="static", static_url_path="/static")
swagger_bp = Blueprint(  # the library's files alone, without its page
    "swagger",
    __name__,
    static_folder=Path(flask_openapi3_swagger.__file__).parent / "templates" / "swagger",
    static_url_path="/docs-assets",
)


@site_bp.get("/")
def front_page() -> Response:
    """Show the web client, or how to build it."""
    return client.page() or _page(render_template("front.html"))


@site_bp.get("/web/<name>")
def client_file(name: str) -> Response:
    """Return a file of the web client."""
    return client.file(name) or problem_response(404, "There is nothing at this path.")


@site_bp.get("/docs")
def docs() -> Response:
    """Show the API to try it."""
    return _page(render_template("docs.html", swagger=lambda file: url_for("swagger.static", filename=file)))


def _page(html: str) -> Response:
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE_S}"
    return response
