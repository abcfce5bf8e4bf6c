"""The newest cursor of somebody's stream: what a snapshot that is read afterwards is valid at."""

from gateway.backend import actor_id, backend
from services.chassis.deadline import Deadline
from services.contracts import streams as contract
from services.contracts.errors import ServiceError

HEADER = "X-Stream-Cursor"
LIMIT_S = 1.0
"""A snapshot does not wait longer for its cursor; without one it is still a snapshot."""


def newest_cursor() -> int | None:
    """Return the current user's newest cursor; None when nobody can tell. Ask before reading what it is to cover."""
    hub, user_id = backend().hub, actor_id()
    known = hub.head(user_id)
    if known is not None:
        return known
    try:
        head = backend().caller.within(Deadline.after(LIMIT_S)).call(contract.get_head, user_id=user_id)
    except ServiceError:
        return None
    hub.learn_head(user_id, head)
    return head
