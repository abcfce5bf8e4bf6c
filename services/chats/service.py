"""The Nameko service `chats`. Signatures, documentation and errors of its calls: `services.contracts.chats`."""

import time

from nameko.timer import timer

from services.chassis import outbox
from services.chassis.providers import announcer, process, store
from services.chassis.rpc import rpc
from services.chats import usecases
from services.chats.storage import ChatStore
from services.contracts import chats as contract
from services.contracts.announcements import from_wire
from services.contracts.calls import Applied, Disagreement, Health, Wire, Written

PURGE_EVERY_S = 60
PURGE_AFTER = outbox.LEASE * 6


class Chats:
    """Chats and messages."""

    name = contract.SERVICE

    chats = store(ChatStore)
    relay = announcer("messages")
    process = process()

    @rpc
    def list_chats(self, *, actor_id: str, offset: int, limit: int, message_limit: int | None) -> list[contract.Chat]:
        return usecases.list_chats(
            self.chats, actor_id=actor_id, offset=offset, limit=limit, message_limit=message_limit
        )

    @rpc
    def list_chat_ids(self, *, actor_id: str) -> list[str]:
        return self.chats.list_ids(actor_id)

    @rpc
    def get_chat(self, *, actor_id: str, chat_id: str, limit: int | None, before: str | None) -> contract.Chat:
        return usecases.get_chat(self.chats, actor_id=actor_id, chat_id=chat_id, limit=limit, before=before)

    @rpc
    def post_message(self, *, actor_id: str, chat_id: str, text: str, operation_id: str) -> Written:
        return usecases.post_message(
            self.chats,
            self.relay.wake,
            actor_id=actor_id,
            chat_id=chat_id,
            text=text,
            operation_id=operation_id,
            now_us=time.time_ns() // 1000,
        )

    @rpc
    def edit_message(self, *, actor_id: str, message_id: str, text: str, operation_id: str) -> Written:
        return usecases.edit_message(
            self.chats,
            self.relay.wake,
            actor_id=actor_id,
            message_id=message_id,
            text=text,
            operation_id=operation_id,
        )

    @rpc
    def delete_message(self, *, actor_id: str, message_id: str, operation_id: str) -> Written:
        return usecases.delete_message(
            self.chats, self.relay.wake, actor_id=actor_id, message_id=message_id, operation_id=operation_id
        )

    @rpc
    def apply(self, *, announcement: Wire) -> Applied:
        return usecases.apply(self.chats, from_wire(announcement))

    @rpc
    def audit(self, *, announcements: list[Wire]) -> list[Disagreement]:
        return usecases.audit(self.chats, [from_wire(announcement) for announcement in announcements])

    @rpc
    def restore(self, *, announcement: Wire, seen: int | None) -> Applied:
        return usecases.restore(self.chats, from_wire(announcement), seen=seen)

    @rpc
    def check_health(self) -> Health:
        return self.process.health()

    @timer(interval=PURGE_EVERY_S)
    def purge_texts(self) -> None:
        """Delete what was said in chats that no longer exist."""
        self.chats.purge_texts(ended_before=outbox.now() - PURGE_AFTER)
