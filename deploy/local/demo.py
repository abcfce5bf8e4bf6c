"""People, friends, events of this month and chats, made through the public API: something to look at.

Every write carries an idempotency key: filling twice makes nothing twice.
"""

import hashlib
import sys
from datetime import date
from typing import Any

import requests

from deploy.local.people import DEMO_PEOPLE


class Visitor:
    """Somebody who is logged in."""

    def __init__(self, base_url: str, subject: str) -> None:
        self._base_url, self._http = base_url, requests.Session()
        form = self._http.get(f"{base_url}/login", timeout=10)  # ends at the provider's form
        if not form.ok:
            sys.exit(f"Cannot log in: {form.url} answers {form.status_code}.")
        self._http.post(form.url, data={"sub": subject}, timeout=10)
        self.id: str = self.get("/user")["id"]

    def get(self, path: str, **query: str) -> Any:
        """Read; None when there is nothing."""
        answer = self._http.get(self._base_url + path, params=query, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def do(self, method: str, path: str, body: dict[str, object] | None = None, **query: str) -> Any:
        """Write, once however often this is run. Returns None when it makes no sense any more (friends already)."""
        said = repr((method, path, sorted((body or {}).items()), sorted(query.items())))
        key = hashlib.sha256(said.encode()).hexdigest()
        answer = self._http.request(
            method, self._base_url + path, json=body, params=query, headers={"Idempotency-Key": key}, timeout=10
        )
        if answer.status_code in (400, 404):
            return None
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def answer_all(self) -> None:
        """Accept every invitation."""
        for invite in self.get("/invites") or []:
            self.do("DELETE", "/invite", id=invite["id"], action="accept")


def fill(base_url: str) -> None:
    """Fill the running system and say who is there."""
    try:
        people = {subject: Visitor(base_url, subject) for subject in DEMO_PEOPLE}
    except requests.ConnectionError:
        sys.exit(f"Nothing answers at {base_url}: start it first (make run).")
    alice, boris, chiara, dmitri = people.values()
    _befriend(alice, boris)
    _befriend(alice, chiara)
    dmitri.do("POST", "/invite", {"type": "friend", "receiver_id": alice.id})
    _plan(alice, boris, chiara)
    print(f"Done. Log in at {base_url}/login as one of: {', '.join(DEMO_PEOPLE)}")


def _befriend(one: Visitor, other: Visitor) -> None:
    one.do("POST", "/invite", {"type": "friend", "receiver_id": other.id})
    other.answer_all()


def _plan(alice: Visitor, boris: Visitor, chiara: Visitor) -> None:
    pizza = _event(alice, "group", "Pizza and games", 26, "19:30", "Alice's kitchen", "pizza.svg")
    concert = _event(boris, "group", "Open-air concert", 27, "20:00", "Park stage", "music.svg")
    _event(alice, "single", "Dentist", 12, "09:15", "High Street 3", "bell.svg")
    _event(alice, "single", "Gift for mother", 20, "17:00", "Market hall", "present.svg")
    alice.do("POST", "/invite", {"type": "event", "receiver_id": boris.id, "event_id": pizza})
    boris.answer_all()
    boris.do("POST", "/invite", {"type": "event", "receiver_id": alice.id, "event_id": concert})
    alice.do("POST", "/invite", {"type": "event", "receiver_id": chiara.id, "event_id": pizza})
    chat_id = (alice.get("/event", id=pizza) or {}).get("chat_id")
    for who, text in ((alice, "Who brings the games?"), (boris, "I do! And the olives."), (alice, "Perfect 🍕")):
        who.do("POST", "/chat/msg", {"chat_id": chat_id, "text": text})


def _event(owner: Visitor, kind: str, name: str, day: int, at: str, address: str, icon: str) -> Any:
    today = date.today()
    made = owner.do(
        "POST",
        "/event",
        {
            "type": kind,
            "name": name,
            "is_private": "true",
            "datetime": f"{day:02}.{today.month:02}.{today.year} {at}",
            "address": address,
            "icon": icon,
            "description": "",
        },
    )
    return made and made["id"]
