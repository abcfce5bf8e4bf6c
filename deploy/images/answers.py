"""Whether this container's gateway answers `/healthz`: exit status 0 if it does, else 1."""

import http.client
import os
import sys

TIMEOUT_S = 4.0


def main() -> int:
    """Ask, and say what was answered."""
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["GATEWAY_PORT"]), timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except OSError as exc:
        print(f"no answer: {exc}")
        return 1
    print(f"answered {status}")
    return 0 if status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
