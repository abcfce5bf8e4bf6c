"""Messages that could not be handled, listed and put back: `python -m services.operations.dead_letters list | replay`.

Reads `AMQP_URI` and `BROKER_USERS`. Names of services after the command limit it to those subscribers.
`docs/runbook.md` has what to do when.
"""

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import amqp
from kombu.connection import Connection
from kombu.exceptions import OperationalError

from services.chassis.broker import topology
from services.chassis.broker.connection import user_of
from services.chassis.broker.senders import NAMED_ALIKE, SENT_BY, BrokerUsers, read_broker_users
from services.contracts.registry import SUBSCRIPTIONS

SUBSCRIBERS = sorted({subscriber for subscribers in SUBSCRIPTIONS.values() for subscriber in subscribers})
LIMIT_S = 10.0
BODY_SHOWN = 500
PLACES_SHOWN = 3


@dataclass(frozen=True)
class DeadLetter:
    """A dead-lettered message.

    queue: where it could not be handled, and where it goes back to.
    tries: how often that was tried; error, traceback: of the last time.
    sent_by: the broker's user who sent it first; ``""`` if nobody knows.
    """

    message: amqp.Message
    queue: str
    tries: int
    error: str
    traceback: str
    sent_by: str

    def __str__(self) -> str:
        body = self.message.body if isinstance(self.message.body, str) else self.message.body.decode(errors="replace")
        sender = self.sent_by or "nobody"
        lines = [
            f"{self.queue}  from {sender}  tried {self.tries} times  {self.error}",
            body[:BODY_SHOWN],
            *self._where(),
        ]
        return "\n    ".join(lines)

    def _where(self) -> list[str]:
        """Return the places in the traceback, the last ones."""
        places = [line.strip() for line in self.traceback.splitlines() if line.lstrip().startswith("File ")]
        return places[-PLACES_SHOWN:]


@dataclass(frozen=True)
class Way:
    """How an operator comes to the broker: as which user, and whose the others are."""

    user: str
    users: BrokerUsers = NAMED_ALIKE


def read(message: amqp.Message, subscriber: str, users: BrokerUsers) -> DeadLetter:
    """Read what is known of a dead-lettered message: what we wrote in its headers, or what the broker did."""
    headers: dict[str, Any] = message.headers or {}
    sent_by = users.first_sender_of(message, subscriber=subscriber)
    if "queue" in headers:
        tries, error = int(headers.get("tries", 0)), str(headers.get("error", ""))
        return DeadLetter(message, str(headers["queue"]), tries, error, str(headers.get("traceback", "")), sent_by)
    death = (headers.get("x-death") or [{}])[0]
    error = f"the process died each time (the broker's reason: {death.get('reason', 'unknown')})"
    return DeadLetter(message, str(death.get("queue", "")), topology.CRASH_LIMIT, error, "", sent_by)


def take(channel: amqp.Channel, subscriber: str, users: BrokerUsers) -> Iterator[DeadLetter]:
    """Take a subscriber's dead letters at this moment; what is not acknowledged goes back when the channel closes."""
    queue = topology.dead_letters_of(subscriber)
    for _ in range(channel.queue_declare(queue, passive=True).message_count):
        message = channel.basic_get(queue, no_ack=False)
        if message is None:
            return
        yield read(message, subscriber, users)


def show(channel: amqp.Channel, subscriber: str, way: Way) -> int:
    """Print a subscriber's dead letters; return how many."""
    found = list(take(channel, subscriber, way.users))
    for letter in found:
        print(letter)
    give_back(channel, subscriber, len(found))
    return len(found)


def give_back(channel: amqp.Channel, subscriber: str, count: int) -> None:
    """Return what was taken and not acknowledged, and wait until it is there again for whoever looks next."""
    channel.basic_recover(requeue=True)
    patience_ends = time.monotonic() + LIMIT_S
    while channel.queue_declare(topology.dead_letters_of(subscriber), passive=True).message_count < count:
        if time.monotonic() > patience_ends:
            return
        time.sleep(0.02)


def put_back(channel: amqp.Channel, subscriber: str, way: Way) -> int:
    """Put a subscriber's dead letters back into its queue, as if it came for the first time; return how many.

    Confirmed before it is taken out: a message may end up in both places, never in none. It says who sent it first, and
    goes to nobody but this subscriber: anybody may have written what it says of itself.
    """
    count, kept = 0, 0
    returned: list[str] = []
    channel.events["basic_return"].add(lambda exc, exchange, routing_key, message: returned.append(routing_key))
    for letter in take(channel, subscriber, way.users):
        if letter.queue not in topology.queues_of(subscriber):
            print(f"left where it is, since {subscriber} has no such queue: {letter}")
            kept += 1
            continue
        again = amqp.Message(
            letter.message.body,
            content_type="application/json",
            delivery_mode=2,
            user_id=way.user,
            application_headers={SENT_BY: letter.sent_by},
        )
        channel.basic_publish_confirm(again, exchange="", routing_key=letter.queue, mandatory=True)
        if letter.queue in returned:
            print(f"left where it is, since its queue is not there: {letter}")
            kept += 1
            continue
        channel.basic_ack(letter.message.delivery_tag)
        count += 1
    give_back(channel, subscriber, kept)
    return count


COMMANDS = {"list": (show, "dead letters"), "replay": (put_back, "put back")}


def main() -> None:
    """Run the command that the first argument names, for the services named by the others, or for all."""
    command, *services = sys.argv[1:] or [""]
    if command not in COMMANDS or not set(services) <= set(SUBSCRIBERS):
        sys.exit(f"usage: python -m services.operations.dead_letters list | replay [{' | '.join(SUBSCRIBERS)}] ...")
    uri = os.environ.get("AMQP_URI")
    if not uri:
        sys.exit("AMQP_URI is not set")
    logging.basicConfig(level="WARNING")
    faults: list[str] = []
    way = Way(user_of(uri), read_broker_users(os.environ, faults))
    if faults:
        sys.exit("\n".join(faults))
    act, what = COMMANDS[command]
    try:
        with Connection(uri, connect_timeout=LIMIT_S).clone() as connection:
            connection.ensure_connection(max_retries=1, timeout=LIMIT_S)
            for subscriber in services or SUBSCRIBERS:
                with closing(connection.channel()) as channel:
                    topology.declare(channel, subscriber)
                    print(f"{subscriber}: {act(channel, subscriber, way)} {what}")
    except (amqp.AMQPError, OperationalError, OSError) as exc:
        sys.exit(f"The broker does not answer: {exc}")


if __name__ == "__main__":
    main()
