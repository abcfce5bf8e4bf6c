"""Who may talk to whom, as the policies say it: a small reader of those parts of them that ours use."""

import ipaddress
from typing import Any

import pytest

from services.contracts.registry import CONTRACTS
from tests.kubernetes.built import OVERLAYS, Manifest, of_kind

BROKER, DATABASE = "rabbitmq", "mongodb"
BROKER_PORT, DATABASE_PORT, GATEWAY_PORT, DNS, HTTPS, MANAGEMENT = 5672, 27017, 5000, 53, 443, 15672

OPERATED = {
    BROKER: {"app.kubernetes.io/component": "rabbitmq", "app.kubernetes.io/name": "rabbitmq"},
    DATABASE: {"app": "mongodb-svc"},
}
"""The labels that the operators give to the pods that they make."""

Peer = dict[str, Any]

parts = pytest.mark.parametrize("part", ["gateway", *CONTRACTS])
services = pytest.mark.parametrize("service", CONTRACTS)


def pod(name: str) -> Peer:
    """Describe a pod of ours."""
    if name in OPERATED:
        return {"pod": OPERATED[name]}
    return {"pod": of_kind("production", "Deployment")[name]["spec"]["template"]["metadata"]["labels"]}


def elsewhere(namespace: str) -> Peer:
    """Describe a pod of another namespace."""
    return {"namespace": {"kubernetes.io/metadata.name": namespace}}


def address(text: str) -> Peer:
    """Describe a machine outside of the cluster."""
    return {"address": ipaddress.ip_address(text)}


def may(one: Peer, other: Peer, port: int) -> bool:
    """Return whether `one` may connect to that port of `other`: both sides must allow it."""
    return _allows("Egress", one, other, port) and _allows("Ingress", other, one, port)


def _allows(direction: str, whose: Peer, other: Peer, port: int) -> bool:
    policies = [each for each in _policies_of(whose) if direction in each["policyTypes"]]
    rules = [rule for each in policies for rule in each.get(direction.lower(), [])]
    return not policies or any(_rule_matches(rule, direction, other, port) for rule in rules)


def _policies_of(peer: Peer) -> list[Manifest]:
    every = [each["spec"] for each in of_kind("production", "NetworkPolicy").values()]
    return [each for each in every if "pod" in peer and _selects(each["podSelector"], peer["pod"])]


def _selects(selector: Manifest, labels: dict[str, str]) -> bool:
    assert set(selector) <= {"matchLabels"}, selector
    return selector.get("matchLabels", {}).items() <= labels.items()


def _rule_matches(rule: Manifest, direction: str, other: Peer, port: int) -> bool:
    peers = rule.get("to" if direction == "Egress" else "from")
    ports = {each["port"] for each in rule["ports"]}
    return port in ports and (peers is None or any(_peer_matches(peer, other) for peer in peers))


def _peer_matches(peer: Manifest, other: Peer) -> bool:
    assert len(peer) == 1, f"only one selector a peer: {peer}"
    if "podSelector" in peer:
        return "pod" in other and _selects(peer["podSelector"], other["pod"])
    if "namespaceSelector" in peer:
        return "namespace" in other and _selects(peer["namespaceSelector"], other["namespace"])
    return "address" in other and _is_within(peer["ipBlock"], other["address"])


def _is_within(block: Manifest, found: Any) -> bool:
    return found in ipaddress.ip_network(block["cidr"]) and not any(
        found in ipaddress.ip_network(each) for each in block["except"]
    )


@parts
def test_every_part_reaches_broker_database_and_names(part: str) -> None:
    assert may(pod(part), pod(BROKER), BROKER_PORT)
    assert may(pod(part), pod(DATABASE), DATABASE_PORT)
    assert may(pod(part), elsewhere("kube-system"), DNS)


@services
def test_a_service_reaches_nothing_else(service: str) -> None:
    for other in ("gateway", *CONTRACTS):
        for port in (GATEWAY_PORT, 80, HTTPS, BROKER_PORT):
            assert not may(pod(service), pod(other), port)
    assert not may(pod(service), address("93.184.215.14"), HTTPS)
    assert not may(pod(service), pod(BROKER), MANAGEMENT)
    assert not may(pod(service), elsewhere("kube-system"), HTTPS)


@services
def test_nobody_reaches_a_service(service: str) -> None:
    for one in ("gateway", BROKER, DATABASE, *CONTRACTS):
        assert not may(pod(one), pod(service), GATEWAY_PORT)
    assert not may(elsewhere("ingress-nginx"), pod(service), GATEWAY_PORT)


def test_only_the_ingress_reaches_the_gateway() -> None:
    assert may(elsewhere("ingress-nginx"), pod("gateway"), GATEWAY_PORT)
    assert not may(elsewhere("ingress-nginx"), pod("gateway"), HTTPS)
    assert not may(elsewhere("default"), pod("gateway"), GATEWAY_PORT)


def test_the_gateway_reaches_an_identity_provider_and_nothing_inside() -> None:
    assert may(pod("gateway"), address("142.250.186.84"), HTTPS)
    assert may(pod("gateway"), address("2a00:1450:4001:82a::200d"), HTTPS)
    assert not may(pod("gateway"), address("142.250.186.84"), 80)
    for inside in ("10.1.2.3", "172.20.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "fd00::1"):
        assert not may(pod("gateway"), address(inside), HTTPS)


def test_the_nodes_of_broker_and_database_reach_each_other() -> None:
    assert may(pod(BROKER), pod(BROKER), 4369) and may(pod(BROKER), pod(BROKER), 25672)
    assert may(pod(DATABASE), pod(DATABASE), DATABASE_PORT)
    assert not may(pod(BROKER), pod(DATABASE), DATABASE_PORT)
    assert not may(pod(DATABASE), pod(BROKER), BROKER_PORT)


def test_the_autoscaler_asks_for_queue_lengths_and_the_operator_makes_users() -> None:
    assert may(elsewhere("keda"), pod(BROKER), BROKER_PORT)
    assert not may(elsewhere("keda"), pod(DATABASE), DATABASE_PORT)
    assert may(elsewhere("rabbitmq-system"), pod(BROKER), MANAGEMENT)
    assert not may(elsewhere("default"), pod(BROKER), BROKER_PORT)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_is_not_allowed_is_forbidden_to_every_pod(overlay: str) -> None:
    default = of_kind(overlay, "NetworkPolicy")["nobody-talks"]["spec"]

    assert default == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@pytest.mark.parametrize("name", ["gateway", BROKER, DATABASE, *CONTRACTS])
def test_every_pod_has_a_policy_of_its_own_beside_the_default(name: str) -> None:
    own = [each for each in _policies_of(pod(name)) if each["podSelector"]]

    assert own
