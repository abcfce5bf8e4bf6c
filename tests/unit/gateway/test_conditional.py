"""Preconditions of what has no tag, and of what is read."""

from collections.abc import Callable

import pytest
from flask import Response
from flask.testing import FlaskClient

from gateway.http.conditional import evaluate

NOBODY = "0123456789abcdef01234567"


@pytest.fixture
def client(gateway: Callable[..., FlaskClient]) -> FlaskClient:
    client = gateway()
    client.set_cookie("session", "known")
    return client


@pytest.mark.parametrize("header", [{"If-Match": '"7"'}, {"If-Match": 'W/"7"'}, {"If-None-Match": "*"}], ids=str)
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/member", {"id": NOBODY}),
        ("PUT", "/chat/msg", {"id": NOBODY, "text": "hello"}),
        ("DELETE", f"/chat/msg?id={NOBODY}", None),
        ("DELETE", f"/friend?id={NOBODY}", None),
        ("DELETE", f"/event/group/leave?id={NOBODY}", None),
    ],
)
def test_a_change_of_what_has_no_tag_evaluates_its_preconditions(
    client: FlaskClient, method: str, path: str, body: dict[str, str] | None, header: dict[str, str]
) -> None:
    assert client.open(path, method=method, json=body, headers=header).status_code == 412
    if body is not None:  # what is refused anyway is refused for that
        assert client.open(path, method=method, json={}, headers=header).status_code == 400


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
def test_what_is_no_list_of_tags_is_refused(client: FlaskClient, header: str) -> None:
    answer = client.put("/member", json={"id": NOBODY}, headers={header: "garbage"})

    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (400, header)


def test_what_is_read_is_not_modified_or_refused_in_this_order(client: FlaskClient) -> None:
    def status(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.get("/load_icon/bell.svg", headers=named).status_code

    tag = client.get("/load_icon/bell.svg").headers["ETag"]
    assert status(If_None_Match=tag) == status(If_None_Match=f"W/{tag}") == status(If_None_Match="*") == 304
    assert status(If_None_Match='"x"') == status(If_Match="*") == status(If_Match=tag) == 200
    assert status(If_Match='"x"') == status(If_Match=f"W/{tag}") == status(If_Match='"x"', If_None_Match=tag) == 412
    assert status(If_Match=tag, If_None_Match=tag) == 304


def test_any_view_of_a_version_is_expected_and_only_this_view_is_known(client: FlaskClient) -> None:
    def status(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with client.application.test_request_context(headers=named):
            return evaluate(Response("{}", headers={"ETag": '"7-1f2e3d4c"'})).status_code

    for another_view in ('"7-00000000"', '"7"', '"6", "7-00000000"'):
        assert status(If_Match=another_view) == status(If_None_Match=another_view) == 200
    assert status(If_Match='"8-1f2e3d4c"') == status(If_Match='W/"7-1f2e3d4c"') == status(If_Match='"7-x"') == 412
    assert status(If_None_Match='"7-1f2e3d4c"') == 304


def test_a_refusal_of_what_is_read_is_a_problem(client: FlaskClient) -> None:
    answer = client.get("/openapi.json", headers={"If-Match": '"x"'})

    assert (answer.status_code, answer.content_type) == (412, "application/problem+json")


def test_a_refusal_of_a_file_is_a_problem(client: FlaskClient) -> None:
    answer = client.get("/static/docs.js", headers={"If-Match": '"x"'})

    assert (answer.status_code, answer.content_type) == (412, "application/problem+json")
