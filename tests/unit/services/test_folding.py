"""What the search takes for alike, character by character."""

import sys
import unicodedata

import pytest

from services.users.folding import finds, fold, forms_of, pattern_of, without_accents
from services.users.model import (
    GRAM_SIZE,
    MAX_GRAMS,
    MAX_INDEXED,
    OVERLONG,
    SearchTerms,
    grams_of,
    grams_to_look_up,
    name_of,
    page_of,
    window,
)

SURROGATES = range(0xD800, 0xE000)
EVERY_CHARACTER = [chr(code) for code in range(sys.maxunicode + 1) if code not in SURROGATES]
NOT_ALONE = [one for one in EVERY_CHARACTER if not one == one.upper() == one.lower() == one.title() == one.casefold()]
COMPOSED = [one for one in EVERY_CHARACTER if any(unicodedata.normalize(form, one) != one for form in ("NFKC", "NFKD"))]


def is_found(wanted: str, text: str) -> bool:
    return any(finds(fold(wanted), form) for form in forms_of(text))


def cases_of(text: str) -> set[str]:
    once = {text.upper(), text.lower(), text.title(), text.casefold()}
    return once | {each.lower() for each in once} | {each.upper() for each in once}


def test_every_character_of_unicode_meets_its_other_cases() -> None:
    assert len(NOT_ALONE) > 2500
    apart = {hex(ord(one)) for one in NOT_ALONE if {fold(case) for case in cases_of(one)} != {fold(one)}}
    assert apart == set()


def test_every_character_of_unicode_finds_its_other_cases() -> None:
    pairs = {(one, case) for one in NOT_ALONE for case in cases_of(one)}
    assert {pair for pair in pairs if not (is_found(*pair) and is_found(*reversed(pair)))} == set()


def test_folding_what_is_folded_changes_nothing() -> None:
    changed = {hex(ord(one)) for one in {*NOT_ALONE, *COMPOSED} if fold(fold(one)) != fold(one)}
    assert changed == set()


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_it_does_not_matter_how_a_character_is_composed(form) -> None:
    apart = {hex(ord(one)) for one in COMPOSED if fold(unicodedata.normalize(form, one)) != fold(one)}
    assert apart == set()


@pytest.mark.parametrize("one", "iIİı")
@pytest.mark.parametrize("other", "iIİı")
def test_i_with_and_without_a_dot_is_one_letter(one, other) -> None:
    assert fold(one) == fold(other) == "i"
    assert fold(f"{one}\u0301") == fold("í")
    assert is_found(f"d{one}yarbak{other}r", f"D{other}YARBAK{one}R")


ACCENTED_ONCE = [one for one in COMPOSED if len(unicodedata.normalize("NFD", one)) > 1 and one.isalpha()]
ACCENTED_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")


def test_a_letter_finds_all_that_have_accents_beside_it_and_none_of_these_finds_the_letter() -> None:
    of_scripts = [one for one in ACCENTED_ONCE if unicodedata.name(one).startswith(ACCENTED_SCRIPTS)]
    assert len(of_scripts) > 700
    for one in of_scripts:
        letter = unicodedata.normalize("NFD", one)[0]
        assert is_found(letter, one), one
        assert is_found(f"x{letter}y", f"x{one}y"), one
        assert fold(one) == fold(letter) or not is_found(one, letter), one
        assert is_found(one, one), one


def test_in_other_scripts_marks_count() -> None:
    for one in ACCENTED_ONCE:
        if not unicodedata.name(one).startswith((*ACCENTED_SCRIPTS, "ANGSTROM", "KELVIN", "OHM")):
            base = unicodedata.normalize("NFC", unicodedata.normalize("NFD", one))[0]
            assert base == one or not is_found(f"{base}x", f"{one}x"), one
    for wanted, text in (("か", "が"), ("가", "강"), ("שלום", "שָׁלוֹם"), ("محمد", "مُحَمَّد"), ("ا", "آ")):
        assert not is_found(wanted, text), text


