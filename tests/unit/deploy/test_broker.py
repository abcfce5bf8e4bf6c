"""The folder of our own RabbitMQ node, and as whom each part logs in."""

import json
import stat
from pathlib import Path

import pytest

from deploy.local import broker
from deploy.local.settings import PARTS, LocalSettings, read_settings


@pytest.fixture
def settings(tmp_path: Path) -> LocalSettings:
    return read_settings({"DATA_DIR": str(tmp_path), "RABBITMQ_PORT": "5999"})


def test_each_part_has_a_user_and_a_password_of_its_own(settings: LocalSettings) -> None:
    broker.claim_folder(settings)
    with_broker = [part for part in PARTS if part not in ("rabbitmq", "mongodb", "identity")]
    addresses = {part: broker.uri(settings, part) for part in (*with_broker, broker.OPERATOR)}

    assert len(set(addresses.values())) == len(with_broker) + 1 == 7
    for part, address in addresses.items():
        assert address.startswith(f"amqp://{part}:") and address.endswith("@127.0.0.1:5999//")


def test_passwords_stay(settings: LocalSettings) -> None:
    broker.claim_folder(settings)
    before = broker.uri(settings, "users")
    broker.claim_folder(settings)

    assert broker.uri(settings, "users") == before


def test_the_node_knows_these_passwords_and_nobody_else_may_read_them(settings: LocalSettings) -> None:
    broker.claim_folder(settings)
    for _ in range(2):
        broker.prepare(settings)
    folder = broker.folder_of(settings)
    definitions = json.loads((folder / "definitions.json").read_text())

    assert f"load_definitions = {folder / 'definitions.json'}\n" in (folder / "rabbitmq.conf").read_text()
    for user in definitions["users"]:
        assert f"amqp://{user['name']}:{user['password']}@" in broker.uri(settings, user["name"])
    for name in ("definitions.json", "passwords.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_before_the_first_start_there_is_no_broker_to_look_after(settings: LocalSettings) -> None:
    with pytest.raises(broker.NoBroker):
        broker.uri(settings, broker.OPERATOR)


def test_a_broker_elsewhere_is_that_of_all(tmp_path: Path) -> None:
    elsewhere = {"AMQP_URI": "amqp://me@there//", "BROKER_USERS": "shared"}
    settings = read_settings({"DATA_DIR": str(tmp_path), **elsewhere})

    assert {broker.uri(settings, part) for part in PARTS} == {"amqp://me@there//"}
