"""Finding people, and what others may know of them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.answers import ok
from tests.e2e.browser import introduce
from tests.e2e.people import Person, some_token

Someone = Callable[..., Person]
PAGE = 50


def find(person: Person, text: str, **query: Any) -> list[dict[str, Any]]:
    """Search; nobody is an empty list, said by a 204."""
    answer = person.get("/search/users", filtered_str=text, **query)
    if answer.status_code == 204:
        assert answer.content == b""
        return []
    found: list[dict[str, Any]] = ok(answer)
    assert found
    return found


def finds(person: Person, text: str, other: Person) -> bool:
    return other.id in [each["id"] for each in find(person, text)]


def test_another_persons_private_parts_are_blank(someone: Someone) -> None:
    ann, ben = someone(), someone()
    ann.befriend(ben)
    ben.plan_together(ann)
    ben.invited_by(someone())

    assert find(ann, ben.sub) == [
        {
            "id": ben.id,
            "google_id": None,
            "name": ben.claims["name"],
            "email": ben.claims["email"],
            "profile_pic": ben.claims["picture"],
            "birthday": ben.claims["birthdate"],
            "event_id_list": [],
            "friend_id_list": [],
            "chat_id_list": [],
            "invite_id_list": [],
        }
    ]


STRANGERS_SEE_NEITHER = {"email": None, "birthday": None}


def test_of_strangers_a_search_shows_name_and_picture(someone: Someone) -> None:
    ann, ben = someone(), someone()

    [found] = find(ann, ben.claims["name"])

    assert (found["id"], found["name"], found["profile_pic"]) == (ben.id, ben.claims["name"], ben.claims["picture"])
    assert {name: found[name] for name in STRANGERS_SEE_NEITHER} == STRANGERS_SEE_NEITHER


def test_friends_are_found_by_any_part_of_the_email_and_strangers_by_the_whole(someone: Someone) -> None:
    token = some_token()
    email = f"Kite.{token}@Lightning.example"
    ann, ben = someone(), someone(name="Benjamin", email=email)
    parts = (token, f"kite.{token[:9]}", f"{token}@lightning.example", f"kite.{token}@lightning.exampl")

    assert not any(find(ann, part) for part in parts)
    [found] = find(ann, email.upper())
    assert (found["id"], found["email"], found["birthday"]) == (ben.id, email, None)

    ann.befriend(ben)
    for part in (*parts, email.upper()):
        [found] = find(ann, part)
        assert (found["id"], found["email"], found["birthday"]) == (ben.id, email, ben.claims["birthdate"])

    ok_or_no_content = ann.delete("/friend", id=ben.id)
    assert ok_or_no_content.status_code == 204
    assert not any(find(ann, part) for part in parts)


def test_a_person_shows_email_and_birthday_to_friends_only(someone: Someone) -> None:
    ann, ben = someone(), someone()
    shown = {"email": ben.claims["email"], "birthday": ben.claims["birthdate"]}

    def seen(by: Person) -> dict[str, Any]:
        answer = ok(by.get("/person", id=ben.id))
        return {name: answer[name] for name in shown}

    assert (seen(ann), seen(ben)) == (STRANGERS_SEE_NEITHER, shown)
    ann.befriend(ben)
    assert seen(ann) == shown
    assert ann.delete("/friend", id=ben.id).status_code == 204
    assert seen(ann) == STRANGERS_SEE_NEITHER


def test_whoever_has_invited_me_can_be_looked_up(someone: Someone) -> None:
    ann, stranger = someone(), someone()
    ann.invited_by(stranger)
    [invite] = ann.invites()

    assert ok(ann.get("/person", id=invite["sender_id"])) == {
        "id": stranger.id,
        "name": stranger.claims["name"],
        "email": None,
        "profile_pic": stranger.claims["picture"],
        "birthday": None,
    }


def test_my_own_private_parts_are_not_blank_for_me(someone: Someone) -> None:
    ann, ben = someone(), someone()
    ann.befriend(ben)
    ann.plan_together(ben)
    ann.invited_by(someone())

    me = ann.me()

    assert me["google_id"] == ann.sub
    assert (len(me["event_id_list"]), len(me["friend_id_list"])) == (1, 1)
    assert (len(me["chat_id_list"]), len(me["invite_id_list"])) == (2, 1)
    assert find(ann, ann.sub) == [me]


def test_a_part_of_the_name_or_of_a_friends_email_is_enough(ann: Person, someone: Someone) -> None:
    token = some_token()
    ben = someone(name=f"Benjamin {token} Franklin", email=f"kite.{token}@lightning.example")
    ann.befriend(ben)

    for part in (
        token,
        token[3:20],
        f"min {token}",
        f"{token} frank",
        f"kite.{token}",
        f"{token}@light",
        f"e.{token}@",
        f"benjamin {token} franklin",
    ):
        assert finds(ann, part, ben), part
    for other in (f"{token} benjamin", f"{token}  Frank", f"{token}@dark", f"x{token}", token + token):
        assert not finds(ann, other, ben), other


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("anna karenina", "ANNA KARENINA"),
        ("Анна Каренина", "АННА КАРЕНИНА"),
        ("Анна Каренина", "анна каренина"),
        ("ПЁТР", "пётр"),
        ("Müller", "MÜLLER"),
        ("DİYARBAKIR", "diyarbakır"),
        ("ısı", "ISI"),
        ("IŞIK", "ışık"),
        ("ipek", "İPEK"),
        ("GROẞ", "groß"),
        ("Straße", "STRASSE"),
        ("ÇAĞLA GÖKŞEN", "çağla gökşen"),
        ("çağla gökşen", "ÇAĞLA GÖKŞEN"),
        ("İpek", "i̇pek"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("Արմեն", "ԱՐՄԵՆ"),
        ("გიორგი", "ᲒᲘᲝᲠᲒᲘ"),
        ("𐐔𐐯𐑅𐐨𐑉𐐯𐐻", "𐐼𐐇𐐝𐐀𐐡𐐇𐐓"),
        ("Łukasz Żółć", "łUKASZ żÓŁĆ"),
        ("李小龍", "李小龍"),
        ("محمد", "محمد"),
        ("שָׁלוֹם", "שָׁלוֹם"),
        ("👩‍👩‍👧 family", "👩‍👩‍👧 FAMILY"),
    ],
)
def test_case_does_not_matter_in_any_script(ann: Person, someone: Someone, name: str, asked: str) -> None:
    token = some_token()
    person = someone(name=f"{name} {token}")

    assert finds(ann, f"{asked} {token.upper()}", person)
    assert finds(ann, f"{asked[2:]} {token[:8]}", person)
    assert not finds(ann, f"{asked}{token}", person)


@pytest.mark.parametrize(
    ("name", "asked", "is_found"),
    [
        ("José Nuñez", "jose nunez", True),
        ("José Nuñez", "josé nunez", True),
        ("Jose Nunez", "josé", False),
        ("Jose\u0301", "JOSÉ", True),
        ("Ngô Nguyễn", "ngo nguyen", True),
        ("Ἀθηνᾶ", "αθηνα", True),
        ("Алексей Королёв", "алексеи королев", True),
        ("Алексеи", "алексей", False),
        ("がく", "かく", False),
    ],
)
def test_accents_count_where_the_search_string_has_some(
    ann: Person, someone: Someone, name: str, asked: str, is_found: bool
) -> None:
    token = some_token()
    person = someone(name=f"{name} {token}")

    assert finds(ann, asked + (f" {token}" if asked.count(" ") == name.count(" ") else ""), person) == is_found


def test_neither_case_nor_accents_matter_for_the_order(ann: Person, someone: Someone) -> None:
    token = some_token()
    for name in ("Zoë", "émile", "Emil", "Ähren", "ödön", "İpek", "ivan"):
        someone(name=f"{name} {token}")

    names = [each["name"].removesuffix(f" {token}") for each in find(ann, token)]

    assert names == ["Ähren", "Emil", "émile", "İpek", "ivan", "ödön", "Zoë"]


def test_the_case_of_an_email_does_not_matter(ann: Person, someone: Someone) -> None:
    token = some_token()
    person = someone(email=f"Mixed.Case.{token}@Example.ORG")

    assert finds(ann, f"mixed.case.{token.upper()}@example.org", person)


SPECIAL = ".*+?^${}()|[]\\/%_'\"<>&#~;:,=@!-"


@pytest.mark.parametrize("character", SPECIAL)
def test_every_character_stands_for_itself(ann: Person, someone: Someone, character: str) -> None:
    token = some_token()
    literal = someone(name=f"{token}{character}x")
    other = someone(name=f"{token}yx")

    assert finds(ann, f"{token}{character}x", literal)
    assert finds(ann, f"{token}{character}", literal)
    assert not finds(ann, f"{token}{character}", other)
    assert not finds(ann, f"{token}{character}x", other)


def test_a_regular_expression_is_only_text(ann: Person, someone: Someone) -> None:
    token = some_token()
    literal, other = someone(name=f"a.*b {token}"), someone(name=f"a---b {token}")

    assert finds(ann, f"a.*b {token}", literal)
    assert not finds(ann, f"a.*b {token}", other)
    assert not find(ann, f".*{token}")
    assert not find(ann, f"{token[:10]}.*")


def test_nothing_is_trimmed_or_folded_together(ann: Person, someone: Someone) -> None:
    token = some_token()
    person = someone(name=f"a  b {token} c")

    assert finds(ann, f"a  b {token} c", person)
    assert finds(ann, f" {token} ", person)
    assert not finds(ann, f"a b {token}", person)
    assert not finds(ann, f"{token}  ", person)


@pytest.mark.parametrize("text", ["\U0002070e", "\U00020731\U00020779", "\U00020c53a"])
def test_one_or_two_characters_are_enough(ann: Person, someone: Someone, text: str) -> None:
    person = someone(name=text)

    found = find(ann, text)

    assert all(text in each["name"] for each in found)
    assert person.id in [each["id"] for each in found] or len(found) == PAGE


def test_a_search_sees_a_changed_name_at_once(ann: Person, someone: Someone) -> None:
    person, before, after = someone(), some_token(), some_token()
    for name, other in ((before, after), (after, before)):
        introduce(person.system, person.sub, person.claims | {"name": name})
        person.log_in(person.sub)

        assert finds(ann, name, person)
        assert not finds(ann, other, person)


def test_results_come_by_name_then_id_fifty_at_a_time(ann: Person, someone: Someone) -> None:
    token = some_token()
    names = [f"{token} {number % 30:02}" for number in range(PAGE + 4)]
    with ThreadPoolExecutor(4) as pool:
        people = list(pool.map(lambda name: someone(name=name), names))
    expected = [person.id for person in sorted(people, key=lambda person: (person.claims["name"], person.id))]

    assert [each["id"] for each in find(ann, token)] == expected[:PAGE]
    assert [each["id"] for each in find(ann, token, offset=0)] == expected[:PAGE]
    assert [each["id"] for each in find(ann, token, offset=7)] == expected[7 : 7 + PAGE]
    assert [each["id"] for each in find(ann, token, offset=PAGE)] == expected[PAGE:]
    assert find(ann, token, offset=len(people)) == []
    assert find(ann, token, offset=10_000) == []
