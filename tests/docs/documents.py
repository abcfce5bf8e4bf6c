"""Reading documents: sections, tables, what stands in code marks, links."""

import re
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PATHS = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
    *sorted((REPOSITORY / "docs").rglob("*.md")),
]
NAMES = [str(path.relative_to(REPOSITORY)) for path in PATHS]

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARKED = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def read(name: str) -> str:
    """Return a document by its path in the repository."""
    return (REPOSITORY / name).read_text(encoding="utf-8")


def section(name: str, heading: str) -> str:
    """Return what stands under a heading of the second level."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", read(name), re.MULTILINE | re.DOTALL)
    assert found, f"{name} has no section {heading!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """Return the cells of every row of every table, without heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rules = [at for at, row in enumerate(cells) if set("".join(row)) <= set("-: ")]
    heads = {at - 1 for at in rules}
    return [row for at, row in enumerate(cells) if at not in heads and at not in rules]


def marked(text: str) -> list[str]:
    """Return what stands between backticks, code blocks left out."""
    return _MARKED.findall(_FENCED.sub("", text))


def blocks(text: str, language: str) -> list[str]:
    """Return the code blocks of a language."""
    return [code for found, code in _FENCED.findall(text) if found == language]


def code(text: str) -> Iterator[str]:
    """Return everything that is marked as code, in lines and in blocks."""
    yield from marked(text)
    yield from (block for _, block in _FENCED.findall(text))


def links(text: str) -> list[str]:
    """Return the targets of all links."""
    return _LINK.findall(_FENCED.sub("", text))


def anchors(path: Path) -> set[str]:
    """Return what `#…` may follow the path of a document, as GitHub makes it from headings."""
    headings = _HEADING.findall(_FENCED.sub("", path.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
