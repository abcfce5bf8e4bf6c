"""What a document remembers of the operations on it, in memory."""

import time

from services.chassis.messaging import outbox


class Operations:
    """The latest operations, as `outbox.remember_operation` keeps them in a document."""

    def __init__(self) -> None:
        self._done: list[tuple[str, int]] = []

    def __contains__(self, operation_id: str) -> bool:
        return operation_id in self.ids()

    def ids(self) -> frozenset[str]:
        return frozenset(operation_id for operation_id, _ in self._done)

    def remember(self, operation_id: str) -> None:
        self._done = [*self._done, (operation_id, time.time_ns() // 1_000_000)][-outbox.REMEMBERED_OPERATIONS :]

    def since_ms(self) -> int | None:
        return self._done[0][1] if len(self._done) == outbox.REMEMBERED_OPERATIONS else None

    def has_not_done(self, operation_id: str) -> bool:
        return operation_id not in self and not outbox.may_have_forgotten(self.since_ms())
