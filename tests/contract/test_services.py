"""Each service answers, publishes and handles exactly what the contracts say."""

import importlib
import inspect
import re

import pytest

from services.chassis.service import Service
from services.contracts.domain_events import KINDS, from_wire
from services.contracts.registry import CONTRACTS, SUBSCRIPTIONS, handles_in_order, subscriptions_of
from services.contracts.rpc import Call
from services.contracts.standard_calls import STANDARD_CALLS
from tests.contract.test_domain_events import EXAMPLES

CALLS = [value for contract in CONTRACTS.values() for value in vars(contract).values() if isinstance(value, Call)]
CALLS += [call.of(service) for service in CONTRACTS for call in STANDARD_CALLS]


def service_class(service):
    # Importing a service brings eventlet in, unpatched: fine for looking, not for running.
    return getattr(importlib.import_module(f"services.{service}.service"), service.capitalize())


def entrypoints(cls):
    return {
        name
        for name, method in inspect.getmembers(cls, inspect.isfunction)
        for entrypoint in getattr(method, "nameko_entrypoints", ())
        if type(entrypoint).__name__ == "Rpc"
    }


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.service}.{call.method}")
def test_a_call_has_the_signature_that_its_contract_declares(call):
    method = getattr(service_class(call.service), call.method)
    declared, real = inspect.signature(call.declared), inspect.signature(method)
    without_self = [parameter for name, parameter in real.parameters.items() if name != "self"]
    assert [(p.name, p.kind, p.annotation) for p in without_self] == [
        (p.name, p.kind, p.annotation) for p in declared.parameters.values()
    ]
    assert declared.return_annotation == real.return_annotation


@pytest.mark.parametrize("service", CONTRACTS)
def test_a_service_answers_nothing_but_what_its_contract_lists(service):
    assert entrypoints(service_class(service)) == {call.method for call in CALLS if call.service == service}


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.service}.{call.method}")
def test_every_call_is_documented(call):
    assert call.declared.__doc__


@pytest.mark.parametrize("service", CONTRACTS)
def test_a_class_handles_what_its_contract_subscribes_to(service):
    handlers = service_class(service).handlers
    assert handlers.kinds == {each.kind for each in subscriptions_of(service)}
    assert (handlers.in_order is not None) == handles_in_order(service)


@pytest.mark.parametrize("service", CONTRACTS)
def test_a_class_publishes_what_the_domain_events_say(service):
    assert set(service_class(service).publishes) == {kind for kind in KINDS.values() if kind.published_by == service}


@pytest.mark.parametrize("service", CONTRACTS)
def test_the_index_card_of_a_service_lists_what_its_class_publishes_and_handles(service):
    card, cls = importlib.import_module(f"services.{service}").__doc__, service_class(service)
    assert domain_events_on(card, "Publishes") == {kind.__name__ for kind in cls.publishes}
    assert domain_events_on(card, "Handles") == {kind.__name__ for kind in cls.handlers.kinds}


def domain_events_on(card, line):
    """Return the names of the domain events on a line of an index card."""
    [listed] = re.findall(rf"^{line}: (.*)$", card, re.MULTILINE)
    return set(re.findall(r"\w+V\d+", listed))


@pytest.mark.parametrize("service", CONTRACTS)
def test_a_class_handles_in_both_ways_whatever_may_be_delivered(service):
    handlers = service_class(service).handlers
    consumed = set(handlers.queued) | set(handlers.kinds_in_order)
    assert consumed == handlers.kinds
    never_delivered = {kind for kind in handlers.kinds if kind not in handlers.delivered}
    assert all(not SUBSCRIPTIONS[kind][service].is_awaited(None) for kind in never_delivered)


def test_a_service_that_handles_nothing_finds_a_delivery_stale():
    class Deaf(Service):
        name = "deaf"

    assert Deaf().deliver(from_wire(EXAMPLES["ProfileChangedV1"]))["outcome"] == "stale"
