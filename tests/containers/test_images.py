"""What is in an image, and what is not. A service's image lacks its neighbours and still runs."""

import re
from collections.abc import Callable

import pytest

from tests.containers.system import SERVICES, ContainerSystem, docker, inspect
from tests.docs.documents import read

PARTS = (*SERVICES, "gateway")
LARGEST_MB = 250
Image = Callable[[str], str]

every_part = pytest.mark.parametrize("part", PARTS)


@pytest.fixture(scope="module")
def image(cluster: ContainerSystem) -> Image:
    """Return what names the image of a part."""
    return lambda part: f"{cluster.environment['IMAGES']}/{part}:latest"


def run(image: str, *command: str) -> str:
    return docker("run", "--rm", "--read-only", "--network", "none", image, *command)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_image_holds_what_services_share_and_that_service(image: Image, service: str) -> None:
    packages = run(image(service), "find", "/app", "-mindepth", "2", "-maxdepth", "2", "-type", "d").split()

    assert {path for path in packages if "__pycache__" not in path} == {
        "/app/services/contracts",
        "/app/services/chassis",
        "/app/services/operations",
        f"/app/services/{service}",
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_cannot_import_its_neighbours(image: Image, service: str) -> None:
    for neighbour in set(PARTS) - {service}:
        module = "gateway" if neighbour == "gateway" else f"services.{neighbour}"
        code = f"import importlib.util as u; print(u.find_spec('{module}'))"
        assert run(image(service), "python3", "-c", code) == "None"


def test_the_gateway_image_holds_no_service_and_of_the_chassis_only_the_way_to_call(image: Image) -> None:
    files = run(image("gateway"), "find", "/app/services", "-name", "*.py").split()

    folders = {path.split("/")[3] for path in files if path.count("/") > 3}
    assert folders == {"contracts", "chassis"}
    chassis = {path.removeprefix("/app/") for path in files if "/chassis/" in path}
    assert chassis == set(re.findall(r"services/chassis/\S+\.py", read("deploy/images/gateway.Dockerfile")))


def test_the_gateway_image_holds_the_client_as_built_and_not_how_it_is_built(image: Image) -> None:
    assert run(image("gateway"), "ls", "/app/gateway/web") == "dist"
    assert "index.html" in run(image("gateway"), "ls", "/app/gateway/web/dist").split()


@every_part
def test_an_image_is_not_root_is_labelled_and_knows_how_healthy_it_is(image: Image, part: str) -> None:
    config = inspect(image(part))["Config"]

    assert config["User"] == "10001:10001"
    assert config["Labels"]["org.opencontainers.image.title"] == f"social-calendar-{part}"
    assert config["Labels"]["org.opencontainers.image.licenses"] == "MIT"
    assert config["Healthcheck"]["Test"][0] == "CMD"


@every_part
def test_an_image_keeps_nothing_of_how_it_was_made(image: Image, part: str) -> None:
    left = ("/etc/pip.conf", "/etc/ssl/build-ca.crt", "/build", "/root/.cache", "/root/.config", "/app/deploy")
    found = run(image(part), "sh", "-c", f"ls -d {' '.join(left)} 2>/dev/null; ls -A /mnt; true")
    environment = [line.partition("=")[0] for line in inspect(image(part))["Config"]["Env"]]

    assert found == ""
    assert not [name for name in environment if name.startswith("PIP_") or "PASSWORD" in name or "SECRET" in name]
    assert run(image(part), "sh", "-c", "ls /venv/bin | grep -c ^pip || true") == "0"


@every_part
def test_an_image_holds_no_compiler_no_tests_and_no_keys(image: Image, part: str) -> None:
    unwanted = "-name tests -o -name '*.c' -o -name '*.h' -o -name '*key.pem' -o -name '*.key' -o -name .env"
    found = run(image(part), "sh", "-c", f"command -v gcc cc git curl; find /app /venv {unwanted}; true")

    assert found == ""


@every_part
def test_an_image_is_small(image: Image, part: str) -> None:
    assert inspect(image(part))["Size"] < LARGEST_MB * 1_000_000


@every_part
def test_a_container_runs_without_privileges_and_with_a_file_system_that_cannot_be_written(
    cluster: ContainerSystem, part: str
) -> None:
    container = inspect(cluster.containers(part)[0])

    assert container["HostConfig"]["ReadonlyRootfs"]
    assert container["HostConfig"]["CapDrop"] == ["ALL"]
    assert not container["HostConfig"]["Privileged"]
    assert cluster.inside(part, "open('/app/x', 'w')").returncode != 0
