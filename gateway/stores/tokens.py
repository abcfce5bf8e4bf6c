"""Secrets that a browser keeps; the database keeps only their hashes."""

import hashlib
import secrets


def new_token() -> str:
    """Mint a secret of 256 bits."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Return the hash by which a token is looked up."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
