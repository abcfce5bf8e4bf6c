"""Requests during which a process dies between two steps: each step in turn, found by watching the request once."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.e2e.people import Person, a_plan, some_token
from tests.e2e.system import LocalSystem
from tests.e2e.watched_system import WatchedSystem, watched_system
from tests.faults.crashing import Trap
from tests.faults.retrying_client import Lie, Tally, attempt, insist

QUIET_S = 0.3
SPRUNG_WITHIN_S = 6.0
SETTLED_WITHIN_S = 30.0

Picture = dict[str, object]
"""What there is to see of an effect, by what it is."""


@contextmanager
def crashable_system(data: Path, *, processes: int = 1) -> Iterator[tuple[WatchedSystem, Trap]]:
    """Start a system whose processes can be trapped; stop it at the end. processes: of each service."""
    with watched_system(data, "tests.faults.crashing", processes=processes) as system:
        yield system, Trap(data)


@dataclass(frozen=True)
class Act:
    """A request whose effect is whole or none. picture: what can be seen of it, in every service."""

    person: Person
    method: str
    path: str
    request: dict[str, Any]
    picture: Callable[[], Picture]
    none: Picture
    whole: Picture


class Stage:
    """Three people in front of the system, and what they are about to do."""

    def __init__(self, system: LocalSystem) -> None:
        self.tally = Tally()
        self.ann, self.ben, self.cleo = (Person(system) for _ in range(3))

    def accepting_an_invitation(self) -> Act:
        """Ben is about to accept an invitation of Ann's."""
        event_id, chat_id = self._party()
        invite_id = self._invited(self.ben, event_id)

        def picture() -> Picture:
            return {
                "member": self.ben.id in self._members(event_id),
                "in lists": (event_id in self._list("event_id_list"), chat_id in self._list("chat_id_list")),
                "chat": self._status(self.ben, "/chat", chat_id),
                "waits": invite_id in self._list("invite_id_list"),
            }

        return Act(
            self.ben,
            "DELETE",
            "/invite",
            {"query": {"id": invite_id, "action": "accept"}},
            picture,
            none={"member": False, "in lists": (False, False), "chat": 403, "waits": True},
            whole={"member": True, "in lists": (True, True), "chat": 200, "waits": False},
        )

    def creating_an_event(self) -> Act:
        """Ann is about to plan a group event."""
        name = some_token()

        def picture() -> Picture:
            month = self._read(self.ann, "/events", year=2031, month=5)
            found = [event["id"] for day in month.values() for event in day if event["name"] == name]
            shown = [self._read(self.ann, "/event", id=event_id) for event_id in found]
            listed = self._list("chat_id_list", self.ann)
            return {
                "events": len(found),
                "chats": [self._status(self.ann, "/chat", event["chat_id"]) for event in shown],
                "in lists": [event["chat_id"] in listed for event in shown],
            }

        return Act(
            self.ann,
            "POST",
            "/event",
            {"body": a_plan(type="group", name=name)},
            picture,
            none={"events": 0, "chats": [], "in lists": []},
            whole={"events": 1, "chats": [200], "in lists": [True]},
        )

    def leaving_an_event(self) -> Act:
        """Ann, who owns the event, is about to leave it to Ben."""
        event_id, chat_id = self._party(self.ben)

        def picture() -> Picture:
            members = self._members(event_id)
            return {
                "members": list(members),
                "heir may": members[self.ben.id]["is_can_delete_event"],
                "event": self._status(self.ann, "/event", event_id),
                "chat": self._status(self.ann, "/chat", chat_id),
                "in lists": (
                    event_id in self._list("event_id_list", self.ann),
                    chat_id in self._list("chat_id_list", self.ann),
                ),
            }

        here, gone = [self.ann.id, self.ben.id], [self.ben.id]
        return Act(
            self.ann,
            "DELETE",
            "/event/group/leave",
            {"query": {"id": event_id}},
            picture,
            none={"members": here, "heir may": False, "event": 200, "chat": 200, "in lists": (True, True)},
            whole={"members": gone, "heir may": True, "event": 403, "chat": 403, "in lists": (False, False)},
        )

    def leaving_as_the_last(self) -> Act:
        """Ann, alone in her event, is about to leave it, and so to delete it."""
        event_id, chat_id = self._party()
        return self._ending(event_id, chat_id, "/event/group/leave")

    def deleting_an_event(self) -> Act:
        """Ann is about to delete an event in which Ben takes part."""
        event_id, chat_id = self._party(self.ben)
        return self._ending(event_id, chat_id, "/event")

    def _ending(self, event_id: str, chat_id: str, path: str) -> Act:
        invite_id = self._invited(self.cleo, event_id)

        def picture() -> Picture:
            return {
                "event": self._status(self.ann, "/event", event_id),
                "chat": self._status(self.ann, "/chat", chat_id),
                "in lists": (
                    event_id in self._list("event_id_list", self.ann),
                    chat_id in self._list("chat_id_list", self.ann),
                ),
                "waits": invite_id in self._list("invite_id_list", self.cleo),
            }

        return Act(
            self.ann,
            "DELETE",
            path,
            {"query": {"id": event_id}},
            picture,
            none={"event": 200, "chat": 200, "in lists": (True, True), "waits": True},
            whole={"event": 404, "chat": 404, "in lists": (False, False), "waits": False},
        )

    def _party(self, *guests: Person) -> tuple[str, str]:
        event_id = self._write(self.ann, "POST", "/event", body=a_plan(type="group"))["id"]
        for guest in guests:
            query = {"id": self._invited(guest, event_id), "action": "accept"}
            self._write(guest, "DELETE", "/invite", query=query)
        return event_id, self._read(self.ann, "/event", id=event_id)["chat_id"]

    def _invited(self, guest: Person, event_id: str) -> str:
        body = {"type": "event", "receiver_id": guest.id, "event_id": event_id}
        self._write(self.ann, "POST", "/invite", body=body)
        found = [invite["id"] for invite in self._read(guest, "/invites") if invite["event_id"] == event_id]
        return str(found[0])

    def _write(self, person: Person, method: str, path: str, **request: Any) -> Any:
        answer = insist(self.tally, person, method, path, **request)
        assert answer.status_code in (200, 204), answer.text
        return answer.json() if answer.content else None

    def _read(self, person: Person, path: str, **query: Any) -> Any:
        return insist(self.tally, person, "GET", path, query=query).json()

    def _status(self, person: Person, path: str, thing_id: str) -> int:
        return insist(self.tally, person, "GET", path, query={"id": thing_id}).status_code

    def _list(self, name: str, person: Person | None = None) -> list[str]:
        found: list[str] = self._read(person or self.ben, "/user")[name]
        return found

    def _members(self, event_id: str) -> dict[str, dict[str, Any]]:
        event = self._read(
            self.ben if self._status(self.ben, "/event", event_id) == 200 else self.ann, "/event", id=event_id
        )
        found = [self._read(self.ben, "/member", id=member_id) for member_id in event["member_id_list"]]
        return {member["user_id"]: member for member in found}


