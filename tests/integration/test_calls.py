"""Calling services over the real broker: many at once, deadlines, errors, services that are not there."""

import pytest

from services.chassis.rpc.client import RpcClient
from services.chassis.rpc.deadline import Deadline
from services.contracts import chats, events, invites, standard_calls, users
from services.contracts.errors import Code, NotFound, ServiceFault, Unavailable
from services.contracts.ids import new_id
from services.contracts.rpc import Call, answered_by


@pytest.mark.parametrize("service", [users, events, chats, invites], ids=lambda service: service.SERVICE)
def test_every_service_says_that_it_is_well(calls, service):
    assert calls.call(standard_calls.check_health.of(service.SERVICE)) == {"database": True, "listening": True}


def test_answers_find_the_call_they_belong_to(calls, person):
    ids = [person(f"Person {number}") for number in range(20)]
    replies = [calls.start(users.get_user, actor_id=user_id, user_id=user_id) for user_id in ids]
    assert [reply.result()["id"] for reply in replies] == ids


def test_a_refusal_arrives_in_its_class_with_its_code(calls):
    with pytest.raises(NotFound) as refused:
        calls.call(users.get_user, actor_id=new_id(), user_id=new_id())
    assert refused.value.code == Code.USER_UNKNOWN


def test_a_call_with_wrong_arguments_is_a_fault_and_hurts_nobody(calls, person):
    with pytest.raises(ServiceFault):
        calls.call(users.get_user, wrong="x")
    assert calls.call(users.get_user, actor_id=new_id(), user_id=person())


def test_an_unknown_method_is_a_fault(calls):
    with pytest.raises(ServiceFault):
        calls.call(Call("users", "no_such_method", lambda: None))


def test_a_service_that_never_ran_is_reported_at_once(caller):
    @answered_by("nobody")
    def anything() -> None:
        """Never answered."""

    with pytest.raises(Unavailable) as unreachable:
        caller.within(Deadline.after(60)).call(anything)
    assert unreachable.value.code == Code.CALL_UNREACHABLE


def test_a_deadline_that_has_passed_is_not_called_at_all(caller):
    with pytest.raises(Unavailable) as late:
        caller.within(Deadline.after(0)).call(standard_calls.check_health.of(users.SERVICE))
    assert late.value.code in (Code.CALL_TIMEOUT, Code.CALL_UNREACHABLE)


def test_a_broker_that_is_not_there_is_reported_before_the_deadline():
    caller = RpcClient("amqp://127.0.0.1:1", name="tests")
    try:
        with pytest.raises(Unavailable) as unreachable:
            caller.within(Deadline.after(30)).call(standard_calls.check_health.of(users.SERVICE))
        assert unreachable.value.code == Code.CALL_UNREACHABLE
        assert not caller.connected
    finally:
        caller.close()
