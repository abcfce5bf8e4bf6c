"""Decision records begin with status and date, and the index says the same."""

import re

import pytest

from tests.docs.documents import NAMES, links, read, rows

FOLDER = "docs/decisions/"
PAGES = [name.removeprefix(FOLDER) for name in NAMES if name.startswith(FOLDER) and not name.endswith("/index.md")]
INDEX = {links(row[0])[0]: row for row in rows(read(f"{FOLDER}index.md"))}
_HEAD = re.compile(r"# .+\n\n\*(Accepted|Superseded by \[.+\]\((?P<by>.+)\)) · (?P<date>20\d\d-\d\d-\d\d)\*\n")


def test_the_index_lists_every_page_and_no_other() -> None:
    assert set(INDEX) == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_decision_begins_with_its_status_and_date(page: str) -> None:
    head = _HEAD.match(read(FOLDER + page))

    assert head, "it does not begin with a title, then *Accepted · date* or *Superseded by [page](page.md) · date*"
    assert INDEX[page][2:] == ["superseded" if head["by"] else "accepted", head["date"]]


def test_what_is_superseded_is_named_by_what_supersedes_it() -> None:
    for page in PAGES:
        head = _HEAD.match(read(FOLDER + page))
        if head and head["by"]:
            assert page in links(read(FOLDER + head["by"]))
