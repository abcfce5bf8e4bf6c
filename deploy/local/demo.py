"""People, friends, events of this month and chats, made through the public API: something to look at.

Filling twice makes nothing twice: what stands in the calendar already is left as it is, and every write carries an
idempotency key.
"""

import hashlib
import json
import sys
from dataclasses import dataclass
from datetime import date
from typing import Any

import requests

from deploy.local.people import DEMO_PEOPLE

FRIENDS = (("alice", "boris"), ("alice", "chiara"), ("boris", "chiara"))
ASKED_TO_BE_FRIENDS = (("dmitri", "alice"),)


@dataclass(frozen=True)
class Plan:
    """An event of this month, who takes part, who has yet to answer, and what they write to each other.

    until: its end, as day and time; without a time the whole days before that one.
    moved, cancelled: occurrences by their days, those that take place at another day and time, and those that do not.
    """

    owner: str
    day: int
    time: str
    name: str
    address: str
    icon: str
    description: str = ""
    is_private: str = "true"
    members: tuple[str, ...] = ()
    invited: tuple[str, ...] = ()
    messages: tuple[tuple[str, str], ...] = ()
    until: str | None = None
    time_zone: str | None = None
    recurrence: str | None = None
    moved: tuple[tuple[int, str], ...] = ()
    cancelled: tuple[int, ...] = ()

    def body(self, month: date) -> dict[str, object]:
        """Return the event as `POST /event` wants it."""
        return {
            "type": "group" if self.members or self.invited else "single",
            "name": self.name,
            "is_private": self.is_private,
            "datetime": self.start(self.day, month),
            "end_datetime": None if self.until is None else _moment(self.until, month),
            "all_day": self.until is not None and " " not in self.until,
            "time_zone": self.time_zone,
            "recurrence": self.recurrence,
            "address": self.address,
            "icon": self.icon,
            "description": self.description,
        }

    def start(self, day: int, month: date) -> str:
        """Return the planned start on a day."""
        return _moment(f"{day:02} {self.time}", month)


def _moment(day_and_time: str, month: date) -> str:
    day, _, time = day_and_time.partition(" ")
    return f"{day}.{month:%m.%Y} {time or '00:00'}"


PLANS = (
    Plan("alice", 4, "08:30", "Coffee before work", "Corner café", "coffee.svg"),
    Plan("alice", 12, "09:15", "Dentist", "High Street 3", "bell.svg"),
    Plan("alice", 20, "17:00", "A present for mother", "Market hall", "present.svg", "Something with flowers."),
    Plan("boris", 9, "18:00", "Groceries", "Market hall", "cart.svg"),
    Plan(
        "alice",
        26,
        "19:30",
        "Pizza and games",
        "Alice's kitchen",
        "pizza.svg",
        "Bring a game and an appetite.",
        members=("boris",),
        invited=("chiara",),
        messages=(("alice", "Who brings the games?"), ("boris", "I do! And the olives."), ("alice", "Perfect 🍕")),
    ),
    Plan(
        "boris",
        27,
        "20:00",
        "Open-air concert",
        "Park stage",
        "music.svg",
        is_private="false",
        members=("alice", "chiara"),
        messages=(("chiara", "I have three tickets"), ("boris", "You are the best ♥")),
    ),
    Plan(
        "boris",
        2,
        "19:00",
        "Weekly dinner",
        "Boris's place",
        "burger.svg",
        "Who is free, comes.",
        members=("alice", "chiara"),
        messages=(("alice", "I cannot on the 16th"), ("boris", "Then none of us eats")),
        until="02 22:00",
        time_zone="Europe/Berlin",
        recurrence="FREQ=WEEKLY",
        moved=((9, "10 20:00"),),
        cancelled=(16,),
    ),
    Plan("alice", 21, "00:00", "A trip to the sea", "Baltic coast", "glasses.svg", "Take a towel.", until="24"),
    Plan(
        "chiara",
        11,
        "09:00",
        "A call with Kyoto",
        "",
        "confirm.svg",
        members=("alice",),
        until="11 10:00",
        time_zone="Asia/Tokyo",
    ),
    Plan("chiara", 15, "21:00", "Cocktails", "Harbour bar", "coctail.svg", members=("alice",), invited=("boris",)),
)


