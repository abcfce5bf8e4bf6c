"""The gateway's way to its database."""

from typing import Any

import pytest

from gateway.stores import database
from services.chassis import mongo


def options(monkeypatch: pytest.MonkeyPatch, module: Any, connect: Any) -> dict[str, Any]:
    """Return what the driver is told by what connects to a database in a module."""
    told: dict[str, Any] = {}

    class Client(mongo.MongoClient[mongo.Document]):
        def __init__(self, uri: str, **kwargs: Any) -> None:
            told.update(kwargs)
            super().__init__(uri, connect=False, **kwargs)

    monkeypatch.setattr(module, "MongoClient", Client)
    connect()
    return told


def test_it_has_the_options_of_the_services_but_for_the_number_of_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    uri = "mongodb://127.0.0.1:1"
    own = options(monkeypatch, database, lambda: database.Database(uri, "gateway"))
    of_services = options(monkeypatch, mongo, lambda: mongo.connect(uri, "services", pool_size=1))

    del of_services["maxPoolSize"]
    assert own == of_services
