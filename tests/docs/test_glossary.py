"""The glossary of CONTRIBUTING.md is short, and its words are those of the documents."""

import re

import pytest

from tests.docs.documents import NAMES, marked, read, rows, section

GLOSSARY = {
    word: row[1] for row in rows(section("CONTRIBUTING.md", "Words")) for word in re.findall(r"\*\*(.+?)\*\*", row[0])
}
REPLACED = re.compile(
    r"\b(announcements?|announc(?:e[sd]?|ing)|hearers?|everybody who hears|put aside|parked|reconciler)\b",
    re.IGNORECASE,
)
HISTORY = ("docs/decisions/", "docs/performance/", "CHANGELOG.md")


def test_the_glossary_has_at_most_twenty_words_with_a_meaning() -> None:
    assert 10 <= len(GLOSSARY) <= 20
    assert all(GLOSSARY.values())


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith(HISTORY)])
def test_a_document_uses_the_words_of_the_glossary(name: str) -> None:
    prose = read(name)
    for code in marked(prose):
        prose = prose.replace(f"`{code}`", "")
    prose = re.sub(r"^```.*?^```$", "", prose, flags=re.MULTILINE | re.DOTALL)

    assert REPLACED.findall(prose) == []
