"""Who is found by which text: the same on MongoDB and in memory."""

import pytest

from services.contracts.ids import new_id
from services.users.model import MAX_INDEXED
from tests.conformance.test_user_store import profile


def save(users, *profiles):
    for one in profiles:
        users.save_profile(one, operation_id=new_id())
    return list(profiles)


def search(users, text, *, known=(), by_address=True, offset=0, limit=10):
    known_ids = [one.id for one in known]
    return users.search_profiles(text, known_ids=known_ids, by_address=by_address, offset=offset, limit=limit)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Anna Müller", "MÜLL"),
        ("Straße", "STRASSE"),
        ("Борис Годунов", "годуН"),
        ("Ἀθηνᾶ", "ἀθην"),
        ("a.*b", ".*"),
        ("Ana", "a"),
        ("(regex] [x", "] ["),
        ("Ｆｕｌｌｗｉｄｔｈ", "fullwidth"),
        ("José Nuñez", "jose nunez"),
        ("Jose\u0301 Nun\u0303ez", "josé nuñ"),
        ("Diyarbakır", "DİYARBAKIR"),
        ("İpek Işık", "ipek isik"),
        ("ᾅδης", "ΑΙΔΗΣ"),
        ("ᾅδης", "αδης"),
        ("Андрей Королёв", "андреи королев"),
        ("שָׁלוֹם", "שָׁלוֹם"),
        ("👩‍👩‍👧 family", "👩‍👩‍👧 FAM"),
    ],
)
def test_a_part_of_a_name_is_found_in_any_case_and_script(users, name, text):
    one, _ = save(users, profile(name, email="x@y.test"), profile("nobody", email="q@q.test"))
    assert search(users, text) == [one]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Jose", "josé"),
        ("José", "josè"),
        ("Nguyễn", "nguyên"),
        ("が", "か"),
        ("강", "가"),
        ("آدم", "ادم"),
        ("anything", "a.*g"),
    ],
)
def test_what_only_looks_similar_is_not_found(users, name, text):
    save(users, profile(name, email="x@y.test"))
    assert search(users, text) == []


@pytest.mark.parametrize("character", ["x", "é", "가", "\ufdfa"], ids=ascii)
@pytest.mark.parametrize("length", [3, 199])
def test_texts_are_found_that_are_as_long_as_names(users, character, length):
    long, longer = save(users, profile(character * length), profile(character * length + "y"))
    assert search(users, long.name) == [long, longer]
    assert search(users, long.name, offset=1, limit=1) == [longer]
    assert search(users, longer.name) == [longer]
    assert search(users, longer.name + "y") == []


def test_a_name_that_is_too_long_for_the_index_is_found_all_the_same(users):
    long, short = save(users, profile("x" * MAX_INDEXED + "needle"), profile("a needle"))
    assert search(users, "needle") == [short, long]
    assert search(users, "xxxn") == [long]
    assert search(users, "xxxxneedles") == []


def test_a_search_sees_a_changed_name(users):
    [before] = save(users, profile("Before", email="q@q.test"))
    save(users, profile("After", google_id=before.google_id, email="q@q.test"))
    assert search(users, "before") == []
    assert [one.name for one in search(users, "after")] == ["After"]


def test_results_are_ordered_by_the_name_without_case_and_accents_and_then_by_id(users):
    saved = save(
        users, *(profile(f"{name} needle", email="q@q.test") for name in ("éa", "Ea", "eb", "Éa", "Z", "ä", "b"))
    )
    folded = {"éa": "ea", "Ea": "ea", "Éa": "ea", "ä": "a", "Z": "z"}

    def place(one):
        name = one.name.removesuffix(" needle")
        return folded.get(name, name), one.id

    assert search(users, "needle") == sorted(saved, key=place)
    assert search(users, "needle", offset=2, limit=3) == sorted(saved, key=place)[2:5]


def test_a_part_of_an_email_finds_those_who_are_known_and_nobody_else(users):
    friend, stranger = save(users, profile("Ben", email="ben@needle.test"), profile("Cleo", email="cleo@needle.test"))
    for part in ("needle", "BEN@", "n", "@NEEDLE.TEST", "ben@needle.test"):
        assert search(users, part, known=[friend]) == [friend], part
    assert search(users, "needle") == []
    assert search(users, "needle", known=[friend, stranger]) == [friend, stranger]
    assert search(users, "needles", known=[friend, stranger]) == []


def test_a_whole_email_finds_everybody_who_has_it_unless_that_is_switched_off(users):
    one, other, friend = save(
        users,
        profile("Ben", email="Ben@Needle.test"),
        profile("Another Ben", email="ben@needle.test"),
        profile("Friend", email="not.ben@needle.test"),
    )
    assert search(users, "BEN@needle.TEST", known=[friend]) == [other, one, friend]
    assert search(users, "ben@needle.test") == [other, one]
    assert search(users, "ben@needle.test", by_address=False) == []
    assert search(users, "ben@needle.test", by_address=False, known=[one]) == [one]
    for part in ("ben@needle", "en@needle.test", "bén@needle.test", "needle.test"):
        assert search(users, part) == [], part


def test_accents_count_in_a_whole_email(users):
    save(users, profile("Zoe", email="zoë@needle.test"))
    assert search(users, "zoe@needle.test") == []
    assert len(search(users, "ZOË@needle.test")) == 1


def test_who_is_found_by_name_and_email_is_found_once_and_all_in_one_order(users):
    friends = save(users, *(profile(f"{name} needle", email="x@needle.test") for name in "aceg"))
    friends += save(users, *(profile(name, email=f"{name}@needle.test") for name in "bdf"))
    strangers = save(users, *(profile(f"{name} needle", email="x@y.test") for name in "abz"))
    expected = sorted([*friends, *strangers], key=lambda one: (one.name, one.id))
    assert search(users, "needle", known=friends) == expected
    for offset in range(len(expected) + 1):
        for limit in (1, 2, 3):
            assert search(users, "needle", known=friends, offset=offset, limit=limit) == expected[offset:][:limit]


def test_nobody_is_found_by_a_name_that_they_do_not_have(users):
    [nameless] = save(users, profile("", email="q@needle.test"))
    assert search(users, "someone") == search(users, "q") == []
    assert search(users, "q@needle.test") == search(users, "needle", known=[nameless]) == [nameless]
