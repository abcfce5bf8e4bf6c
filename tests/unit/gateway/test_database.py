"""Ways to the database: one place says what the driver is told."""

import pytest

from tests.docs.documents import REPOSITORY


@pytest.mark.parametrize("program", ["services", "gateway"])
def test_only_the_chassis_connects(program: str) -> None:
    connects = [path for path in (REPOSITORY / program).rglob("*.py") if "MongoClient(" in path.read_text()]

    assert connects == ([REPOSITORY / "services" / "chassis" / "mongo.py"] if program == "services" else [])
