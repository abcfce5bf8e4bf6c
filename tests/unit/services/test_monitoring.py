"""How a service watches its database."""

import pytest

from services.chassis.mongo import connect


@pytest.mark.parametrize(
    ("uri", "mode"),
    [
        ("mongodb://users:secret@127.0.0.1:1/?replicaSet=x&authSource=y", "poll"),
        ("mongodb://127.0.0.1:1,127.0.0.1:2/?replicaSet=x", "auto"),
        ("mongodb://mongodb-0.mongodb:1/?replicaSet=x", "auto"),
    ],
)
def test_only_a_server_that_nobody_can_succeed_is_watched_at_leisure(uri: str, mode: str) -> None:
    database = connect(uri, "users", pool_size=1)
    try:
        assert database.client.options.server_monitoring_mode == mode
    finally:
        database.client.close()
