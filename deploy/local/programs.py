"""Every process of the system: its name, command and environment."""

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from deploy.local import broker, database, mongod
from deploy.local.settings import SERVICES, LocalSettings

DEVELOPMENT_CLIENT = {"OIDC_CLIENT_ID": "social-calendar-development", "OIDC_CLIENT_SECRET": "development"}
"""The development identity provider knows no clients: any id and secret will do."""

STAGES = ("foundation", "services", "gateway")
"""All start at once, since each waits for what it needs; they stop one stage after the other, the last one first."""


@dataclass(frozen=True)
class Program:
    """A process, or several of the same kind.

    stop_wait_s: how long it may take to finish what is in hand.
    """

    name: str
    stage: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    processes: int = 1
    stop_wait_s: int = 10


def programs_of(settings: LocalSettings, parts: Sequence[str]) -> list[Program]:
    """List the processes of some parts of the system, and the one that attends to them.

    Raises:
        NoBroker: RabbitMQ is among the parts, and is not there.
        NoDatabase: MongoDB is among them, and is not there, or cannot be started with the data that is.
    """
    if settings.mongo_uri is None:
        database.claim_folder(settings)
    if settings.amqp_uri is None:
        broker.claim_folder(settings)
    return [*(program for part in parts for program in _PROGRAMS_OF[part](settings)), _attendant(settings, parts)]


def _mongodb(settings: LocalSettings) -> list[Program]:
    environment = {"MONGO_PORT": str(settings.ports["MONGO_PORT"]), "DATA_DIR": str(settings.data_dir)}
    return [Program("mongodb", "foundation", database.starter(mongod.find_or_install()), environment)]


def _rabbitmq(settings: LocalSettings) -> list[Program]:
    start = broker.find_or_install()
    epmd = shutil.which("epmd") or "epmd"
    return [
        Program("epmd", "foundation", [epmd], broker.epmd_environment(settings)),
        Program("rabbitmq", "foundation", [str(start)], broker.prepare(settings)),
    ]


def _identity(settings: LocalSettings) -> list[Program]:
    environment = {"IDENTITY_PORT": str(settings.ports["IDENTITY_PORT"]), "DATA_DIR": str(settings.data_dir)}
    return [Program("identity", "foundation", [sys.executable, "-m", "deploy.local.identity"], environment)]


def _service(settings: LocalSettings, service: str) -> list[Program]:
    command = [sys.executable, "-m", f"services.{service}"]
    environment = {**addresses(settings, service), "MONGO_DATABASE": f"social_calendar_{service}"}
    return [Program(service, "services", command, environment, processes=settings.processes[service])]


def _gateway(settings: LocalSettings) -> list[Program]:
    environment = {
        **addresses(settings, "gateway"),
        "MONGO_DATABASE": "social_calendar_gateway",
        "GATEWAY_HOST": settings.gateway_host,
        "GATEWAY_PORT": str(settings.ports["GATEWAY_PORT"]),
    }
    if settings.client_id is None:
        discovery = f"{settings.identity_url}/.well-known/openid-configuration"
        environment |= {**DEVELOPMENT_CLIENT, "OIDC_DISCOVERY_URL": discovery}
    command = [
        _beside_python("gunicorn"),
        "-c",
        "gateway/server/gunicorn.conf.py",
        "--no-control-socket",
        "gateway.app:create_app()",
    ]
    return [Program("gateway", "gateway", command, environment)]


def _attendant(settings: LocalSettings, parts: Sequence[str]) -> Program:
    awaited = ["gateway"] if "gateway" in parts else []
    command = [sys.executable, "-m", "deploy.local.attendant", *awaited]
    return Program("attendant", STAGES[-1], command, {"DATA_DIR": str(settings.data_dir)})


def addresses(settings: LocalSettings, part: str) -> dict[str, str]:
    """Return where broker and database are for a part of the system, as its environment."""
    return {"AMQP_URI": broker.uri(settings, part), "MONGO_URI": database.uri(settings, part)}


def _beside_python(name: str) -> str:
    """Return the path of a command that was installed beside this Python."""
    return str(Path(sys.executable).with_name(name))


_PROGRAMS_OF: Mapping[str, Callable[[LocalSettings], list[Program]]] = {
    "mongodb": _mongodb,
    "rabbitmq": _rabbitmq,
    "identity": _identity,
    "gateway": _gateway,
    **{service: partial(_service, service=service) for service in SERVICES},
}
