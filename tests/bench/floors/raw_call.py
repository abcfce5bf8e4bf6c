"""F2: Flask, one raw AMQP call (transient, unconfirmed, direct reply-to), one query in the other process."""

import itertools
import json
import os
import threading
from typing import Any

import amqp
from bson import json_util
from flask import Flask, request
from kombu.utils.url import parse_url
from pymongo import MongoClient

QUEUE = "bench.raw"
REPLY_TO = "amq.rabbitmq.reply-to"

app = Flask(__name__)
_of_thread = threading.local()


def connect() -> amqp.Channel:
    """Open a connection and a channel."""
    parts = parse_url(os.environ["AMQP_URI"])
    host = f"{parts['hostname']}:{parts['port']}"
    connection = amqp.Connection(host, userid=parts["userid"], password=parts["password"])
    connection.connect()
    return connection.channel()


class Client:
    """One call at a time."""

    def __init__(self) -> None:
        self._channel, self._numbers = connect(), itertools.count()
        self._replies: dict[str, Any] = {}
        self._channel.basic_consume(REPLY_TO, no_ack=True, callback=self._keep)

    def call(self, body: str) -> Any:
        """Send a body and wait for the reply."""
        number = str(next(self._numbers))
        message = amqp.Message(body, correlation_id=number, reply_to=REPLY_TO, delivery_mode=1)
        self._channel.basic_publish(message, "", QUEUE)
        while number not in self._replies:
            self._channel.connection.drain_events(timeout=10)
        return self._replies.pop(number)

    def _keep(self, message: amqp.Message) -> None:
        self._replies[message.properties["correlation_id"]] = message.body


@app.get("/one")
def one() -> Any:
    """Return a document that the other process has looked up."""
    if not hasattr(_of_thread, "client"):
        _of_thread.client = Client()
    return _of_thread.client.call(json.dumps({"id": request.args["id"]}))


def serve() -> None:
    """Be the other process."""
    documents: Any = MongoClient(os.environ["MONGO_URI"], retryWrites=False)["bench_floors"].documents
    channel = connect()
    channel.queue_declare(QUEUE, durable=False, auto_delete=True)

    def answer(message: amqp.Message) -> None:
        found = json_util.dumps(documents.find_one({"_id": json.loads(message.body)["id"]}))
        correlation_id = message.properties["correlation_id"]
        reply = amqp.Message(found, correlation_id=correlation_id, delivery_mode=1)
        channel.basic_publish(reply, "", message.properties["reply_to"])

    channel.basic_consume(QUEUE, no_ack=True, callback=answer)
    while True:
        channel.connection.drain_events()


if __name__ == "__main__":
    serve()
