"""The language in which the current request asks for answers."""

from flask import request

LANGUAGES = ("en", "ru")


def asked_language() -> str:
    """Return the language that `Accept-Language` prefers, of those that there are.

    Source: RFC 9110, section 12.5.4.
    """
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
