"""The OpenAPI document: complete, true, and with a page to try it."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate
from schemathesis.specs.openapi import definitions

from tests.e2e.answers import ok, refused
from tests.e2e.browser import Browser
from tests.e2e.endpoints import PERSONAL, PUBLIC, WITH_BODY, Endpoint, name_of
from tests.e2e.people import Person
from tests.e2e.system import System

Document = dict[str, Any]
METHODS = {"get", "put", "post", "delete", "patch"}
SEED = "20310517"
EXAMPLES = "40"
"""For each endpoint, beside those that the schema's borders suggest."""
WITHIN_S = 280


@pytest.fixture(scope="module")
def document(system: System) -> Document:
    found: Document = ok(Browser(system).get("/openapi.json"))
    return found


@pytest.fixture(scope="module")
def operations(document: Document) -> dict[Endpoint, Document]:
    """Return each operation by method and path, whatever the names of path parameters."""
    return {
        (method.upper(), re.sub(r"\{\w+\}", "{name}", path)): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def nodes(value: Any) -> Iterator[Any]:
    yield value
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from nodes(child)


def test_it_is_openapi_3_1(document: Document) -> None:
    assert document["openapi"].startswith("3.1.")
    assert document["info"]["title"] and document["info"]["version"]


@pytest.mark.parametrize("endpoint", [*PUBLIC, *PERSONAL], ids=name_of)
def test_every_endpoint_is_described(operations: dict[Endpoint, Document], endpoint: Endpoint) -> None:
    operation = operations[endpoint]

    assert operation.get("summary") or operation.get("description")
    assert any(status[0] in "23" for status in operation["responses"])


@pytest.mark.parametrize("endpoint", PERSONAL, ids=name_of)
def test_every_personal_endpoint_says_that_it_needs_a_session(
    operations: dict[Endpoint, Document], endpoint: Endpoint
) -> None:
    assert "401" in operations[endpoint]["responses"]


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=name_of)
def test_every_body_is_described(operations: dict[Endpoint, Document], endpoint: Endpoint) -> None:
    body = operations[endpoint]["requestBody"]

    assert body["required"] is True
    assert set(body["content"]) == {"application/json"}


def test_it_is_valid(document: Document) -> None:
    definitions.OPENAPI_31_VALIDATOR.validate(document)
    validate(document)


