"""The web client's API types are those of the OpenAPI document."""

import json
import subprocess
from pathlib import Path

from gateway.describe import describe
from services.chassis.tracing import new_trace, tracing

REPOSITORY = Path(__file__).parents[2]
COMMITTED = REPOSITORY / "gateway/web/src/api/schema.ts"


def test_they_are_generated_from_the_document_as_it_is_now(tmp_path: Path) -> None:
    document, generated = tmp_path / "openapi.json", tmp_path / "schema.ts"
    document.write_text(json.dumps(describe()))
    generator = ["deploy/npm", "exec", "--offline", "--", "openapi-typescript"]

    subprocess.run([*generator, document, "--output", generated], cwd=REPOSITORY, check=True, capture_output=True)

    assert generated.read_text() == COMMITTED.read_text(), "out of date: run `make api-types`"


def test_the_document_names_no_request_of_its_own() -> None:
    with tracing(new_trace()):
        within_a_request = describe()

    assert within_a_request == describe()
