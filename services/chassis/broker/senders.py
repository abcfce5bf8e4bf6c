"""Who has sent a message.

Every message of ours carries the property `user-id`, the broker's user of its connection; the broker refuses a message
that names anybody else. So whoever receives it knows which part of the system has sent it.

A subscriber that moves a message (to wait, or among the dead letters), and an operator who puts it back, send it anew.
They say in a header whose it was; nobody else is believed that.

Source: RabbitMQ, Validated User-ID.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import amqp

from services.chassis.broker.connection import user_of
from services.contracts.registry import CONTRACTS
from services.contracts.rpc import GATEWAY

OPERATOR = "operator"
"""Whoever may do everything on the broker, and hence send everything."""
PARTS = (*CONTRACTS, GATEWAY, OPERATOR)
SENT_BY = "sent-by"
"""The header with the user who sent a message first."""
SHARED = "shared"


@dataclass(frozen=True)
class BrokerUsers:
    """Which user of the broker belongs to which part of the system.

    parts: the part by its user; None when all parts share a user, so that nobody can tell them apart.
    """

    parts: Mapping[str, str] | None

    def part_of(self, user: str) -> str:
        """Return the part that a user belongs to; ``""`` for a user of none."""
        return (self.parts or {}).get(user, "")

    def is_from(self, message: amqp.Message, *parts: str) -> bool:
        """Return whether one of these parts has sent a message, or an operator."""
        return self._is_one_of(sender_of(message), parts)

    def may_send_anything(self, message: amqp.Message) -> bool:
        """Return whether nobody can tell who has sent a message, or an operator has."""
        return self._is_one_of(sender_of(message), ())

    def is_first_from(self, message: amqp.Message, publisher: str, *, subscriber: str) -> bool:
        """Return whether a message comes from its publisher, whoever of those who may has moved it since."""
        return self._is_one_of(self.first_sender_of(message, subscriber=subscriber), (publisher,))

    def first_sender_of(self, message: amqp.Message, *, subscriber: str) -> str:
        """Return the user who sent a message before its subscriber or an operator moved it; ``""`` if it names none."""
        headers = message.headers or {}
        if SENT_BY in headers and self.is_from(message, subscriber):
            return str(headers[SENT_BY])
        return sender_of(message)

    def _is_one_of(self, user: str, parts: tuple[str, ...]) -> bool:
        return self.parts is None or self.part_of(user) in (*parts, OPERATOR)


NAMED_ALIKE = BrokerUsers({part: part for part in PARTS})
"""Each part has a user of its name."""


def sender_of(message: amqp.Message) -> str:
    """Return the user who sent a message; ``""`` if it names none."""
    return str(message.properties.get("user_id", ""))


def read_broker_users(environment: Mapping[str, str], faults: list[str]) -> BrokerUsers:
    """Read `BROKER_USERS`: empty, `shared`, or `part=user` for each part whose user has another name, separated by `,`.

    A part that is named twice has two users.
    """
    given = environment.get("BROKER_USERS") or ""
    if given == SHARED:
        return BrokerUsers(None)
    pairs = [pair.strip().partition("=") for pair in given.split(",") if pair.strip()]
    named = {part for part, _, _ in pairs}
    parts = {part: part for part in PARTS if part not in named}
    for part, _, user in pairs:
        if part not in PARTS or not user or parts.get(user, part) != part:
            faults.append(f"BROKER_USERS must be {SHARED} or part=user,…, each user of one part, not {given!r}")
            break
        parts[user] = part
    return BrokerUsers(parts)


def check_own_user(part: str, amqp_uri: str, users: BrokerUsers, faults: list[str]) -> None:
    """Note a fault if a part would come to the broker as a user who is not its own: nobody would listen to it."""
    names = {user_of(uri) for uri in amqp_uri.split(";")}
    strangers = sorted(name for name in names if users.parts is not None and users.part_of(name) != part)
    if strangers:
        faults.append(
            f"AMQP_URI names the user {strangers[0]!r}, who is not the one of {part} (BROKER_USERS); "
            f"BROKER_USERS={SHARED} lets all parts share one, and each may pass for any other"
        )
    if len(names) > 1:
        faults.append("AMQP_URI must name the same user at each node")
