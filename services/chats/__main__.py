"""The program of the service: `python -m services.chats`."""

from services.chassis.runner import run  # isort: skip  # makes the standard library cooperative: comes first
from services.chats.service import Chats

if __name__ == "__main__":
    run(Chats)
