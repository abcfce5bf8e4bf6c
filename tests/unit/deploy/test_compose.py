"""The description for Compose, as far as it can be read without an engine."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway import settings as gateway
from services.chassis import settings as service
from services.contracts.registry import CONTRACTS
from tests.docs.documents import marked, rows, section
from tests.docs.test_settings import Overheard

DEPLOY = Path(__file__).parents[3] / "deploy"
FILES = ("compose.yml", "compose.cluster.yml", "compose.replica-set.yml")
_VARIABLE = re.compile(r"\$\{(\w+)(:[-?])?([^}]*)\}")


def described(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text())


def variables() -> dict[str, tuple[str, str]]:
    """Return how each variable is used: `:?` for required, `:-` with its default."""
    found = [used for name in FILES for used in _VARIABLE.findall((DEPLOY / name).read_text())]
    return {name: (how, rest) for name, how, rest in found}


@pytest.mark.parametrize("name", [name for name in variables() if re.search("PASSWORD|SECRET|COOKIE|KEY|CLIENT", name)])
def test_a_secret_has_no_default(name: str) -> None:
    assert variables()[name][0] == ":?"


def test_every_variable_is_documented() -> None:
    text = section("docs/containers.md", "Variables")

    assert set(variables()) <= set(marked(text))


def test_a_default_that_is_documented_is_the_one_that_is_used() -> None:
    for row in rows(section("docs/containers.md", "Variables")):
        names, defaults = marked(row[0]), marked(row[1])
        for name, default in zip(names, defaults, strict=False):
            if name in variables() and default not in variables():
                assert variables()[name][1] == default, name


def test_a_part_is_told_nothing_that_it_does_not_read() -> None:
    of_service, of_gateway = Overheard(), Overheard()
    service.read_settings("users", of_service)
    gateway.read_settings(of_gateway)
    parts = described("compose.yml")["services"]

    for name in CONTRACTS:
        assert set(parts[name]["environment"]) <= of_service.asked
    assert set(parts["gateway"]["environment"]) <= of_gateway.asked


def test_broker_and_database_are_told_the_password_of_every_part() -> None:
    parts = described("compose.yml")["services"]

    for name in (*map(str.upper, CONTRACTS), "GATEWAY"):
        assert f"{name}_AMQP_PASSWORD" in parts["rabbitmq"]["environment"]
        assert f"{name}_MONGO_PASSWORD" in parts["mongodb-users"]["environment"]


@pytest.mark.parametrize("part", [*CONTRACTS, "gateway"])
def test_a_part_can_be_scaled(part: str) -> None:
    assert described("compose.yml")["services"][part]["scale"] == f"${{{part.upper()}_REPLICAS:-1}}"


@pytest.mark.parametrize("part", sorted(set(described("compose.yml")["services"]) - {"mongodb-users", "operator"}))
def test_what_dies_is_started_again(part: str) -> None:
    assert described("compose.yml")["services"][part]["restart"] == "unless-stopped"


@pytest.mark.parametrize("part", [*CONTRACTS, "gateway", "balancer", "identity", "mongodb-users", "operator"])
def test_a_part_runs_without_privileges_and_writes_nowhere(part: str) -> None:
    told = described("compose.yml")["services"][part]

    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]


def test_only_balancer_and_development_identity_can_be_reached_from_outside() -> None:
    published = {name for name, told in described("compose.yml")["services"].items() if "ports" in told}

    assert published == {"balancer", "identity"}
    assert described("compose.yml")["services"]["identity"]["profiles"] == ["development"]


def test_in_a_cluster_every_part_knows_every_node_and_calls_wait_in_quorum_queues() -> None:
    parts = described("compose.cluster.yml")["services"]

    for name in (*CONTRACTS, "gateway"):
        assert re.findall(r"@([\w-]+):5672", parts[name]["environment"]["AMQP_URI"]) == [
            "rabbitmq",
            "rabbitmq-2",
            "rabbitmq-3",
        ]
    assert {parts[name]["environment"]["CALLS_QUEUE_TYPE"] for name in CONTRACTS} == {"quorum"}


def test_in_a_replica_set_every_part_knows_every_member() -> None:
    parts = described("compose.replica-set.yml")["services"]
    members = ["mongodb:27017", "mongodb-2:27017", "mongodb-3:27017"]

    for name in (*CONTRACTS, "gateway"):
        uri = parts[name]["environment"]["MONGO_URI"]
        assert uri.partition("@")[2].startswith(f"{','.join(members)}/social_calendar_{name}?replicaSet=rs0&")
    assert parts["mongodb-users"]["environment"]["MONGO_HOSTS"].split(",") == members
    assert {f"{member}:27017" for member in parts if member.startswith("mongodb-") and member[-1].isdigit()} == set(
        members[1:]
    )
