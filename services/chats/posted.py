"""What this process has placed in chats and moved from there, so that it need not be done or read again."""

from collections import OrderedDict
from collections.abc import Iterable

from services.chassis.mongo import Document

MAX_POSTED = 1000
"""Messages: far more than there are between a post and its publication."""


class Posted:
    """The latest messages of this process, each with the number of its place.

    A repeat places a message a second time, but it stays where it was moved first: the number tells the two apart.
    """

    def __init__(self) -> None:
        self._placed: OrderedDict[str, int] = OrderedDict()
        self._moved: OrderedDict[str, int] = OrderedDict()

    def note_placed(self, message: Document) -> None:
        """Note that a message got a place."""
        _note(self._placed, message)

    def note_moved(self, messages: Iterable[Document]) -> None:
        """Note that messages were inserted where they are placed."""
        for message in messages:
            _note(self._moved, message)

    def has_moved(self, message: Document) -> bool:
        """Return whether this process has inserted the message, with this number."""
        number: int = message["number"]
        return self._moved.get(message["_id"]) == number

    def knows(self, message: Document) -> bool:
        """Return whether nobody else can have placed or moved it: it is as this process has written it."""
        number: int = message["number"]
        return self.has_moved(message) and self._placed.get(message["_id"]) == number


def _note(memory: OrderedDict[str, int], message: Document) -> None:
    memory[message["_id"]] = message["number"]
    memory.move_to_end(message["_id"])
    while len(memory) > MAX_POSTED:
        memory.popitem(last=False)
