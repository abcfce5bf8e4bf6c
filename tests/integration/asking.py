"""What tests ask services for."""

from services.chassis.rpc.client import BoundClient
from services.contracts import chats


def chat_ids(calls: BoundClient, user_id: str) -> list[str]:
    """Return the ids of the chats that a user may read, in the order of the list."""
    listed = calls.call(chats.list_chats, actor_id=user_id, offset=0, limit=100, message_limit=0)
    return [chat["id"] for chat in listed]
