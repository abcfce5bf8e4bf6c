"""The cut-offs that this process was told of: whoever has lost access is not sent what is on its way to them.

An item that was read or delivered before the cut-off may still wait here when the removal is answered, so each is
looked at once more in the moment in which it is sent.
"""

from collections import OrderedDict
from collections.abc import Iterable

from services.contracts.gateways import Cutoff
from services.contracts.streams import FeedItem

MAX_CUTOFFS = 20_000
"""Events whose last cut-off this process remembers: far more than can be under way. It takes 20 MB where ten take part
in each; a cut-off of a thousand takes 0.1 MB."""


class Cutoffs:
    """Who takes part in which events since somebody last lost access, as far as it matters for what is under way."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[int, frozenset[str]]] = OrderedDict()

    def add(self, cutoffs: Iterable[Cutoff]) -> None:
        """Take cut-offs in; of two of one event the later version counts."""
        for cutoff in cutoffs:
            event_id, version = cutoff["event_id"], cutoff["version"]
            if version > self._known.get(event_id, (0, frozenset()))[0]:
                self._known[event_id] = version, frozenset(cutoff["user_ids"])
                self._known.move_to_end(event_id)
        while len(self._known) > MAX_CUTOFFS:
            self._known.popitem(last=False)

    def hide(self, item: FeedItem, user_id: str) -> bool:
        """Return whether a user may no longer be sent an item."""
        event_id = item["cutoff_id"]
        if event_id is None or event_id not in self._known:
            return False
        version, user_ids = self._known[event_id]
        return item["version"] <= version and user_id not in user_ids
