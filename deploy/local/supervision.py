"""The supervisor: starts every process, restarts what dies, stops all of them in order.

Supervisor (PyPI) runs in the foreground in our place, so that whoever stops us stops it.
"""

import configparser
import os
import shlex
import socket
import sys
import xmlrpc.client
from pathlib import Path

from supervisor.xmlrpc import SupervisorTransport

from deploy.local.programs import Program
from deploy.local.settings import LocalSettings

FOREVER = 1_000_000
"""Restarts of a process that fails to start; it never is given up."""


class PortTaken(Exception):
    """Raised when somebody else listens where we want to; names the port and the variable that changes it."""


def check_ports(settings: LocalSettings) -> None:
    """Make sure that every port we want is free.

    Raises:
        PortTaken: one line for each that is not.
    """
    taken = [
        f"port {port} is taken: set {name} to another one"
        for name, port in settings.ports_to_open().items()
        if _taken(port)
    ]
    if taken:
        raise PortTaken("\n".join(taken))


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def control(settings: LocalSettings) -> xmlrpc.client.ServerProxy:
    """Return the supervisor's XML-RPC interface; calls fail with OSError when it does not run."""
    transport = SupervisorTransport(None, None, f"unix://{settings.socket}")
    return xmlrpc.client.ServerProxy("http://supervisor", transport)


def is_running(settings: LocalSettings) -> bool:
    """Tell whether a supervisor of this data folder runs."""
    try:
        control(settings).supervisor.getState()
    except OSError:
        return False
    return True


def replace_this_process(settings: LocalSettings, programs: list[Program]) -> None:
    """Become the supervisor. Does not return."""
    settings.logs_dir.mkdir(parents=True, exist_ok=True)
    path = settings.data_dir / "supervisord.conf"
    with path.open("w") as file:
        _configuration(settings, programs).write(file)
    supervisord = str(Path(sys.executable).with_name("supervisord"))
    os.execv(supervisord, [supervisord, "--configuration", str(path)])


def _configuration(settings: LocalSettings, programs: list[Program]) -> configparser.RawConfigParser:
    configuration = configparser.RawConfigParser()
    configuration.read_dict(
        {
            "supervisord": {
                "nodaemon": "true",
                "user": str(os.geteuid()),  # said aloud, so that it does not warn
                "logfile": settings.logs_dir / "supervisor.log",
                "pidfile": settings.data_dir / "supervisord.pid",
                "loglevel": "warn",
                "directory": os.getcwd(),
            },
            "unix_http_server": {"file": settings.socket, "chmod": "0600"},
            "rpcinterface:supervisor": {
                "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
            },
            "eventlistener:console": {
                "command": _shell([sys.executable, "-m", "deploy.local.console"]),
                "events": "PROCESS_LOG",
                "buffer_size": "1000",
                "priority": "1",
                "stderr_logfile": "/dev/stderr",
                "stderr_logfile_maxbytes": "0",
                "environment": _environment({"PYTHONUNBUFFERED": "1"}),
            },
        }
    )
    for program in programs:
        configuration[f"program:{program.name}"] = _section(settings, program)
    return configuration


def _section(settings: LocalSettings, program: Program) -> dict[str, str]:
    several = program.processes > 1
    name = "%(program_name)s-%(process_num)d" if several else "%(program_name)s"
    return {
        "command": _shell(program.command),
        "process_name": name,
        "numprocs": str(program.processes),
        "numprocs_start": "1",
        "priority": str(program.priority),
        "environment": _environment({"PYTHONUNBUFFERED": "1", **program.environment}),
        "autorestart": "true",
        "startsecs": "1",
        "startretries": str(FOREVER),
        "stopwaitsecs": str(program.stop_wait_s),
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": str(settings.logs_dir / f"{name}.log"),
        "stdout_logfile_maxbytes": "10MB",
        "stdout_logfile_backups": "3",
        "stdout_events_enabled": "true",
    }


def _shell(command: list[str]) -> str:
    return _escaped(shlex.join(command))


def _environment(variables: dict[str, str]) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in variables.items())


def _escaped(text: str) -> str:
    return text.replace("%", "%%")  # Supervisor expands %(name)s
