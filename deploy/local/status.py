"""One line for each process: name, state, pid."""

from collections.abc import Iterator
from typing import Any

import psutil

from deploy.local.settings import PARTS, LocalSettings
from deploy.local.supervision import control


def lines(settings: LocalSettings) -> list[str]:
    """Describe every process; the pid is that of the process itself.

    Raises:
        OSError: the system does not run.
    """
    supervisor: Any = control(settings).supervisor
    processes = [info for info in supervisor.getAllProcessInfo() if _part(info["name"]) in PARTS]
    processes.sort(key=lambda info: (PARTS.index(_part(info["name"])), info["name"]))
    return [line for info in processes for line in _lines_of(info)]


def _part(name: str) -> str:
    return name.partition(".")[0]


def _lines_of(info: Any) -> Iterator[str]:
    name, state, pid = str(info["name"]), str(info["statename"]).lower(), int(info["pid"])
    yield _line(name, state, pid)
    if name == "gateway" and pid:
        for number, worker in enumerate(_children(pid), 1):
            yield _line(f"gateway.worker.{number}", state, worker)


def _line(name: str, state: str, pid: int) -> str:
    return f"{name:<18} {state:<10} {pid or '-'}"


def _children(pid: int) -> list[int]:
    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except psutil.NoSuchProcess:
        return []
