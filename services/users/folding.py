"""How the search compares texts: whatever the case, and without accents where the text that is looked for has none.

A folded text has its letters in lower case. An accented letter of the Latin, Greek or Cyrillic script is kept as the
letter and its accents behind it, in canonical order; everything else is composed.

Source: Unicode Standard, section 3.13, definition D146 (compatibility caseless matching), and beyond it: i, I, İ and ı
are one letter.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

FOLDING = f"1/{unicodedata.unidata_version}"
"""Names these rules and the characters that they know; changes with either, and what was folded is folded again."""

ACCENTED_SCRIPTS = ("LATIN ", "GREEK ", "CYRILLIC ")
"""How the names of their letters begin."""
DOT_ABOVE = "\u0307"
IOTA_BELOW = "\u0345"
"""An accent whose upper case is a letter of its own: the one of ᾳ, which is also written Α or ΑΙ."""


def fold(text: str) -> str:
    """Return a text as the search compares it. Idempotent."""
    folded = unicodedata.normalize("NFD", text).casefold()
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", folded).casefold())
    return "".join(f"{letter}{accents}" for letter, accents in _letters(folded.replace("ı", "i")))


def forms_of(text: str) -> list[str]:
    """List the folded forms under which a text is found: two if it has an iota below a letter, otherwise one."""
    decomposed = unicodedata.normalize("NFD", text)
    return list(dict.fromkeys((fold(decomposed), fold(decomposed.replace(IOTA_BELOW, "")))))


def without_accents(folded: str) -> str:
    """Remove the accents from a folded text."""
    return "".join(letter for letter, _ in _letters(folded))


def pattern_of(folded: str) -> str:
    """Return the regular expression of what a folded text finds in others: each letter without accents finds any.

    In the syntax of PCRE2, which MongoDB has.
    """
    return "".join(_pattern(letter, accents) for letter, accents in _letters(folded))


def finds(wanted: str, text: str) -> bool:
    """Return whether a folded text contains another one, as `pattern_of` says it."""
    letters, looked_for = list(_letters(text)), list(_letters(wanted))
    starts = range(len(letters) - len(looked_for) + 1)
    return any(all(map(_is_found, looked_for, letters[start:])) for start in starts)


def _is_found(wanted: tuple[str, str], there: tuple[str, str]) -> bool:
    (letter, accents), (other, others_accents) = wanted, there
    return letter == other and (accents in ("", others_accents))


def _pattern(letter: str, accents: str) -> str:
    if accents:
        return rf"{letter}{accents}(?!\p{{Mn}})"
    return rf"{letter}\p{{Mn}}*+" if _takes_accents(letter) else re.escape(letter)


def _letters(decomposed: str) -> Iterator[tuple[str, str]]:
    """Yield each character with its accents; what takes none is composed."""
    for takes_accents, group in groupby(_clusters(decomposed), key=lambda cluster: _takes_accents(cluster[0])):
        if takes_accents:
            yield from ((cluster[0], cluster[1:]) for cluster in group)
        else:
            yield from ((character, "") for character in unicodedata.normalize("NFC", "".join(group)))


def _clusters(decomposed: str) -> list[str]:
    """Split a text into its characters, each with the marks behind it."""
    clusters: list[str] = []
    for character in decomposed:
        if clusters and unicodedata.category(character) == "Mn":
            clusters[-1] += character
        else:
            clusters.append(character)
    return [f"i{cluster[1:].replace(DOT_ABOVE, '')}" if cluster[0] == "i" else cluster for cluster in clusters]


@lru_cache(maxsize=4096)
def _takes_accents(character: str) -> bool:
    """Return whether the marks on a character are accents: it is a letter of an accented script."""
    return character.isalpha() and unicodedata.name(character, "").startswith(ACCENTED_SCRIPTS)
