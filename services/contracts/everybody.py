"""Calls that several services answer, declared once; each contract offers those that are its own."""

from services.contracts.calls import Applied, Disagreement, Health, Told, Wire


def list_announcements(*, kind: str, after: str | None, only: list[str] | None) -> Told:
    """Return what this service says now, in announcements of `kind`, ordered by what they are about.

    after: where to go on; None for the beginning. only: when given, nothing but these subjects.
    """
    raise NotImplementedError


def audit(*, announcements: list[Wire]) -> list[Disagreement]:
    """Compare what this service has copied with what the owners say. Changes nothing."""
    raise NotImplementedError


def restore(*, announcement: Wire, seen: int | None) -> Applied:
    """Make the copy as its owner says, if it still claims the version `seen`."""
    raise NotImplementedError


def check_health() -> Health:
    """Tell whether this process can do its work."""
    raise NotImplementedError
