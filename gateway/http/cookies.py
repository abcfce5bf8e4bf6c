"""Cookies: for this host alone, never for scripts, not sent with what other sites post."""

from flask import Response, request

from gateway.http.context import backend


def is_secure() -> bool:
    """Return whether the client came over https."""
    return backend().settings.is_https or request.is_secure


def set_cookie(response: Response, name: str, value: str, max_age_s: int) -> None:
    """Set a cookie."""
    response.set_cookie(name, value, max_age=max_age_s, httponly=True, samesite="Lax", secure=is_secure(), path="/")


def delete_cookie(response: Response, name: str) -> None:
    """Take a cookie away. Browsers refuse to touch a `__Host-` cookie without the attributes that it has."""
    response.delete_cookie(name, path="/", secure=is_secure(), httponly=True, samesite="Lax")
