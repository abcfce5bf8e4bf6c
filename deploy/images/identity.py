"""The development identity provider in a container.

Browsers know it by one address (`IDENTITY_URL`), gateways by another (as they asked for its description). It calls
itself by the browsers' name, in tokens too, and tells a gateway to fetch what browsers never fetch from where the
gateway has found it.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # plain http, which never leaves this machine

from pathlib import Path

import uvicorn
from flask import Flask, Response, request

from deploy.local.identity import create_provider

PORT = 9400
FETCHED_BY_GATEWAYS = ("token_endpoint", "userinfo_endpoint", "jwks_uri")


class Named:
    """The provider under one name, whatever name it is asked by; that one is kept as `ASKED_AS`."""

    def __init__(self, wsgi_app: Callable[..., Iterable[bytes]], url: str) -> None:
        self._wsgi_app, self._host = wsgi_app, urlsplit(url).netloc

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request as if it had come to that address."""
        environ["ASKED_AS"] = environ.get("HTTP_HOST", self._host)
        environ["HTTP_HOST"] = self._host
        return self._wsgi_app(environ, start_response)


def reachable(description: dict[str, Any], asked_as: str) -> dict[str, Any]:
    """Return the provider's description for who has asked for it by a certain name."""
    moved = {name: urlsplit(description[name])._replace(netloc=asked_as).geturl() for name in FETCHED_BY_GATEWAYS}
    return {**description, **moved}


def create(folder: Path, url: str) -> Flask:
    """Build the provider that browsers find at `url`."""
    provider = create_provider(folder)

    @provider.after_request
    def describe(response: Response) -> Response:
        if request.path == "/.well-known/openid-configuration":
            response.set_data(provider.json.dumps(reachable(response.get_json(), request.environ["ASKED_AS"])))
        return response

    provider.wsgi_app = Named(provider.wsgi_app, url)  # type: ignore[method-assign]
    return provider


def main() -> None:
    """Serve until stopped."""
    print("DEVELOPMENT IDENTITY PROVIDER: WHOEVER REACHES IT CAN LOG IN AS ANYBODY.", flush=True)
    provider = create(Path(os.environ["DATA_DIR"]) / "identity", os.environ["IDENTITY_URL"])
    uvicorn.run(provider, interface="wsgi", host="0.0.0.0", port=PORT, log_level="warning")


if __name__ == "__main__":
    main()
