"""A circle of friends with something of everything, for tests that look rather than do."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.e2e.answers import done
from tests.e2e.people import Person
from tests.e2e.system import System

THIS_MONTH = date.today().replace(day=1)


@dataclass
class Circle:
    """Mia, whose windows are looked at, her friends, and what she takes part in."""

    mia: Person
    leo: Person
    zoe: Person
    stranger: Person
    party: str
    dentist: str
    dialog: str
    yoga: str


def on(day: int, time: str = "19:30") -> str:
    """Return a time of this month as the API writes it."""
    return f"{THIS_MONTH.replace(day=day):%d.%m.%Y} {time}"


def make_circle(system: System) -> Circle:
    """Make a circle of new people."""
    mia, leo, zoe = (named(system, name) for name in ("Mia Moreau", "Leo Lindqvist", "Zoe Zhang"))
    stranger = named(system, "Sam Stone")
    mia.befriend(leo, zoe)
    party = mia.plan_together(
        leo,
        name="Birthday party",
        icon="cake.svg",
        address="Mia's garden",
        description="Bring a chair.\nAnd a cake!",
        datetime=on(18),
    )
    dentist = mia.plan(name="Dentist", icon="bell.svg", address="High Street 3", datetime=on(9, "09:15"))
    for time, name, icon in (
        ("08:00", "Morning run", "bike.svg"),
        ("12:30", "Lunch", "burger.svg"),
        ("17:00", "A book to give back", "book.svg"),
        ("20:00", "An evening at the cinema", "film.svg"),
    ):
        mia.plan(name=name, icon=icon, datetime=on(12, time))
    mia.plan(
        name="Autumn trip", icon="plane.svg", all_day="true", datetime=on(10, "00:00"), end_datetime=on(15, "00:00")
    )
    yoga = mia.plan(
        name="Yoga",
        icon="heart.svg",
        datetime=on(4, "16:00"),
        end_datetime=on(4, "17:30"),
        time_zone="America/New_York",
        recurrence="FREQ=WEEKLY;COUNT=8",
    )
    chat = mia.event(party)["chat_id"]
    done(leo.say(chat, "Shall I bring music?"))
    done(mia.say(chat, "Please do 🎶"))
    dialog = mia.dialog_with(zoe)
    zoe.write(dialog, "Hello!", "Are you coming on the 18th?")
    done(leo.invite(mia, leo.plan(type="group", name="Concert in the park", icon="music.svg", datetime=on(21))))
    done(stranger.invite(mia))
    return Circle(mia, leo, zoe, stranger, party, dentist, dialog, yoga)


def named(system: System, name: str, **claims: Any) -> Person:
    """Return a new person of that name, and no picture."""
    return Person(system, name=name, picture=None, **claims)
