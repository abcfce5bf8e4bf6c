"""Processes whose clocks are 30 s apart, each on a machine of its own as far as it can tell.

The programs are the real ones. Only the time of day is moved; the monotonic clock is what it is, but no process takes
that of another for its own.
"""

import datetime
import os
import secrets
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

APART_S = 30
AHEAD_S = {"gateway": APART_S // 2, "1": -APART_S // 2, "2": APART_S // 2}
"""How far the clock of the gateway is ahead, and those of the first and the second process of each service."""


def shift(ahead_s: int) -> None:
    """Put the time of day of this process forward. Before anything else imports what tells it."""
    seconds, nanoseconds = time.time, time.time_ns
    time.time = lambda: seconds() + ahead_s
    time.time_ns = lambda: nanoseconds() + ahead_s * 1_000_000_000

    class Shifted(datetime.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.datetime.fromtimestamp(time.time(), tz)

    fromtimestamp: Callable[..., Any] = datetime.datetime.fromtimestamp
    Shifted.fromtimestamp = fromtimestamp  # type: ignore[method-assign]
    datetime.datetime = Shifted  # type: ignore[misc]


def be_another_machine() -> None:
    """Let this process share its monotonic clock with no other."""
    from services.chassis.rpc import codec, deadline

    codec.CLOCK = deadline.CLOCK = secrets.token_hex(16)


def create_app() -> Any:
    """Build the gateway's application: for gunicorn, in place of `gateway.app:create_app`."""
    shift(AHEAD_S["gateway"])
    be_another_machine()
    from gateway.app import create_app as create

    return create()


def main() -> None:
    """Run the service named by the first argument."""
    shift(AHEAD_S[os.environ["WATCH_NUMBER"]])
    from services.chassis import runner

    be_another_machine()
    runner.run(getattr(import_module(f"services.{sys.argv[1]}.service"), sys.argv[1].capitalize()))


if __name__ == "__main__":
    main()
