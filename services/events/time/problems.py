"""What is wrong with what somebody asks of an event's time."""


class Problem(ValueError):
    """Raised when values are impossible, alone or together.

    field: as in `EventDetails`, or `occurrence`. reason: what is said of it, such as "must be after starts_at".
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field, self.reason = field, reason


class UnknownOccurrence(LookupError):
    """Raised when an event has no such occurrence, or it was cancelled."""


class SeriesFull(Exception):
    """Raised when a series would have more parts or exceptions than it may. Its text says which."""
