"""Secrets that a browser keeps; the database keeps only their hashes."""

import hashlib
import re
import secrets

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def new_token() -> str:
    """Mint a secret of 256 bits."""
    return secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Return whether this has the form of a token that `new_token` returns."""
    return _TOKEN.fullmatch(text) is not None


def hash_token(token: str) -> str:
    """Return the hash by which a token is looked up."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
