"""Every process of the system: its name, command and environment."""

import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import broker
from deploy.local.settings import SERVICES, LocalSettings

DEVELOPMENT_CLIENT = {"OIDC_CLIENT_ID": "social-calendar-development", "OIDC_CLIENT_SECRET": "development"}
"""The development identity provider knows no clients: any id and secret will do."""


@dataclass(frozen=True)
class Program:
    """A process, or several of the same kind.

    priority: small ones start first and stop last.
    stop_wait_s: how long it may take to finish what is in hand.
    """

    name: str
    command: list[str]
    priority: int
    environment: dict[str, str] = field(default_factory=dict)
    processes: int = 1
    stop_wait_s: int = 10


def programs_of(settings: LocalSettings) -> list[Program]:
    """List the processes of the system, those that others need first."""
    needed = [*_mongodb(settings), *_rabbitmq(settings), *_identity(settings)]
    return [*needed, *(_service(settings, service) for service in SERVICES), _gateway(settings)]


def _beside(name: str) -> str:
    """Return the path of a command that was installed beside this Python."""
    return str(Path(sys.executable).with_name(name))


def _mongodb(settings: LocalSettings) -> list[Program]:
    if settings.mongo_uri:
        return []
    folder = settings.data_dir / "mongodb"
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "secantusd.toml"
    config.touch()  # an empty one of ours, so that none is looked for elsewhere
    port = str(settings.ports["MONGO_PORT"])
    where = ["--host", "127.0.0.1", "--port", port, "--storage-path", str(folder / "data")]
    command = [_beside("secantusd-py"), "--config", str(config), *where, "--log-level", "WARNING"]
    return [Program("mongodb", command, priority=10)]


def _rabbitmq(settings: LocalSettings) -> list[Program]:
    if settings.amqp_uri:
        return []
    script = broker.find_or_install()
    epmd = [shutil.which("epmd") or "epmd"]
    return [
        Program("rabbitmq-epmd", epmd, priority=5, environment=broker.epmd_environment(settings)),
        Program("rabbitmq", [str(script)], priority=10, environment=broker.prepare(settings), stop_wait_s=20),
    ]


def _identity(settings: LocalSettings) -> list[Program]:
    if settings.client_id:
        return []
    environment = {"IDENTITY_PORT": str(settings.ports["IDENTITY_PORT"]), "DATA_DIR": str(settings.data_dir)}
    return [Program("identity", [sys.executable, "-m", "deploy.local.identity"], priority=10, environment=environment)]


def _addresses(settings: LocalSettings) -> dict[str, str]:
    return {
        "AMQP_URI": settings.amqp_uri or f"amqp://guest:guest@127.0.0.1:{settings.ports['RABBITMQ_PORT']}//",
        "MONGO_URI": settings.mongo_uri or f"mongodb://127.0.0.1:{settings.ports['MONGO_PORT']}",
    }


def _service(settings: LocalSettings, service: str) -> Program:
    return Program(
        service,
        [sys.executable, "-m", "services.chassis.process", service],
        priority=20,
        environment={**_addresses(settings), "MONGO_DATABASE": f"social_calendar_{service}"},
        processes=settings.processes[service],
    )


def _gateway(settings: LocalSettings) -> Program:
    environment = {
        **_addresses(settings),
        "MONGO_DATABASE": "social_calendar_gateway",
        "GATEWAY_HOST": settings.gateway_host,
        "GATEWAY_PORT": str(settings.ports["GATEWAY_PORT"]),
    }
    if settings.client_id is None:
        discovery = f"{settings.identity_url}/.well-known/openid-configuration"
        environment |= {**DEVELOPMENT_CLIENT, "OIDC_DISCOVERY_URL": discovery}
    command = [_beside("gunicorn"), "-c", "gateway/gunicorn.conf.py", "gateway.app:create_app()"]
    return Program("gateway", command, priority=30, environment=environment)
