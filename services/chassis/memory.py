"""What a process remembers of documents that it has seen, so that it need not read them again to know an outcome."""

from typing import Generic, TypeVar

T = TypeVar("T")

REMEMBERED = 256
"""Documents at most: those that were seen last."""


class Memory(Generic[T]):
    """The documents seen last, by id. May be out of date: let the filter of an update prove what matters."""

    def __init__(self) -> None:
        self._seen: dict[str, T] = {}

    def recall(self, document_id: str) -> T | None:
        """Return what was last seen, if it is remembered."""
        return self._seen.get(document_id)

    def remember(self, document_id: str, seen: T) -> T:
        """Remember what was seen; return it."""
        self._seen.pop(document_id, None)
        self._seen[document_id] = seen
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return seen
