"""The program of the service: `python -m services.streams`."""

from services.chassis.runner import run  # isort: skip  # makes the standard library cooperative: comes first
from services.streams.service import Streams

if __name__ == "__main__":
    run(Streams)
