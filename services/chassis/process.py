"""The program of a service: `python -m services.chassis.process users`.

Starts Nameko's runner without Nameko's command, which needs `pkg_resources`. The service class answers calls; a second
container of the same process, with workers of its own, hears domain events, so that a backlog never starves the calls.
"""

import warnings

# eventlet says goodbye at import; nothing but the message tells its warning from others.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet  # noqa: E402

eventlet.monkey_patch()

import importlib  # noqa: E402
import logging  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

from nameko.extensions import DependencyProvider  # noqa: E402
from nameko.runners import ServiceRunner  # noqa: E402
from pymongo.database import Database  # noqa: E402
from pymongo.errors import PyMongoError  # noqa: E402

from services.chassis import reconciling  # noqa: E402
from services.chassis.hearing import hears  # noqa: E402
from services.chassis.hearing_in_order import hears_in_order  # noqa: E402
from services.chassis.mongo import Document  # noqa: E402
from services.chassis.resources import Resources  # noqa: E402
from services.chassis.settings import BadSettings, ServiceSettings, read_settings  # noqa: E402

log = logging.getLogger("services")


def listener_of(service: type) -> type:
    """Build the class of the container that hears domain events: the service's dependencies and its way to hear.

    That is `apply`, which takes one after the other in no order; or `apply_in_order`, where the order counts.
    """
    dependencies = {name: value for name, value in vars(service).items() if isinstance(value, DependencyProvider)}

    @hears
    def apply(self: Any, announcement: dict[str, object]) -> object:
        return service.apply(self, announcement=announcement)  # type: ignore[attr-defined]  # every service has it

    @hears_in_order
    def apply_in_order(self: Any, announcements: list[dict[str, object]]) -> object:
        return service.apply_in_order(self, announcements=announcements)  # type: ignore[attr-defined]  # it was asked

    way = apply_in_order if hasattr(service, "apply_in_order") else apply
    name = f"{service.name}.listener"  # type: ignore[attr-defined]  # every service has one
    return type(f"{service.__name__}Listener", (), {**dependencies, "name": name, way.__name__: way})


def prepare_database(prepare: Callable[[Database[Document]], None], database: Database[Document]) -> None:
    """Make collections and indexes, waiting for the database as long as it takes: without them no rule holds."""
    while True:
        try:
            prepare(database)
            reconciling.prepare(database)
            return
        except PyMongoError as exc:
            log.warning("waiting for the database: %s", str(exc)[:200])
            time.sleep(0.5)


def run(service: str, settings: ServiceSettings) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is in hand."""
    storage = importlib.import_module(f"services.{service}.storage")
    service_class = getattr(importlib.import_module(f"services.{service}.service"), service.capitalize())
    resources = Resources(service, settings, getattr(storage, "boxes", None))
    prepare_database(storage.prepare, resources.database)
    runner = ServiceRunner(resources.as_config())
    runner.add_service(service_class)
    runner.add_service(listener_of(service_class))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: eventlet.spawn_n(runner.stop))
    runner.start()
    log.info("%s is running", service)
    runner.wait()
    resources.close()
    log.info("%s has stopped", service)


def main() -> None:
    """Read the environment and run the service named by the first argument."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m services.chassis.process SERVICE")
    service = sys.argv[1]
    try:
        settings = read_settings(service)
    except BadSettings as exc:
        sys.exit(f"{service} cannot start:\n{exc}")
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    for noisy, level in (("nameko.containers", "ERROR"), ("amqp", "WARNING"), ("pymongo", "WARNING")):
        logging.getLogger(noisy).setLevel(level)  # Nameko logs a traceback for every refusal that it expects
    run(service, settings)


if __name__ == "__main__":
    main()
