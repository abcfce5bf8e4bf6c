"""What Nameko's documentation leads to: its standalone proxy in Flask, one for each thread, default settings."""

import os
import threading
from typing import Any

from flask import Flask, request
from nameko.standalone.rpc import ClusterRpcProxy

app = Flask(__name__)
_of_thread = threading.local()


@app.get("/one")
def one() -> Any:
    """Return a document that the service has looked up."""
    if not hasattr(_of_thread, "services"):
        _of_thread.proxy = ClusterRpcProxy({"AMQP_URI": os.environ["AMQP_URI"]})
        _of_thread.services = _of_thread.proxy.start()
    return _of_thread.services.bench_naive.get(request.args["id"])