ACTS = [
    Stage.accepting_an_invitation,
    Stage.creating_an_event,
    Stage.leaving_an_event,
    Stage.leaving_as_the_last,
    Stage.deleting_an_event,
]


def steps_of(stage: Stage, prepare: Callable[[Stage], Act], trap: Trap) -> list[tuple[str, int]]:
    """Watch a request from its beginning until nothing happens any more; return its steps, each with its occurrence.

    It is watched the second time. The first one clears away what belongs to processes that died before.
    """
    for _ in range(2):
        act = prepare(stage)
        trap.wait_until_quiet(QUIET_S)
        trap.record()
        answer = insist(stage.tally, act.person, act.method, act.path, **act.request)
        assert answer.status_code in (200, 204), answer.text
        trap.wait_until_quiet(QUIET_S)
    seen: Counter[str] = Counter()
    steps = []
    for step in trap.recorded():
        steps.append((step, seen[step]))
        seen[step] += 1
    return steps


def die_at(stage: Stage, prepare: Callable[[Stage], Act], trap: Trap, step: str, occurrence: int) -> bool:
    """Let a process die at a step of a request, and check what was promised. Returns whether it came to that step.

    Raises:
        Lie: an acknowledged effect is not whole, another one stays half done, or a repeat does not complete it.
    """
    act = prepare(stage)
    trap.wait_until_quiet(QUIET_S)
    trap.arm(step, occurrence)
    request = {**act.request, "headers": {"Idempotency-Key": uuid4().hex}}
    answer = attempt(stage.tally, act.person, act.method, act.path, **request)
    if answer is not None and answer.status_code in (200, 204):
        _expect(act.picture(), act.whole, "acknowledged, and not whole")
    elif answer is not None and answer.status_code != 503:
        raise Lie(f"{answer.status_code} {answer.text[:300]}")
    came_to_it = trap.wait_until_sprung(SPRUNG_WITHIN_S)
    _expect_settled(act)
    repeated = insist(stage.tally, act.person, act.method, act.path, **request)
    if repeated.status_code not in (200, 204):
        raise Lie(f"the repeat: {repeated.status_code} {repeated.text[:300]}")
    _expect(act.picture(), act.whole, "repeated, and not whole")
    if stage.tally.failures:
        raise Lie("; ".join(stage.tally.failures))
    return came_to_it


def _expect(found: Picture, wanted: Picture, what: str) -> None:
    if found != wanted:
        raise Lie(f"{what}: {found}, not {wanted}")


def _expect_settled(act: Act) -> None:
    until = time.monotonic() + SETTLED_WITHIN_S
    while (found := act.picture()) not in (act.none, act.whole):
        if time.monotonic() > until:
            raise Lie(f"half done: {found}")
        time.sleep(0.1)
