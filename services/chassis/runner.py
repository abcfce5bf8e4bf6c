"""The program of a service: `python -m services.users`.

Import this module first: it makes the standard library cooperative. It starts Nameko's runner without Nameko's command,
which needs `pkg_resources`.
"""

import warnings

# eventlet warns of its deprecation at import; only the message distinguishes that warning from others.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet  # noqa: E402

eventlet.monkey_patch()

import logging  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402

from nameko.runners import ServiceRunner  # noqa: E402
from pymongo.database import Database  # noqa: E402
from pymongo.errors import PyMongoError  # noqa: E402

from services.chassis import logging as json_logging  # noqa: E402
from services.chassis.context import ServiceContext  # noqa: E402
from services.chassis.logging import log_event  # noqa: E402
from services.chassis.messaging import reconciler  # noqa: E402
from services.chassis.mongo import Document  # noqa: E402
from services.chassis.service import Service  # noqa: E402
from services.chassis.settings import BadSettings, read_settings  # noqa: E402

log = logging.getLogger("services")


def prepare_database(prepare: Callable[[Database[Document]], None], database: Database[Document]) -> None:
    """Make indexes and validators, waiting for the database as long as it takes: without them the rules do not hold."""
    while True:
        try:
            prepare(database)
            reconciler.prepare(database)
            return
        except PyMongoError as exc:
            log.warning("waiting for the database: %s", str(exc)[:200])
            time.sleep(0.5)


def run(service: type[Service]) -> None:
    """Read the environment and serve until SIGTERM or SIGINT, then finish what is in hand."""
    try:
        settings = read_settings(service.name, numbers=service.numbers)
    except BadSettings as exc:
        sys.exit(f"{service.name} cannot start:\n{exc}")
    json_logging.configure(service.name, settings.log_level)
    context = ServiceContext(service.name, settings, service.outboxes)
    prepare_database(service.prepare, context.database)
    runner = ServiceRunner(context.as_config())
    runner.add_service(service)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: eventlet.spawn_n(runner.stop))
    runner.start()
    log_event(log, "started")
    runner.wait()
    context.close()
    log_event(log, "stopped")