def test_it_says_where_the_api_is_and_how_to_log_in(document: Document) -> None:
    assert document["servers"]
    (scheme,) = document["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["in"]) == ("apiKey", "cookie")
    for topic in ("Log-in", "Changes", "Errors", "Following changes", "Limits"):
        assert f"## {topic}" in document["info"]["description"]


def test_every_operation_has_a_name_for_a_client_and_a_tag_that_is_described(
    document: Document, operations: dict[Endpoint, Document]
) -> None:
    described = {tag["name"] for tag in document["tags"] if tag["description"]}
    for operation in operations.values():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", operation["operationId"])
        assert set(operation["tags"]) <= described
    assert operations["POST", "/event"]["operationId"] == "create_event"
    assert operations["GET", "/friends"]["operationId"] == "list_friends"


def contents(operation: Document) -> Iterator[tuple[str, Document]]:
    """Yield each content of an operation's request and answers, and where it is."""
    for where, message in {"body": operation.get("requestBody", {}), **operation["responses"]}.items():
        for media in message.get("content", {}).values():
            yield where, media


def test_every_body_and_every_answer_has_an_example_that_fits(
    document: Document, operations: dict[Endpoint, Document]
) -> None:
    for endpoint, operation in operations.items():
        for where, media in contents(operation):
            assert "example" in media, (endpoint, where)
            fits(media["schema"], media["example"], document)


def test_every_example_of_a_shape_and_of_a_parameter_fits(
    document: Document, operations: dict[Endpoint, Document]
) -> None:
    shapes = [schema for schema in document["components"]["schemas"].values() if "example" in schema]
    parameters = [one for operation in operations.values() for one in operation.get("parameters", [])]

    for described in (*shapes, *(one["schema"] | one for one in parameters if "example" in one)):
        fits(described.get("schema", described), described["example"], document)
    assert len(shapes) > 30
    for parameter in parameters:
        assert "example" in parameter or "enum" in parameter["schema"] or not parameter["required"], parameter


def fits(schema: Document, example: Any, document: Document) -> None:
    """Check an example against its schema, whose references lead into the document."""
    OAS31Validator({**schema, "components": document["components"]}).validate(example)


@pytest.mark.parametrize("endpoint", [("PUT", "/event"), ("PUT", "/member"), ("PUT", "/chat/msg")], ids=name_of)
def test_what_is_left_out_of_a_change_has_no_default(
    document: Document, operations: dict[Endpoint, Document], endpoint: Endpoint
) -> None:
    reference = operations[endpoint]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema = document["components"]["schemas"][reference.rpartition("/")[2]]

    assert schema["properties"]
    assert not [name for name, field in schema["properties"].items() if "default" in field]


def test_headers_of_requests_are_described(operations: dict[Endpoint, Document]) -> None:
    def headers(endpoint: Endpoint) -> set[str]:
        return {one["name"] for one in operations[endpoint].get("parameters", []) if one["in"] == "header"}

    for endpoint in PERSONAL:
        assert ("Idempotency-Key" in headers(endpoint)) == (endpoint[0] != "GET")
    assert "If-Match" in headers(("PUT", "/event")) & headers(("DELETE", "/event"))
    assert "If-None-Match" in headers(("GET", "/event"))
    assert "Last-Event-ID" in headers(("GET", "/stream"))


@pytest.mark.parametrize("endpoint", [one for one in PERSONAL if one[0] != "GET"], ids=name_of)
def test_every_change_says_that_other_sites_and_large_bodies_are_refused(
    operations: dict[Endpoint, Document], endpoint: Endpoint
) -> None:
    assert {"403", "413"} <= set(operations[endpoint]["responses"])


def test_headers_of_answers_are_described(operations: dict[Endpoint, Document]) -> None:
    for endpoint in (("GET", "/event"), ("GET", "/load_icon/{name}")):
        for status in ("200", "304"):
            assert "ETag" in operations[endpoint]["responses"][status]["headers"]
    for endpoint in (("GET", "/user"), ("GET", "/stream")):
        assert "X-Stream-Cursor" in operations[endpoint]["responses"]["200"]["headers"]
    for endpoint in PUBLIC[:3]:
        assert "Location" in operations[endpoint]["responses"]["302"]["headers"]
    for operation in operations.values():
        assert "Retry-After" in operation["responses"]["503"]["headers"]


def test_refusals_are_described_as_problems(operations: dict[Endpoint, Document]) -> None:
    for endpoint in PERSONAL:
        for status, response in operations[endpoint]["responses"].items():
            if status[0] in "45" and "$ref" not in response:
                assert "application/problem+json" in response["content"], (endpoint, status)


def test_every_reference_leads_somewhere(document: Document) -> None:
    references = {node["$ref"] for node in nodes(document) if isinstance(node, dict) and "$ref" in node}

    for reference in references:
        target: Any = document
        assert reference.startswith("#/"), reference
        for step in reference[2:].split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]


def test_every_parameter_of_a_path_is_described(document: Document) -> None:
    for path, item in document["paths"].items():
        for method in METHODS & set(item):
            described = item.get("parameters", []) + item[method].get("parameters", [])
            named = {parameter["name"] for parameter in described if parameter.get("in") == "path"}
            assert named == set(re.findall(r"\{(\w+)\}", path)), (method, path)


def test_operation_ids_are_unique(operations: dict[Endpoint, Document]) -> None:
    ids = [operation["operationId"] for operation in operations.values() if "operationId" in operation]

    assert len(ids) == len(set(ids))


