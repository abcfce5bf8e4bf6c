"""A connection that is lost is shown, and heals by itself; a session that has ended leads to the front page."""

from collections.abc import Callable

import psutil
import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor
from tests.e2e.answers import done
from tests.e2e.people import Person
from tests.e2e.system import LocalSystem, System

LOST = "Connection lost. Reconnecting…"
RESTARTED_WITHIN_MS = 60_000

SomeOne = Callable[..., Person]
Window = Callable[..., Visitor]


def test_what_happened_while_offline_is_there_when_online_again(someone: SomeOne, window: Window) -> None:
    ann, ben = someone(name="Ann"), someone(name="Ben")
    event_id = ann.plan_together(ben, name="Supper")
    visitor = window(ann)
    visitor.open(f"#/event/{event_id}")
    expect(visitor.log).to_contain_text("No messages yet")
    visitor.context.set_offline(True)
    expect(visitor.page.get_by_text(LOST)).to_be_visible()
    visitor.picture("connection-lost")
    assert visitor.barriers() == []

    chat = ann.event(event_id)["chat_id"]
    done(ben.say(chat, "I am late."))
    done(ben.leave(event_id))
    visitor.context.set_offline(False)
    visitor.says("You are back online.")
    expect(visitor.page.get_by_text(LOST)).to_have_count(0)
    expect(visitor.log).to_contain_text("I am late.")
    expect(visitor.page.get_by_text("1 member")).to_be_visible()


def test_a_message_sent_while_offline_is_not_lost_nor_sent_twice(someone: SomeOne, window: Window) -> None:
    ann = someone(name="Ann")
    event_id = ann.plan(type="group", name="Supper")
    visitor = window(ann)
    visitor.open(f"#/event/{event_id}")
    expect(visitor.log).to_contain_text("No messages yet")
    visitor.context.set_offline(True)
    expect(visitor.page.get_by_text(LOST)).to_be_visible()
    visitor.write("Is anybody there?")
    expect(visitor.log).to_contain_text("Is anybody there?")
    visitor.context.set_offline(False)
    expect(visitor.log.locator(".is-sending")).to_have_count(0)
    expect(visitor.log.get_by_text("Is anybody there?")).to_have_count(1)
    assert ann.texts(ann.event(event_id)["chat_id"]) == ["Is anybody there?"]


def test_a_gateway_that_dies_is_noticed_and_found_again(system: System, someone: SomeOne, window: Window) -> None:
    if not isinstance(system, LocalSystem):
        pytest.skip("the system is not ours to kill")
    ann, ben = someone(name="Ann"), someone(name="Ben")
    ann.befriend(ben)
    visitor = window(ann)
    visitor.open("#/friends")
    expect(visitor.page.get_by_text("Ben").first).to_be_visible()
    gateway = psutil.Process(system.processes()["gateway"][1])
    for process in (gateway, *gateway.children()):
        process.kill()
    expect(visitor.page.get_by_text(LOST)).to_be_visible(timeout=RESTARTED_WITHIN_MS)
    expect(visitor.page.get_by_text(LOST)).to_have_count(0, timeout=RESTARTED_WITHIN_MS)
    system.wait_until_ready()
    done(ben.delete("/friend", id=ann.id))
    expect(visitor.page.get_by_text("No friends yet")).to_be_visible()


def test_whoever_logs_out_in_one_window_is_logged_out_in_the_other(someone: SomeOne, window: Window) -> None:
    person = someone()
    one, other = window(person), window(person)
    one.open()
    other.open("#/dialogs")
    expect(other.menu).to_be_visible()
    one.link("Log out").click()
    expect(one.link("Log in")).to_be_visible()
    expect(other.page.get_by_text("Your session has ended.")).to_be_visible()
    other.picture("session-ended")


def test_after_log_in_one_is_back_where_one_wanted_to_be(someone: SomeOne, window: Window) -> None:
    person = someone()
    event_id = person.plan(name="Tea")
    visitor = window()
    visitor.open(f"#/event/{event_id}")
    visitor.link("Log in").click()
    visitor.page.locator("input[name=sub]").fill(person.sub)
    visitor.page.keyboard.press("Enter")
    expect(visitor.heading("Tea")).to_be_visible()
