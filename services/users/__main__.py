"""The program of the service: `python -m services.users`."""

from services.chassis.runner import run  # isort: skip  # makes the standard library cooperative: comes first
from services.users.service import Users

if __name__ == "__main__":
    run(Users)
