"""The logs of all processes, mixed, each line behind its process's name: an event listener of the supervisor."""

import sys

from supervisor import childutils


def main() -> None:
    """Copy what processes write to the terminal, for ever. Standard output is the supervisor's, error output ours."""
    while True:
        headers, payload = childutils.listener.wait()
        event, text = childutils.eventdata(payload)
        name = event["processname"]
        for line in text.splitlines():
            print(f"{name:<14}| {line}", file=sys.stderr)
        childutils.listener.ok()
        del headers


if __name__ == "__main__":
    main()
