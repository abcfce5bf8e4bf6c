"""The connection to the gateway's own database, and the stores on it."""

import logging
import threading

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from gateway.stores.idempotency import KeyStore
from gateway.stores.logins import LoginStore
from gateway.stores.sessions import SessionStore

log = logging.getLogger(__name__)

RETRY_S = 1.0


class Database:
    """The gateway's own database. Options as for the services, and for the same reasons."""

    def __init__(self, uri: str, name: str) -> None:
        self._client: MongoClient[dict[str, object]] = MongoClient(
            uri,
            w="majority",
            journal=True,
            retryWrites=True,
            timeoutMS=2000,
            serverSelectionTimeoutMS=2000,
            readPreference="primary",
        )
        collections = self._client[name]
        self.sessions, self.logins = SessionStore(collections.sessions), LoginStore(collections.logins)
        self.keys = KeyStore(collections["keys"])

    def ping(self) -> None:
        """Return if the database answers, raise if not."""
        self._client.admin.command("ping")

    def prepare(self) -> None:
        """Create the TTL indexes as soon as the database answers. No rule depends on them."""
        pause = threading.Event()
        while True:
            try:
                for store in (self.sessions, self.logins, self.keys):
                    store.prepare()
                return
            except PyMongoError as exc:
                log.warning("waiting for the database: %s", str(exc)[:200])
                pause.wait(RETRY_S)
