"""The program of the service: `python -m services.events`."""

from services.chassis.runner import run  # isort: skip  # makes the standard library cooperative: comes first
from services.events.service import Events

if __name__ == "__main__":
    run(Events)
