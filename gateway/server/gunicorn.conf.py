"""How gunicorn serves the gateway: gevent workers, each an application of its own with its own connections."""

import ctypes
import resource
import signal
import sys

# Before anything else opens a socket: workers wait in greenlets.
from gevent import monkey

monkey.patch_all()

from gateway.settings import BadSettings, read_settings  # noqa: E402

PROXY_FIELDS = 8
"""Header fields that proxies may add to those of the client."""

try:
    settings = read_settings()
except BadSettings as exc:
    sys.exit(f"The gateway cannot start:\n{exc}")

bind = settings.address
workers = settings.workers
worker_class = "gateway.server.worker.Worker"
logger_class = "gateway.server.logger.JsonLogger"
loglevel = settings.log_level.lower()
graceful_timeout = 8
timeout = 30
keepalive = 30
worker_connections = 10_000  # streams stay open, each in a greenlet of its own
limit_request_line = 8190
limit_request_field_size = 8 * 1024 + len("\r\n")
limit_request_fields = 64 + (PROXY_FIELDS if settings.proxies else 0)
# What proxies say of the client is believed by `TRUSTED_PROXIES`, in gateway/app.py, and nowhere else.
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
sendfile = False  # a file goes the way of every other answer, and is given up like it
accesslog = None
control_socket_disable = True

PR_SET_PDEATHSIG = 1


def post_fork(server: object, worker: object) -> None:
    """Die with the master: a worker that outlived it would keep the port from the next one. Open as many as allowed."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
