"""Broker and database started by testcontainers, from the images that the variables name."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")  # an image of its own, which cannot be fetched everywhere

import amqp
from pymongo.errors import PyMongoError
from testcontainers.core.container import DockerContainer

from deploy.compose.mongodb import prepare
from tests.e2e.system import REPOSITORY

STARTED_WITHIN_S = 90.0
USER, PASSWORD = "tests", "tests"
KEY = "testtest"


def mongodb_container(image: str) -> DockerContainer:
    """Describe a member of a replica set, started as under Compose: with a key and a password."""
    container = DockerContainer(image).with_exposed_ports(27017)
    container = container.with_volume_mapping(str(REPOSITORY / "deploy/compose/mongodb"), "/config")
    for name, value in {
        "MONGO_INITDB_ROOT_USERNAME": "root",
        "MONGO_INITDB_ROOT_PASSWORD": PASSWORD,
        "MONGO_KEY": KEY,
        "MONGO_CACHE_GB": "0.25",
    }.items():
        container = container.with_env(name, value)
    return container.with_kwargs(entrypoint=["sh", "/config/start"])


@contextmanager
def broker_and_database(rabbitmq_image: str, mongo_image: str) -> Iterator[dict[str, str]]:
    """Run both during the block; its value is the environment by which tests find them."""
    rabbitmq = DockerContainer(rabbitmq_image).with_exposed_ports(5672)
    rabbitmq = rabbitmq.with_env("RABBITMQ_DEFAULT_USER", USER).with_env("RABBITMQ_DEFAULT_PASS", PASSWORD)
    with rabbitmq, mongodb_container(mongo_image) as mongodb:
        broker = f"127.0.0.1:{rabbitmq.get_exposed_port(5672)}"
        member = f"127.0.0.1:{mongodb.get_exposed_port(27017)}"
        wait_for("RabbitMQ", lambda: broker_answers(broker))
        wait_for("MongoDB", lambda: database_answers(member))
        mongo_uri = f"mongodb://root:{PASSWORD}@{member}/?directConnection=true"
        yield {
            "AMQP_URI": f"amqp://{USER}:{PASSWORD}@{broker}//",
            "BROKER_USERS": "shared",
            "MONGO_URI": mongo_uri,
        }


def broker_answers(address: str) -> bool:
    """Return whether somebody can log in."""
    try:
        with amqp.Connection(address, userid=USER, password=PASSWORD, connect_timeout=2):
            return True
    except (amqp.AMQPError, OSError):
        return False


def database_answers(member: str) -> bool:
    """Return whether the only member of the replica set takes writes; it is made a replica set if it is none yet."""
    try:
        with prepare.connect([member], PASSWORD, directConnection=True) as client:
            prepare.make_replica_set(client, ["127.0.0.1:27017"])
            return bool(client.admin.command("hello")["isWritablePrimary"])
    except PyMongoError:
        return False


def wait_for(what: str, answers: Callable[[], bool]) -> None:
    """Return when it answers."""
    until = time.monotonic() + STARTED_WITHIN_S
    while not answers():
        assert time.monotonic() < until, f"{what} did not start within {STARTED_WITHIN_S} s"
        time.sleep(0.3)
