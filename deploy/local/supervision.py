"""The supervisor (PyPI): starts every process, restarts what dies, stops all of them stage by stage."""

import configparser
import os
import shlex
import sys
import xmlrpc.client
from collections.abc import Iterable, Mapping

from supervisor.options import ServerOptions
from supervisor.supervisord import go
from supervisor.xmlrpc import SupervisorTransport

from deploy.local.programs import STAGES, Program
from deploy.local.settings import LocalSettings


def control(settings: LocalSettings) -> xmlrpc.client.ServerProxy:
    """Return the supervisor's XML-RPC interface; calls fail with OSError when it does not run."""
    transport = SupervisorTransport(None, None, f"unix://{settings.supervisor_socket}")
    return xmlrpc.client.ServerProxy("http://supervisor", transport)


def is_running(settings: LocalSettings) -> bool:
    """Return whether a supervisor of this data folder runs."""
    try:
        control(settings).supervisor.getState()
    except OSError:
        return False
    except xmlrpc.client.Fault:  # it answers nothing but that while it stops
        return True
    return True


def supervise(settings: LocalSettings, programs: list[Program]) -> None:
    """Be the supervisor of `programs` in this process, until SIGTERM, SIGINT or SIGHUP has stopped them all."""
    settings.logs_dir.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(settings.supervisor_config, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        configuration(settings, programs).write(file)
    options = ServerOptions()
    options.realize(["--configuration", str(settings.supervisor_config)])
    options.first, options.test = True, False
    go(options)


def configuration(settings: LocalSettings, programs: list[Program]) -> configparser.RawConfigParser:
    """Say in the supervisor's own words what is to be run."""
    parser = configparser.RawConfigParser()
    parser.read_dict(
        {
            "supervisord": {
                "nodaemon": "true",
                "silent": "true",  # the console tells what matters
                "user": str(os.geteuid()),  # said aloud, so that it does not warn
                "logfile": _escaped(settings.logs_dir / "supervisor.log"),
                "logfile_maxbytes": "10MB",
                "pidfile": _escaped(settings.data_dir / "supervisord.pid"),
                "childlogdir": _escaped(settings.logs_dir),
                "directory": _escaped(os.getcwd()),
            },
            "unix_http_server": {"file": _escaped(settings.supervisor_socket), "chmod": "0600"},
            "rpcinterface:supervisor": {
                "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
            },
            "eventlistener:console": {
                "command": _command([sys.executable, "-m", "deploy.local.console", settings.logs_dir]),
                "events": "PROCESS_LOG,PROCESS_STATE_EXITED,PROCESS_STATE_BACKOFF,SUPERVISOR_STATE_CHANGE",
                "buffer_size": "10000",
                "priority": "1",  # starts first, stops last
                "stdout_logfile": "NONE",
                "stderr_logfile": _escaped(settings.logs_dir / "console.log"),
            },
        }
    )
    for priority, stage in enumerate(STAGES, start=10):
        members = [program for program in programs if program.stage == stage]
        if members:
            names = ",".join(program.name for program in members)
            parser[f"group:{stage}"] = {"programs": names, "priority": str(priority)}
    for program in programs:
        parser[f"program:{program.name}"] = _section(settings, program)
    return parser


def _section(settings: LocalSettings, program: Program) -> dict[str, str]:
    several = program.processes > 1
    name = "%(program_name)s.%(process_num)d" if several else "%(program_name)s"
    return {
        "command": _command(program.command),
        "process_name": name,
        "numprocs": str(program.processes),
        "numprocs_start": "1",
        "environment": _environment(program.environment),
        "autorestart": "true",
        "startsecs": "1",
        "startretries": "3",  # 1, 2 and 3 s later; then the attendant starts it anew, so that waiting does not grow
        "stopwaitsecs": str(program.stop_wait_s),
        "killasgroup": "true",
        **_logging(settings, name),
    }


def _logging(settings: LocalSettings, name: str) -> dict[str, str]:
    return {
        "redirect_stderr": "true",
        "stdout_logfile": f"{_escaped(settings.logs_dir)}/{name}.log",
        "stdout_logfile_maxbytes": "10MB",
        "stdout_logfile_backups": "3",
        "stdout_events_enabled": "true",
    }


def _command(words: Iterable[object]) -> str:
    return _escaped(shlex.join(map(str, words)))


def _environment(variables: Mapping[str, str]) -> str:
    everywhere = {"PYTHONUNBUFFERED": "1"}
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in (everywhere | dict(variables)).items())


def _escaped(text: object) -> str:
    return str(text).replace("%", "%%")  # the supervisor expands %(name)s
