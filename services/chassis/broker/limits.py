"""How large a message may be. The broker ends the connection that publishes a larger one than it takes, and with it all
that is in hand there, so nothing of ours ever comes near that.
"""

from services.contracts.errors import Code, ServiceFault

MAX_MESSAGE_BYTES = 8 * 1024 * 1024
"""Of any message; `max_message_size` of the broker is the same."""


def checked(body: bytes, limit: int = MAX_MESSAGE_BYTES) -> bytes:
    """Return a body that is small enough. limit: in bytes.

    Raises:
        ServiceFault: message.too_large
    """
    if len(body) > limit:
        raise ServiceFault(Code.MESSAGE_TOO_LARGE, f"{len(body)} bytes are more than {limit}")
    return body
