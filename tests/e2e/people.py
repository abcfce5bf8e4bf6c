"""People: browsers that have logged in, with a verb for each thing that people do."""

from typing import Any
from uuid import uuid4

from tests.e2e.answers import Answer, done, ok
from tests.e2e.browser import Browser, introduce
from tests.e2e.system import System


def a_plan(**fields: Any) -> dict[str, Any]:
    """Return a valid body of `POST /event`; `fields` replace or add."""
    plan = {
        "type": "single",
        "name": "Tea",
        "is_private": "true",
        "datetime": "17.05.2031 18:30",
        "address": "Home",
        "icon": "coffee.svg",
    }
    return plan | fields


def some_token() -> str:
    """Return letters and digits that nobody else has in their name."""
    return uuid4().hex


def claims_of(token: str, **claims: Any) -> dict[str, Any]:
    """Return what the provider says of an ordinary person; a claim given as None is left out."""
    ordinary = {
        "name": f"Person {token}",
        "email": f"{token}@example.org",
        "email_verified": True,
        "picture": f"https://example.org/{token}.png",
        "birthdate": "1990-05-17",
    }
    return {name: value for name, value in (ordinary | claims).items() if value is not None}


class Person(Browser):
    """Somebody new who has logged in."""

    def __init__(self, system: System, **claims: Any) -> None:
        super().__init__(system)
        self.sub = some_token()
        self.claims = claims_of(self.sub, **claims)
        introduce(system, self.sub, self.claims)
        answer = self.log_in(self.sub)
        assert answer.status_code == 302, answer.text
        self.id: str = self.me()["id"]

    def me(self) -> dict[str, Any]:
        """Read my own profile and lists."""
        return ok(self.get("/user"))

    # events

    def plan(self, **fields: Any) -> str:
        """Add an event; return its id."""
        return ok(self.post("/event", a_plan(**fields)))["id"]

    def plan_together(self, *others: "Person", **fields: Any) -> str:
        """Add a group event and bring the others into it, in this order; return its id."""
        event_id = self.plan(**({"type": "group"} | fields))
        for other in others:
            other.join(event_id, self)
        return event_id

    def event(self, event_id: str) -> dict[str, Any]:
        """Read an event."""
        return ok(self.get("/event", id=event_id))

    def change(self, event_id: str, *, headers: dict[str, str] | None = None, **fields: Any) -> Answer:
        """Change some fields of an event."""
        return self.put("/event", {"id": event_id, **fields}, headers=headers)

    def leave(self, event_id: str) -> Answer:
        """Leave a group event."""
        return self.delete("/event/group/leave", id=event_id)

    def month(self, year: int = 2031, month: int = 5) -> dict[str, list[dict[str, Any]]]:
        """Read a month of the calendar."""
        return ok(self.get("/events", year=year, month=month))

    def members(self, event_id: str) -> dict[str, dict[str, Any]]:
        """Read the members of an event, by user id, in joining order."""
        members = [ok(self.get("/member", id=member_id)) for member_id in self.event(event_id)["member_id_list"]]
        return {member["user_id"]: member for member in members}

    def member(self, event_id: str, whose: "Person") -> str:
        """Return the member id that a person has in an event."""
        return self.members(event_id)[whose.id]["member_id"]

    def grant(self, event_id: str, to: "Person", **rights: bool) -> Answer:
        """Grant or revoke rights of a member."""
        return self.put("/member", {"id": self.member(event_id, to), **rights})

    # friends and invitations

    def invite(self, receiver: "Person", event_id: str | None = None) -> Answer:
        """Invite somebody to an event, or to be a friend."""
        if event_id is None:
            return self.post("/invite", {"type": "friend", "receiver_id": receiver.id})
        return self.post("/invite", {"type": "event", "receiver_id": receiver.id, "event_id": event_id})

    def invites(self) -> list[dict[str, Any]]:
        """Read the invitations that wait for my answer."""
        answer = self.get("/invites")
        return [] if answer.status_code == 204 else ok(answer)

    def invited_by(self, sender: "Person", event_id: str | None = None) -> str:
        """Be invited by `sender`; return the id of the invitation."""
        done(sender.invite(self, event_id))
        return self.invite_to(event_id, sender)

    def invite_to(self, event_id: str | None, sender: "Person") -> str:
        """Return the id of the one invitation to `event_id` (or of friendship by `sender`) that waits for me."""
        found = [
            invite["id"]
            for invite in self.invites()
            if invite["event_id"] == event_id and (event_id or invite["sender_id"] == sender.id)
        ]
        assert len(found) == 1, f"{len(found)} invitations"
        return found[0]

    def answer(self, invite_id: str, action: str) -> Answer:
        """Accept, decline or cancel an invitation."""
        return self.delete("/invite", id=invite_id, action=action)

    def join(self, event_id: str, host: "Person") -> None:
        """Be invited to an event, and accept."""
        done(self.answer(self.invited_by(host, event_id), "accept"))

    def befriend(self, *others: "Person") -> None:
        """Become a friend of each."""
        for other in others:
            done(self.answer(self.invited_by(other), "accept"))

    def friends(self) -> list[dict[str, Any]]:
        """Read my friends."""
        answer = self.get("/friends")
        return [] if answer.status_code == 204 else ok(answer)

    # chats

    def chats(self, count_getting: int = 0, count: int = 100, **query: Any) -> list[dict[str, Any]]:
        """Read my chats."""
        found: list[dict[str, Any]] = ok(self.get("/chats", count_getting=count_getting, count=count, **query))
        return found

    def dialog_with(self, other: "Person") -> str:
        """Return the id of my dialog with somebody."""
        pair = {self.id, other.id}
        found = [chat["id"] for chat in self.chats() if {chat.get("user_id_1"), chat.get("user_id_2")} == pair]
        assert len(found) == 1, f"{len(found)} dialogs"
        return found[0]

    def say(self, chat_id: str, text: str) -> Answer:
        """Write a message."""
        return self.post("/chat/msg", {"chat_id": chat_id, "text": text})

    def messages(self, chat_id: str, **query: Any) -> list[dict[str, Any]]:
        """Read messages of a chat."""
        found: list[dict[str, Any]] = ok(self.get("/chat", id=chat_id, **query))["msg_id_list"]
        return found

    def texts(self, chat_id: str, **query: Any) -> list[str]:
        """Read the texts of a chat."""
        return [message["text"] for message in self.messages(chat_id, **query)]

    def write(self, chat_id: str, *texts: str) -> list[str]:
        """Write messages one after another; return their ids."""
        for text in texts:
            done(self.say(chat_id, text))
        return [message["id"] for message in self.messages(chat_id, limit=len(texts))]
