"""What this process has handled of late: it says so from memory.

The gateway delivers a domain event before it answers, and the broker brings the same one a moment earlier or later.
One of both does the work; the other waits for it, or finds it done. A majority has what was done, so it stays done.
What another process has handled is not known here: it is handled again, to no effect.
"""

from collections import OrderedDict
from collections.abc import Callable

from eventlet.event import Event

from services.contracts.domain_events import DomainEvent
from services.contracts.rpc import HandlerResult

MAX_REMEMBERED = 200
"""Results that are remembered: more than a process handles while both of one domain event are under way. One may name a
thousand members."""

Key = tuple[str, str]


class HandledDomainEvents:
    """The latest domain events of a process, with what came of them."""

    def __init__(self) -> None:
        self._results: OrderedDict[Key, HandlerResult] = OrderedDict()
        self._under_way: dict[Key, Event] = {}

    def handle_once(self, domain_event: DomainEvent, handle: Callable[[], HandlerResult]) -> HandlerResult:
        """Return what came of a domain event; handle it unless that is known.

        Raises:
            Exception: what `handle` raises. Whoever has waited for it tries by itself.
        """
        key = (type(domain_event).__name__, domain_event.domain_event_id)
        while key in self._under_way:
            self._under_way[key].wait()
        if key in self._results:
            return self._results[key]
        self._under_way[key] = Event()
        try:
            result = handle()
        finally:
            self._under_way.pop(key).send()
        self._remember(key, result)
        return result

    def _remember(self, key: Key, result: HandlerResult) -> None:
        """Remember a result. That something is gone is found out anew each time."""
        if result["outcome"] != "gone":
            self._results[key] = result
        while len(self._results) > MAX_REMEMBERED:
            self._results.popitem(last=False)
