"""The types of fields: how each is validated, and how it is described in the OpenAPI document."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictStr,
    WithJsonSchema,
)

from gateway.http.characters import has_visible_character
from gateway.http.parsing import BAD_CHARACTERS, is_clean

MAX_INTEGER = 2**31 - 1
"""Larger numbers are taken for this one."""
MAX_DIGITS = 11
"""Enough to exceed `MAX_INTEGER`; Python refuses to read thousands of digits."""

_DIGITS = re.compile(r"0*([0-9]+)", re.ASCII)
_ID = re.compile(r"[0-9a-f]{24}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DATETIME = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4}) ([0-9]{2}):([0-9]{2})", re.ASCII)


class Model(BaseModel):
    """Base of everything that is validated: unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def optional(description: str | None = None, *, nullable: bool = False) -> Any:
    """Describe a field that may be left out: it has no default, and may be null only if it is `nullable`."""
    drop = None if nullable else _drop_null
    return Field(default_factory=lambda: None, description=description, json_schema_extra=drop)


def _drop_null(schema: dict[str, Any]) -> None:
    """Turn "this or null" into "this": null is only how the views see a query parameter that was left out."""
    one, *others = schema.get("anyOf", [None])
    if others == [{"type": "null"}]:
        del schema["anyOf"]
        schema.update(one)


def _clean(text: str) -> str:
    if not is_clean(text):
        raise ValueError(BAD_CHARACTERS)
    return text


def _not_blank(text: str) -> str:
    if not has_visible_character(text):
        raise ValueError("must not be empty or blank")
    return text


def check_id(text: str) -> str:
    """Return an id as it is, if it is one."""
    if not _ID.fullmatch(text):
        raise ValueError("must be an id: 24 lower-case hexadecimal digits")
    return text


def _integer(value: Any) -> int:
    digits = _DIGITS.fullmatch(value) if isinstance(value, str) else None
    if digits is None:
        raise ValueError("must be a non-negative integer")
    return min(int(digits[1][:MAX_DIGITS]), MAX_INTEGER)


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value not in ("true", "false"):
        raise ValueError('must be "true" or "false"')
    return bool(value == "true")


def _wall_clock(text: str) -> str:
    """Turn `DD.MM.YYYY HH:MM` into `YYYY-MM-DDTHH:MM`, if there is such a moment."""
    parts = _DATETIME.fullmatch(text)
    try:
        day, month, year, hour, minute = map(int, parts.groups() if parts else ())
        datetime(year, month, day, hour, minute)
    except ValueError:
        raise ValueError("must be a date and time such as 31.12.2026 19:30") from None
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}"


def _date(text: str) -> str:
    """Return `YYYY-MM-DD` as it is, if there is such a day."""
    try:
        date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError:
        raise ValueError("must be a date such as 2026-12-31") from None
    return text


def format_datetime(starts_at: str) -> str:
    """Turn `YYYY-MM-DDTHH:MM` into `DD.MM.YYYY HH:MM`."""
    return f"{starts_at[8:10]}.{starts_at[5:7]}.{starts_at[:4]} {starts_at[11:]}"


def format_datetime_or_null(wall_clock: str | None) -> str | None:
    """Turn a wall clock as `format_datetime` does, if there is one."""
    return None if wall_clock is None else format_datetime(wall_clock)


def format_flag(flag: bool) -> str:
    """Turn a boolean into the text that the API uses for it."""
    return "true" if flag else "false"


ID_SCHEMA = {"type": "string", "pattern": "^[0-9a-f]{24}$", "example": "665f1c2ab7d14e0012a3d001"}

Text = Annotated[StrictStr, AfterValidator(_clean)]
NonBlankText = Annotated[Text, AfterValidator(_not_blank), Field(min_length=1)]
Id = Annotated[Text, AfterValidator(check_id), WithJsonSchema(ID_SCHEMA)]
Integer = Annotated[int, BeforeValidator(_integer), WithJsonSchema({"type": "integer", "minimum": 0})]
Year = Annotated[
    Integer, Field(ge=1, le=9999), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 9999, "example": 2026})
]
Month = Annotated[
    Integer, Field(ge=1, le=12), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 12, "example": 12})
]
Flag = Annotated[
    StrictBool,
    BeforeValidator(_flag),
    WithJsonSchema({"anyOf": [{"type": "string", "enum": ["true", "false"]}, {"type": "boolean"}]}),
]
WallClock = Annotated[
    Text,
    AfterValidator(_wall_clock),
    WithJsonSchema({"type": "string", "pattern": r"^\d{2}\.\d{2}\.\d{4} \d{2}:\d{2}$", "example": "31.12.2026 19:30"}),
]
Date = Annotated[
    Text,
    AfterValidator(_date),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "example": "2026-12-31"}),
]
