"""One line for each process: name, state, pid."""

from collections.abc import Iterator
from typing import Any

import psutil

from deploy.local.settings import LocalSettings
from deploy.local.supervision import control


def lines(settings: LocalSettings) -> Iterator[str]:
    """Describe every process; the pid is that of the process itself.

    Raises:
        OSError: the system does not run.
    """
    processes: Any = control(settings).supervisor.getAllProcessInfo()
    for info in processes:
        name, state, pid = str(info["name"]), str(info["statename"]).lower(), int(info["pid"])
        if name == "console":
            continue
        yield _line(name, state, pid)
        if name == "gateway" and pid:
            for number, worker in enumerate(_children(pid), 1):
                yield _line(f"gateway-worker-{number}", state, worker)


def _line(name: str, state: str, pid: int) -> str:
    return f"{name:<18} {state:<10} {pid or '-'}"


def _children(pid: int) -> list[int]:
    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except psutil.NoSuchProcess:
        return []
