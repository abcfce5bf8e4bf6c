"""What tests say of an event when it does not matter what is said."""

from services.contracts.events import EventDetails


def event_details(**details: object) -> EventDetails:
    """Return the details of an event: a party, but for what is given."""
    party: EventDetails = {
        "name": "Party",
        "is_private": True,
        "starts_at": "2031-05-17T18:30",
        "ends_at": None,
        "all_day": False,
        "time_zone": None,
        "recurrence": None,
        "address": "Home",
        "description": "",
        "icon": "pizza.svg",
    }
    return EventDetails(**{**party, **details})  # type: ignore[typeddict-item]  # the test knows the fields
