"""`python -m deploy.local run [PART ...] | status | reset | demo | dead-letters | replay | reconcile`."""

import os
import shutil
import sys
from contextlib import suppress

from deploy.local import broker, demo, supervision
from deploy.local.broker import NoBroker
from deploy.local.mongod import NoDatabase
from deploy.local.ports import PortTaken, check_ports
from deploy.local.programs import programs_of
from deploy.local.settings import CONTENTS, BadSettings, LocalSettings, read_settings
from deploy.local.status import lines

USAGE = "usage: python -m deploy.local run [PART ...] | status | reset | demo | dead-letters | replay | reconcile"


def run(settings: LocalSettings, *chosen: str) -> None:
    """Start everything in the foreground, or only the parts that are named."""
    parts = chosen or settings.own_parts()
    unknown = set(parts) - set(settings.own_parts())
    if unknown:
        sys.exit(f"Cannot start {', '.join(sorted(unknown))}: there are {', '.join(settings.own_parts())}.")
    if supervision.is_running(settings):
        sys.exit(f"It is running already, with its data in {settings.data_dir} (DATA_DIR).")
    try:
        check_ports(settings, parts)
        programs = programs_of(settings, parts)
    except (PortTaken, NoBroker, NoDatabase) as exc:
        sys.exit(f"Cannot start:\n{exc}")
    print(f"Starting {', '.join(parts)}. Logs and data: {settings.data_dir}", flush=True)
    supervision.supervise(settings, programs)


def status(settings: LocalSettings) -> None:
    """Print one line for each process."""
    try:
        print("\n".join(lines(settings)))
    except OSError:
        sys.exit("It is not running.")


def reset(settings: LocalSettings) -> None:
    """Delete all data."""
    if supervision.is_running(settings):
        sys.exit("It is running: stop it first.")
    for path in (settings.data_dir / name for name in CONTENTS):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    with suppress(OSError):  # not there, or somebody else's files are in it
        settings.data_dir.rmdir()
    print(f"Deleted all data in {settings.data_dir}.")


def fill(settings: LocalSettings) -> None:
    """Fill the running system with something to look at."""
    demo.fill(settings.gateway_url)


def look_after(settings: LocalSettings, module: str, *arguments: str) -> None:
    """Become a program that looks after the running system, told where its broker is."""
    command = [sys.executable, "-m", module, *arguments]
    try:
        uri = broker.uri(settings, broker.OPERATOR)
    except NoBroker as exc:
        sys.exit(str(exc))
    os.execve(command[0], command, {**os.environ, "AMQP_URI": uri})


def show_dead_letters(settings: LocalSettings) -> None:
    """Print the messages that could not be handled."""
    look_after(settings, "services.operations.dead_letters", "list")


def replay(settings: LocalSettings) -> None:
    """Put the messages that could not be handled back into their queues."""
    look_after(settings, "services.operations.dead_letters", "replay")


def reconcile(settings: LocalSettings) -> None:
    """Compare what each service has copied with its owner, and repair it."""
    look_after(settings, "services.operations.reconciliation")


COMMANDS = {
    "run": run,
    "status": status,
    "reset": reset,
    "demo": fill,
    "dead-letters": show_dead_letters,
    "replay": replay,
    "reconcile": reconcile,
}


def main() -> None:
    """Read the environment and do what the first argument says."""
    name, *arguments = sys.argv[1:] or [""]
    if name not in COMMANDS or (arguments and name != "run"):
        sys.exit(USAGE)
    try:
        settings = read_settings()
    except BadSettings as exc:
        sys.exit(f"Cannot start:\n{exc}")
    COMMANDS[name](settings, *arguments)


if __name__ == "__main__":
    main()
