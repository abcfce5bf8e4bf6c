"""Log-ins under way, in the gateway's own database."""

from datetime import UTC, datetime, timedelta

from pymongo.database import Database

from gateway.stores.tokens import hash_token
from services.chassis.mongo import OBJECT, TEXT, TIME, Document, shape, validated

LOGIN_TTL = timedelta(minutes=10)
"""Between leaving for the identity provider and coming back."""

LOGIN = shape({"browser": TEXT, "data": OBJECT, "expires_at": TIME})


class LoginStore:
    """logins  {_id: state, browser: hash of the secret in this log-in's cookie, data, expires_at}"""  # noqa: D415

    def __init__(self, database: Database[Document]) -> None:
        self._database, self._logins = database, database.logins

    def prepare(self) -> None:
        """Make the collection, and the index by which the database forgets. Idempotent."""
        validated(self._database, "logins", LOGIN)
        self._logins.create_index("expires_at", expireAfterSeconds=0)

    def begin(self, state: str, browser: str, data: Document) -> None:
        """Keep what the way back needs (nonce, code verifier), for the browser that left."""
        expires_at = datetime.now(UTC) + LOGIN_TTL
        self._logins.insert_one({"_id": state, "browser": hash_token(browser), "data": data, "expires_at": expires_at})

    def take(self, state: str, browser: str) -> Document | None:
        """Return what was kept, once, and to the same browser only."""
        login = self._logins.find_one_and_delete({"_id": state, "browser": hash_token(browser)})
        if login is None or login["expires_at"].replace(tzinfo=UTC) < datetime.now(UTC):
            return None
        data: Document = login["data"]
        return data
