"""`python -m deploy.local run | status | reset | demo`."""

import shutil
import sys

from deploy.local import demo, supervision
from deploy.local.broker import NoBroker
from deploy.local.programs import programs_of
from deploy.local.settings import BadSettings, LocalSettings, read_settings
from deploy.local.status import lines


def run(settings: LocalSettings) -> None:
    """Start everything in the foreground."""
    if supervision.is_running(settings):
        sys.exit(f"It is running already, with its data in {settings.data_dir}.")
    try:
        supervision.check_ports(settings)
        programs = programs_of(settings)
    except (supervision.PortTaken, NoBroker) as exc:
        sys.exit(f"Cannot start:\n{exc}")
    print(f"Starting. The calendar will be at {settings.gateway_url}", flush=True)
    supervision.replace_this_process(settings, programs)


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
    shutil.rmtree(settings.data_dir, ignore_errors=True)
    print(f"Deleted {settings.data_dir}")


def fill(settings: LocalSettings) -> None:
    """Fill the running system with something to look at."""
    demo.fill(settings.gateway_url)


COMMANDS = {"run": run, "status": status, "reset": reset, "demo": fill}


def main() -> None:
    """Read the environment and do what the first argument says."""
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(f"usage: python -m deploy.local {' | '.join(COMMANDS)}")
    try:
        settings = read_settings()
    except BadSettings as exc:
        sys.exit(f"Cannot start:\n{exc}")
    COMMANDS[sys.argv[1]](settings)


if __name__ == "__main__":
    main()
