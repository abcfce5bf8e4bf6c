"""docs/errors.md says of every code what the code says."""

import re

import pytest

from gateway.http.problems import STATUS
from services.contracts.errors import CLASSES, Code
from tests.docs.documents import REPOSITORY, marked, read, rows, section

DOCUMENTED = {marked(row[0])[0]: row[1:] for row in rows(section("docs/errors.md", "Codes of the services"))}
SOURCES = [path for package in ("services", "gateway") for path in sorted((REPOSITORY / package).rglob("*.py"))]
RAISED = {
    (code, cls)
    for path in SOURCES
    for cls, code in re.findall(r"\b(\w+)\(\s*Code\.(\w+)", path.read_text(encoding="utf-8"))
    if cls in CLASSES
}


def test_every_code_is_documented_and_nothing_else_is() -> None:
    assert set(DOCUMENTED) == set(Code)


@pytest.mark.parametrize("code", Code)
def test_a_code_is_documented_with_its_class_its_status_and_when(code: Code) -> None:
    cls, status, when = DOCUMENTED[code]

    assert STATUS[CLASSES[cls]] == int(status)
    assert when


def test_a_code_is_raised_in_the_class_that_is_documented() -> None:
    assert RAISED
    for name, cls in RAISED:
        assert DOCUMENTED[Code[name]][0] == cls, f"{cls}(Code.{name})"


def test_every_class_is_named_where_the_wire_is_described() -> None:
    assert set(CLASSES) <= set(marked(read("docs/wire-format.md")))
