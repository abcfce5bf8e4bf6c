"""What is neither data nor log-in: the front page, the icons, the page at /docs."""

from flask import Blueprint, Response, current_app, render_template, url_for

from gateway import icons, problems
from gateway.resource import Resource, answer

pictures = Resource("icons", about="Icons of events", public=True)
site = Blueprint("site", __name__, template_folder="templates", static_folder="static", static_url_path="/static")


@pictures.get(
    "/load_icon/<path:name>",
    responses={200: {"description": "the picture", "content": {"text/html": {}, "image/svg+xml": {}}}, 304: None},
)
def load_icon(name: str) -> Response:
    """Return an icon: an `<img>` tag, or the raw picture when the request prefers an image."""
    return icons.answer(name) or problems.answer(404, "There is no such icon.")


@site.get("/")
def front_page() -> Response:
    """Show where to go."""
    return _page(render_template("front.html"))


@site.get("/docs")
def docs() -> Response:
    """Show the API to try it."""
    return _page(render_template("docs.html", swagger=lambda file: url_for("swagger.static", filename=file)))


@site.get("/openapi.json")
def openapi() -> Response:
    """Describe the API for programs."""
    return answer(current_app.api_doc)  # type: ignore[attr-defined]  # an OpenAPI application


def _page(html: str) -> Response:
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
