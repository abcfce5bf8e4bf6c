"""Chats and their messages."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.answers import done, ok, refused
from tests.e2e.endpoints import NOBODY
from tests.e2e.people import Person

Someone = Callable[..., Person]
DAY_MS = 86_400_000


@pytest.fixture
def ann(someone: Someone) -> Person:
    return someone(name="Ann")


@pytest.fixture
def ben(someone: Someone) -> Person:
    return someone(name="Ben")


@pytest.fixture
def chat_id(ann: Person, ben: Person) -> str:
    """Return the chat of an event that Ann and Ben take part in."""
    found: str = ann.event(ann.plan_together(ben))["chat_id"]
    return found


@pytest.fixture
def dialog_id(ann: Person, ben: Person) -> str:
    """Return the dialog of Ann and Ben, who are friends."""
    ann.befriend(ben)
    return ann.dialog_with(ben)


class TestMessages:
    def test_a_message_has_an_author_a_time_and_its_text(self, ann: Person, ben: Person, chat_id: str) -> None:
        done(ann.say(chat_id, "Hello"))
        done(ben.say(chat_id, "Good evening"))

        first, second = ann.messages(chat_id)

        assert set(first) == {"id", "chat_id", "user_id", "datetime", "text"}
        assert (first["chat_id"], first["user_id"], first["text"]) == (chat_id, ann.id, "Hello")
        assert (second["chat_id"], second["user_id"], second["text"]) == (chat_id, ben.id, "Good evening")
        assert len(first["id"]) == 24 and first["id"] != second["id"]
        assert type(first["datetime"]) is int and type(second["datetime"]) is int
        assert first["datetime"] <= second["datetime"]
        assert abs(first["datetime"] - time.time() * 1000) < DAY_MS

    def test_everybody_reads_the_same_in_the_order_it_was_written(self, ann: Person, ben: Person, chat_id: str) -> None:
        for number in range(10):
            done((ann, ben)[number % 2].say(chat_id, f"{number}"))

        assert ann.texts(chat_id) == [f"{number}" for number in range(10)]
        assert ben.messages(chat_id) == ann.messages(chat_id)
        times = [message["datetime"] for message in ann.messages(chat_id)]
        assert times == sorted(times)

    def test_a_new_member_reads_what_was_written_before(self, ann: Person, chat_id: str, someone: Someone) -> None:
        ann.write(chat_id, "one", "two")
        cleo = someone()

        cleo.join(ok(ann.get("/chat", id=chat_id))["event_id"], ann)

        assert cleo.texts(chat_id) == ["one", "two"]

    @pytest.mark.parametrize(
        "text",
        [
            "x",
            "  spaces around  ",
            "\nlines\r\nand\rreturns\n\n",
            "\ttabs\t",
            "0",
            "null",
            "e\u0301 is not \u00e9, and ﬁ is not fi",
            "👩‍👩‍👧‍👦🏳️‍🌈 🇩🇪 1️⃣",
            "مرحبا بالعالم \u202eright to left\u202c \u2067x\u2069 שלום",
            "Привет, Ёжик! ÇĞİıŞ ß",
            "zero\u200bwidth\u200d\u2060\ufeff",
            "\u2028\u2029|\u0085\u00a0",
            "control \x01\x02\x07\x08\x0b\x0c\x1b[31m\x7f",
            "\ufffe\uffff\U0001fffe\U0010ffff",
            '<b>&amp;</b> "quotes" \\ \\u0041 \\n %00 {{7*7}} ${x}',
            '{"$ne": null}',
            "$where",
            "x" * 10_000,
            "😀" * 10_000,
        ],
        ids=lambda text: ascii(text)[:30],
    )
    def test_a_text_comes_back_exactly_as_it_was_sent(self, ann: Person, ben: Person, chat_id: str, text: str) -> None:
        message_id = ann.write(chat_id, text)[0]
        assert ben.texts(chat_id) == [text]
        assert ben.chats()[0]["msg_id_list"][0]["text"] == text

        done(ann.say(chat_id, "another"))
        done(ann.put("/chat/msg", {"id": message_id, "text": "short"}))
        done(ann.put("/chat/msg", {"id": message_id, "text": text}))
        assert ben.texts(chat_id) == [text, "another"]

    def test_a_text_may_be_sent_as_plain_utf_8(self, ann: Person, chat_id: str) -> None:
        body = f'{{"chat_id": "{chat_id}", "text": "Привет 😀"}}'.encode()

        done(ann.request("POST", "/chat/msg", data=body, headers={"Content-Type": "application/json"}))

        assert ann.texts(chat_id) == ["Привет 😀"]

    def test_editing_changes_the_text_and_nothing_else(self, ann: Person, ben: Person, chat_id: str) -> None:
        ids = ann.write(chat_id, "one", "two", "three")
        before = ann.messages(chat_id)

        done(ann.put("/chat/msg", {"id": ids[0], "text": "ONE"}))

        assert ben.messages(chat_id) == [before[0] | {"text": "ONE"}, *before[1:]]

    def test_deleting_takes_one_message_from_everybody(self, ann: Person, ben: Person, chat_id: str) -> None:
        ids = ann.write(chat_id, "one", "two", "three")

        done(ann.delete("/chat/msg", id=ids[1]))

        for person in (ann, ben):
            assert person.texts(chat_id) == ["one", "three"]
        refused(ann.delete("/chat/msg", id=ids[1]), 404)
        refused(ann.put("/chat/msg", {"id": ids[1], "text": "TWO"}), 404)

    def test_only_its_author_edits_or_deletes_a_message(
        self, ann: Person, ben: Person, chat_id: str, someone: Someone
    ) -> None:
        message_id = ann.write(chat_id, "mine")[0]

        for other in (ben, someone()):
            refused(other.put("/chat/msg", {"id": message_id, "text": "yours"}), 403)
            refused(other.delete("/chat/msg", id=message_id), 403)
        assert ann.texts(chat_id) == ["mine"]

        done(ann.put("/chat/msg", {"id": message_id, "text": "still mine"}))
        done(ann.delete("/chat/msg", id=message_id))

    def test_an_author_who_may_not_read_the_chat_any_more_changes_nothing(
        self, ann: Person, ben: Person, chat_id: str
    ) -> None:
        message_id = ben.write(chat_id, "mine")[0]
        event_id = ok(ann.get("/chat", id=chat_id))["event_id"]

        done(ben.leave(event_id))
        refused(ben.put("/chat/msg", {"id": message_id, "text": "changed"}), 403)
        refused(ben.delete("/chat/msg", id=message_id), 403)
        assert ann.texts(chat_id) == ["mine"]

        ben.join(event_id, ann)
        done(ben.put("/chat/msg", {"id": message_id, "text": "changed"}))
        assert ann.texts(chat_id) == ["changed"]

    def test_a_message_of_nothing_or_to_nothing_is_404(self, ann: Person) -> None:
        refused(ann.say(NOBODY, "Hello"), 404)
        refused(ann.put("/chat/msg", {"id": NOBODY, "text": "Hello"}), 404)
        refused(ann.delete("/chat/msg", id=NOBODY), 404)
        refused(ann.get("/chat", id=NOBODY), 404)


class TestPaging:
    @pytest.fixture
    def ids(self, ann: Person, chat_id: str) -> list[str]:
        return ann.write(chat_id, *[f"{number}" for number in range(10)])

    def test_a_limit_gives_the_newest_in_written_order(self, ann: Person, chat_id: str, ids: list[str]) -> None:
        assert ann.texts(chat_id, limit=1) == ["9"]
        assert ann.texts(chat_id, limit=3) == ["7", "8", "9"]
        assert ann.texts(chat_id, limit=10) == ann.texts(chat_id, limit=1000) == ann.texts(chat_id)

    def test_before_pages_back_to_the_first(self, ann: Person, ben: Person, chat_id: str, ids: list[str]) -> None:
        assert ann.texts(chat_id, before=ids[4]) == ["0", "1", "2", "3"]
        assert ann.texts(chat_id, before=ids[4], limit=2) == ["2", "3"]
        assert ann.texts(chat_id, before=ids[0]) == ann.texts(chat_id, before=ids[0], limit=5) == []

        pages = [ben.messages(chat_id, limit=4)]
        while pages[0]:
            pages.insert(0, ben.messages(chat_id, limit=4, before=pages[0][0]["id"]))
        assert [message for page in pages for message in page] == ann.messages(chat_id)

    def test_before_a_deleted_message_still_pages(self, ann: Person, chat_id: str, ids: list[str]) -> None:
        for number in (4, 9, 0):
            done(ann.delete("/chat/msg", id=ids[number]))

        assert ann.texts(chat_id, before=ids[4], limit=2) == ["2", "3"]
        assert ann.texts(chat_id, before=ids[9], limit=2) == ["7", "8"]
        assert ann.texts(chat_id, before=ids[0]) == []
        assert ann.texts(chat_id, before=ids[5], limit=2) == ["2", "3"]

    def test_a_page_stays_while_new_messages_come(self, ann: Person, chat_id: str, ids: list[str]) -> None:
        page = ann.messages(chat_id, before=ids[5], limit=3)

        ann.write(chat_id, "more")

        assert ann.messages(chat_id, before=ids[5], limit=3) == page

    def test_a_message_limit_cuts_each_chat_of_the_list(
        self, ann: Person, ben: Person, chat_id: str, ids: list[str], dialog_id: str
    ) -> None:
        ben.write(dialog_id, "one", "two")

        def listed(**query: int) -> list[list[str]]:
            return [[message["text"] for message in chat["msg_id_list"]] for chat in ann.chats(**query)]

        assert listed(msg_limit=1) == [["two"], ["9"]]
        assert listed(msg_limit=3) == [["one", "two"], ["7", "8", "9"]]
        assert listed() == [["one", "two"], [f"{number}" for number in range(10)]]


class TestTheList:
    def ids(self, person: Person, *page: int) -> list[str]:
        return [chat["id"] for chat in person.chats(*page)]

    def three(self, ann: Person) -> list[str]:
        """Return the chats of three new events, the oldest first."""
        return [ann.event(ann.plan(type="group"))["chat_id"] for _ in range(3)]

    def test_it_is_empty_at_first(self, ann: Person) -> None:
        assert ann.chats() == []

    def test_a_chat_in_the_list_is_the_chat_itself(
        self, ann: Person, ben: Person, chat_id: str, dialog_id: str
    ) -> None:
        ann.write(chat_id, "one", "two")
        ben.write(dialog_id, "three")

        assert ann.chats() == [ok(ann.get("/chat", id=dialog_id)), ok(ann.get("/chat", id=chat_id))]

    def test_empty_chats_come_last_and_the_newest_of_them_first(self, ann: Person) -> None:
        a, b, c = self.three(ann)
        assert self.ids(ann) == [c, b, a]

        ann.write(a, "Hello")

        assert self.ids(ann) == [a, c, b]

    def test_the_chat_with_the_newest_message_comes_first(self, ann: Person) -> None:
        a, b, c = self.three(ann)
        for chat in (c, a, b, a):
            done(ann.say(chat, "Hello"))

        assert self.ids(ann) == [a, b, c]

    def test_somebody_elses_message_sorts_too(self, ann: Person, ben: Person, chat_id: str, dialog_id: str) -> None:
        done(ann.say(chat_id, "Hello"))
        done(ben.say(dialog_id, "Hello"))
        assert self.ids(ann) == self.ids(ben) == [dialog_id, chat_id]

        done(ben.say(chat_id, "Hello"))
        assert self.ids(ann) == self.ids(ben) == [chat_id, dialog_id]

    def test_deleting_the_newest_message_sorts_again(self, ann: Person) -> None:
        a, b, c = self.three(ann)
        ann.write(a, "first")
        ann.write(b, "second")
        newest = ann.write(a, "third")[0]
        assert self.ids(ann) == [a, b, c]

        done(ann.delete("/chat/msg", id=newest))

        assert self.ids(ann) == [b, a, c]

    def test_deleting_an_older_message_does_not_sort(self, ann: Person) -> None:
        a, b, c = self.three(ann)
        older = ann.write(a, "first")[0]
        ann.write(b, "second")
        ann.write(a, "third")

        done(ann.delete("/chat/msg", id=older))

        assert self.ids(ann) == [a, b, c]

    def test_a_chat_whose_messages_are_all_deleted_is_an_empty_one(self, ann: Person) -> None:
        a, b, c = self.three(ann)
        ann.write(b, "Hello")
        only = ann.write(a, "only")[0]
        assert self.ids(ann) == [a, b, c]

        done(ann.delete("/chat/msg", id=only))

        assert self.ids(ann) == [b, c, a]
        assert ann.texts(a) == []

    def test_editing_does_not_sort(self, ann: Person) -> None:
        a, b, c = self.three(ann)
        message_id = ann.write(a, "first")[0]
        ann.write(b, "second")

        done(ann.put("/chat/msg", {"id": message_id, "text": "edited"}))

        assert self.ids(ann) == [b, a, c]

    def test_it_comes_in_pages(self, ann: Person) -> None:
        self.three(ann)
        a, b = self.three(ann)[:2]
        ann.write(b, "Hello")
        ann.write(a, "Hello")
        whole = self.ids(ann)
        assert len(whole) == 6 and whole[:2] == [a, b]

        assert self.ids(ann, 0, 2) + self.ids(ann, 2, 2) + self.ids(ann, 4, 2) == whole
        assert self.ids(ann, 1, 3) == whole[1:4]
        assert self.ids(ann, 5, 10) == whole[5:]
        assert self.ids(ann, 6, 1) == self.ids(ann, 100, 1) == self.ids(ann, 0, 0) == []

    def test_it_gives_a_hundred_at_most(self, ann: Person) -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: ann.plan(type="group"), range(103)))

        pages = [self.ids(ann, 0, 1000), self.ids(ann, 100, 1000)]

        assert [len(page) for page in pages] == [100, 3]
        assert set(pages[0] + pages[1]) == set(ann.me()["chat_id_list"])


class TestDialogs:
    def test_a_dialog_belongs_to_two_people(self, ann: Person, ben: Person, dialog_id: str, someone: Someone) -> None:
        dialog = ok(ann.get("/chat", id=dialog_id))

        assert set(dialog) == {"id", "msg_id_list", "user_id_1", "user_id_2"}
        assert {dialog["user_id_1"], dialog["user_id_2"]} == {ann.id, ben.id}
        assert ok(ben.get("/chat", id=dialog_id)) == dialog
        for stranger in (someone(),):
            refused(stranger.get("/chat", id=dialog_id), 403)
            refused(stranger.say(dialog_id, "Hello"), 403)
        done(ben.say(dialog_id, "Hello"))
        assert ann.texts(dialog_id) == ["Hello"]

    def test_it_stays_open_to_both_after_the_friendship(self, ann: Person, ben: Person, dialog_id: str) -> None:
        message_id = ann.write(dialog_id, "Hello")[0]

        done(ben.delete("/friend", id=ann.id))

        done(ben.say(dialog_id, "Sorry"))
        done(ann.say(dialog_id, "Never mind"))
        done(ann.put("/chat/msg", {"id": message_id, "text": "Goodbye"}))
        for person in (ann, ben):
            assert person.texts(dialog_id) == ["Goodbye", "Sorry", "Never mind"]
            assert person.me()["chat_id_list"] == [dialog_id]
            assert [chat["id"] for chat in person.chats()] == [dialog_id]

    def test_friends_again_have_the_same_dialog(self, ann: Person, ben: Person, dialog_id: str) -> None:
        ann.write(dialog_id, "Hello")
        done(ann.delete("/friend", id=ben.id))

        ben.befriend(ann)

        assert ann.me()["chat_id_list"] == ben.me()["chat_id_list"] == [dialog_id]
        assert ann.texts(dialog_id) == ["Hello"]

    def test_people_who_never_were_friends_have_none(self, ann: Person, ben: Person) -> None:
        ben.invited_by(ann)

        assert ann.chats() == ben.chats() == []
