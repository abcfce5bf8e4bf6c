"""The Nameko service `chats`. Signatures, documentation and errors of its calls: `services.contracts.chats`."""

import time
from collections.abc import Sequence

from nameko.timer import timer

from services.chassis.dependencies import outbox_relay, store
from services.chassis.messaging import outbox
from services.chassis.messaging.handlers import handles
from services.chassis.rpc.server import rpc
from services.chassis.service import Service
from services.chats import storage, usecases
from services.chats.model import dialog_of, event_chat_of
from services.chats.ports import ChatStore
from services.contracts import chats as contract
from services.contracts.domain_events import DomainEvent, FriendshipChangedV1, MembershipChangedV1, MessageChangedV1
from services.contracts.rpc import Discrepancy, HandlerResult, ReplicaPage, WriteResult

PURGE_INTERVAL_S = 60
PURGE_AFTER = outbox.LEASE * 6
FINISH_INTERVAL_S = 5
FINISH_ROUNDS = 100
"""Batches of chats in one turn of the timer: what is more waits for the next one."""


class Chats(Service):
    """Chats and messages."""

    name = contract.SERVICE
    publishes = (MessageChangedV1,)
    prepare = staticmethod(storage.prepare)
    outboxes = staticmethod(storage.outboxes)

    chats: ChatStore = store(storage.MongoChatStore, relay="messages")
    relay = outbox_relay("messages")

    @rpc
    def list_chats(self, *, actor_id: str, offset: int, limit: int, message_limit: int | None) -> list[contract.Chat]:
        return usecases.list_chats(
            self.chats, actor_id=actor_id, offset=offset, limit=limit, message_limit=message_limit
        )

    @rpc
    def get_chat(self, *, actor_id: str, chat_id: str, limit: int | None, before: str | None) -> contract.Chat:
        return usecases.get_chat(self.chats, actor_id=actor_id, chat_id=chat_id, limit=limit, before=before)

    @rpc
    def post_message(self, *, actor_id: str, chat_id: str, text: str, operation_id: str) -> WriteResult:
        return usecases.post_message(
            self.chats,
            self.relay.notify,
            actor_id=actor_id,
            chat_id=chat_id,
            text=text,
            operation_id=operation_id,
            now_us=time.time_ns() // 1000,
        )

    @rpc
    def edit_message(self, *, actor_id: str, message_id: str, text: str, operation_id: str) -> WriteResult:
        return usecases.edit_message(
            self.chats,
            self.relay.notify,
            actor_id=actor_id,
            message_id=message_id,
            text=text,
            operation_id=operation_id,
        )

    @rpc
    def delete_message(self, *, actor_id: str, message_id: str, operation_id: str) -> WriteResult:
        return usecases.delete_message(
            self.chats, self.relay.notify, actor_id=actor_id, message_id=message_id, operation_id=operation_id
        )

    @handles(FriendshipChangedV1)
    def save_dialog(self, changed: FriendshipChangedV1) -> HandlerResult:
        return usecases.save_replica(self.chats, dialog_of(changed))

    @handles(MembershipChangedV1)
    def save_event_chat(self, changed: MembershipChangedV1) -> HandlerResult:
        return usecases.save_replica(self.chats, event_chat_of(changed))

    def find_discrepancies(self, domain_events: Sequence[DomainEvent]) -> list[Discrepancy]:
        return usecases.find_discrepancies(self.chats, domain_events)

    def page_replicas(self, kind: str, *, after: str | None) -> ReplicaPage:
        if kind != MembershipChangedV1.__name__:
            return super().page_replicas(kind, after=after)
        return usecases.page_replicas(self.chats, after=after)

    def repair(self, domain_event: DomainEvent, *, replica_version: int | None) -> HandlerResult:
        return usecases.repair(self.chats, domain_event, replica_version=replica_version)

    @timer(interval=PURGE_INTERVAL_S)
    def purge_texts(self) -> None:
        """Delete the messages of chats that no longer exist."""
        self.chats.purge_texts(ended_before=outbox.now() - PURGE_AFTER)

    @timer(interval=FINISH_INTERVAL_S)
    def finish_posts(self) -> None:
        """Finish the posts of processes that have died, and tidy the chats of all others."""
        due_before = outbox.now()
        for _ in range(FINISH_ROUNDS):
            if self.chats.finish_posts(due_before=due_before) < storage.BATCH_SIZE:
                return
