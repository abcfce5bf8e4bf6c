"""Friends, search, invitations and dialogs in the client."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.visitor import Visitor
from tests.e2e.answers import done
from tests.e2e.people import Person, some_token

SomeOne = Callable[..., Person]
Window = Callable[..., Visitor]


def test_a_search_finds_by_name_and_says_when_there_is_nobody(someone: SomeOne, window: Window) -> None:
    token = some_token()
    someone(name=f"Юлия {token}")
    visitor = window(someone())
    visitor.open("#/friends")
    visitor.page.get_by_role("searchbox").fill(f"юлия {token[:20]}")
    expect(visitor.page.get_by_role("region", name="Search results").get_by_role("listitem")).to_have_count(1)

    visitor.page.get_by_role("searchbox").fill(some_token())
    expect(visitor.page.get_by_text("Nobody found").last).to_be_visible()


def test_an_invitation_that_is_declined_is_gone_and_makes_no_friend(someone: SomeOne, window: Window) -> None:
    ann, ben = someone(name="Ann"), someone(name="Ben")
    done(ann.invite(ben))
    visitor = window(ben)
    visitor.open("#/invitations")
    expect(visitor.page.get_by_text("Ann", exact=True)).to_be_visible()
    visitor.button("Decline").click()
    visitor.says("Declined.")
    expect(visitor.page.get_by_text("All answered")).to_be_visible()
    visitor.go("Friends")
    expect(visitor.page.get_by_text("No friends yet")).to_be_visible()
    assert ben.invites() == []


def test_the_badge_counts_what_waits_in_every_window(someone: SomeOne, window: Window) -> None:
    ann, ben, cleo = someone(name="Ann"), someone(name="Ben"), someone(name="Cleo")
    one, other = window(ben), window(ben)
    one.open()
    other.open("#/invitations")
    done(ann.invite(ben))
    done(cleo.invite(ben, cleo.plan(type="group", name="Supper")))
    for visitor in (one, other):
        expect(visitor.menu.get_by_role("link", name=re.compile("Invitations.*wait"))).to_contain_text("2")
        expect(visitor.page).to_have_title(re.compile(r"^\(2\)"))

    other.page.get_by_role("listitem").filter(has_text="Supper").get_by_role("button", name="Accept").click()
    for visitor in (one, other):
        expect(visitor.menu.get_by_role("link", name="Invitations")).to_contain_text("1")


def test_a_friendship_ends_for_both_and_the_dialog_stays(someone: SomeOne, window: Window) -> None:
    ann, ben = someone(name="Ann"), someone(name="Ben")
    ann.befriend(ben)
    hers, his = window(ann), window(ben)
    hers.open("#/friends")
    his.open("#/friends")
    expect(his.page.get_by_text("Ann").first).to_be_visible()
    hers.button("Remove").click()
    hers.dialog.get_by_role("button", name="Remove").click()
    hers.says("Ben is no longer your friend.")
    expect(his.page.get_by_text("No friends yet")).to_be_visible()
    his.open("#/dialogs")
    expect(his.link("Ann")).to_be_visible()


def test_friends_write_to_each_other(someone: SomeOne, window: Window) -> None:
    ann, ben = someone(name="Ann"), someone(name="Ben")
    ann.befriend(ben)
    hers, his = window(ann), window(ben)
    hers.open("#/friends")
    hers.link("Message").click()
    hers.write("Hello\nBen")
    his.open()
    expect(his.menu.get_by_role("link", name=re.compile("Dialogs.*new messages"))).to_have_count(0)
    hers.write("Are you there?")
    expect(his.menu.get_by_role("link", name=re.compile("Dialogs.*new messages"))).to_contain_text("1")
    his.go("Dialogs")
    expect(his.link(re.compile("Ann.*Are you there.*New messages"))).to_be_visible()
    his.link(re.compile("Ann")).click()
    expect(his.log).to_contain_text("Hello\nBen", use_inner_text=True)

    his.write("Yes")
    expect(hers.log).to_contain_text("Yes")
    his.button("Message options").click()
    his.page.get_by_role("menuitem", name="Edit").click()
    his.page.get_by_role("textbox", name="Message").fill("Yes, I am")
    his.page.keyboard.press("Enter")
    expect(hers.log).to_contain_text("Yes, I am")
    expect(his.menu.get_by_role("link", name=re.compile("Dialogs.*new messages"))).to_have_count(0)

    his.button("Message options").click()
    his.page.get_by_role("menuitem", name="Delete").click()
    his.dialog.get_by_role("button", name="Delete").click()
    expect(hers.log).not_to_contain_text("Yes, I am")


def test_a_long_chat_is_read_from_its_end_and_back_to_its_beginning(someone: SomeOne, window: Window) -> None:
    ann, ben = someone(name="Ann"), someone(name="Ben")
    ann.befriend(ben)
    dialog = ann.dialog_with(ben)
    for number in range(1, 61):
        done(ann.say(dialog, f"Message number {number}."))
    visitor = window(ben)
    visitor.open(f"#/dialogs/{dialog}")
    expect(visitor.log.get_by_text("Message number 60.")).to_be_in_viewport()
    expect(visitor.log.get_by_text("Message number 21.")).to_have_count(1)
    expect(visitor.log.get_by_text("Message number 20.")).to_have_count(0)

    visitor.button("Show earlier messages").click()
    expect(visitor.log.get_by_text("Message number 1.", exact=True)).to_have_count(1)
    expect(visitor.button("Show earlier messages")).to_have_count(0)
    assert visitor.log.get_by_role("listitem").count() == 61  # and the day
