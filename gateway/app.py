"""The application factory: `create_app()` puts the gateway together."""

import re
import sys
import threading

from flask import Flask
from flask_cors import CORS
from flask_openapi3 import Info, OpenAPI
from werkzeug.middleware.proxy_fix import ProxyFix

from gateway.api import auth, identity
from gateway.api.chats import chats_bp
from gateway.api.events import events_bp
from gateway.api.friends import friends_bp
from gateway.api.health import health_bp
from gateway.api.icons import icons_bp
from gateway.api.invites import invites_bp
from gateway.api.members import members_bp
from gateway.api.openapi import openapi_bp
from gateway.api.openapi_description import DESCRIPTION
from gateway.api.stream import stream_bp
from gateway.api.users import users_bp
from gateway.http import hooks, problems
from gateway.http.context import Backend
from gateway.http.parsing import StrictRequest
from gateway.http.problems import Problem
from gateway.http.resource import SECURITY_SCHEMES
from gateway.http.stream_cursor import HEADER as CURSOR_HEADER
from gateway.live.hub import BrokerHub
from gateway.live.registration import keep_registered
from gateway.schemas.invites import INVITE_ID_HEADER
from gateway.settings import BadSettings, Settings, read_settings
from gateway.site.pages import site_bp, swagger_bp
from gateway.stores.database import Database
from services.chassis.rpc.client import RpcClient

RESOURCES = (
    auth.auth_bp,
    users_bp,
    friends_bp,
    events_bp,
    members_bp,
    chats_bp,
    invites_bp,
    stream_bp,
    icons_bp,
    health_bp,
)
PAGES = (site_bp, swagger_bp, openapi_bp)

PUBLIC = {*(page.name for page in PAGES), *(resource.name for resource in RESOURCES if resource.public)}
EXPOSED_HEADERS = ("ETag", "Retry-After", CURSOR_HEADER, INVITE_ID_HEADER, hooks.REQUEST_ID_HEADER)
"""Headers that pages of the sites in `CORS_ORIGINS` may read."""


class _Gateway(OpenAPI):
    request_class = StrictRequest


def connect(settings: Settings) -> Backend:
    """Begin to connect to broker and database; neither has to be up yet."""
    database = Database(settings.mongo_uri, settings.mongo_database)
    threading.Thread(target=database.prepare, name="prepare", daemon=True).start()
    caller = RpcClient(settings.amqp_uri, name="gateway", users=settings.broker_users)
    hub = BrokerHub(settings.amqp_uri, users=settings.broker_users)
    keep_registered(hub, caller)
    return Backend(
        settings=settings,
        caller=caller,
        sessions=database.sessions,
        logins=database.logins,
        keys=database.keys,
        database=database,
        hub=hub,
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
        info=Info(title="Social Calendar", version="1", description=DESCRIPTION),
        security_schemes=SECURITY_SCHEMES,
        validation_error_status=400,
        validation_error_model=Problem,
        doc_ui=False,
    )
    app.url_map.merge_slashes = False  # an unknown path is unknown, not a redirect
    app.extensions["backend"] = backend
    hooks.register(app, public=PUBLIC)
    problems.register(app)
    identity.register(app)
    for resource in RESOURCES:
        app.register_api(resource)
    for page in PAGES:
        app.register_blueprint(page)
    if origins := list(backend.settings.cors_origins):
        exactly = [re.compile(re.escape(origin) + r"\Z", re.IGNORECASE) for origin in origins]  # "[::1]" is no pattern
        CORS(app, origins=exactly, supports_credentials=True, expose_headers=EXPOSED_HEADERS)
    if hops := backend.settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app
