"""Ports, folders and addresses of a system on one machine, read once, all faults reported together."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SERVICES = ("users", "events", "chats", "invites", "streams")

PARTS = ("gateway", *SERVICES, "rabbitmq", "mongodb", "identity")
"""What the system consists of, as `status` lists it."""

DEFAULT_PORTS = {
    "GATEWAY_PORT": 5000,
    "IDENTITY_PORT": 9400,
    "RABBITMQ_PORT": 5673,
    "RABBITMQ_DIST_PORT": 25673,
    "EPMD_PORT": 4370,
    "MONGO_PORT": 27018,
}

PORTS_OF = {
    "gateway": ("GATEWAY_PORT",),
    "identity": ("IDENTITY_PORT",),
    "rabbitmq": ("RABBITMQ_PORT", "RABBITMQ_DIST_PORT", "EPMD_PORT"),
    "mongodb": ("MONGO_PORT",),
}
"""The variables that say where a part listens."""

CONTENTS = ("mongodb", "rabbitmq", "identity", "logs", "supervisord.conf", "supervisord.pid", "supervisor.sock")
"""What we put into the data folder, and `reset` takes out of it again: the folder may hold other things too."""

LONGEST_SOCKET_PATH = 90
"""Linux allows 107 bytes, and the supervisor appends its pid for a moment."""


class BadSettings(Exception):
    """Raised when the environment does not describe a system that can be started; names every fault."""


@dataclass(frozen=True)
class LocalSettings:
    """What `run`, `status`, `reset` and `demo` need to know.

    data_dir: everything that survives a restart, and the logs.
    ports: by the name of the variable that changes each.
    processes: how many processes each service has.
    amqp_uri, mongo_uri, client_id: None when ours are to be used.
    """

    data_dir: Path
    ports: Mapping[str, int]
    gateway_host: str
    processes: Mapping[str, int]
    amqp_uri: str | None
    mongo_uri: str | None
    client_id: str | None

    @property
    def logs_dir(self) -> Path:
        """Where each process writes its log."""
        return self.data_dir / "logs"

    @property
    def supervisor_config(self) -> Path:
        """What the supervisor was told; for the owner's eyes only, since addresses may contain passwords."""
        return self.data_dir / "supervisord.conf"

    @property
    def supervisor_socket(self) -> Path:
        """Where the supervisor listens for `status`: in the data folder, or elsewhere when the path is too long."""
        inside = self.data_dir / "supervisor.sock"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
            return inside
        digest = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"social-calendar-{os.getuid()}-{digest}.sock"

    @property
    def gateway_url(self) -> str:
        """Where clients find the gateway."""
        return f"http://localhost:{self.ports['GATEWAY_PORT']}"

    @property
    def identity_url(self) -> str:
        """Where the development identity provider is: the same name for browsers and for the gateway."""
        return f"http://localhost:{self.ports['IDENTITY_PORT']}"

    def own_parts(self) -> tuple[str, ...]:
        """List the parts that we start, which is all that the environment does not say to be elsewhere."""
        elsewhere = {"rabbitmq": self.amqp_uri, "mongodb": self.mongo_uri, "identity": self.client_id}
        return tuple(part for part in PARTS if elsewhere.get(part) is None)


def read_settings(environment: Mapping[str, str] = os.environ) -> LocalSettings:
    """Read the settings.

    Raises:
        BadSettings: one line for each fault.
    """
    faults: list[str] = []
    ports = {name: _number(environment, name, default, 1, 65535, faults) for name, default in DEFAULT_PORTS.items()}
    faults += [
        f"{name}={port} is another port's number too"
        for name, port in ports.items()
        if list(ports.values()).count(port) > 1
    ]
    everywhere = _number(environment, "SERVICE_PROCESSES", 1, 1, 64, faults)
    processes = {
        service: _number(environment, f"{service.upper()}_PROCESSES", everywhere, 1, 64, faults) for service in SERVICES
    }
    client_id = environment.get("OIDC_CLIENT_ID") or None
    if client_id and not environment.get("OIDC_CLIENT_SECRET"):
        faults.append("OIDC_CLIENT_ID is set, OIDC_CLIENT_SECRET is not")
    if environment.get("AMQP_URI") and environment.get("BROKER_USERS") != "shared":
        faults.append("AMQP_URI is set, so that all parts share its user: BROKER_USERS must be shared, and say so")
    if faults:
        raise BadSettings("\n".join(faults))
    return LocalSettings(
        data_dir=Path(environment.get("DATA_DIR") or ".local").resolve(),
        ports=ports,
        # The development identity provider lets anybody in, so nobody else's machine may reach the gateway then.
        gateway_host=environment.get("GATEWAY_HOST") or ("0.0.0.0" if client_id else "127.0.0.1"),
        processes=processes,
        amqp_uri=environment.get("AMQP_URI") or None,
        mongo_uri=environment.get("MONGO_URI") or None,
        client_id=client_id,
    )


def _number(environment: Mapping[str, str], name: str, default: int, low: int, high: int, faults: list[str]) -> int:
    text = environment.get(name) or str(default)
    if text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high:
        return int(text)
    faults.append(f"{name} must be a number from {low} to {high}, not {text!r}")
    return default
