"""Ids: 24 lower-case hex digits, the text form of a MongoDB ObjectId."""

import hashlib
import re
import secrets

_ID = re.compile(r"[0-9a-f]{24}", re.ASCII)


def is_id(text: object) -> bool:
    """Return whether `text` has the shape of an id, whether or not anything has that id."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def new_id() -> str:
    """Mint a random id, which cannot be guessed and carries no order."""
    return secrets.token_hex(12)


def derive_id(cause: str, role: str) -> str:
    """Mint the id that `cause` (an id, or any unique text) gives to the thing in `role`.

    The same cause and role give the same id, so that a repeated operation creates nothing twice.
    """
    return hashlib.sha256(f"{role}:{cause}".encode()).hexdigest()[:24]
