"""gunicorn's log: its lines are those of the gateway, from the first one on."""

from typing import Any

from gunicorn.glogging import Logger

from services.chassis import logging as json_logging


class JsonLogger(Logger):
    """A logger whose lines go where those of the application go, in the same form."""

    def setup(self, cfg: Any) -> None:
        """Leave it to the root logger to write."""
        json_logging.configure("gateway", cfg.loglevel.upper())
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.access_log.disabled = True
