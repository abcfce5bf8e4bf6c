"""Which characters can be seen, and which change how those around them are read."""

import re
import unicodedata

_DEFAULT_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Unicode's property Default_Ignorable_Code_Point (DerivedCoreProperties.txt)."""
_OTHERS = "\u2800\ufff9-\ufffb\U00016fe4\U0001d159"
"""A braille pattern without dots, marks of annotations, a filler, a note without a head: they are not drawn, either."""
_IGNORABLE = re.compile(f"[{_DEFAULT_IGNORABLE}{_OTHERS}]")
_BIDIRECTIONAL = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Embeddings, overrides and isolates: they reorder what is written around them."""
_BLANK = frozenset({"Cc", "Cs", "Zs", "Zl", "Zp"})


def has_visible_character(text: str) -> bool:
    """Return whether there is anything to be seen: neither white space, nor controls, nor what is not drawn."""
    return any(unicodedata.category(one) not in _BLANK and not _IGNORABLE.match(one) for one in text)


def without_controls(text: str) -> str:
    """Return a text without control characters, bidirectional ones included, and without lone surrogates."""
    return "".join(one for one in text if unicodedata.category(one) not in ("Cc", "Cs") and one not in _BIDIRECTIONAL)
