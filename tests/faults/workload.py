"""Three friends who plan together, one act after another, and what each answer has promised them."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.e2e.people import Person, a_plan, some_token
from tests.e2e.system import System
from tests.faults.retrying_client import Doubled, HalfDone, Lie, Lost, Tally, attempt, insist

MOST_EVENTS = 12
"""Of a circle at once, so that reading them stays cheap."""


@dataclass
class Said:
    """A message. is_certain: whether it was acknowledged; if not, it may be there or not, but never twice."""

    author: str
    text: str
    is_certain: bool


@dataclass
class Plan:
    """A group event as it was promised."""

    id: str
    name: str
    members: list[Person]
    chat_id: str = ""
    said: list[Said] = field(default_factory=list)


class Circle:
    """Ann, Ben and Cleo. What only they touch must be exactly as promised, after each act and at the end."""

    def __init__(self, system: System, tally: Tally, seed: int) -> None:
        self.tally, self.random = tally, random.Random(seed)
        self.people = [Person(system, name=name) for name in ("Ann", "Ben", "Cleo")]
        self.plans: list[Plan] = []
        self.over: list[Plan] = []
        self.friends = False

    # How friends speak to the system.

    def write(self, person: Person, method: str, path: str, **request: Any) -> Any:
        """Insist on a write, and return what it gave."""
        answer = insist(self.tally, person, method, path, **request)
        if answer.status_code not in (200, 204):
            raise Lie(f"{method} {path} {request}: {answer.status_code} {answer.text[:300]}")
        self.tally.acknowledge()
        return answer.json() if answer.content else None

    def read(self, person: Person, path: str, **query: Any) -> Any:
        """Insist on reading; None when there is nothing."""
        answer = insist(self.tally, person, "GET", path, query=query)
        if answer.status_code not in (200, 204):
            raise Lie(f"GET {path} {query}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None

    def refused(self, person: Person, path: str, status: int, **query: Any) -> None:
        """Check that a thing cannot be read."""
        answer = insist(self.tally, person, "GET", path, query=query)
        if answer.status_code != status:
            raise Lie(f"GET {path} {query}: {answer.status_code}, not {status}: {answer.text[:300]}")

    # What friends do.

    def act(self) -> None:
        """Do one thing, chosen by chance, and look at its effect at once."""
        choices: list[Callable[[], None]] = [self.befriend_or_part]
        if len(self.plans) < MOST_EVENTS:
            choices += [self.plan] * 3
        if self.plans:
            plan = self.random.choice(self.plans)
            choices += [partial(act, plan) for act in (self.rename, self.bring, self.be_declined, self.leave)]
            choices += [partial(self.say, plan), partial(self.say_once, plan)] * 3
            choices += [partial(self.delete, plan)] * (len(self.plans) > 2)
        self.random.choice(choices)()

    def plan(self) -> None:
        """Plan a group event; it has a chat at once."""
        ann = self.people[0]
        name = some_token()
        event_id = self.write(ann, "POST", "/event", body=a_plan(type="group", name=name))["id"]
        plan = Plan(event_id, name, [ann])
        plan.chat_id = self.read(ann, "/event", id=event_id)["chat_id"]
        self.plans.append(plan)
        self.read(ann, "/chat", id=plan.chat_id)

    def rename(self, plan: Plan) -> None:
        """Change the event's name; everybody sees it."""
        plan.name = some_token()
        self.write(self.people[0], "PUT", "/event", body={"id": plan.id, "name": plan.name})
        seen = self.read(plan.members[-1], "/event", id=plan.id)["name"]
        self._expect(seen, plan.name, f"name of {plan.id}")

    def bring(self, plan: Plan) -> None:
        """Invite somebody, who accepts, and reads and writes at once."""
        guest = self._stranger(plan)
        if guest is None:
            return
        self.write(guest, "DELETE", "/invite", query={"id": self._invite(plan, guest), "action": "accept"})
        plan.members.append(guest)
        shown = self.read(guest, "/event", id=plan.id)
        self._expect(shown["chat_id"], plan.chat_id, "chat of a new member")
        self.say(plan, guest)
        if plan.id not in self.read(guest, "/user")["event_id_list"]:
            raise Lie(f"{plan.id} is not in the list of who has just joined")

    def be_declined(self, plan: Plan) -> None:
        """Invite somebody, who declines, and has no access from then on."""
        guest = self._stranger(plan)
        if guest is not None:
            self.write(guest, "DELETE", "/invite", query={"id": self._invite(plan, guest), "action": "decline"})
            self.refused(guest, "/event", 403, id=plan.id)

    def leave(self, plan: Plan) -> None:
        """Let the member who came last leave, unless alone."""
        if len(plan.members) > 1:
            leaver = plan.members.pop()
            self.write(leaver, "DELETE", "/event/group/leave", query={"id": plan.id})
            self.refused(leaver, "/chat", 403, id=plan.chat_id)
            self.refused(leaver, "/event", 403, id=plan.id)

    def delete(self, plan: Plan) -> None:
        """Delete the event; its chat is gone with it, for everybody."""
        self.plans.remove(plan)
        self.over.append(plan)
        self.write(self.people[0], "DELETE", "/event", query={"id": plan.id})
        self.refused(plan.members[-1], "/chat", 404, id=plan.chat_id)

    def say(self, plan: Plan, author: Person | None = None) -> None:
        """Write a message, under a key, until it is acknowledged."""
        author = author or self.random.choice(plan.members)
        text = some_token()
        self.write(author, "POST", "/chat/msg", body={"chat_id": plan.chat_id, "text": text})
        plan.said.append(Said(author.id, text, is_certain=True))
        newest = self.read(author, "/chat", id=plan.chat_id, limit=1)["msg_id_list"]
        self._expect([message["text"] for message in newest], [text], "newest message")

    def say_once(self, plan: Plan) -> None:
        """Write a message without a key, once, whatever comes of it."""
        author = self.random.choice(plan.members)
        text = some_token()
        body = {"chat_id": plan.chat_id, "text": text}
        answer = attempt(self.tally, author, "POST", "/chat/msg", body=body)
        is_certain = answer is not None and answer.status_code == 204
        if not is_certain and answer is not None and answer.status_code < 500:
            raise Lie(f"a member may not write: {answer.status_code} {answer.text[:300]}")
        plan.said.append(Said(author.id, text, is_certain))
        if is_certain:
            self.tally.acknowledge()

    def befriend_or_part(self) -> None:
        """Make Ann and Ben friends, or end it."""
        ann, ben = self.people[:2]
        if self.friends:
            self.write(ben, "DELETE", "/friend", query={"id": ann.id})
        else:
            self.write(ann, "POST", "/invite", body={"type": "friend", "receiver_id": ben.id})
            [invite] = [invite for invite in self.read(ben, "/invites") if invite["type"] == "friend"]
            self.write(ben, "DELETE", "/invite", query={"id": invite["id"], "action": "accept"})
        self.friends = not self.friends
        self._expect_friends()

    def _invite(self, plan: Plan, guest: Person) -> str:
        invitation = {"type": "event", "receiver_id": guest.id, "event_id": plan.id}
        self.write(self.people[0], "POST", "/invite", body=invitation)
        found = [invite["id"] for invite in self.read(guest, "/invites") or [] if invite["event_id"] == plan.id]
        self._expect(len(found), 1, "invitations that wait")
        return str(found[0])

    def _stranger(self, plan: Plan) -> Person | None:
        members = {member.id for member in plan.members}
        return next((person for person in self.people if person.id not in members), None)

    # What must be so.

    def audit(self) -> list[Lie]:
        """Compare all that was promised with what every service says now; return what is not so."""
        checks: list[Callable[[], None]] = [self._expect_friends]
        checks += [partial(self._expect_lists, person) for person in self.people]
        checks += [partial(self._expect_plan, plan) for plan in self.plans]
        checks += [partial(self._expect_messages, plan) for plan in self.plans]
        checks += [partial(self._expect_over, plan) for plan in self.over]
        return [found for check in checks if (found := _lie_of(check))]

    def _expect_friends(self) -> None:
        ann, ben = self.people[:2]
        for one, other in ((ann, ben), (ben, ann)):
            ids = [friend["id"] for friend in self.read(one, "/friends") or []]
            self._expect_all(ids, [other.id] if self.friends else [], "friends")

    def _expect_lists(self, person: Person) -> None:
        mine = [plan for plan in self.plans if person in plan.members]
        user = self.read(person, "/user")
        self._expect_all(user["event_id_list"], [plan.id for plan in mine], "event_id_list")
        self._expect_all(user["invite_id_list"], [], "invite_id_list")
        month = self.read(person, "/events", year=2031, month=5)
        shown = [event["name"] for events in month.values() for event in events]
        self._expect_all(shown, [plan.name for plan in mine], "names in the month")
        chats = self.read(person, "/chats", count_getting=0, count=100, msg_limit=0)
        of_events = [chat["id"] for chat in chats if "event_id" in chat]
        self._expect_all(of_events, [plan.chat_id for plan in mine], "chats of events")
        if len(chats) - len(of_events) > 1:
            raise Doubled(f"dialogs of one friend: {chats}")
        self._expect_all(user["chat_id_list"], [chat["id"] for chat in chats], "chat_id_list")

    def _expect_plan(self, plan: Plan) -> None:
        event = self.read(plan.members[0], "/event", id=plan.id)
        members = [self.read(plan.members[0], "/member", id=member_id) for member_id in event["member_id_list"]]
        self._expect_all([member["user_id"] for member in members], [person.id for person in plan.members], "members")

    def _expect_messages(self, plan: Plan) -> None:
        found = [(message["user_id"], message["text"]) for message in self._messages(plan)]
        there = set(found)
        wanted = [(said.author, said.text) for said in plan.said]
        expected = [one for one, said in zip(wanted, plan.said, strict=True) if said.is_certain or one in there]
        self._expect_all(found, expected, f"messages of {plan.chat_id}")
        certain = [(said.author, said.text) for said in plan.said if said.is_certain]
        self._expect([one for one in found if one in set(certain)], certain, "order of acknowledged messages")

    def _messages(self, plan: Plan) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.read(plan.members[0], "/chat", id=plan.chat_id)["msg_id_list"]
        return found

    def _expect_over(self, plan: Plan) -> None:
        for person in plan.members:
            self.refused(person, "/event", 404, id=plan.id)
            self.refused(person, "/chat", 404, id=plan.chat_id)

    def _expect(self, found: object, wanted: object, what: str) -> None:
        if found != wanted:
            raise Lie(f"{what}: {found}, not {wanted}")

    def _expect_all(self, found: list[Any], wanted: list[Any], what: str) -> None:
        """Check that just these are there, in any order."""
        told = f"{what}: {found}, not {wanted}"
        if not set(wanted) <= set(found):
            raise Lost(told)
        if len(found) != len(set(found)):
            raise Doubled(told)
        if set(found) != set(wanted):
            raise HalfDone(told)


def _lie_of(check: Callable[[], None]) -> Lie | None:
    try:
        check()
    except Lie as lie:
        return lie
    return None
