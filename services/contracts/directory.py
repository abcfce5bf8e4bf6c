"""Which services there are: the module that lists the calls of each, by the service's name."""

from types import ModuleType

from services.contracts import chats, events, invites, streams, users

SERVICES: dict[str, ModuleType] = {service.SERVICE: service for service in (users, events, chats, invites, streams)}
