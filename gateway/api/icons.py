"""The endpoint that serves the icons of events."""

from typing import Any

from flask import Response, request
from pydantic import BaseModel, Field
from werkzeug.http import quote_etag

from gateway.http.problems import problem_response, problem_responses
from gateway.http.resource import Resource
from gateway.icons import ICONS
from gateway.schemas.events import ICON_PATH

MAX_AGE_S = 24 * 3600

icons_bp = Resource("icons", about="Icons of events", public=True)


class IconPath(BaseModel):
    """Which icon."""

    name: str = Field(description="the file name of the icon", json_schema_extra={"example": "pizza.svg"})


@icons_bp.get(
    f"{ICON_PATH}<path:name>",
    responses={
        200: {
            "description": "the icon: an HTML tag, or the picture if the request prefers an image",
            "content": {
                "text/html": {"schema": {"type": "string"}, "example": '<img alt="pizza" src="data:image/svg+xml;…">'},
                "image/svg+xml": {"schema": {"type": "string"}, "example": "<svg>…</svg>"},
            },
        },
        304: None,
        **problem_responses(404),
    },
)
def load_icon(path: IconPath) -> Response:
    """Return an icon: an `<img>` tag, or the raw picture when the request prefers an image."""
    icon = ICONS.get(path.name)
    if icon is None:
        return problem_response(404, "There is no such icon.")
    if prefers_image():
        response = Response(icon.svg, content_type="image/svg+xml")
    else:
        response = Response(icon.html, content_type="text/html; charset=utf-8")
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE_S}"
    response.headers["ETag"] = quote_etag(f"{icon.tag}-{response.mimetype}")
    response.make_conditional(request)
    return response


def prefers_image() -> bool:
    """Return whether the request would rather have an image than HTML, as an `<img>` does.

    HTML has to be named: with `*/*` alone it ranks no higher than an image that was named.
    """
    accepted: Any = request.accept_mimetypes
    image = max((quality for kind, quality in accepted if kind.startswith("image/")), default=0)
    html = max((quality for kind, quality in accepted if kind in ("text/html", "text/*")), default=0)
    anything = max((quality for kind, quality in accepted if kind == "*/*"), default=0)
    return bool(image > html and image >= anything)
