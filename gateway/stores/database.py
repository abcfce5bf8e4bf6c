"""The connection to the gateway's own database, and the stores on it."""

import logging
import threading

from pymongo.errors import PyMongoError

from gateway.stores.idempotency import KeyStore
from gateway.stores.logins import LoginStore
from gateway.stores.sessions import SessionStore
from services.chassis.mongo import connect

log = logging.getLogger(__name__)

POOL_SIZE = 100
"""Connections of a worker process: so many requests may wait for the database at once."""
RETRY_S = 1.0


class Database:
    """The gateway's own database, with what is stored in it."""

    def __init__(self, uri: str, name: str) -> None:
        database = connect(uri, name, pool_size=POOL_SIZE)
        self._client = database.client
        self.sessions, self.logins, self.keys = SessionStore(database), LoginStore(database), KeyStore(database)

    def ping(self) -> None:
        """Return if the database answers, raise if not."""
        self._client.admin.command("ping")

    def prepare(self) -> None:
        """Create the collections and their indexes as soon as the database answers. No rule depends on them."""
        pause = threading.Event()
        while True:
            try:
                for store in (self.sessions, self.logins, self.keys):
                    store.prepare()
                return
            except PyMongoError as exc:
                log.warning("waiting for the database: %s", str(exc)[:200])
                pause.wait(RETRY_S)
