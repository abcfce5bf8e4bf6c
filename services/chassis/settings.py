"""The environment of a service process, read once, all faults reported together."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from services.chassis.broker.senders import NAMED_ALIKE, BrokerUsers, check_own_user, read_broker_users


class BadSettings(Exception):
    """Raised when variables are missing or wrong; names every fault."""


@dataclass(frozen=True)
class ServiceSettings:
    """The settings of a service process.

    amqp_uri: RabbitMQ, several nodes separated by `;`.
    mongo_uri: the MongoDB deployment; mongo_database: this service's own database in it.
    max_workers: calls, and domain events, handled at once.
    calls_queue_type: `classic` on one machine, `quorum` on a cluster, the same for all of a system.
    log_level: of our own messages.
    broker_users: whose messages are whose.
    """

    amqp_uri: str
    mongo_uri: str
    mongo_database: str
    max_workers: int = 32
    calls_queue_type: str = "classic"
    log_level: str = "INFO"
    broker_users: BrokerUsers = NAMED_ALIKE


def read_settings(service: str, environment: Mapping[str, str] = os.environ) -> ServiceSettings:
    """Read the settings of `service`. A variable that is empty is as good as none.

    Raises:
        BadSettings: one line for each fault.
    """
    faults = [f"{name} is not set" for name in ("AMQP_URI", "MONGO_URI") if not environment.get(name)]
    workers = environment.get("SERVICE_WORKERS") or "32"
    if not (workers.isascii() and workers.isdigit() and len(workers) < 10 and 1 <= int(workers) <= 1000):
        faults.append(f"SERVICE_WORKERS must be a number from 1 to 1000, not {workers!r}")
    queue_type = environment.get("CALLS_QUEUE_TYPE") or "classic"
    if queue_type not in ("classic", "quorum"):
        faults.append(f"CALLS_QUEUE_TYPE must be classic or quorum, not {queue_type!r}")
    level = environment.get("LOG_LEVEL") or "INFO"
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        faults.append(f"LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not {level!r}")
    broker_users = read_broker_users(environment, faults)
    if environment.get("AMQP_URI"):
        check_own_user(service, environment["AMQP_URI"], broker_users, faults)
    if faults:
        raise BadSettings("\n".join(faults))
    return ServiceSettings(
        amqp_uri=environment["AMQP_URI"],
        mongo_uri=environment["MONGO_URI"],
        mongo_database=environment.get("MONGO_DATABASE") or f"social_calendar_{service}",
        max_workers=int(workers),
        calls_queue_type=queue_type,
        log_level=level,
        broker_users=broker_users,
    )
