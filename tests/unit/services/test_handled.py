"""A domain event that comes twice to one process is handled once."""

import eventlet
import pytest
from eventlet.event import Event

from services.chassis.messaging.handled import MAX_REMEMBERED, HandledDomainEvents
from services.contracts.domain_events import EventInviteAcceptedV1
from services.contracts.ids import new_id
from services.contracts.rpc import HandlerResult, handled


def accepted() -> EventInviteAcceptedV1:
    ids = {name: new_id() for name in ("domain_event_id", "invite_id", "event_id", "receiver_id")}
    return EventInviteAcceptedV1(**ids)


def test_what_was_handled_is_answered_from_memory() -> None:
    memory, domain_event, first = HandledDomainEvents(), accepted(), handled("applied")
    assert memory.handle_once(domain_event, lambda: first) is first
    assert memory.handle_once(domain_event, lambda: pytest.fail("handled twice")) is first


def test_of_two_at_once_one_handles_and_the_other_gets_its_result() -> None:
    memory, domain_event, go_on = HandledDomainEvents(), accepted(), Event()

    def slowly() -> HandlerResult:
        go_on.wait()
        return handled("applied")

    first = eventlet.spawn(memory.handle_once, domain_event, slowly)
    second = eventlet.spawn(memory.handle_once, domain_event, lambda: pytest.fail("handled twice"))
    eventlet.sleep(0)
    go_on.send()
    assert second.wait() is first.wait()


def test_whoever_has_waited_for_one_that_failed_tries_itself() -> None:
    memory, domain_event, go_on = HandledDomainEvents(), accepted(), Event()

    def fail() -> HandlerResult:
        go_on.wait()
        raise OSError("the database is away")

    first = eventlet.spawn(memory.handle_once, domain_event, fail)
    second = eventlet.spawn(memory.handle_once, domain_event, lambda: handled("applied"))
    eventlet.sleep(0)
    go_on.send()
    assert second.wait()["outcome"] == "applied"
    with pytest.raises(OSError, match="away"):
        first.wait()


def test_that_something_is_gone_is_found_out_anew() -> None:
    memory, domain_event = HandledDomainEvents(), accepted()
    assert memory.handle_once(domain_event, lambda: handled("gone"))["outcome"] == "gone"
    assert memory.handle_once(domain_event, lambda: handled("applied"))["outcome"] == "applied"


def test_the_oldest_are_forgotten() -> None:
    memory, oldest = HandledDomainEvents(), accepted()
    for domain_event in (oldest, *(accepted() for _ in range(MAX_REMEMBERED))):
        memory.handle_once(domain_event, lambda: handled("applied"))
    assert memory.handle_once(oldest, lambda: handled("stale"))["outcome"] == "stale"
