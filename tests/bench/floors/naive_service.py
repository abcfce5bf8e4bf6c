"""The service behind `naive`: Nameko's `@rpc` with default settings."""

import eventlet

eventlet.monkey_patch()

import os  # noqa: E402
from typing import Any  # noqa: E402

from bson import json_util  # noqa: E402
from nameko.rpc import rpc  # noqa: E402
from nameko.runners import ServiceRunner  # noqa: E402
from pymongo import MongoClient  # noqa: E402

documents: Any = MongoClient(os.environ["MONGO_URI"], retryWrites=False)["bench_floors"].documents


class Documents:
    """A service with one call."""

    name = "bench_naive"

    @rpc
    def get(self, document_id: str) -> str:
        """Return a document."""
        return json_util.dumps(documents.find_one({"_id": document_id}))


if __name__ == "__main__":
    runner = ServiceRunner({"AMQP_URI": os.environ["AMQP_URI"]})
    runner.add_service(Documents)
    runner.start()
    runner.wait()
