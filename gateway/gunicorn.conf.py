"""How gunicorn serves the gateway: gevent workers, each an application of its own with its own connections."""

import ctypes
import logging
import os
import signal

# Before anything else opens a socket: workers wait in greenlets.
from gevent import monkey

monkey.patch_all()

bind = f"{os.environ.get('GATEWAY_HOST', '127.0.0.1')}:{os.environ.get('GATEWAY_PORT', '5000')}"
workers = int(os.environ.get("GATEWAY_WORKERS", "2"))
worker_class = "gevent"
graceful_timeout = 8
timeout = 30
keepalive = 30
limit_request_line = 8190
accesslog = None
control_socket_disable = True

PR_SET_PDEATHSIG = 1


def post_fork(server: object, worker: object) -> None:
    """Die with the master: a worker that outlived it would keep the port from the next one."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    level = os.environ.get("LOG_LEVEL", "INFO")
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    for noisy in ("amqp", "pymongo", "urllib3"):
        logging.getLogger(noisy).setLevel("WARNING")
