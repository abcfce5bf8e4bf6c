"""The gateway's environment, read once, all faults reported together."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.chassis.broker.senders import NAMED_ALIKE, BrokerUsers, check_own_user, read_broker_users
from services.contracts.rpc import GATEWAY

GOOGLE = "https://accounts.google.com/.well-known/openid-configuration"


_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\]", re.ASCII)


class BadSettings(Exception):
    """Raised when the environment does not say what the gateway needs to know; names every fault."""


@dataclass(frozen=True)
class Settings:
    """The settings of a gateway process.

    host, port: where it listens. workers: its worker processes. log_level: of our own messages.
    amqp_uri: RabbitMQ, several nodes separated by `;`. broker_users: whose messages are whose.
    mongo_uri, mongo_database: where sessions and idempotency keys are kept.
    oidc_discovery_url, oidc_client_id, oidc_client_secret: the identity provider.
    public_url: scheme, host and port under which clients reach us; None: as each request says (development).
    frontend_url: where people land after log-in and log-out.
    cors_origins: other sites whose pages may use the API with the visitor's session.
    search_by_email: whether strangers find somebody by the whole e-mail address.
    proxies: how many proxies in front of us to believe what they say of the client (X-Forwarded-…).
    """

    amqp_uri: str
    mongo_uri: str
    oidc_client_id: str
    oidc_client_secret: str
    host: str = "127.0.0.1"
    port: int = 5000
    workers: int = 2
    log_level: str = "INFO"
    oidc_discovery_url: str = GOOGLE
    mongo_database: str = "social_calendar_gateway"
    public_url: str | None = None
    frontend_url: str = "/"
    cors_origins: tuple[str, ...] = ()
    search_by_email: bool = True
    proxies: int = 0
    broker_users: BrokerUsers = NAMED_ALIKE

    @property
    def is_https(self) -> bool:
        """Return whether clients are known to come over https only."""
        return self.public_url is not None and self.public_url.startswith("https://")

    @property
    def address(self) -> str:
        """Where it listens, as one text."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. A variable that is empty is as good as none.

    Raises:
        BadSettings: one line for each fault.
    """
    required = ("AMQP_URI", "MONGO_URI", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    faults = [f"{name} is not set" for name in required if not environment.get(name)]
    public_url = next(iter(_origins(environment, "PUBLIC_URL", faults)), None)
    origins = _origins(environment, "CORS_ORIGINS", faults)
    discovery_url = environment.get("OIDC_DISCOVERY_URL") or GOOGLE
    if not environment.get("PUBLIC_URL") and discovery_url.lower().startswith("https:"):
        faults.append("PUBLIC_URL is not set, and is required with a real identity provider")
    broker_users = _broker_users(environment, faults)
    proxies = _number(environment, "TRUSTED_PROXIES", 0, 0, 10, faults)
    port = _number(environment, "GATEWAY_PORT", 5000, 1, 65535, faults)
    workers = _number(environment, "GATEWAY_WORKERS", 2, 1, 64, faults)
    level = environment.get("LOG_LEVEL") or "INFO"
    search_by_email = environment.get("SEARCH_BY_EMAIL") or "on"
    if search_by_email not in ("on", "off"):
        faults.append(f"SEARCH_BY_EMAIL must be on or off, not {search_by_email!r}")
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        faults.append(f"LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not {level!r}")
    if faults:
        raise BadSettings("\n".join(faults))
    return Settings(
        amqp_uri=environment["AMQP_URI"],
        mongo_uri=environment["MONGO_URI"],
        oidc_client_id=environment["OIDC_CLIENT_ID"],
        oidc_client_secret=environment["OIDC_CLIENT_SECRET"],
        host=environment.get("GATEWAY_HOST") or "127.0.0.1",
        port=port,
        workers=workers,
        log_level=level,
        oidc_discovery_url=discovery_url,
        mongo_database=environment.get("MONGO_DATABASE") or "social_calendar_gateway",
        public_url=public_url,
        frontend_url=environment.get("FRONTEND_URL") or "/",
        cors_origins=origins,
        search_by_email=search_by_email == "on",
        proxies=proxies,
        broker_users=broker_users,
    )


def _broker_users(environment: Mapping[str, str], faults: list[str]) -> BrokerUsers:
    users = read_broker_users(environment, faults)
    if environment.get("AMQP_URI"):
        check_own_user(GATEWAY, environment["AMQP_URI"], users, faults)
    return users


def _number(environment: Mapping[str, str], name: str, default: int, low: int, high: int, faults: list[str]) -> int:
    text = environment.get(name) or str(default)
    if text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high:
        return int(text)
    faults.append(f"{name} must be a number from {low} to {high}, not {text!r}")
    return default


def _origins(environment: Mapping[str, str], name: str, faults: list[str]) -> tuple[str, ...]:
    """Read origins separated by commas, as browsers write them."""
    given = [part.strip() for part in environment.get(name, "").split(",") if part.strip()]
    origins = {url: origin_of(url) for url in given}
    faults += [
        f"{name} must be scheme and host such as https://calendar.example, not {url!r}"
        for url, origin in origins.items()
        if origin is None
    ]
    return tuple(origin for origin in origins.values() if origin is not None)


def origin_of(url: str) -> str | None:
    """Return an origin as browsers write it: in lower case, without the scheme's own port; None if it is none.

    A star is no host, nor is anything that a pattern is made of.

    Source: RFC 6454, section 6.2.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = parts.netloc.rpartition(":")[0] if port is not None else parts.netloc
    if (
        parts.scheme not in _DEFAULT_PORTS
        or not _HOST.fullmatch(host)
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
    ):
        return None
    is_default = port is None or port == _DEFAULT_PORTS[parts.scheme]
    return f"{parts.scheme}://{host.lower()}{'' if is_default else f':{port}'}"