class Visitor:
    """Somebody who is logged in."""

    def __init__(self, base_url: str, subject: str) -> None:
        self._base_url, self._http = base_url, requests.Session()
        form = self._http.get(f"{base_url}/login", timeout=10)  # ends at the provider's form
        self._http.post(form.url, data={"sub": subject}, timeout=10)
        self.id: str = self.get("/user")["id"]

    def get(self, path: str, **query: object) -> Any:
        """Read; None when there is nothing."""
        return _content(self._http.get(self._base_url + path, params=_texts(query), timeout=10))

    def do(self, method: str, path: str, body: dict[str, object] | None = None, **query: object) -> Any:
        """Write, once however often this is run; None when it makes no sense any more (friends already)."""
        said = json.dumps([method, path, body, query], sort_keys=True)
        key = {"Idempotency-Key": hashlib.sha256(said.encode()).hexdigest()}
        url = self._base_url + path
        answer = self._http.request(method, url, json=body, params=_texts(query), headers=key, timeout=10)
        return None if answer.status_code in (400, 404) else _content(answer)

    def accept(self, sender: "Visitor", event_id: str | None = None) -> None:
        """Accept an invitation to be friends, or to an event, if it waits."""
        for invite in self.get("/invites") or []:
            if invite["sender_id"] == sender.id and invite["event_id"] == event_id:
                self.do("DELETE", "/invite", id=invite["id"], action="accept")


def _content(answer: requests.Response) -> Any:
    answer.raise_for_status()
    return answer.json() if answer.content else None


def _texts(query: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in query.items()}


def fill(base_url: str, month: date | None = None) -> None:
    """Fill the running system and say who is there."""
    try:
        people = {subject: Visitor(base_url, subject) for subject in DEMO_PEOPLE}
        _befriend(people)
        for plan in PLANS:
            _carry_out(plan, people, month or date.today())
    except requests.RequestException as exc:
        sys.exit(f"Cannot fill the system at {base_url} (is it running, with the development log-in?): {exc}")
    print(f"Done. Log in at {base_url}/login as one of: {', '.join(people)}")


def _befriend(people: dict[str, Visitor]) -> None:
    for one, other in (*FRIENDS, *ASKED_TO_BE_FRIENDS):
        people[one].do("POST", "/invite", {"type": "friend", "receiver_id": people[other].id})
    for one, other in FRIENDS:
        people[other].accept(people[one])


def _carry_out(plan: Plan, people: dict[str, Visitor], month: date) -> None:
    owner = people[plan.owner]
    days = owner.get("/events", year=month.year, month=month.month)
    if any(event["name"] == plan.name for event in days.get(str(plan.day), ())):
        return
    event_id = owner.do("POST", "/event", plan.body(month))["id"]
    _change_occurrences(plan, owner, event_id, month)
    for guest in (*plan.members, *plan.invited):
        owner.do("POST", "/invite", {"type": "event", "receiver_id": people[guest].id, "event_id": event_id})
    for guest in plan.members:
        people[guest].accept(owner, event_id)
    chat_id = owner.get("/event", id=event_id).get("chat_id")
    for writer, text in plan.messages:
        people[writer].do("POST", "/chat/msg", {"chat_id": chat_id, "text": text})


def _change_occurrences(plan: Plan, owner: Visitor, event_id: str, month: date) -> None:
    for day, to in plan.moved:
        one = {"id": event_id, "occurrence": plan.start(day, month)}
        owner.do("PUT", "/event", {**one, "datetime": _moment(to, month)})
    for day in plan.cancelled:
        owner.do("DELETE", "/event", id=event_id, occurrence=plan.start(day, month))
