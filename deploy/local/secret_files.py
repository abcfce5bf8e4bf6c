"""Files for the owner's eyes: passwords and keys that are made once."""

import os
import secrets
from pathlib import Path


def make_secret(path: Path, secret: str) -> None:
    """Write a file for the owner's eyes, whole, unless it is there; of several who try, one succeeds."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    _write(fresh, secret)
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def replace_secret(path: Path, secret: str) -> None:
    """Write a file for the owner's eyes, whole, whether it is there or not."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    _write(fresh, secret)
    fresh.replace(path)


def _write(path: Path, secret: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret)
