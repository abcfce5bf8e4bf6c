"""Sessions, in the gateway's own database.

A session is inserted at log-in, read by each request, deleted at log-out, and never saved at the end of a request: a
slow request cannot bring back what log-out has ended. A database keeps only hashes of what the browser holds.
"""

from datetime import UTC, datetime, timedelta

from pymongo.database import Database

from gateway.stores.tokens import hash_token, new_token
from services.chassis.mongo import TEXT, TIME, Document, shape, validated

SESSION_TTL = timedelta(days=30)
EXTEND_AFTER = timedelta(days=1)
"""A session in use is extended at most this often."""


SESSION = shape({"user_id": TEXT, "expires_at": TIME})


def session_name(token: str) -> str:
    """Name a session so that whoever knows the name cannot use it."""
    return hash_token(token)


class SessionStore:
    """sessions  {_id: hash of the cookie, user_id, expires_at}"""  # noqa: D415

    def __init__(self, database: Database[Document]) -> None:
        self._database, self._sessions = database, database.sessions

    def prepare(self) -> None:
        """Make the collection, and the index by which the database forgets. Idempotent."""
        validated(self._database, "sessions", SESSION)
        self._sessions.create_index("expires_at", expireAfterSeconds=0)

    def open(self, user_id: str) -> str:
        """Begin a session and return the value of its cookie, a new one."""
        token = new_token()
        expires_at = datetime.now(UTC) + SESSION_TTL
        self._sessions.insert_one({"_id": hash_token(token), "user_id": user_id, "expires_at": expires_at})
        return token

    def find_user_id(self, token: str) -> str | None:
        """Return whose session this is; None when there is no such session (any more). One query."""
        session = self._sessions.find_one({"_id": hash_token(token)})
        if session is None:
            return None
        left = session["expires_at"].replace(tzinfo=UTC) - datetime.now(UTC)
        if left <= timedelta(0):
            return None
        if left < SESSION_TTL - EXTEND_AFTER:
            extended = {"$set": {"expires_at": datetime.now(UTC) + SESSION_TTL}}
            self._sessions.update_one({"_id": session["_id"]}, extended)  # never an upsert
        return str(session["user_id"])

    def close(self, token: str) -> None:
        """End a session, for every copy of its cookie and every gateway process."""
        self._sessions.delete_one({"_id": hash_token(token)})
