"""Replicas follow the load: the gateway's its CPU, a service's what waits in its queue."""

import pytest

from services.chassis.rpc import codec
from services.chassis.settings import ServiceSettings
from services.contracts.registry import CONTRACTS
from tests.kubernetes.built import of_kind

services = pytest.mark.parametrize("service", CONTRACTS)


@services
def test_a_service_is_scaled_by_the_queue_that_it_consumes(service: str) -> None:
    queue, cpu = of_kind("production", "ScaledObject")[service]["spec"]["triggers"]

    assert queue["metadata"]["queueName"] == codec.calls_queue(service, "quorum")
    assert queue["metadata"]["mode"] == "QueueLength"
    assert int(queue["metadata"]["value"]) < ServiceSettings("", "", "").max_workers
    assert cpu["type"] == "cpu", "an empty queue must not take away the replicas that keep it empty"


@services
def test_there_are_always_two(service: str) -> None:
    scaled = of_kind("production", "ScaledObject")[service]["spec"]

    assert scaled["scaleTargetRef"]["name"] == service
    assert 2 <= scaled["minReplicaCount"] < scaled["maxReplicaCount"]


def test_the_gateway_is_scaled_by_cpu() -> None:
    scaler = of_kind("production", "HorizontalPodAutoscaler")["gateway"]["spec"]

    assert scaler["scaleTargetRef"]["name"] == "gateway"
    assert scaler["minReplicas"] == 2
    assert scaler["metrics"][0]["resource"]["name"] == "cpu"


def test_what_is_scaled_has_no_fixed_number_of_replicas() -> None:
    assert [name for name, each in of_kind("production", "Deployment").items() if "replicas" in each["spec"]] == []


def test_the_autoscaler_logs_in_as_a_user_that_there_is() -> None:
    references = of_kind("production", "TriggerAuthentication")["broker"]["spec"]["secretTargetRef"]

    assert {(each["parameter"], each["key"]) for each in references} == {
        ("username", "username"),
        ("password", "password"),
    }
    assert {each["name"].removesuffix("-user-credentials") for each in references} <= set(of_kind("production", "User"))
