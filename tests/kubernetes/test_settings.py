"""What pods are given is what the code reads, and none of it is secret."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from gateway import settings as gateway
from services.chassis import settings as service
from services.contracts.registry import CONTRACTS
from tests.kubernetes.built import KUBERNETES, OVERLAYS, REPOSITORY, Manifest, containers, manifests, of_kind

GIVEN = "given"
_REFERENCE = re.compile(r"\$\((\w+)\)")

every_container = pytest.mark.parametrize(
    ("overlay", "container"),
    [
        pytest.param(overlay, container, id=f"{overlay}-{container['name']}")
        for overlay in OVERLAYS
        for container in containers(manifests(overlay))
    ],
)


class Overheard(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, given: dict[str, str]) -> None:
        super().__init__(given)
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return super().__getitem__(name)


def environment_of(container: Manifest) -> Overheard:
    """Return what the process finds in its environment, with something in the place of each secret."""
    given: dict[str, str] = {}
    for variable in container["env"]:
        reference = variable.get("valueFrom", {}).get("secretKeyRef", {})
        told = reference["name"] if reference.get("key") == "username" else GIVEN
        text = variable.get("value", told)
        given[variable["name"]] = _REFERENCE.sub(lambda found: given[found[1]], text)
    return Overheard(given)


def settings_of(name: str, environment: Overheard) -> Any:
    return gateway.read_settings(environment) if name == "gateway" else service.read_settings(name, environment)


def parts_of_other_values(container: Manifest) -> set[str]:
    return {name for variable in container["env"] for name in _REFERENCE.findall(variable.get("value", ""))}


@every_container
def test_every_required_setting_is_there(overlay: str, container: Manifest) -> None:
    settings = settings_of(container["name"], environment_of(container))

    assert settings.amqp_uri == f"amqp://{container['name']}-user-credentials:given@rabbitmq:5672/%2F"
    assert settings.mongo_database == f"social_calendar_{container['name']}"


@every_container
def test_every_part_is_known_by_the_user_whom_the_operator_has_made_for_it(overlay: str, container: Manifest) -> None:
    users = settings_of(container["name"], environment_of(container)).broker_users

    assert {f"{part}-user-credentials": part for part in ("gateway", *CONTRACTS)}.items() <= users.parts.items()


@every_container
def test_every_variable_is_read(overlay: str, container: Manifest) -> None:
    environment = environment_of(container)
    settings_of(container["name"], environment)

    assert set(environment) - environment.asked == parts_of_other_values(container)


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("name", CONTRACTS)
def test_calls_wait_in_quorum_queues(overlay: str, name: str) -> None:
    (container,) = of_kind(overlay, "Deployment")[name]["spec"]["template"]["spec"]["containers"]

    assert settings_of(name, environment_of(container)).calls_queue_type == "quorum"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_gateway_believes_the_ingress_and_is_found_where_it_says(overlay: str) -> None:
    (container,) = of_kind(overlay, "Deployment")["gateway"]["spec"]["template"]["spec"]["containers"]
    settings = settings_of("gateway", environment_of(container))
    ingress = of_kind(overlay, "Ingress")["gateway"]["spec"]
    scheme = "https" if "tls" in ingress else "http"

    assert settings.proxies == 1
    assert settings.public_url == f"{scheme}://{ingress['rules'][0]['host']}"
    assert (settings.host, settings.port) == ("0.0.0.0", container["ports"][0]["containerPort"])


def test_production_is_https() -> None:
    assert of_kind("production", "Ingress")["gateway"]["spec"]["tls"]


# secrets


def every_value(part: object, way: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        for name, value in part.items():
            yield from every_value(value, f"{way}/{name}")
    elif isinstance(part, list):
        for at, value in enumerate(part):
            yield from every_value(value, f"{way}/{at}")
    else:
        yield way, str(part)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_secret_is_deployed(overlay: str) -> None:
    assert of_kind(overlay, "Secret") == {}


@every_container
def test_what_is_secret_is_a_reference(overlay: str, container: Manifest) -> None:
    secret = {"AMQP_URI", "MONGO_URI", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"}
    for variable in container["env"]:
        if variable["name"] in secret or re.search("PASSWORD|SECRET|TOKEN|KEY", variable["name"]):
            assert "secretKeyRef" in variable.get("valueFrom", {}) or _REFERENCE.search(variable["value"]), variable


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_address_holds_a_password(overlay: str) -> None:
    values = [value for manifest in manifests(overlay) for _, value in every_value(manifest)]
    told = [value for value in values if re.search(r"://[^/\s]*:[^/\s]*@", value)]

    assert {_REFERENCE.sub("", value) for value in told} == {"amqp://:@rabbitmq:5672/%2F"}


def test_each_part_has_a_database_of_its_own_which_it_may_write_and_look_after() -> None:
    users = of_kind("production", "MongoDBCommunity")["mongodb"]["spec"]["users"]

    assert {user["name"] for user in users} == {"gateway", *CONTRACTS}
    for user in users:
        database = f"social_calendar_{user['name']}"
        assert user["roles"] == [{"name": role, "db": database} for role in ("readWrite", "dbAdmin")]
        assert user["db"] == database


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_secret_that_is_named_is_made_by_somebody(overlay: str) -> None:
    """The operators make some, and docs/kubernetes.md says how to make the others."""
    users = of_kind(overlay, "MongoDBCommunity")["mongodb"]["spec"]["users"]
    made = {user["connectionStringSecretName"] for user in users}
    made |= {f"{name}-user-credentials" for name in of_kind(overlay, "User")}
    document = (REPOSITORY / "docs" / "kubernetes.md").read_text()
    made |= set(re.findall(r"create secret (?:generic|tls) ([\w-]+)", document))
    named = {
        value
        for manifest in manifests(overlay)
        for way, value in every_value(manifest)
        if re.search(r"(secretKeyRef|passwordSecretRef|secretTargetRef/\d+)/name$|/secretName$", way)
    }

    assert named <= made


def test_no_manifest_names_a_registry() -> None:
    text = "\n".join(path.read_text() for path in KUBERNETES.rglob("*.yaml"))

    assert re.findall(r"image: *[\w-]+\.[\w.-]+/\S+", text) == []
