"""Examples for the OpenAPI document: two friends, Anna and Ben, and what they plan."""

from typing import Any

from pydantic import BaseModel, ConfigDict

ANNA, BEN, CLEO = "665f1c2ab7d14e0012a3c001", "665f1c2ab7d14e0012a3c002", "665f1c2ab7d14e0012a3c003"
EVENT, CHAT, MESSAGE = "665f1c2ab7d14e0012a3d001", "665f1c2ab7d14e0012a3e001", "665f1c2ab7d14e0012a3e101"
ANNAS_MEMBERSHIP, BENS_MEMBERSHIP = "665f1c2ab7d14e0012a3d101", "665f1c2ab7d14e0012a3d102"
FRIEND_INVITE, EVENT_INVITE = "665f1c2ab7d14e0012a3f001", "665f1c2ab7d14e0012a3f002"
DIALOG = "665f1c2ab7d14e0012a3e002"
CURSOR = "1042"

PROFILE = {
    "id": BEN,
    "name": "Ben Okafor",
    "email": "ben@example.com",
    "profile_pic": "https://pictures.example.com/ben.jpg",
    "birthday": "1994-08-21",
}
SUMMARY = {
    "id": EVENT,
    "type": "group",
    "name": "Pizza at Anna's",
    "is_private": "false",
    "datetime": "31.12.2026 19:30",
    "end_datetime": "31.12.2026 23:00",
    "all_day": "false",
    "time_zone": "Europe/Berlin",
    "recurrence": None,
    "occurrence": None,
    "starts_at": "2026-12-31T19:30:00+01:00",
    "ends_at": "2026-12-31T23:00:00+01:00",
    "address": "Elm Street 5",
    "description": "Bring a game.",
    "icon": "https://calendar.example.com/load_icon/pizza.svg",
}
WRITTEN = {
    "id": MESSAGE,
    "chat_id": CHAT,
    "user_id": BEN,
    "datetime": 1798742400000,
    "text": "Shall I bring dessert?",
}
INVITE = {
    "id": FRIEND_INVITE,
    "sender_id": CLEO,
    "receiver_id": ANNA,
    "type": "friend",
    "event_id": None,
}


def example(values: Any) -> ConfigDict:
    """Configure a model with an example of it."""
    return ConfigDict(json_schema_extra={"example": values})


def example_of(model: type[BaseModel]) -> Any:
    """Return the example that a model was configured with."""
    configured: Any = model.model_config["json_schema_extra"]
    return configured["example"]
