"""Log lines: one JSON object each, on standard error, with the request that it belongs to.

A line has `time`, `level`, `service`, `request_id`, `trace_id`, `event`, `outcome` and `ms`; what does not apply is
left out. It names ids and codes, never what people wrote or who they are.
"""

import logging
import sys
from datetime import UTC, datetime
from typing import Any

import orjson

from services.chassis.tracing import current_trace

_FIELDS = "fields"

QUIET = {"nameko": logging.ERROR, **dict.fromkeys(("amqp", "pymongo", "urllib3"), logging.WARNING)}
"""Libraries that log more than helps: Nameko logs a traceback for every refusal that it expects."""


class JsonFormatter(logging.Formatter):
    """Turns a record into one line of JSON. service: the name of this process's part of the system."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
        }
        if trace := current_trace():
            line |= {"request_id": trace.request_id, "trace_id": trace.traceparent[3:35]}
        line |= {"event": record.getMessage(), "logger": record.name, **getattr(record, _FIELDS, {})}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def configure(service: str, level: str) -> None:
    """Let this process log as JSON; our own messages from `level` on."""
    _collect_only_what_is_said()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(least)


def _collect_only_what_is_said() -> None:
    """Keep the library from looking up for each line what no line says.

    Source: Python documentation, "Logging HOWTO", section "Optimization".
    """
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # where in the code a line comes from


def log_event(log: logging.Logger, event: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Log that something has happened. event: its name, two words at most; fields: ids, codes and figures."""
    log.log(level, event, extra={_FIELDS: fields})
