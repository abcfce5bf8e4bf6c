"""No part can read or write another's: neither in the database nor on the broker."""

import pytest

from tests.containers.system import SERVICES, ContainerSystem

EVERY_DATABASE = """
import os
from pymongo import MongoClient
from pymongo.errors import PyMongoError
client = MongoClient(os.environ["MONGO_URI"])
acts = {
    "read": lambda database: database.outbox.find_one(),
    "write": lambda database: database.outbox.update_one({"_id": "nothing"}, {"$set": {"seen": True}}),
    "make": lambda database: database.create_collection("made").drop(),
    "administer": lambda database: database.command("dbStats"),
}
for name in %r:
    for act, do in acts.items():
        try:
            do(client[name])
        except PyMongoError as exc:
            print(name, act, exc.code)
        else:
            print(name, act, "done")
"""
WITHOUT_PASSWORD = """
import os, re
from pymongo import MongoClient
from pymongo.errors import PyMongoError
uri = os.environ["MONGO_URI"]
for who in ("", "users:wrong@", "root:root@"):
    client = MongoClient(re.sub("//.*@", "//" + who, uri) + ("&authSource=admin" if who.startswith("root") else ""))
    try:
        client.social_calendar_users.outbox.find_one()
    except PyMongoError as exc:
        print(exc.code)
    else:
        print("let in")
"""
UNAUTHORIZED, NOT_LET_IN = 13, 18
TAKE = (
    "import os; from kombu import Connection; "
    "c = Connection(os.environ['AMQP_URI']); print(c.default_channel.basic_get('{}', no_ack=False))"
)


def neighbour_of(service: str) -> str:
    return SERVICES[(SERVICES.index(service) + 1) % len(SERVICES)]


@pytest.mark.parametrize("service", (*SERVICES, "gateway"))
def test_a_part_reads_and_writes_its_own_database_and_no_other(cluster: ContainerSystem, service: str) -> None:
    own = f"social_calendar_{service}"
    every = [*(f"social_calendar_{part}" for part in (*SERVICES, "gateway")), "admin", "local", "config"]
    said = cluster.inside(service, EVERY_DATABASE % (every,))
    assert said.returncode == 0, said.stderr

    outcome = {tuple(line.split()[:2]): line.split()[2] for line in said.stdout.splitlines()}
    assert {act: outcome[own, act] for act in ("read", "write", "make", "administer")} == dict.fromkeys(
        ("read", "write", "make", "administer"), "done"
    )
    assert {told for (name, _), told in outcome.items() if name != own} == {str(UNAUTHORIZED)}
    assert len(outcome) == 4 * len(every)


def test_nobody_gets_into_the_database_without_a_password(cluster: ContainerSystem) -> None:
    said = cluster.inside("users", WITHOUT_PASSWORD)
    assert said.returncode == 0, said.stderr

    nobody, *others = said.stdout.split()
    assert nobody == str(UNAUTHORIZED)
    assert set(others) == {str(NOT_LET_IN)}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_takes_its_own_calls_and_nobody_elses(cluster: ContainerSystem, service: str) -> None:
    assert cluster.inside(service, TAKE.format(f"calls.{service}")).returncode == 0

    refused = cluster.inside(service, TAKE.format(f"calls.{neighbour_of(service)}"))
    assert "ACCESS_REFUSED" in refused.stderr, refused.stdout + refused.stderr
