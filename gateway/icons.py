"""The pictures of events: names, URLs, and the endpoint that serves them."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Response, request
from werkzeug.http import quote_etag

PATH = "/load_icon/"
CACHED_FOR_S = 24 * 3600


@dataclass(frozen=True)
class Icon:
    """A picture in both forms in which it is served. tag: the same for the same picture."""

    svg: bytes
    html: bytes
    tag: str


def _load(file: Path) -> Icon:
    svg = file.read_bytes()
    source = base64.b64encode(svg).decode()
    html = f'<img alt="{file.stem}" src="data:image/svg+xml;base64,{source}">'
    return Icon(svg=svg, html=html.encode(), tag=hashlib.sha256(svg).hexdigest()[:16])


ICONS = {file.name: _load(file) for file in sorted((Path(__file__).parent / "pictures").glob("*.svg"))}


def named(icon: str) -> str:
    """Return the name of an icon given by its name or by its URL on this site.

    Raises:
        ValueError: there is no such icon, or the URL is another site's.
    """
    name = icon
    if "/" in icon:
        name = _name_in_url(icon)
    if name not in ICONS:
        raise ValueError(f"must be one of {', '.join(ICONS)}, or the URL of one")
    return name


def _name_in_url(url: str) -> str:
    from gateway.backend import asked_url, public_url  # here, since fields need icons before there is a backend

    for site in ("", public_url(), asked_url()):
        if url.startswith(site + PATH):
            return url.removeprefix(site + PATH)
    raise ValueError(f"must be a name or a {PATH}… URL of this site")


def answer(name: str) -> Response | None:
    """Answer with a picture: an HTML tag, or the raw picture for whoever prefers an image. None: no such icon."""
    icon = ICONS.get(name)
    if icon is None:
        return None
    if prefers_image():
        response = Response(icon.svg, content_type="image/svg+xml")
    else:
        response = Response(icon.html, content_type="text/html; charset=utf-8")
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = f"public, max-age={CACHED_FOR_S}"
    response.headers["ETag"] = quote_etag(f"{icon.tag}-{response.mimetype}")
    response.make_conditional(request)
    return response


def prefers_image() -> bool:
    """Tell whether the request would rather have an image than HTML, as an `<img>` does.

    HTML is to be asked for; what it has by `*/*` only is no more than an equal of an image that was asked for.
    """
    accepted: Any = request.accept_mimetypes
    image = max((quality for kind, quality in accepted if kind.startswith("image/")), default=0)
    html = max((quality for kind, quality in accepted if kind in ("text/html", "text/*")), default=0)
    anything = max((quality for kind, quality in accepted if kind == "*/*"), default=0)
    return bool(image > html and image >= anything)
