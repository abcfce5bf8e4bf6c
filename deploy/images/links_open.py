"""Whether this container's service is connected to the broker: exit status 0 if every link is, else 1.

Asked every few seconds by the engine, so it costs next to nothing: it imports no package and calls nobody. A call of
`check_health` would be answered by any replica; the connections are this one's own. A service that has stopped
answering heartbeats is disconnected by the broker, so it is found out, too. The database is none of this check's
business: to start a service again does not mend it.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

LINKS = 4
"""Of a service process: it answers, handles, publishes and calls."""
ESTABLISHED = "01"
TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
PORTS = {"amqp": 5672, "amqps": 5671}


def ports_of(amqp_uri: str) -> set[int]:
    """Return the ports of the broker's nodes."""
    nodes = [urlsplit(node) for node in amqp_uri.split(";")]
    return {node.port or PORTS.get(node.scheme, 5672) for node in nodes}


def count_links(lines: Iterable[str], ports: set[int]) -> int:
    """Count the connections to one of the ports in the kernel's table (local address, remote address, state)."""
    rows = [line.split()[1:4] for line in lines]
    remote = [address for _, address, state in rows if state == ESTABLISHED]
    return sum(int(address.rpartition(":")[2], 16) in ports for address in remote)


def main() -> int:
    """Say how many links are open; 0 if all are."""
    lines = [line for table in TABLES if table.exists() for line in table.read_text().splitlines()[1:]]
    found = count_links(lines, ports_of(os.environ["AMQP_URI"]))
    print(f"{found} of {LINKS} links to the broker are open")
    return 0 if found >= LINKS else 1


if __name__ == "__main__":
    sys.exit(main())
