"""The errors that cross a process border: a small closed set of classes, an open set of codes.

An error travels as three strings (`code`, `message`, `details` as JSON), so that any process can
rebuild it. The class is the kind of refusal; the code names the very refusal. Codes are listed
here, service by service, and documented in `docs/errors.md`.
"""

import json
from enum import StrEnum


class Code(StrEnum):
    """Every refusal that a service makes. The part before the dot names whose rule it is."""

    # users
    USER_UNKNOWN = "user.unknown"
    FRIEND_UNKNOWN = "friend.unknown"
    # events
    EVENT_UNKNOWN = "event.unknown"
    EVENT_FORBIDDEN = "event.forbidden"
    EVENT_CHANGED = "event.changed"
    EVENT_FULL = "event.full"
    EVENT_IMPOSSIBLE = "event.impossible"
    EVENT_SERIES_FULL = "event.series_full"
    OCCURRENCE_UNKNOWN = "occurrence.unknown"
    MEMBER_UNKNOWN = "member.unknown"
    MEMBER_RIGHT_MISSING = "member.right_missing"
    MEMBER_IS_OWNER = "member.is_owner"
    MEMBER_ALREADY = "member.already"
    # chats
    CHAT_UNKNOWN = "chat.unknown"
    CHAT_FORBIDDEN = "chat.forbidden"
    MESSAGE_UNKNOWN = "message.unknown"
    MESSAGE_NOT_YOURS = "message.not_yours"
    # invites
    INVITE_UNKNOWN = "invite.unknown"
    INVITE_NOT_YOURS = "invite.not_yours"
    INVITE_ONESELF = "invite.oneself"
    FRIEND_ALREADY = "friend.already"
    # anywhere
    TARGET_GONE = "target.gone"
    CALL_TIMEOUT = "call.timeout"
    CALL_UNREACHABLE = "call.unreachable"
    CALL_BUSY = "call.busy"
    STORE_UNAVAILABLE = "store.unavailable"
    OPERATION_FORGOTTEN = "operation.forgotten"
    WRITE_CONTENDED = "write.contended"
    MESSAGE_TOO_LARGE = "message.too_large"
    SERVICE_FAULT = "service.fault"


class ServiceError(Exception):
    """Base of everything a call may raise on purpose.

    Args:
        code: one of `Code`.
        message: one sentence for a person.
        details: JSON object with whatever a program may want to know.
    """

    def __init__(self, code: str, message: str = "", details: str = "{}") -> None:
        super().__init__(code, message, details)
        self.code, self.message, self.details = code, message, details

    def __str__(self) -> str:
        """Return what log lines say."""
        return f"{self.code}: {self.message}" if self.message else str(self.code)

    def parsed_details(self) -> dict[str, object]:
        """Return `details` parsed."""
        parsed = json.loads(self.details)
        return parsed if isinstance(parsed, dict) else {}


class Invalid(ServiceError):
    """Raised when what was asked makes no sense for the data as they are (inviting a friend again)."""


class Forbidden(ServiceError):
    """Raised when the actor may know of the thing but may not do this to it."""


class NotFound(ServiceError):
    """Raised when the thing does not exist, or the actor may not know that it does."""


class Conflict(ServiceError):
    """Raised when a limit is reached: the request is fine, the thing has no room for it."""


class PreconditionFailed(ServiceError):
    """Raised when the thing has changed since the version that the caller named."""


class Unavailable(ServiceError):
    """Raised when an answer could not be had in time. The work may or may not have been done; a repeat is safe."""


class ServiceFault(ServiceError):
    """Raised for a bug in the service: nothing that the caller can mend."""


CLASSES: dict[str, type[ServiceError]] = {
    cls.__name__: cls for cls in (Invalid, Forbidden, NotFound, Conflict, PreconditionFailed, Unavailable, ServiceFault)
}
