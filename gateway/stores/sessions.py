"""Sessions, in the gateway's own database.

A session is inserted at log-in, read by each request, deleted at log-out, and never saved at the end of a request: a
slow request cannot bring back what log-out has ended. A database keeps only hashes of what the browser holds.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pymongo.database import Database

from gateway.stores.tokens import hash_token, new_token
from services.chassis.mongo import TEXT, TIME, Document, shape, validated

SESSION_TTL = timedelta(days=30)
"""Without use."""
MAX_SESSION_AGE = timedelta(days=180)
"""However much it is used."""
EXTEND_AFTER = timedelta(days=1)
"""A session in use is extended at most this often."""

SESSION = shape({"user_id": TEXT, "expires_at": TIME}, {"opened_at": TIME})

Clock = Callable[[], datetime]


def _utc_now() -> datetime:
    return datetime.now(UTC)


def session_name(token: str) -> str:
    """Name a session so that whoever knows the name cannot use it."""
    return hash_token(token)


class SessionStore:
    """sessions  {_id: hash of the cookie, user_id, opened_at, expires_at}"""  # noqa: D415

    def __init__(self, database: Database[Document], clock: Clock = _utc_now) -> None:
        self._database, self._sessions, self._clock = database, database.sessions, clock

    def prepare(self) -> None:
        """Make the collection, and the index by which the database forgets. Idempotent."""
        validated(self._database, "sessions", SESSION)
        self._sessions.create_index("expires_at", expireAfterSeconds=0)

    def open(self, user_id: str) -> str:
        """Begin a session and return the value of its cookie, a new one."""
        token, now = new_token(), self._clock()
        session = {"_id": hash_token(token), "user_id": user_id, "opened_at": now, "expires_at": now + SESSION_TTL}
        self._sessions.insert_one(session)
        return token

    def find_user_id(self, token: str, *, is_use: bool) -> str | None:
        """Return whose session this is; None when there is no such session (any more). One query.

        is_use: whether this is a use of the session, which prolongs it.
        """
        session, now = self._sessions.find_one({"_id": hash_token(token)}), self._clock()
        if session is None or session["expires_at"].replace(tzinfo=UTC) <= now:
            return None
        if is_use:
            self._extend(session, now)
        return str(session["user_id"])

    def _extend(self, session: Document, now: datetime) -> None:
        """Let a session last from now on, up to its greatest age. One of version 0.1.0 is as old as it is found."""
        opened_at = session.get("opened_at", now).replace(tzinfo=UTC)
        expires_at = min(now + SESSION_TTL, opened_at + MAX_SESSION_AGE)
        if expires_at - session["expires_at"].replace(tzinfo=UTC) > EXTEND_AFTER:
            extended = {"$set": {"opened_at": opened_at, "expires_at": expires_at}}
            self._sessions.update_one({"_id": session["_id"]}, extended)  # never an upsert

    def close(self, token: str) -> bool:
        """End a session, for every copy of its cookie; return whether there was one."""
        return self._sessions.delete_one({"_id": hash_token(token)}).deleted_count > 0
