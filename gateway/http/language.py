"""The language in which the current request asks for answers."""

from flask import request

LANGUAGES = ("en", "ru")


def asked_language() -> str:
    """Return the language that `Accept-Language` prefers, of those that there are: `ru` also for `ru-RU`.

    `*` stands for all that are not named. English if it prefers none.

    Source: RFC 4647, section 3.4 (Lookup).
    """
    qualities: dict[str, float] = {}
    for tag, quality in request.accept_languages:
        qualities.setdefault(tag.partition("-")[0].lower(), quality)
    order = list(qualities)

    def preference(language: str) -> tuple[float, int]:
        is_named = language in qualities
        return qualities.get(language, qualities.get("*", 0)), -order.index(language) if is_named else -len(order)

    return max(LANGUAGES, key=preference)
