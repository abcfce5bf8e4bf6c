"""Commands, links and paths that documents name are there, and commands that are there are named."""

import re
from pathlib import Path

import pytest

from tests.docs.documents import NAMES, REPOSITORY, anchors, code, links, marked, read

MAKEFILE = read("Makefile")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
EXPLAINED = set(re.findall(r"^([a-z][a-z-]*):.*## ", MAKEFILE, re.MULTILINE))
TOP = {path.name for path in REPOSITORY.iterdir()} - {".git", ".venv", ".local", "build"}

_COMMAND = re.compile(r"^make ([a-z][a-z-]*)", re.MULTILINE)
_PATH = re.compile(r"[\w.*-]+(/[\w.*-]*)+")
_DOCUMENT_IN_CODE = re.compile(r"\bdocs/[\w/-]+\.md")


def commands_in(name: str) -> set[str]:
    return {target for text in code(read(name)) for target in _COMMAND.findall(text)}


def paths_in(name: str) -> list[str]:
    """Return what looks like a path in this repository: it has a slash, and begins with what is at the top."""
    return [text for text in marked(read(name)) if _PATH.fullmatch(text) and text.split("/")[0] in TOP]


@pytest.mark.parametrize("target", sorted(EXPLAINED))
def test_every_make_target_is_explained_to_newcomers(target: str) -> None:
    assert target in commands_in("README.md") | commands_in("CONTRIBUTING.md")


@pytest.mark.parametrize("name", NAMES)
def test_every_make_target_that_is_named_exists(name: str) -> None:
    assert commands_in(name) <= TARGETS


@pytest.mark.parametrize("name", NAMES)
def test_every_path_that_is_named_exists(name: str) -> None:
    missing = [path for path in paths_in(name) if not list(REPOSITORY.glob(path))]

    assert missing == []


def test_paths_are_found_in_the_first_place() -> None:
    assert "gateway/app.py" in paths_in("README.md")
    assert "make" not in paths_in("README.md")


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    for link in links(read(name)):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (REPOSITORY / name).parent / path if path else REPOSITORY / name
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("docs/")])
def test_every_document_can_be_reached_from_another(name: str) -> None:
    linked = {
        ((REPOSITORY / other).parent / link.partition("#")[0]).resolve()
        for other in NAMES
        if other != name
        for link in links(read(other))
    }

    assert REPOSITORY / name in linked


@pytest.mark.parametrize("package", ["services", "gateway", "deploy"])
def test_every_document_that_code_refers_to_exists(package: str) -> None:
    named = {
        (str(path.relative_to(REPOSITORY)), document)
        for path in (REPOSITORY / package).rglob("*.py")
        for document in _DOCUMENT_IN_CODE.findall(path.read_text(encoding="utf-8"))
    }

    assert [(path, document) for path, document in named if not Path(REPOSITORY, document).exists()] == []
