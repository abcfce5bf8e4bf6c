"""What every pod of ours has: probes, limits, few rights, time to stop, a budget for disruptions."""

import re
from typing import Any

import pytest

from gateway.api.health import READY_LIMIT_S
from gateway.http.context import REQUEST_LIMIT_S
from services.chassis.broker.connection import HEARTBEAT_S
from services.contracts.registry import CONTRACTS
from tests.docs.documents import read
from tests.kubernetes.built import OVERLAYS, Manifest, of_kind

PARTS = ("gateway", *CONTRACTS)
RELAY_AND_LINKS_S = 10
"""What a service process waits for at most after its last call: 5 s each."""

every_pod = pytest.mark.parametrize(("overlay", "part"), [(overlay, part) for overlay in OVERLAYS for part in PARTS])


def deployment(overlay: str, part: str) -> Manifest:
    return of_kind(overlay, "Deployment")[part]


def pod(overlay: str, part: str) -> dict[str, Any]:
    spec: dict[str, Any] = deployment(overlay, part)["spec"]["template"]["spec"]
    return spec


def container(overlay: str, part: str) -> dict[str, Any]:
    (only,) = pod(overlay, part)["containers"]
    return dict(only)


def without_the_others(part: Manifest) -> Manifest:
    """Return a deployment without the users of all parts, which are the same for each."""
    (only,) = part["spec"]["template"]["spec"]["containers"]
    only["env"] = [each for each in only["env"] if not re.fullmatch(r"\w+_BROKER_USER|BROKER_USERS", each["name"])]
    return part


def patience_s(probe: dict[str, Any]) -> int:
    return int(probe["periodSeconds"] * probe["failureThreshold"])


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_part_is_deployed_and_nothing_else(overlay: str) -> None:
    assert set(of_kind(overlay, "Deployment")) == set(PARTS)


def test_the_four_services_differ_in_their_names_only() -> None:
    texts = {
        name: str(without_the_others(deployment("production", name))).replace(name, "service") for name in CONTRACTS
    }

    assert len(set(texts.values())) == 1


@every_pod
def test_a_pod_has_limits_and_requests(overlay: str, part: str) -> None:
    resources = container(overlay, part)["resources"]

    assert {kind: set(amounts) for kind, amounts in resources.items()} == {
        "requests": {"cpu", "memory"},
        "limits": {"cpu", "memory"},
    }


@every_pod
def test_a_pod_may_do_nothing_that_it_need_not(overlay: str, part: str) -> None:
    spec, settings = pod(overlay, part), container(overlay, part)["securityContext"]

    assert spec["securityContext"]["runAsNonRoot"] and spec["securityContext"]["runAsUser"] > 0
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert settings == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not {"hostNetwork", "hostPID", "hostIPC", "volumes"} & set(spec)


@every_pod
def test_a_pod_has_an_identity_of_its_own_without_a_token(overlay: str, part: str) -> None:
    account = of_kind(overlay, "ServiceAccount")[pod(overlay, part)["serviceAccountName"]]

    assert account["metadata"]["name"] == part
    assert account["automountServiceAccountToken"] is False
    assert pod(overlay, part)["automountServiceAccountToken"] is False


@every_pod
def test_variables_of_neighbours_do_not_leak_in(overlay: str, part: str) -> None:
    """A Service called gateway would set GATEWAY_PORT, which is a setting, to `tcp://…`."""
    assert pod(overlay, part)["enableServiceLinks"] is False


@every_pod
def test_replicas_are_spread_over_nodes_and_zones(overlay: str, part: str) -> None:
    spread = pod(overlay, part)["topologySpreadConstraints"]

    assert [each["topologyKey"] for each in spread] == ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
    assert all(each["labelSelector"] == deployment(overlay, part)["spec"]["selector"] for each in spread)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_at_most_one_pod_of_a_kind_is_taken_away_at_a_time(overlay: str) -> None:
    budgets = of_kind(overlay, "PodDisruptionBudget")

    assert set(budgets) == {*PARTS, "rabbitmq", "mongodb"}
    assert all(budget["spec"]["maxUnavailable"] == 1 for budget in budgets.values())
    for part in PARTS:
        assert budgets[part]["spec"]["selector"] == deployment(overlay, part)["spec"]["selector"]


@every_pod
def test_a_roll_out_waits_for_each_new_pod(overlay: str, part: str) -> None:
    assert deployment(overlay, part)["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


@every_pod
def test_a_pod_has_probes_with_patience(overlay: str, part: str) -> None:
    probes = container(overlay, part)

    assert patience_s(probes["startupProbe"]) >= 300, "broker and database may start at the same time"
    assert patience_s(probes["livenessProbe"]) >= 2 * patience_s(probes["readinessProbe"])


def test_one_slow_service_takes_no_gateway_away() -> None:
    probes = container("production", "gateway")

    assert probes["startupProbe"]["httpGet"]["path"] == "/readyz"
    assert probes["startupProbe"]["timeoutSeconds"] > READY_LIMIT_S
    assert probes["readinessProbe"]["httpGet"]["path"] == "/healthz"
    assert probes["livenessProbe"]["httpGet"]["path"] == "/healthz"


def test_a_broker_that_restarts_restarts_no_service() -> None:
    probes = container("production", "users")

    assert probes["livenessProbe"]["exec"] == probes["readinessProbe"]["exec"]
    assert patience_s(probes["livenessProbe"]) >= 600
    assert patience_s(probes["readinessProbe"]) >= 4 * HEARTBEAT_S


def test_a_gateway_has_time_to_finish() -> None:
    found = re.search(r"^graceful_timeout = (\d+)$", read("gateway/server/gunicorn.conf.py"), re.MULTILINE)
    assert found
    leaving_s = container("production", "gateway")["lifecycle"]["preStop"]["sleep"]["seconds"]

    assert int(found[1]) > REQUEST_LIMIT_S
    assert leaving_s + int(found[1]) < pod("production", "gateway")["terminationGracePeriodSeconds"]


def test_a_service_has_time_to_finish() -> None:
    assert pod("production", "users")["terminationGracePeriodSeconds"] > REQUEST_LIMIT_S + RELAY_AND_LINKS_S


def test_broker_and_database_are_three() -> None:
    assert of_kind("production", "RabbitmqCluster")["rabbitmq"]["spec"]["replicas"] == 3
    assert of_kind("production", "MongoDBCommunity")["mongodb"]["spec"]["members"] == 3
