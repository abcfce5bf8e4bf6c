"""Two people in two windows plan an event, from log-in to chat: what one does the other sees, with no reload."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import expect

from tests.browser.visitor import Visitor
from tests.e2e.browser import introduce
from tests.e2e.people import claims_of, some_token
from tests.e2e.system import System

TOMORROW = date.today() + timedelta(days=1)


def newcomer(system: System, name: str) -> tuple[str, str]:
    """Introduce somebody to the identity provider; return how they log in and what they are called."""
    sub = some_token()
    introduce(system, sub, claims_of(sub, name=f"{name} {sub[:8]}", picture=None))
    return sub, f"{name} {sub[:8]}"


def test_two_people_become_friends_and_plan_an_event(system: System, window: Callable[..., Visitor]) -> None:
    (ann_sub, ann_name), (ben_sub, ben_name) = newcomer(system, "Ann"), newcomer(system, "Ben")
    ann, ben = window(), window()
    for visitor, sub in ((ann, ann_sub), (ben, ben_sub)):
        visitor.log_in(sub)
        visitor.page.evaluate("window.isTheSamePage = true")

    # Ann finds Ben and invites him; he sees it at once, and accepts.
    ann.go("Friends")
    ann.page.get_by_role("searchbox").fill(ben_name)
    ann.button("Invite").click()
    expect(ben.menu.get_by_role("link", name="Invitations")).to_contain_text("1")
    ben.go("Invitations")
    ben.button("Accept").click()
    ann.says(re.compile(f"{ben_name} has accepted"))
    expect(ann.page.get_by_role("region", name="Friends").get_by_text(ben_name)).to_be_visible()
    expect(ben.menu.get_by_role("link", name="Invitations")).not_to_contain_text("1")

    # Ann plans something and invites Ben; he accepts, and she sees him join.
    ann.go_to_month(TOMORROW)
    ann.day(TOMORROW).click()
    ann.plan("Picnic", with_friends=True, address="The meadow", time="15:30")
    ann.button("Invite").click()
    ann.dialog.get_by_role("button", name="Invite").click()
    expect(ann.dialog.get_by_text("Invited")).to_be_visible()
    ann.button("Close").first.click()
    expect(ben.page.get_by_text(re.compile(f"{ann_name} invites you"))).to_be_visible()
    ben.picture("together-invited")
    ben.button("Accept").click()
    expect(ann.page.get_by_text("2 members")).to_be_visible()
    expect(ann.page.get_by_role("list").get_by_text(ben_name)).to_be_visible()

    # It is in Ben's calendar, and from there he gets to its chat.
    ben.go_to_month(TOMORROW)
    ben.day(TOMORROW).click()
    ben.page.get_by_role("region", name="Events on").get_by_role("link", name="Picnic").click()
    expect(ben.heading("Picnic")).to_be_visible()
    ben.write("Who brings the blanket?")
    expect(ann.log).to_contain_text("Who brings the blanket?")
    ann.write("I do!")
    expect(ben.log).to_contain_text("I do!")
    ann.picture("together-chat-ann")
    ben.picture("together-chat-ben")

    # Ann moves it; Ben sees that while he looks. She deletes it, and it is gone for both.
    ann.button("Edit").click()
    ann.field("Address").fill("The lake")
    ann.button("Save").click()
    expect(ben.page.get_by_text("The lake")).to_be_visible()
    ann.button("Delete").click()
    ann.dialog.get_by_role("button", name="Delete").click()
    ann.says("Deleted.")
    expect(ben.page.get_by_text("This event is not available any more.")).to_be_visible()

    for visitor in (ann, ben):
        assert visitor.page.evaluate("window.isTheSamePage"), "there was a reload"
