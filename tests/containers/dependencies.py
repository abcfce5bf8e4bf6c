"""Broker and database started by testcontainers, from the images that the variables name."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")  # an image of its own, which cannot be fetched everywhere

import amqp
from pymongo import MongoClient
from pymongo.errors import PyMongoError
from testcontainers.core.container import DockerContainer

STARTED_WITHIN_S = 90.0
USER, PASSWORD = "tests", "tests"


@contextmanager
def broker_and_database(rabbitmq_image: str, mongo_image: str) -> Iterator[dict[str, str]]:
    """Run both during the block; its value is the environment by which tests find them."""
    rabbitmq = DockerContainer(rabbitmq_image).with_exposed_ports(5672)
    rabbitmq = rabbitmq.with_env("RABBITMQ_DEFAULT_USER", USER).with_env("RABBITMQ_DEFAULT_PASS", PASSWORD)
    mongodb = DockerContainer(mongo_image).with_exposed_ports(27017)
    with rabbitmq, mongodb:
        broker = f"127.0.0.1:{rabbitmq.get_exposed_port(5672)}"
        mongo_uri = f"mongodb://127.0.0.1:{mongodb.get_exposed_port(27017)}/?directConnection=true"
        wait_for("RabbitMQ", lambda: broker_answers(broker))
        wait_for("MongoDB", lambda: database_answers(mongo_uri))
        yield {"AMQP_URI": f"amqp://{USER}:{PASSWORD}@{broker}//", "MONGO_URI": mongo_uri}


def broker_answers(address: str) -> bool:
    """Tell whether somebody can log in."""
    try:
        with amqp.Connection(address, userid=USER, password=PASSWORD, connect_timeout=2):
            return True
    except (amqp.AMQPError, OSError):
        return False


def database_answers(uri: str) -> bool:
    """Tell whether the database answers."""
    try:
        with MongoClient(uri, serverSelectionTimeoutMS=2000) as client:
            client.admin.command("ping")
            return True
    except PyMongoError:
        return False


def wait_for(what: str, answers: Callable[[], bool]) -> None:
    """Return when it answers."""
    until = time.monotonic() + STARTED_WITHIN_S
    while not answers():
        assert time.monotonic() < until, f"{what} did not start within {STARTED_WITHIN_S} s"
        time.sleep(0.3)
