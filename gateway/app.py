"""The application factory: `create_app()` puts the gateway together."""

import logging
import sys
import threading

from flask import Flask
from flask_cors import CORS
from flask_openapi3 import Info, OpenAPI
from pymongo import MongoClient
from pymongo.errors import PyMongoError
from werkzeug.middleware.proxy_fix import ProxyFix

from gateway import auth, guard, problems
from gateway.backend import Backend
from gateway.chats import conversations
from gateway.events import calendar
from gateway.friends import friends
from gateway.health import health
from gateway.idempotency import KeyStore
from gateway.invites import invitations
from gateway.members import members
from gateway.parsing import StrictRequest
from gateway.problems import Problem
from gateway.resource import SECURITY_SCHEMES
from gateway.sessions import LoginStore, SessionStore
from gateway.settings import BadSettings, Settings, read_settings
from gateway.site import pictures, site, swagger
from gateway.stream.cursor import HEADER as CURSOR_HEADER
from gateway.stream.hub import BrokerHub
from gateway.stream.views import live
from gateway.users import people
from services.chassis.calling import Caller

log = logging.getLogger(__name__)

RESOURCES = (auth.auth, people, friends, calendar, members, conversations, invitations, live, pictures, health)

PUBLIC = {"site", "swagger", *(resource.name for resource in RESOURCES if resource.public)}


EXPOSED_HEADERS = ("ETag", "Retry-After", CURSOR_HEADER)
"""What the pages of other sites that may use the API get to read beside the body."""


class _Gateway(OpenAPI):
    request_class = StrictRequest


class _Database:
    """The gateway's own database. Options as for the services, and for the same reasons."""

    def __init__(self, settings: Settings) -> None:
        self._client: MongoClient[dict[str, object]] = MongoClient(
            settings.mongo_uri,
            w="majority",
            journal=True,
            retryWrites=False,
            timeoutMS=2000,
            serverSelectionTimeoutMS=2000,
            readPreference="primary",
        )
        collections = self._client[settings.mongo_database]
        self.sessions, self.logins = SessionStore(collections.sessions), LoginStore(collections.logins)
        self.keys = KeyStore(collections["keys"])

    def ping(self) -> None:
        """Return if the database answers, raise if not."""
        self._client.admin.command("ping")

    def prepare(self) -> None:
        """Make the indexes by which the database forgets, as soon as it is there. No rule depends on them."""
        wait = threading.Event()
        while True:
            try:
                for store in (self.sessions, self.logins, self.keys):
                    store.prepare()
                return
            except PyMongoError as exc:
                log.warning("waiting for the database: %s", str(exc)[:200])
                wait.wait(1.0)


def connect(settings: Settings) -> Backend:
    """Connect to broker and database, or begin to: neither has to be there yet."""
    database = _Database(settings)
    threading.Thread(target=database.prepare, name="prepare", daemon=True).start()
    return Backend(
        settings=settings,
        caller=Caller(settings.amqp_uri, name="gateway"),
        sessions=database.sessions,
        logins=database.logins,
        keys=database.keys,
        database=database,
        hub=BrokerHub(settings.amqp_uri),
    )


def create_app(backend: Backend | None = None) -> Flask:
    """Build the application. backend: its collaborators; by default those that the environment describes."""
    if backend is None:
        try:
            settings = read_settings()
        except BadSettings as exc:
            sys.exit(f"The gateway cannot start:\n{exc}")
        backend = connect(settings)
    app = _Gateway(
        __name__,
        static_folder=None,
        info=Info(title="Social Calendar", version="1", description="Events, friends, invitations and chats."),
        security_schemes=SECURITY_SCHEMES,
        validation_error_status=400,
        validation_error_model=Problem,
        doc_ui=False,
    )
    app.url_map.merge_slashes = False  # an unknown path is unknown, not a redirect
    app.extensions["backend"] = backend
    guard.register(app, public=PUBLIC)
    problems.register(app)
    auth.register(app)
    for resource in RESOURCES:
        app.register_api(resource)
    app.register_blueprint(site)
    app.register_blueprint(swagger)
    CORS(app, origins=list(backend.settings.cors_origins), supports_credentials=True, expose_headers=EXPOSED_HEADERS)
    if hops := backend.settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app
