"""Processes that write down what they ask of the database and of the broker. The programs are the real ones."""

import json
import os
import sys
import threading
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

COUNTED = frozenset(
    {"find", "aggregate", "getMore", "count", "distinct", "insert", "update", "delete", "findAndModify"}
)
ENVELOPE = frozenset(
    {"lsid", "txnNumber", "$db", "writeConcern", "readConcern", "$readPreference", "maxTimeMS", "$clusterTime"}
)


def watch(process: str, worker: Any = None) -> None:
    """Write down every command and every call of this process, and for whom. Before it connects to anything.

    worker: by which the work of a greenlet is known; the gateway does all for requests.
    """
    import amqp
    from bson import json_util
    from pymongo import MongoClient, monitoring

    from tests.query_budgets.commands import shape_of
    from tests.query_budgets.plans import explain

    file = os.open(Path(os.environ["WATCH_FOLDER"]) / "asked", os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(**asked: Any) -> None:
        whose = getattr(worker, "kind", threading.current_thread().name) if worker is not None else "request"
        os.write(file, json.dumps({"process": process, "whose": whose, **asked}).encode() + b"\n")

    client: MongoClient[dict[str, Any]] = MongoClient(os.environ["MONGO_URI"])

    class Commands(monitoring.CommandListener):
        def started(self, event: monitoring.CommandStartedEvent) -> None:
            if event.command_name in COUNTED:
                name, command = event.command_name, {k: v for k, v in event.command.items() if k not in ENVELOPE}
                plans = [plan.to_wire() for plan in explain(client[event.database_name], name, command)]
                served = {"shape": shape_of(name, command), "plans": plans} if plans else {}
                note(command=name, database=event.database_name, text=json_util.dumps(command), **served)

        def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
            pass

        def failed(self, event: monitoring.CommandFailedEvent) -> None:
            pass

    monitoring.register(Commands())
    publish = amqp.Channel.basic_publish

    @wraps(publish)
    def watched(self: Any, message: Any, exchange: str = "", routing_key: str = "", **kwargs: Any) -> Any:
        method = message.properties.get("type", "")
        if method != "check_health" and not routing_key.startswith("amq.rabbitmq.reply-to"):
            note(call=f"{routing_key}.{method}" if exchange == "calls" else "", published=routing_key)
        return publish(self, message, exchange=exchange, routing_key=routing_key, **kwargs)

    amqp.Channel.basic_publish = watched


def create_app() -> Any:
    """Build the gateway's application, watched: for gunicorn, in place of `gateway.app:create_app`."""
    watch("gateway")
    from gateway.app import create_app as create

    return create()


def main() -> None:
    """Run the service named by the first argument, watched."""
    from services.chassis import runner  # patches the standard library, so nothing may be imported before

    watch(sys.argv[1], _whose_work())
    runner.run(getattr(import_module(f"services.{sys.argv[1]}.service"), sys.argv[1].capitalize()))


def _whose_work() -> Any:
    """Return what knows of each greenlet for which kind of entrypoint it works."""
    from eventlet.corolocal import local
    from nameko.containers import ServiceContainer

    worker, run = local(), ServiceContainer._run_worker

    def run_watched(self: Any, context: Any, handle_result: Any) -> None:
        for_feeds = context.entrypoint.method_name == "list_users"  # called by `streams` only, after the answer
        worker.kind = "Log" if for_feeds else type(context.entrypoint).__name__
        run(self, context, handle_result)

    ServiceContainer._run_worker = run_watched
    return worker


if __name__ == "__main__":
    main()
