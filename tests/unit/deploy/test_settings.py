"""Settings of a system on one machine."""

from pathlib import Path

import pytest

from deploy.local.settings import DEFAULT_PORTS, PARTS, BadSettings, LocalSettings, read_settings


def test_without_an_environment_everything_is_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    settings = read_settings({})

    assert settings.own_parts() == PARTS
    assert settings.data_dir == tmp_path / ".local"
    assert settings.ports == DEFAULT_PORTS
    assert set(settings.processes.values()) == {1}


@pytest.mark.parametrize(
    ("environment", "part"),
    [
        ({"AMQP_URI": "amqp://broker", "BROKER_USERS": "shared"}, "rabbitmq"),
        ({"MONGO_URI": "mongodb://database"}, "mongodb"),
        ({"OIDC_CLIENT_ID": "id", "OIDC_CLIENT_SECRET": "secret"}, "identity"),
    ],
)
def test_what_is_elsewhere_is_not_started(environment: dict[str, str], part: str) -> None:
    assert set(PARTS) - set(read_settings(environment).own_parts()) == {part}


def test_an_empty_variable_is_as_good_as_none() -> None:
    empty = dict.fromkeys(("AMQP_URI", "BROKER_USERS", "MONGO_URI", "OIDC_CLIENT_ID", "GATEWAY_PORT", "DATA_DIR"), "")

    assert read_settings(empty) == read_settings({})


def test_only_a_real_log_in_opens_the_gateway_to_other_machines() -> None:
    real = {"OIDC_CLIENT_ID": "id", "OIDC_CLIENT_SECRET": "secret"}

    assert read_settings({}).gateway_host == "127.0.0.1"
    assert read_settings(real).gateway_host == "0.0.0.0"
    assert read_settings(real | {"GATEWAY_HOST": "10.0.0.1"}).gateway_host == "10.0.0.1"


def test_a_service_may_have_its_own_number_of_processes() -> None:
    processes = read_settings({"SERVICE_PROCESSES": "2", "CHATS_PROCESSES": "3"}).processes

    assert processes == {"users": 2, "events": 2, "chats": 3, "invites": 2, "streams": 2}


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(BadSettings) as refused:
        read_settings(
            {
                "GATEWAY_PORT": "eighty",
                "MONGO_PORT": "70000",
                "USERS_PROCESSES": "0",
                "OIDC_CLIENT_ID": "id",
                "AMQP_URI": "a",
            }
        )

    told = str(refused.value).splitlines()
    assert len(told) == 5
    for name in ("GATEWAY_PORT", "MONGO_PORT", "USERS_PROCESSES", "OIDC_CLIENT_SECRET", "BROKER_USERS"):
        assert any(name in line for line in told)


def test_two_parts_cannot_share_a_port() -> None:
    with pytest.raises(BadSettings, match="GATEWAY_PORT=6000") as refused:
        read_settings({"GATEWAY_PORT": "6000", "MONGO_PORT": "6000"})

    assert "MONGO_PORT=6000" in str(refused.value)


def test_the_supervisors_socket_has_a_path_that_the_system_takes() -> None:
    def in_folder(name: str) -> LocalSettings:
        return read_settings({"DATA_DIR": f"/tmp/{name}"})

    assert in_folder("short").supervisor_socket.parent == Path("/tmp/short")
    long, other = in_folder("l" * 200).supervisor_socket, in_folder("o" * 200).supervisor_socket
    assert len(str(long)) < 100
    assert long != other
