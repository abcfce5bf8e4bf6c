"""Echo, answered in three ways: `python -m tests.bench.floors.echo_services raw | nameko | ours`."""

import eventlet

eventlet.monkey_patch()

import os  # noqa: E402
import sys  # noqa: E402
from typing import Any  # noqa: E402

import amqp  # noqa: E402
from nameko.rpc import rpc as nameko_rpc  # noqa: E402
from nameko.runners import ServiceRunner  # noqa: E402

from services.chassis.context import ServiceContext  # noqa: E402
from services.chassis.rpc.server import rpc  # noqa: E402
from services.chassis.settings import read_settings  # noqa: E402
from tests.bench.floors.echo_clients import OURS, QUEUE  # noqa: E402
from tests.bench.floors.raw_call import connect  # noqa: E402


class Nameko:
    """With Nameko's own entrypoint."""

    name = "bench_echo_nameko"

    @nameko_rpc
    def echo(self, said: str) -> str:
        """Return what was said."""
        return said


class Ours:
    """With the entrypoint of the chassis."""

    name = OURS

    @rpc
    def echo(self, *, said: str) -> str:
        """Return what was said."""
        return said


def serve_raw() -> None:
    """Answer each message as it comes."""
    channel = connect()
    channel.queue_declare(QUEUE, durable=False, auto_delete=True)

    def answer(message: amqp.Message) -> None:
        reply = amqp.Message(message.body, correlation_id=message.properties["correlation_id"], delivery_mode=1)
        channel.basic_publish(reply, "", message.properties["reply_to"])

    channel.basic_consume(QUEUE, no_ack=True, callback=answer)
    while True:
        channel.connection.drain_events()


def serve(service: type, config: dict[str, Any]) -> None:
    """Run a Nameko service."""
    runner = ServiceRunner(config)
    runner.add_service(service)
    runner.start()
    runner.wait()


def main() -> None:
    """Answer in the way that the argument names."""
    match sys.argv[1]:
        case "raw":
            serve_raw()
        case "nameko":
            serve(Nameko, {"AMQP_URI": os.environ["AMQP_URI"]})
        case "ours":
            serve(Ours, ServiceContext(OURS, read_settings(OURS), lambda _: []).as_config())


if __name__ == "__main__":
    main()
