"""The endpoint that serves the icons of events."""

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
    return response


def prefers_image() -> bool:
    """Return whether the request would rather have the picture than HTML (RFC 9110, section 12.5.1).

    Of two that are equally good, the picture is for who names images and no text, as an `<img>` does.
    """
    accepted = request.accept_mimetypes
    picture, html = accepted.quality("image/svg+xml"), accepted.quality("text/html")
    if picture != html:
        return bool(picture > html)
    named = {kind.partition("/")[0] for kind in accepted.values()}
    return bool(picture) and "image" in named and "text" not in named
