"""Sessions and log-ins under way, in the gateway's own database.

A session is inserted at log-in, read by each request, deleted at log-out, and never saved at the end of a request: a
slow request cannot bring back what log-out has ended. A database keeps only hashes of what the browser holds.
"""

import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.collection import Collection

Document = dict[str, Any]

SESSION_LASTS = timedelta(days=30)
EXTEND_AFTER = timedelta(days=1)
"""A session that is used lasts on; how often that is written down."""
LOGIN_LASTS = timedelta(minutes=10)
"""Between leaving for the identity provider and coming back."""


_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def new_token() -> str:
    """Mint a secret of 256 bits for a browser to keep."""
    return secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Tell whether this may be a secret that we have minted."""
    return _TOKEN.fullmatch(text) is not None


def name_of(token: str) -> str:
    """Name a session so that whoever knows the name cannot use it."""
    return _hash(token)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class SessionStore:
    """sessions  {_id: hash of the cookie, user_id, expires_at}"""  # noqa: D415

    def __init__(self, collection: Collection[Document]) -> None:
        self._sessions = collection

    def prepare(self) -> None:
        """Make the index by which the database forgets. Idempotent."""
        self._sessions.create_index("expires_at", expireAfterSeconds=0)

    def open(self, user_id: str) -> str:
        """Begin a session and return the cookie's value, which nobody has seen before."""
        token = new_token()
        expires_at = datetime.now(UTC) + SESSION_LASTS
        self._sessions.insert_one({"_id": _hash(token), "user_id": user_id, "expires_at": expires_at})
        return token

    def find_user_id(self, token: str) -> str | None:
        """Return whose session this is; None when there is no such session (any more). One query."""
        session = self._sessions.find_one({"_id": _hash(token)})
        if session is None:
            return None
        left = session["expires_at"].replace(tzinfo=UTC) - datetime.now(UTC)
        if left <= timedelta(0):
            return None
        if left < SESSION_LASTS - EXTEND_AFTER:
            extended = {"$set": {"expires_at": datetime.now(UTC) + SESSION_LASTS}}
            self._sessions.update_one({"_id": session["_id"]}, extended)  # never an upsert
        return str(session["user_id"])

    def close(self, token: str) -> None:
        """End a session, for every copy of its cookie and every gateway process."""
        self._sessions.delete_one({"_id": _hash(token)})


class LoginStore:
    """logins  {_id: state, browser: hash of a cookie, data, expires_at}"""  # noqa: D415

    def __init__(self, collection: Collection[Document]) -> None:
        self._logins = collection

    def prepare(self) -> None:
        """Make the index by which the database forgets, and the one to look for a browser. Idempotent."""
        self._logins.create_index("expires_at", expireAfterSeconds=0)
        self._logins.create_index("browser")

    def begin(self, state: str, browser: str, data: Document) -> None:
        """Keep what the way back needs (nonce, code verifier), for the browser that left."""
        expires_at = datetime.now(UTC) + LOGIN_LASTS
        self._logins.insert_one({"_id": state, "browser": _hash(browser), "data": data, "expires_at": expires_at})

    def has_more(self, browser: str) -> bool:
        """Tell whether a browser has left for other log-ins, in other tabs, and not come back from all of them."""
        return self._logins.find_one({"browser": _hash(browser)}, {"_id": 1}) is not None

    def take(self, state: str, browser: str) -> Document | None:
        """Return what was kept, once, and to the same browser only."""
        login = self._logins.find_one_and_delete({"_id": state, "browser": _hash(browser)})
        if login is None or login["expires_at"].replace(tzinfo=UTC) < datetime.now(UTC):
            return None
        data: Document = login["data"]
        return data