@pytest.mark.parametrize(
    ("wanted", "text", "found"),
    [
        ("jose", "José", True),
        ("josé", "Jose", False),
        ("josé", "JOSÉ", True),
        ("josé", "Jośé", True),
        ("jośe", "José", False),
        ("jose\u0301", "josé", True),
        ("josè", "José", False),
        ("nguyen", "Nguyễn", True),
        ("nguyên", "Nguyễn", False),
        ("алексеи", "Алексей", True),
        ("алексей", "Алексеи", False),
        ("петр", "Пётр", True),
        ("αθηνα", "Ἀθηνᾶ", True),
        ("αδης", "ᾅδης", True),
        ("ΑΙΔΗΣ", "ᾅδης", True),
        ("ᾳδης", "αδης", False),
        ("strasse", "Straße", True),
        ("lukasz", "Łukasz", False),
        ("s", "é", False),
        ("a.*b", "axxb", False),
    ],
)
def test_accents_count_on_letters_that_have_some_in_the_search_text(wanted, text, found) -> None:
    assert is_found(wanted, text) == found


def test_accents_are_left_out_of_what_results_are_ordered_by() -> None:
    names = ["Émile", "Zoë", "emil", "Ähren", "Ödön", "Ivan", "İpek", "ırmak", "Øre", "ёлка", "Анна", "елена"]
    by_sort_name = sorted(names, key=lambda name: SearchTerms.of(name=name, email="").sort_name)
    assert by_sort_name == [
        "Ähren",
        "emil",
        "Émile",
        "İpek",
        "ırmak",
        "Ivan",
        "Ödön",
        "Zoë",
        "Øre",
        "Анна",
        "елена",
        "ёлка",
    ]
    assert without_accents(fold("Ǻḗ")) == "ae"


def test_a_search_text_is_taken_literally() -> None:
    assert pattern_of(fold(".*(?i)")) == r"\.\*\(\?i\p{Mn}*+\)"


@pytest.mark.parametrize("character", ["x", "é", "가", "\ufdfa", "㍿", "ΐ"])
def test_the_longest_name_makes_a_bounded_number_of_index_entries(character) -> None:
    for length in (1, 200, 2_000):
        assert len(SearchTerms.of(name=character * length, email="x@y.test").name_grams) <= GRAM_SIZE * MAX_INDEXED
    assert SearchTerms.of(name="x" * (MAX_INDEXED + 1), email="").name_grams == (OVERLONG,)


def test_an_ordinary_name_of_200_characters_is_indexed_as_a_whole() -> None:
    hangul = "".join(chr(0xAC00 + 28 * number + number % 28) for number in range(200))
    cyrillic = "".join(chr(0x430 + number * 7 % 32) for number in range(200))
    for name in (hangul, cyrillic, "é" * 200, "ß" * 200):
        terms = SearchTerms.of(name=name, email="")
        assert set(grams_to_look_up(fold(name))) <= set(terms.name_grams)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 6, 7, 47, 48, 49, 100, 200, 3600])
def test_the_grams_that_are_compared_are_few_and_cover_a_short_text(length) -> None:
    text = "".join(chr(0x4E00 + number) for number in range(length))
    grams = grams_to_look_up(text)
    assert len(grams) <= MAX_GRAMS
    assert all(gram in text and len(gram) == min(GRAM_SIZE, length) for gram in grams)
    if length <= GRAM_SIZE * (MAX_GRAMS - 1):
        assert set("".join(grams)) == set(text)


def test_grams_are_runs_of_one_to_three_characters() -> None:
    assert grams_of("abcd", "bc") == ["a", "ab", "abc", "b", "bc", "bcd", "c", "cd", "d"]
    assert grams_of("") == []


def test_a_page_of_two_merged_lists_is_what_it_would_be_of_one() -> None:
    named = [(name, "1") for name in "bdfhjlnp"]
    for others in (
        [],
        [("a", "2")],
        [("z", "2")],
        [(name, "2") for name in "aaaadddz"],
        [(name, "2") for name in "xyz"],
    ):
        whole = sorted([*named, *others])
        for offset in range(len(whole) + 2):
            for limit in range(1, 6):
                begin, length = window(len(others), offset=offset, limit=limit)
                part = named[begin : begin + length]
                assert page_of(part, others, offset=offset, limit=limit) == whole[offset : offset + limit]


@pytest.mark.parametrize(
    ("name", "kept"),
    [("Anna", "Anna"), ("", ""), ("a@example.test", ""), ("A@Example.test", ""), ("b@example.test", "b@example.test")],
)
def test_an_address_in_place_of_the_name_is_no_name(name, kept) -> None:
    assert name_of(name, "a@example.test") == kept
