"""The calls that every process of the gateway answers: when somebody loses access or logs out, it must know at once.

Such a process is addressed by the queue that the broker named for it, which ends with its connection.
"""

from typing import TypedDict

from services.contracts.standard_calls import made_by


class Cutoff(TypedDict):
    """Who takes part in an event since somebody last lost access. version: of the event."""

    event_id: str
    version: int
    user_ids: list[str]


@made_by("streams")
def cut_off(*, cutoff: Cutoff) -> None:
    """Send nothing of an event, as of this version or an earlier one, to anybody but those who take part."""
    raise NotImplementedError


@made_by("streams")
def end_session(*, session: str) -> None:
    """End the streams of a session, and answer no request of it any more. session: its name, no secret."""
    raise NotImplementedError
