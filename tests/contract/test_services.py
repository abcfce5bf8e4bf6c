"""Each service answers exactly the calls that its contract lists, with the same signatures."""

import importlib
import inspect

import pytest

from services.contracts import chats, events, invites, streams, users
from services.contracts.calls import Call

CONTRACTS = {contract.SERVICE: contract for contract in (users, events, chats, invites, streams)}
CALLS = [value for contract in CONTRACTS.values() for value in vars(contract).values() if isinstance(value, Call)]


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
