"""Who may do what to an event: every role, every kind of event, every verb, with one set-up for all."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.e2e.answers import Answer, done, ok, refused
from tests.e2e.people import Person

Someone = Callable[..., Person]
KINDS = [("group", "true"), ("group", "false"), ("single", "true"), ("single", "false")]


@dataclass
class Cast:
    """The same people around every event of this file."""

    owner: Person
    member: Person
    invited: Person
    friend: Person
    friend_of_member: Person
    former_friend: Person
    stranger: Person


@pytest.fixture(scope="module")
def cast(someone: Someone) -> Cast:
    cast = Cast(*(someone() for _ in range(7)))
    cast.owner.befriend(cast.friend, cast.former_friend)
    cast.member.befriend(cast.friend_of_member)
    done(cast.owner.delete("/friend", id=cast.former_friend.id))
    return cast


def an_event(cast: Cast, kind: str, is_private: str) -> str:
    """Add an event of the owner; a group event has its member and an invitation."""
    event_id = cast.owner.plan(type=kind, is_private=is_private)
    if kind == "group":
        cast.member.join(event_id, cast.owner)
        done(cast.owner.invite(cast.invited, event_id))
    return event_id


@pytest.fixture(scope="module")
def events(cast: Cast) -> dict[tuple[str, str], str]:
    """Return an event of each kind, which no test of this file may change."""
    return {kind: an_event(cast, *kind) for kind in KINDS}


# Role: GET private group, GET public group, GET private single, GET public single.
READING = {
    "owner": (200, 200, 200, 200),
    "member": (200, 200, 403, 403),
    "invited": (200, 200, 403, 403),
    "friend": (403, 200, 403, 200),
    "friend_of_member": (403, 403, 403, 403),
    "former_friend": (403, 403, 403, 403),
    "stranger": (403, 403, 403, 403),
}

# Role: PUT group, PUT single, DELETE group, DELETE single, leave group, leave single, read the chat of a group.
CHANGING = {
    "owner": (204, 204, 204, 204, 204, 404, 200),
    "member": (403, 403, 403, 403, 204, 404, 200),
    "invited": (403, 403, 404, 403, 404, 404, 403),
    "friend": (403, 403, 404, 403, 404, 404, 403),
    "friend_of_member": (403, 403, 404, 403, 404, 404, 403),
    "former_friend": (403, 403, 404, 403, 404, 404, 403),
    "stranger": (403, 403, 404, 403, 404, 404, 403),
}


def is_answered(answer: Answer, status: int) -> None:
    if status >= 400:
        refused(answer, status)
    else:
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize("role", READING)
@pytest.mark.parametrize("kind", KINDS, ids="-private-".join)
def test_who_may_see_an_event(cast: Cast, events: dict[tuple[str, str], str], role: str, kind: tuple[str, str]) -> None:
    person: Person = getattr(cast, role)

    is_answered(person.get("/event", id=events[kind]), READING[role][KINDS.index(kind)])


@pytest.mark.parametrize("role", READING)
@pytest.mark.parametrize("kind", KINDS[:2], ids="-private-".join)
def test_who_may_see_an_event_may_see_its_members(
    cast: Cast, events: dict[tuple[str, str], str], role: str, kind: tuple[str, str]
) -> None:
    person: Person = getattr(cast, role)

    for member_id in cast.owner.event(events[kind])["member_id_list"]:
        is_answered(person.get("/member", id=member_id), READING[role][KINDS.index(kind)])


@pytest.mark.parametrize("role", ["invited", "friend"])
def test_who_is_no_member_sees_the_event_as_it_is(cast: Cast, events: dict[tuple[str, str], str], role: str) -> None:
    event_id = events["group", "false"]
    seen, whole = getattr(cast, role).event(event_id), cast.owner.event(event_id)

    seen.pop("chat_id", None), whole.pop("chat_id")
    assert seen == whole


@pytest.mark.parametrize("role", CHANGING)
@pytest.mark.parametrize("is_private", ["true", "false"])
def test_who_may_change_an_event(cast: Cast, role: str, is_private: str) -> None:
    person: Person = getattr(cast, role)
    for kind, status in zip(("group", "single"), CHANGING[role][0:2], strict=True):
        event_id = an_event(cast, kind, is_private)

        is_answered(person.change(event_id, name="Supper"), status)

        assert cast.owner.event(event_id)["name"] == ("Supper" if status == 204 else "Tea")


@pytest.mark.parametrize("role", CHANGING)
@pytest.mark.parametrize("is_private", ["true", "false"])
def test_who_may_delete_an_event(cast: Cast, role: str, is_private: str) -> None:
    person: Person = getattr(cast, role)
    for kind, status in zip(("group", "single"), CHANGING[role][2:4], strict=True):
        event_id = an_event(cast, kind, is_private)

        is_answered(person.delete("/event", id=event_id), status)

        is_answered(cast.owner.get("/event", id=event_id), 404 if status == 204 else 200)


@pytest.mark.parametrize("role", CHANGING)
def test_who_may_leave_an_event(cast: Cast, role: str) -> None:
    person: Person = getattr(cast, role)
    for kind, status in zip(("group", "single"), CHANGING[role][4:6], strict=True):
        event_id = an_event(cast, kind, "true")

        is_answered(person.leave(event_id), status)

        assert (event_id in person.me()["event_id_list"]) == (role == "owner" and status == 404)


@pytest.mark.parametrize("role", CHANGING)
@pytest.mark.parametrize("is_private", ["true", "false"])
def test_who_may_read_and_write_the_chat_of_an_event(
    cast: Cast, events: dict[tuple[str, str], str], role: str, is_private: str
) -> None:
    person: Person = getattr(cast, role)
    chat_id = cast.owner.event(events["group", is_private])["chat_id"]
    status = CHANGING[role][6]

    is_answered(person.get("/chat", id=chat_id), status)
    is_answered(person.say(chat_id, f"Hello from the {role}"), 204 if status == 200 else 403)

    assert (chat_id in person.me()["chat_id_list"]) == (status == 200)
    assert (f"Hello from the {role}" in cast.owner.texts(chat_id)) == (status == 200)


class TestAccessThatChanges:
    @pytest.fixture
    def ann(self, someone: Someone) -> Person:
        return someone()

    @pytest.fixture
    def ben(self, someone: Someone) -> Person:
        return someone()

    def test_publishing_an_event_opens_it_to_friends_and_hiding_closes_it(self, ann: Person, ben: Person) -> None:
        ann.befriend(ben)
        event_id = ann.plan(is_private="true")
        refused(ben.get("/event", id=event_id), 403)

        done(ann.change(event_id, is_private="false"))
        assert ben.event(event_id)["name"] == "Tea"

        done(ann.change(event_id, is_private="true"))
        refused(ben.get("/event", id=event_id), 403)

    def test_a_public_event_closes_with_the_friendship(self, ann: Person, ben: Person) -> None:
        event_id = ann.plan(is_private="false")
        refused(ben.get("/event", id=event_id), 403)

        ann.befriend(ben)
        assert ben.event(event_id)["name"] == "Tea"

        done(ben.delete("/friend", id=ann.id))
        refused(ben.get("/event", id=event_id), 403)

    @pytest.mark.parametrize("action", ["decline", "cancel"])
    def test_an_invitation_opens_the_event_until_it_ends(self, ann: Person, ben: Person, action: str) -> None:
        event_id = ann.plan(type="group")
        invite_id = ben.invited_by(ann, event_id)
        assert ben.event(event_id)["name"] == "Tea"

        done((ben if action == "decline" else ann).answer(invite_id, action))

        refused(ben.get("/event", id=event_id), 403)
        refused(ben.get("/member", id=ann.member(event_id, ann)), 403)

    @pytest.mark.parametrize("how", ["leaving", "removed"])
    def test_a_member_who_is_none_any_more_has_no_access(self, ann: Person, ben: Person, how: str) -> None:
        event_id = ann.plan_together(ben)
        chat_id = ben.event(event_id)["chat_id"]
        done(ben.say(chat_id, "Hello"))

        done(ben.leave(event_id) if how == "leaving" else ann.delete("/member", id=ann.member(event_id, ben)))

        refused(ben.get("/event", id=event_id), 403)
        refused(ben.change(event_id, name="Supper"), 403)
        refused(ben.delete("/event", id=event_id), 404)
        refused(ben.leave(event_id), 404)
        refused(ben.get("/chat", id=chat_id), 403)
        refused(ben.say(chat_id, "Still here"), 403)
        assert (ben.me()["event_id_list"], ben.me()["chat_id_list"], ben.chats(), ben.month()) == ([], [], [], {})
        assert ann.texts(chat_id) == ["Hello"]

    def test_a_public_event_is_open_to_the_friends_of_its_new_owner(
        self, ann: Person, ben: Person, someone: Someone
    ) -> None:
        cleo, dora = someone(), someone()
        ann.befriend(cleo)
        ben.befriend(dora)
        event_id = ann.plan_together(ben, is_private="false")
        assert cleo.event(event_id)["name"] == "Tea"
        refused(dora.get("/event", id=event_id), 403)

        done(ann.leave(event_id))

        refused(cleo.get("/event", id=event_id), 403)
        assert dora.event(event_id)["name"] == "Tea"


class TestADeletedEvent:
    @pytest.fixture
    def people(self, someone: Someone) -> tuple[Person, Person, Person]:
        return someone(), someone(), someone()

    def test_everything_that_belongs_to_it_is_gone_for_everyone_at_once(
        self, people: tuple[Person, Person, Person]
    ) -> None:
        ann, ben, cleo = people
        event_id = ann.plan_together(ben)
        invite_id = cleo.invited_by(ann, event_id)
        chat_id = ann.event(event_id)["chat_id"]
        message_id = ben.write(chat_id, "Hello")[0]
        member_id = ann.member(event_id, ben)

        done(ann.delete("/event", id=event_id))

        for person in people:
            refused(person.get("/event", id=event_id), 404)
            refused(person.change(event_id, name="Supper"), 404)
            refused(person.delete("/event", id=event_id), 404)
            refused(person.leave(event_id), 404)
            refused(person.get("/member", id=member_id), 404)
            refused(person.put("/member", {"id": member_id, "is_can_invite_user": True}), 404)
            refused(person.delete("/member", id=member_id), 404)
            refused(person.get("/chat", id=chat_id), 404)
            refused(person.say(chat_id, "Anybody?"), 404)
            refused(person.put("/chat/msg", {"id": message_id, "text": "Gone"}), 404)
            refused(person.delete("/chat/msg", id=message_id), 404)
            refused(person.invite(ann if person is not ann else ben, event_id), 404)
            assert person.invites() == [] and person.chats() == [] and person.month() == {}
            me = person.me()
            assert [me[key] for key in ("event_id_list", "chat_id_list", "invite_id_list")] == [[], [], []]
        for action in ("accept", "decline"):
            refused(cleo.answer(invite_id, action), 404)
        refused(ann.answer(invite_id, "cancel"), 404)

    def test_the_last_one_out_deletes_it(self, people: tuple[Person, Person, Person]) -> None:
        ann, ben, cleo = people
        event_id = ann.plan_together(ben)
        chat_id = ann.event(event_id)["chat_id"]
        invite_id = cleo.invited_by(ann, event_id)

        done(ann.leave(event_id))
        assert ok(ben.get("/event", id=event_id))["id"] == event_id
        done(ben.leave(event_id))

        for person in people:
            refused(person.get("/event", id=event_id), 404)
            refused(person.get("/chat", id=chat_id), 404)
            refused(person.leave(event_id), 404)
        refused(cleo.answer(invite_id, "accept"), 404)
        assert cleo.invites() == []
