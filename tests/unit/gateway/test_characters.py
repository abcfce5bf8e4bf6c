"""What is blank: what has no character that can be seen."""

import sys
import unicodedata

import pytest

from gateway.http.characters import has_visible_character, without_controls


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\t\r\n", "\u00a0", "\u2000\u200a\u202f\u205f\u3000", "\u1680", "\u2028\u2029", "\x1c\x1f\x85"),
        *("\u200b\u200c\u200d\u2060\ufeff", "\u00ad", "\u034f", "\u061c", "\u180e", "\u3164\uffa0", "\u115f\u1160"),
        *("\u200e\u200f", "\u202a\u202b\u202c\u202d\u202e", "\u2066\u2067\u2068\u2069", "\ufe0e\ufe0f", "\u2800"),
        *("\U000e0020\U000e007f", "\U000e0100", "\U0001d159", "\U0001d173", "\ufff9\ufffb", " \u200b\n"),
    ],
    ids=ascii,
)
def test_this_is_blank(text: str) -> None:
    assert not has_visible_character(text)


@pytest.mark.parametrize(
    "text", ["a", "ж", "名", "\u200b.\u200b", "👩\u200d🚀", "é", "e\u0301", "ـ", "़a", "🏳\ufe0f", "-"], ids=ascii
)
def test_this_is_not(text: str) -> None:
    assert has_visible_character(text)


def test_what_is_drawn_is_seen_in_every_script() -> None:
    drawn = {"L", "N", "P", "S"}
    letters = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code))[0] in drawn]

    blank = [f"{ord(one):x}" for one in letters if not has_visible_character(one)]

    assert blank == ["115f", "1160", "2800", "3164", "ffa0", "1d159"]


def test_controls_are_dropped_and_nothing_else() -> None:
    dropped = [code for code in range(sys.maxunicode + 1) if not without_controls(chr(code))]

    controls = [*range(0x20), *range(0x7F, 0xA0)]
    assert dropped == [*controls, *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)]
