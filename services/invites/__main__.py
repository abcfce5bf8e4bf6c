"""The program of the service: `python -m services.invites`."""

from services.chassis.runner import run  # isort: skip  # makes the standard library cooperative: comes first
from services.invites.service import Invites

if __name__ == "__main__":
    run(Invites)
