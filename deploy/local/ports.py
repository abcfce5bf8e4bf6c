"""Whether the ports that we want are free: asked before anything starts."""

import socket
from collections.abc import Iterable

from deploy.local.settings import PORTS_OF, LocalSettings


class PortTaken(Exception):
    """Raised when somebody else listens where we want to; names each port and the variable that changes it."""


def check_ports(settings: LocalSettings, parts: Iterable[str]) -> None:
    """Make sure that every port that `parts` want is free.

    Raises:
        PortTaken: one line for each that is not.
    """
    wanted = [variable for part in parts for variable in PORTS_OF.get(part, ())]
    hosts = {"GATEWAY_PORT": settings.gateway_host}
    taken = [
        f"port {settings.ports[variable]} is taken: set {variable} to another one"
        for variable in wanted
        if is_taken(hosts.get(variable, "127.0.0.1"), settings.ports[variable])
    ]
    if taken:
        raise PortTaken("\n".join(taken))


def is_taken(host: str, port: int) -> bool:
    """Return whether somebody listens on the port, or it cannot be listened on for another reason."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that are closing do no harm
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False
