"""`X-Stream-Cursor`: where the stream of the current user stands, sent with a snapshot that is read afterwards."""

from gateway.http.context import actor_id, backend
from services.chassis.rpc.deadline import Deadline
from services.contracts import streams as contract
from services.contracts.errors import ServiceError

HEADER = "X-Stream-Cursor"
CURSOR_HEADER = {
    HEADER: {
        "description": "where my stream stood before this was read: the `since` for `/stream` or `/sync`",
        "schema": {"type": "string", "pattern": "^[0-9]{1,15}$"},
        "example": "1042",
    }
}
"""How the header is described in the OpenAPI document."""
LIMIT_S = 1.0
"""A snapshot waits no longer for its cursor; it is sent without one then."""


def latest_cursor() -> int | None:
    """Return the current user's newest cursor, None if it is not known in time. Call it before reading the snapshot."""
    hub, user_id = backend().hub, actor_id()
    known = hub.last_sequence(user_id)
    if known is not None:
        return known
    try:
        sequence = backend().caller.within(Deadline.after(LIMIT_S)).call(contract.get_last_sequence, user_id=user_id)
    except ServiceError:
        return None
    hub.remember_sequence(user_id, sequence)
    return sequence
