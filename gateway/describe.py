"""Print the OpenAPI document, without a system behind it: `python -m gateway.describe`."""

import json
from typing import Any

from gateway.api.openapi import openapi_document
from gateway.app import create_app
from gateway.http.context import Backend
from gateway.settings import Settings


def describe() -> dict[str, Any]:
    """Return the OpenAPI document as a gateway without settings of its own would serve it."""
    nothing: Any = None  # the document needs neither broker nor database
    settings = Settings(amqp_uri="", mongo_uri="", oidc_client_id="", oidc_client_secret="")
    backend = Backend(settings, nothing, nothing, nothing, nothing, nothing, nothing)
    with create_app(backend).app_context():
        return openapi_document()


if __name__ == "__main__":
    print(json.dumps(describe(), indent=2))
