"""Whether the ports that we want are free."""

import socket
from collections.abc import Iterator

import pytest

from deploy.local.ports import PortTaken, check_ports
from deploy.local.settings import read_settings


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_a_port_that_is_taken_is_named_with_its_variable(listener: socket.socket) -> None:
    port = listener.getsockname()[1]

    with pytest.raises(PortTaken, match=rf"{port}.*MONGO_PORT"):
        check_ports(read_settings({"MONGO_PORT": str(port)}), ["mongodb"])


def test_a_port_is_taken_when_somebody_listens_on_all_addresses() -> None:
    with socket.create_server(("", 0)) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(PortTaken, match="IDENTITY_PORT"):
            check_ports(read_settings({"IDENTITY_PORT": str(port)}), ["identity"])


def test_every_port_that_is_taken_is_told_at_once(listener: socket.socket) -> None:
    with socket.create_server(("127.0.0.1", 0)) as second:
        ports = {"EPMD_PORT": str(listener.getsockname()[1]), "RABBITMQ_PORT": str(second.getsockname()[1])}
        with pytest.raises(PortTaken) as refused:
            check_ports(read_settings(ports), ["rabbitmq"])

    assert all(name in str(refused.value) for name in ports)


def test_the_port_of_a_part_that_is_not_started_may_be_taken(listener: socket.socket) -> None:
    settings = read_settings({"MONGO_PORT": str(listener.getsockname()[1])})

    check_ports(settings, ["users", "gateway-of-another-name"])


def test_a_port_that_somebody_has_just_left_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), listening.accept()[0]:
            pass

    check_ports(read_settings({"GATEWAY_PORT": str(port)}), ["gateway"])
