"""docs/configuration.md names every variable that is read, and no other."""

import re
from collections.abc import Iterator, Mapping

import pytest

from deploy.local import settings as local
from gateway import settings as gateway
from services.chassis import settings as service
from services.invites.service import Invites
from tests.docs.documents import REPOSITORY, marked, rows, section

TABLE = rows(section("docs/configuration.md", "Variables"))
DOCUMENTED = {name: row for row in TABLE for name in marked(row[0])}

_READ_DIRECTLY = re.compile(r"""environ(?:\.get\(|\[)\s*['"](\w+)['"](?!\] =)""")


class Overheard(Mapping[str, str]):
    """An environment that remembers what it was asked for; it has only what nobody can do without."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        needed = dict.fromkeys(("AMQP_URI", "MONGO_URI", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"), "given")
        self._given = needed | {"PUBLIC_URL": "https://calendar.example", "BROKER_USERS": "shared"}

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._given[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


def variables_read() -> set[str]:
    environment = Overheard()
    gateway.read_settings(environment)
    service.read_settings("users", environment, numbers=Invites.numbers)
    local.read_settings(environment)
    packages = ("services", "gateway", "deploy/local")  # what only containers read is in docs/containers.md
    sources = [path for package in packages for path in (REPOSITORY / package).rglob("*.py")]
    directly = {name for path in sources for name in _READ_DIRECTLY.findall(path.read_text(encoding="utf-8"))}
    return environment.asked | directly


def test_every_variable_that_is_read_is_documented_and_no_other() -> None:
    assert set(DOCUMENTED) == variables_read()


def test_the_few_variables_in_the_readme_are_among_them() -> None:
    few = {name for row in rows(section("README.md", "Configuration")) for name in marked(row[0])}

    assert len(few) == 5
    assert few <= set(DOCUMENTED)


def test_no_variable_is_documented_twice() -> None:
    names = [name for row in TABLE for name in marked(row[0])]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_variable_is_documented_with_reader_default_and_meaning(name: str) -> None:
    readers, default, meaning = DOCUMENTED[name][1:]

    assert set(readers.split(", ")) <= {"all", "gateway", "services", "local"}
    assert default and meaning


@pytest.mark.parametrize(("name", "port"), local.DEFAULT_PORTS.items())
def test_the_default_of_a_port_is_the_one_documented(name: str, port: int) -> None:
    assert DOCUMENTED[name][2] == f"`{port}`"


def test_the_defaults_of_a_service_are_the_ones_documented() -> None:
    needed = {"AMQP_URI": "amqp://users@given", "MONGO_URI": "given"}
    defaults = service.read_settings("users", needed, numbers=Invites.numbers)

    assert DOCUMENTED["SERVICE_WORKERS"][2] == f"`{defaults.max_workers}`"
    assert DOCUMENTED["CALLS_QUEUE_TYPE"][2] == f"`{defaults.calls_queue_type}`"
    assert DOCUMENTED["LOG_LEVEL"][2] == f"`{defaults.log_level}`"
    assert DOCUMENTED["INVITATION_WAIT_S"][2] == f"`{defaults.numbers['INVITATION_WAIT_S']}`"
    assert defaults.mongo_database == "social_calendar_users"
