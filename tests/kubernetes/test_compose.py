"""Compose and Kubernetes run the same: images, ports, settings, users, versions of broker and database."""

import json
import re
from typing import Any

import pytest
import yaml

from services.contracts.registry import CONTRACTS
from tests.docs.documents import read
from tests.kubernetes.built import OVERLAYS, Manifest, containers, manifests, of_kind
from tests.kubernetes.test_broker_rights import CONFIGURE, READ, WRITE, everything, has
from tests.kubernetes.test_settings import environment_of, settings_of

PARTS = ("gateway", *CONTRACTS)
_DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")

every_container = pytest.mark.parametrize(
    ("overlay", "container"),
    [
        pytest.param(overlay, container, id=f"{overlay}-{container['name']}")
        for overlay in OVERLAYS
        for container in containers(manifests(overlay))
    ],
)


def composed(name: str) -> dict[str, Any]:
    """Return what compose says of one part."""
    part: dict[str, Any] = yaml.safe_load(read("deploy/compose.yml"))["services"][name]
    return part


def image_of(name: str) -> tuple[str, str]:
    """Return repository and tag of the image that compose takes by default."""
    repository, _, tag = _DEFAULT.sub(r"\1", composed(name)["image"]).partition(":")
    return repository, tag


def recipe(part: str) -> str:
    return read(f"deploy/images/{'gateway' if part == 'gateway' else 'service'}.Dockerfile")


def container_of(part: str) -> Manifest:
    (only,) = of_kind("production", "Deployment")[part]["spec"]["template"]["spec"]["containers"]
    return dict(only)


@every_container
def test_an_image_is_the_one_of_compose(overlay: str, container: Manifest) -> None:
    assert container["image"].partition(":")[0] == image_of(container["name"])[0]


@every_container
def test_what_must_be_set_for_compose_is_taken_from_secrets(overlay: str, container: Manifest) -> None:
    told = composed(container["name"])["environment"]
    must_be_set = {name for name, value in told.items() if ":?" in str(value)}
    secret = {
        variable["name"]
        for variable in container["env"]
        if "$(" in variable.get("value", "") or "secretKeyRef" in variable.get("valueFrom", {})
        if not variable.get("valueFrom", {}).get("secretKeyRef", {}).get("optional")
    }

    users = {f"{part.upper()}_BROKER_USER" for part in PARTS}
    assert must_be_set == secret - users - {"BROKER_USER", "BROKER_PASSWORD", "BROKER_USERS"}


@every_container
def test_whatever_compose_sets_is_a_setting_of_that_process(overlay: str, container: Manifest) -> None:
    environment = environment_of(container)
    settings_of(container["name"], environment)

    assert set(composed(container["name"])["environment"]) <= environment.asked


def test_the_gateway_has_the_port_of_its_image() -> None:
    (port,) = container_of("gateway")["ports"]
    (served,) = of_kind("production", "Service")["gateway"]["spec"]["ports"]

    assert re.findall(r"^EXPOSE (\d+)$", recipe("gateway"), re.MULTILINE) == [str(port["containerPort"])]
    assert served["port"] == port["containerPort"]


@pytest.mark.parametrize("part", PARTS)
def test_a_pod_runs_as_the_user_of_its_image(part: str) -> None:
    context = of_kind("production", "Deployment")[part]["spec"]["template"]["spec"]["securityContext"]

    assert re.findall(r"^USER (\S+)$", recipe(part), re.MULTILINE) == [
        f"{context['runAsUser']}:{context['runAsGroup']}"
    ]


def test_the_probe_of_a_service_is_the_health_check_of_its_image() -> None:
    found = re.search(r"^HEALTHCHECK .* CMD (\[.*\])$", recipe("users"), re.MULTILINE)

    assert found and yaml.safe_load(found[1]) == container_of("users")["readinessProbe"]["exec"]["command"]


def test_broker_and_database_are_of_the_same_version() -> None:
    broker = of_kind("production", "RabbitmqCluster")["rabbitmq"]["spec"]["image"]
    database = of_kind("production", "MongoDBCommunity")["mongodb"]["spec"]["version"]

    assert broker.split(":")[1].startswith(image_of("rabbitmq")[1])
    assert database.startswith(image_of("mongodb")[1])


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("right", [CONFIGURE, WRITE, READ])
def test_a_part_may_do_the_same_on_either_broker(part: str, right: str) -> None:
    permissions = json.loads(read("deploy/compose/rabbitmq/definitions.json"))["permissions"]
    (composed_right,) = (each[right] for each in permissions if each["user"] == part)

    assert {name for name in everything() if re.search(composed_right, name)} == {
        name for name in everything() if has(part, right, name)
    }


def test_dead_letters_end_alike_on_either_broker() -> None:
    (composed_policy,) = json.loads(read("deploy/compose/rabbitmq/definitions.json"))["policies"]
    policy = of_kind("production", "Policy")["dead-letters"]["spec"]

    assert {each: policy[each] for each in ("name", "vhost", "pattern", "priority", "definition")} == {
        each: composed_policy[each] for each in ("name", "vhost", "pattern", "priority", "definition")
    }
    assert policy["applyTo"] == composed_policy["apply-to"]
