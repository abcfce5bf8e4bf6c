"""The language in which the current request asks for answers."""

from flask import request

LANGUAGES = ("en", "ru")


def asked_language() -> str:
    """Return the first language that `Accept-Language` prefers, of those that there are: `ru` also for `ru-RU`.

    Source: RFC 4647, section 3.4 (Lookup).
    """
    accepted = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((language for language in accepted if language in LANGUAGES), LANGUAGES[0])
