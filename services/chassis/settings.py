"""The environment of a service process, read once, all faults reported together."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.chassis.broker.senders import NAMED_ALIKE, BrokerUsers, check_own_user, read_broker_users


class BadSettings(Exception):
    """Raised when variables are missing or wrong; names every fault."""


@dataclass(frozen=True)
class Number:
    """A variable that only one service reads: a whole number from `low` to `high`."""

    name: str
    default: int
    low: int
    high: int

    def read(self, environment: Mapping[str, str], faults: list[str]) -> int:
        """Return its value; what is wrong with it is added to the faults."""
        text = environment.get(self.name) or str(self.default)
        if text.isascii() and text.isdigit() and len(text) < 10 and self.low <= int(text) <= self.high:
            return int(text)
        faults.append(f"{self.name} must be a number from {self.low} to {self.high}, not {text!r}")
        return self.default


WORKERS = Number("SERVICE_WORKERS", 32, 1, 1000)


@dataclass(frozen=True)
class ServiceSettings:
    """The settings of a service process.

    amqp_uri: RabbitMQ, several nodes separated by `;`.
    mongo_uri: the MongoDB deployment; mongo_database: this service's own database in it.
    max_workers: calls, and domain events, handled at once.
    calls_queue_type: `classic` on one machine, `quorum` on a cluster, the same for all of a system.
    log_level: of our own messages.
    broker_users: whose messages are whose.
    numbers: what the service alone reads, by the names of the variables.
    """

    amqp_uri: str
    mongo_uri: str
    mongo_database: str
    max_workers: int = 32
    calls_queue_type: str = "classic"
    log_level: str = "INFO"
    broker_users: BrokerUsers = NAMED_ALIKE
    numbers: Mapping[str, int] = field(default_factory=dict)


def read_settings(
    service: str, environment: Mapping[str, str] = os.environ, *, numbers: Sequence[Number] = ()
) -> ServiceSettings:
    """Read the settings of `service`. A variable that is empty is as good as none. numbers: what it alone reads.

    Raises:
        BadSettings: one line for each fault.
    """
    faults = [f"{name} is not set" for name in ("AMQP_URI", "MONGO_URI") if not environment.get(name)]
    workers = WORKERS.read(environment, faults)
    own = {number.name: number.read(environment, faults) for number in numbers}
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
        max_workers=workers,
        calls_queue_type=queue_type,
        log_level=level,
        broker_users=broker_users,
        numbers=own,
    )
