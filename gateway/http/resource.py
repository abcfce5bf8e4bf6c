"""Blueprints whose models both validate and document, and the answers that views give."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, RootModel, create_model

from gateway.http import conditional
from gateway.http.parsing import strict_request
from gateway.http.problems import problem_responses

SECURITY_SCHEMES: Any = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "session",
        "description": (
            "set by `/login/callback`; valid for 30 days from its last use and for 180 days at most, ended by `/logout`"
        ),
    }
}

View = Callable[..., Any]


class Resource(APIBlueprint):
    """The routes of one resource.

    Args:
        name: of the resource.
        about: one sentence for the documentation.
        public: whether it answers without a session.
    """

    def __init__(self, name: str, *, about: str, public: bool = False) -> None:
        super().__init__(
            name,
            __name__,
            operation_id_callback=_operation_id,
            abp_tags=[Tag(name=name, description=about)],
            abp_security=None if public else [{"session": []}],
            abp_responses=problem_responses(400, *(() if public else (401,)), 500, 503),
        )
        self.public = public

    def create_view_func(  # type: ignore[override]  # the library's own reads models anew for each request
        self,
        func: View,
        header: Any,
        cookie: Any,
        path: type[BaseModel] | None,
        query: type[BaseModel] | None,
        form: Any,
        body: type[BaseModel] | None,
        raw: Any,
        **options: Any,
    ) -> View:
        """Wrap a view so that it gets its query and body validated, all faults reported together."""
        return _validating(func, path, query, body) if path or query or body else func


def _operation_id(*, name: str, path: str, method: str) -> str:
    """Name an operation by its view: `create_event`, `list_friends`."""
    return name


def _validating(
    func: View, path: type[BaseModel] | None, query: type[BaseModel] | None, body: type[BaseModel] | None
) -> View:
    @wraps(func)
    def view(**variables: str) -> Any:
        given: dict[str, BaseModel] = {}
        if path is not None:
            given["path"] = path.model_validate(variables)
        if body is not None:
            given["body"] = body.model_validate(strict_request().json_object)
        if query is not None:
            given["query"] = query.model_validate(strict_request().args.to_dict())
        if request.method in ("PUT", "DELETE") and func.__name__ not in conditional.TAGGED:
            conditional.refuse_untagged()
        return func(**given)

    return view


def list_of(model: type[BaseModel]) -> Any:
    """Describe an answer that is a list for the OpenAPI document."""
    return create_model(f"{model.__name__}List", __base__=RootModel[list[model]])  # type: ignore[valid-type]


def json_response(data: object, status: int = 200) -> Response:
    """Answer with JSON."""
    return Response(orjson.dumps(data), status=status, content_type="application/json")


def no_content() -> Response:
    """Answer without a body."""
    return Response(status=204)


def list_or_no_content(items: list[Any]) -> Response:
    """Answer with a list, or with 204 when it is empty."""
    return json_response(items) if items else no_content()