class _References(HTMLParser):
    """Collects what a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        loads = {"script": "src", "link": "href", "img": "src", "iframe": "src"}.get(tag)
        self.found += [value for name, value in attrs if name == loads and value]


def test_the_page_to_try_it_loads_nothing_from_elsewhere(system: System, browser: Browser) -> None:
    url = system.base + "/docs"
    answer = browser.request("GET", url)
    while answer.status_code in (301, 302, 307, 308):
        url = urljoin(url, answer.headers["Location"])
        assert urlsplit(url).netloc == urlsplit(system.base).netloc
        answer = browser.request("GET", url)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    page = _References()
    page.feed(answer.text)

    loaded = [answer.text]
    for reference in page.found:
        if reference.startswith("data:"):
            continue
        asset = urljoin(url, reference)
        assert urlsplit(asset).netloc == urlsplit(system.base).netloc, reference
        found = browser.request("GET", asset)
        assert found.status_code == 200, reference
        loaded.append(found.text)
    assert any("/openapi.json" in text for text in loaded)


@pytest.mark.parametrize("path", ["/docs-assets/swagger", "/docs-assets/oauth2-redirect.html", "/docs-assets/"])
def test_there_is_no_other_page_to_try_it(browser: Browser, path: str) -> None:
    refused(browser.get(path), 404)


class TestTheSystemKeepsToItsDocument:
    """Schemathesis sends what the document allows and what it forbids, with a session and a fixed seed.

    It leaves the log-in and the log-out alone, and the stream, which would keep it waiting for ever. The one check left
    out demands that whatever fits the schema is accepted, and no schema can say which dates exist.
    """

    def run(self, person: Person, document: Document, ids: dict[Endpoint, dict[str, str]], *more: str) -> None:
        """Run schemathesis; `ids` are parameters that it is to send as they are."""
        (scheme,) = document["components"]["securitySchemes"]
        (session,) = person.http.cookies.values()
        settings = [f'[auth.openapi.{scheme}]\napi_key = "{session}"']
        for (method, path), parameters in ids.items():
            listed = ", ".join(f'"{name}" = "{value}"' for name, value in parameters.items())
            settings.append(
                f'[[operations]]\ninclude-path = "{path}"\ninclude-method = "{method}"\nparameters = {{ {listed} }}'
            )
        with TemporaryDirectory() as folder:
            file = Path(folder, "schemathesis.toml")
            file.write_text("\n".join(settings))
            command = [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(file)),
                *("run", f"{person.system.base}/openapi.json", "--url", person.system.base),
                *("--exclude-path-regex", "^/(login|logout|stream)", "--phases", "examples,coverage,fuzzing"),
                *("--checks", "all", "--exclude-checks", "positive_data_acceptance"),
                *("--max-examples", EXAMPLES, "--seed", SEED, "--no-shrink", "--generation-database", "none"),
                *("--continue-on-failure", "--no-color", "--suppress-health-check", "all", "--request-timeout", "20"),
                *more,
            ]
            run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=WITHIN_S, check=False)
        assert run.returncode == 0, run.stdout[-12_000:] + run.stderr[-2_000:]
        assert person.me()["id"] == person.id

    def test_whatever_is_sent(self, someone: Callable[..., Person], document: Document) -> None:
        self.run(someone(), document, {})

    def test_with_things_that_exist(self, someone: Callable[..., Person], document: Document) -> None:
        ann, ben, cleo = someone(), someone(), someone()
        ann.befriend(ben)
        event_id = ann.plan_together(ben)
        member_id = ann.member(event_id, ben)
        chat_id = ann.event(event_id)["chat_id"]
        message_id = ann.write(chat_id, "Hello")[0]
        ids: dict[Endpoint, dict[str, str]] = {
            ("GET", "/event"): {"id": event_id},
            ("PUT", "/event"): {"id": event_id},
            ("GET", "/member"): {"id": member_id},
            ("PUT", "/member"): {"id": member_id},
            ("GET", "/chat"): {"id": chat_id},
            ("POST", "/chat/msg"): {"chat_id": chat_id},
            ("PUT", "/chat/msg"): {"id": message_id},
            ("GET", "/friend"): {"id": ben.id},
            ("POST", "/invite"): {"receiver_id": cleo.id, "event_id": event_id},
            ("GET", "/load_icon/{name}"): {"name": "bell.svg"},
        }

        self.run(ann, document, ids, "--exclude-method", "DELETE")
