"""What must hold however things fall together. Each race is run several times, with new people."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.e2e.answers import ANY_4XX, RIGHTS, Answer, done, ok, refused
from tests.e2e.browser import Browser, introduce
from tests.e2e.parallel import at_once
from tests.e2e.people import Person, claims_of, some_token
from tests.e2e.system import System

Someone = Callable[..., Person]
ROUNDS = 4


@pytest.fixture
def ann(someone: Someone) -> Person:
    return someone(name="Ann")


@pytest.fixture
def ben(someone: Someone) -> Person:
    return someone(name="Ben")


@pytest.fixture
def cleo(someone: Someone) -> Person:
    return someone(name="Cleo")


@pytest.fixture
def dora(someone: Someone) -> Person:
    return someone(name="Dora")


def statuses(answers: list[Answer]) -> list[int]:
    """Return the sorted statuses; each refusal must be a proper one."""
    for answer in answers:
        if answer.status_code >= 400:
            refused(answer, ANY_4XX)
    return sorted(answer.status_code for answer in answers)


def one_friendship(ann: Person, ben: Person) -> None:
    """Check that two people are friends once, with one dialog, and that no invitation is left."""
    assert ann.me()["friend_id_list"] == [ben.id] and ben.me()["friend_id_list"] == [ann.id]
    assert [friend["id"] for friend in ann.friends()] == [ben.id]
    assert [friend["id"] for friend in ben.friends()] == [ann.id]
    assert ann.me()["chat_id_list"] == ben.me()["chat_id_list"] == [ann.dialog_with(ben)]
    assert ann.invites() == ben.invites() == []
    assert ann.me()["invite_id_list"] == ben.me()["invite_id_list"] == []


class TestFriendships:
    def test_two_people_who_invite_and_accept_each_other_at_once_are_friends_once(
        self, ann: Person, ben: Person
    ) -> None:
        for _ in range(ROUNDS):
            assert statuses(at_once(partial(ann.invite, ben), partial(ben.invite, ann))) == [204, 204]
            to_ann, to_ben = ann.invite_to(None, ben), ben.invite_to(None, ann)

            answers = at_once(partial(ann.answer, to_ann, "accept"), partial(ben.answer, to_ben, "accept"))

            assert statuses(answers) in ([204, 204], [204, 404])
            one_friendship(ann, ben)
            done(ann.delete("/friend", id=ben.id))

    def test_one_invitation_accepted_20_times_at_once_makes_one_friendship(self, ann: Person, ben: Person) -> None:
        for _ in range(2):
            invite_id = ben.invited_by(ann)

            answers = at_once(*[partial(ben.answer, invite_id, "accept")] * 20)

            assert statuses(answers) == [204] + [404] * 19
            one_friendship(ann, ben)
            done(ben.delete("/friend", id=ann.id))

    def test_one_invitation_sent_many_times_at_once_is_one(self, ann: Person, ben: Person) -> None:
        assert statuses(at_once(*[partial(ann.invite, ben)] * 10)) == [204] * 10

        assert len(ben.invites()) == len(ben.me()["invite_id_list"]) == 1

    def test_inviting_while_the_opposite_is_accepted_leaves_friends_and_nothing_waiting(
        self, ann: Person, ben: Person
    ) -> None:
        for _ in range(ROUNDS):
            invite_id = ben.invited_by(ann)

            accepted, invited = at_once(partial(ben.answer, invite_id, "accept"), partial(ben.invite, ann))

            done(accepted)
            assert invited.status_code in (204, 400)
            one_friendship(ann, ben)
            done(ann.delete("/friend", id=ben.id))

    def test_both_end_the_friendship_at_once(self, ann: Person, ben: Person) -> None:
        for _ in range(ROUNDS):
            ann.befriend(ben)

            ended = at_once(partial(ann.delete, "/friend", id=ben.id), partial(ben.delete, "/friend", id=ann.id))

            assert statuses(ended) in ([204, 204], [204, 404])
            assert ann.friends() == ben.friends() == []
            assert ann.me()["friend_id_list"] == ben.me()["friend_id_list"] == []


class TestMemberships:
    def test_one_invitation_accepted_20_times_at_once_makes_one_member(self, ann: Person, ben: Person) -> None:
        for _ in range(2):
            event_id = ann.plan(type="group")
            invite_id = ben.invited_by(ann, event_id)

            answers = at_once(*[partial(ben.answer, invite_id, "accept")] * 20)

            assert statuses(answers) == [204] + [404] * 19
            assert list(ann.members(event_id)) == [ann.id, ben.id]
            assert len(ann.event(event_id)["member_id_list"]) == 2
            assert ben.me()["event_id_list"].count(event_id) == 1
            assert ben.invites() == []

    @pytest.mark.parametrize("other", ["decline", "cancel"])
    def test_of_two_different_answers_at_once_one_holds(self, ann: Person, ben: Person, other: str) -> None:
        for _ in range(ROUNDS):
            event_id = ann.plan(type="group")
            invite_id = ben.invited_by(ann, event_id)
            second = ben if other == "decline" else ann

            answers = at_once(partial(ben.answer, invite_id, "accept"), partial(second.answer, invite_id, other))

            assert statuses(answers) == [204, 404]
            joined = answers[0].status_code == 204
            assert (ben.id in ann.members(event_id)) == joined
            assert (event_id in ben.me()["event_id_list"]) == joined
            assert ben.invites() == []

    def test_one_invitation_sent_at_once_by_two_members_is_one(self, ann: Person, ben: Person, cleo: Person) -> None:
        for _ in range(ROUNDS):
            event_id = ann.plan_together(ben)
            done(ann.grant(event_id, ben, is_can_invite_user=True))
            before = len(cleo.invites())

            sent = at_once(*[partial(ann.invite, cleo, event_id), partial(ben.invite, cleo, event_id)] * 4)

            assert statuses(sent) == [204] * 8
            assert len(cleo.invites()) == before + 1

    def test_many_who_join_at_once_are_all_members(self, someone: Someone, ann: Person) -> None:
        event_id = ann.plan(type="group")
        guests = [someone() for _ in range(6)]
        invitations = [guest.invited_by(ann, event_id) for guest in guests]

        answers = at_once(
            *[partial(guest.answer, invite_id, "accept") for guest, invite_id in zip(guests, invitations, strict=True)]
        )

        assert statuses(answers) == [204] * 6
        assert set(ann.members(event_id)) == {ann.id, *[guest.id for guest in guests]}
        chat_id = ann.event(event_id)["chat_id"]
        for guest in guests:
            done(guest.say(chat_id, "Hello"))

    def test_the_last_members_leave_at_once_and_nothing_is_left(
        self, ann: Person, ben: Person, cleo: Person, dora: Person
    ) -> None:
        for _ in range(ROUNDS):
            event_id = ann.plan_together(ben, cleo)
            chat_id = ann.event(event_id)["chat_id"]
            done(ben.say(chat_id, "Goodbye"))
            invite_id = dora.invited_by(ann, event_id)

            assert statuses(at_once(*[partial(each.leave, event_id) for each in (ann, ben, cleo)])) == [204] * 3

            for person in (ann, ben, cleo, dora):
                refused(person.get("/event", id=event_id), 404)
                refused(person.get("/chat", id=chat_id), 404)
                assert event_id not in person.me()["event_id_list"] and chat_id not in person.me()["chat_id_list"]
                assert person.chats() == [] and person.month() == {} and person.invites() == []
            refused(dora.answer(invite_id, "accept"), 404)

    def test_who_joins_while_the_last_member_leaves_is_in_charge_or_late(self, ann: Person, ben: Person) -> None:
        for _ in range(ROUNDS):
            event_id = ann.plan(type="group")
            invite_id = ben.invited_by(ann, event_id)

            left, joined = at_once(partial(ann.leave, event_id), partial(ben.answer, invite_id, "accept"))

            done(left)
            if joined.status_code == 204:
                me = ben.members(event_id)[ben.id]
                assert all(me[right] for right in RIGHTS)
                done(ben.say(ben.event(event_id)["chat_id"], "Hello"))
                done(ben.delete("/event", id=event_id))
            else:
                refused(joined, 404)
            refused(ben.get("/event", id=event_id), 404)
            assert ben.invites() == [] and ben.me()["event_id_list"] == []

    def test_accepting_while_the_event_is_deleted_leaves_nothing(self, ann: Person, ben: Person) -> None:
        for _ in range(ROUNDS):
            event_id = ann.plan(type="group")
            invite_id = ben.invited_by(ann, event_id)

            deleted, joined = at_once(
                partial(ann.delete, "/event", id=event_id), partial(ben.answer, invite_id, "accept")
            )

            done(deleted)
            assert joined.status_code in (204, 404)
            me = ben.me()
            assert (me["event_id_list"], me["chat_id_list"], me["invite_id_list"]) == ([], [], [])
            assert ben.chats() == [] and ben.invites() == []
            refused(ben.get("/event", id=event_id), 404)

    def test_two_who_remove_each_other_do_not_both_vanish(self, ann: Person, ben: Person, cleo: Person) -> None:
        for _ in range(ROUNDS):
            event_id = ann.plan_together(ben, cleo)
            for each in (ben, cleo):
                done(ann.grant(event_id, each, is_can_delete_user=True))
            members = {each: ann.member(event_id, each) for each in (ben, cleo)}

            answers = at_once(
                partial(ben.delete, "/member", id=members[cleo]), partial(cleo.delete, "/member", id=members[ben])
            )

            assert statuses(answers) == [204, 403]
            assert len(ann.members(event_id)) == 2

    def test_the_owner_leaves_while_rights_are_granted_and_somebody_is_in_charge(
        self, ann: Person, ben: Person, cleo: Person
    ) -> None:
        for _ in range(ROUNDS):
            event_id = ann.plan_together(ben, cleo)
            member_id = ann.member(event_id, cleo)
            grant = partial(ann.put, "/member", {"id": member_id, **dict.fromkeys(RIGHTS, True)})

            left, granted = at_once(partial(ann.leave, event_id), grant)

            done(left)
            assert granted.status_code in (204, 403)
            members = ben.members(event_id)
            assert list(members) == [ben.id, cleo.id]
            heir = cleo if granted.status_code == 204 else ben
            assert all(members[heir.id][right] for right in RIGHTS)


class TestChanges:
    def test_two_who_edit_different_fields_lose_neither(self, ann: Person, ben: Person) -> None:
        event_id = ann.plan_together(ben)
        done(ann.grant(event_id, ben, is_can_change_event=True))
        for number in range(10):
            answers = at_once(
                partial(ann.change, event_id, name=f"Name {number}"),
                partial(ben.change, event_id, address=f"Address {number}"),
                partial(ann.change, event_id, description=f"Description {number}"),
            )

            assert statuses(answers) == [204] * 3
            event = ben.event(event_id)
            assert event["name"] == f"Name {number}"
            assert event["address"] == f"Address {number}"
            assert event["description"] == f"Description {number}"

    def test_of_two_who_edit_the_version_they_saw_one_is_told(self, ann: Person, ben: Person) -> None:
        event_id = ann.plan_together(ben)
        done(ann.grant(event_id, ben, is_can_change_event=True))
        for number in range(10):
            seen = {"If-Match": ann.get("/event", id=event_id).headers["ETag"]}

            answers = at_once(
                partial(ann.change, event_id, name=f"Ann {number}", headers=seen),
                partial(ben.change, event_id, name=f"Ben {number}", headers=seen),
            )

            assert statuses(answers) == [204, 412]
            winner = "Ann" if answers[0].status_code == 204 else "Ben"
            assert ann.event(event_id)["name"] == f"{winner} {number}"

    def test_an_event_is_deleted_once(self, ann: Person) -> None:
        for _ in range(ROUNDS):
            event_id = ann.plan(type="group")

            answers = at_once(*[partial(ann.delete, "/event", id=event_id)] * 6)

            assert statuses(answers) == [204] + [404] * 5


class TestMessages:
    def test_a_chat_has_one_order_for_everyone(self, ann: Person, ben: Person, cleo: Person, dora: Person) -> None:
        people = [ann, ben, cleo, dora]
        chat_id = ann.event(ann.plan_together(*people[1:]))["chat_id"]

        def talk(person: Person) -> None:
            for number in range(10):
                done(person.say(chat_id, f"{person.claims['name']} {number}"))

        at_once(*[partial(talk, person) for person in people])

        messages = ann.messages(chat_id)
        assert [each.messages(chat_id) for each in people[1:]] == [messages] * 3
        assert len({message["id"] for message in messages}) == len(messages) == 40
        times = [message["datetime"] for message in messages]
        assert times == sorted(times)
        for person in people:
            mine = [message["text"] for message in messages if message["user_id"] == person.id]
            assert mine == [f"{person.claims['name']} {number}" for number in range(10)]
        pages = [ben.messages(chat_id, limit=15)]
        while pages[0]:
            pages.insert(0, ben.messages(chat_id, limit=15, before=pages[0][0]["id"]))
        assert [message for page in pages for message in page] == messages

    def test_what_somebody_has_read_stays_where_it_is(self, ann: Person, ben: Person) -> None:
        """Nothing is ever inserted before a message that a reader has seen."""
        chat_id = ann.event(ann.plan_together(ben))["chat_id"]

        def talk(person: Person) -> list[list[str]]:
            seen = []
            for number in range(12):
                done(person.say(chat_id, f"{person.claims['name']} {number}"))
                seen.append(person.texts(chat_id))
            return seen

        snapshots = [snapshot for seen in at_once(partial(talk, ann), partial(talk, ben)) for snapshot in seen]

        whole = ann.texts(chat_id)
        assert len(whole) == 24
        for snapshot in snapshots:
            assert whole[: len(snapshot)] == snapshot

    def test_a_message_is_deleted_once(self, ann: Person) -> None:
        chat_id = ann.event(ann.plan(type="group"))["chat_id"]
        message_id = ann.write(chat_id, "Hello")[0]

        answers = at_once(*[partial(ann.delete, "/chat/msg", id=message_id)] * 6)

        assert statuses(answers) == [204] + [404] * 5

    def test_deleting_and_writing_at_once_sorts_the_list_by_what_is_left(self, ann: Person) -> None:
        first, second = (ann.event(ann.plan(type="group"))["chat_id"] for _ in range(2))
        done(ann.say(second, "between"))
        for number in range(ROUNDS):
            message_id = ann.write(first, "old")[0]

            answers = at_once(partial(ann.delete, "/chat/msg", id=message_id), partial(ann.say, first, f"new {number}"))

            assert statuses(answers) == [204, 204]

            assert [chat["id"] for chat in ann.chats()] == [first, second]
            newest = ann.messages(first)[-1]
            assert newest["text"] == f"new {number}"
            done(ann.delete("/chat/msg", id=newest["id"]))
            assert [chat["id"] for chat in ann.chats()] == [second, first]


class TestLoggingIn:
    def test_a_person_who_logs_in_for_the_first_time_everywhere_at_once_is_one(self, system: System) -> None:
        sub = some_token()
        introduce(system, sub, claims_of(sub))
        browsers = [Browser(system) for _ in range(6)]
        callbacks = [browser.agree(browser.start_login(), sub) for browser in browsers]

        answers = at_once(*[partial(each.get, callback) for each, callback in zip(browsers, callbacks, strict=True)])

        assert statuses(answers) == [302] * 6
        assert len({ok(browser.get("/user"))["id"] for browser in browsers}) == 1
        assert len(ok(browsers[0].get("/search/users", filtered_str=sub))) == 1

    def test_one_callback_used_many_times_at_once_opens_one_session(self, system: System) -> None:
        sub = some_token()
        introduce(system, sub, claims_of(sub))
        browser = Browser(system)
        callback = browser.agree(browser.start_login(), sub)
        copies = [browser.copy() for _ in range(6)]

        answers = at_once(*[partial(copy.get, callback) for copy in copies])

        assert statuses(answers)[0] == 302
        assert len([status for status in statuses(answers) if status == 302]) == 1
        assert sorted(copy.get("/user").status_code for copy in copies) == [200] + [401] * 5


class TestOccurrences:
    @pytest.fixture
    def event_id(self, ann: Person) -> str:
        return ann.plan(datetime="01.05.2031 19:00", recurrence="FREQ=DAILY;COUNT=31")

    def test_changes_of_different_ones_at_once_are_all_kept(self, ann: Person, event_id: str) -> None:
        days = range(1, 13)
        changes = [
            partial(ann.change, event_id, occurrence=f"{day:02}.05.2031 19:00", name=f"Party {day}") for day in days
        ]
        assert statuses(at_once(*changes)) == [204] * len(days)
        names = [ann.month()[str(day)][0]["name"] for day in days]
        assert names == [f"Party {day}" for day in days]

    def test_one_that_is_cancelled_many_times_at_once_is_cancelled_once(self, ann: Person, event_id: str) -> None:
        cancel = partial(ann.delete, "/event", id=event_id, occurrence="02.05.2031 19:00")
        assert statuses(at_once(*[cancel] * 8)) == [204] + [404] * 7
        assert list(ann.month()) == [str(day) for day in range(1, 32) if day != 2]

    def test_a_change_of_the_whole_and_one_of_an_occurrence_are_both_kept(self, ann: Person, event_id: str) -> None:
        for day in range(3, 3 + ROUNDS):
            one = {"occurrence": f"{day:02}.05.2031 19:00", "address": f"Place {day}"}
            both = [
                partial(ann.change, event_id, name=f"Name {day}"),
                partial(ann.put, "/event", {"id": event_id} | one),
            ]
            assert statuses(at_once(*both)) == [204, 204]
            shown = ann.month()[str(day)][0]
            assert (shown["name"], shown["address"]) == (f"Name {day}", f"Place {day}")
