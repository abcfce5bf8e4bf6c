"""The web client: the page at `/` and its files, as built from `gateway/web/`."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from flask import Response, request
from werkzeug.http import quote_etag

BUILT = Path(__file__).parents[1] / "web" / "dist"
MAX_AGE_S = 365 * 24 * 3600
"""Of files whose name changes with their content; the page itself is revalidated each time."""

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
PACKED_ALREADY = {".woff2"}

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data: https:",  # people's pictures are where the identity provider has them
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


@dataclass(frozen=True)
class File:
    """A file of the client. packed: compressed with gzip, None where that gains nothing."""

    content: bytes
    packed: bytes | None
    media_type: str
    tag: str


def _load(path: Path) -> File:
    content = path.read_bytes()
    return File(
        content=content,
        packed=None if path.suffix in PACKED_ALREADY else gzip.compress(content, mtime=0),
        media_type=MEDIA_TYPES[path.suffix],
        tag=hashlib.sha256(content).hexdigest()[:16],
    )


FILES = {path.name: _load(path) for path in sorted(BUILT.rglob("*")) if path.suffix in MEDIA_TYPES}


def page() -> Response | None:
    """Answer with the page of the client; None when it has not been built."""
    response = _answer("index.html", "no-cache")
    if response is not None:
        response.headers["Content-Security-Policy"] = POLICY
    return response


def file(name: str) -> Response | None:
    """Answer with a file of the client; None when there is none of that name."""
    return None if name == "index.html" else _answer(name, f"public, max-age={MAX_AGE_S}, immutable")


def _answer(name: str, cached: str) -> Response | None:
    found = FILES.get(name)
    if found is None:
        return None
    packed = found.packed if _prefers_gzip() else None
    response = Response(packed or found.content, content_type=found.media_type)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = cached
    response.headers["ETag"] = quote_etag(f"{found.tag}-gzip" if packed else found.tag)
    return response


def _prefers_gzip() -> bool:
    """Return whether gzip is accepted, and the file as it is no better (RFC 9110, section 12.5.3)."""
    accepted = request.accept_encodings
    return bool(accepted.quality("gzip")) and accepted.quality("gzip") >= accepted.quality("identity")
