"""The MongoDB node of our own: a replica set of one that lets in nobody without a password.

Its folder in the data folder, which only the owner may enter:
data            what the node keeps
key             what members of the replica set prove themselves with; so do we, before there are users
passwords.json  of the operator, and of each part of the system for its own database
prepared        for which address, users and passwords it has been prepared
"""

import hashlib
import json
import secrets
import sys
from pathlib import Path

from deploy.local.mongod import NoDatabase
from deploy.local.secret_files import make_secret
from deploy.local.settings import SERVICES, LocalSettings

REPLICA_SET = "social-calendar"
OPERATOR = "root"
WITH_DATABASE = ("gateway", *SERVICES)
"""The parts that have a database, and a user who may use that one alone."""

_RIGHTS = Path(__file__).parents[1] / "compose" / "mongodb" / "prepare.py"
"""What says which rights a part has: here the same as in containers."""


def folder_of(settings: LocalSettings) -> Path:
    """Return where the node keeps everything."""
    return settings.data_dir / "mongodb"


def claim_folder(settings: LocalSettings) -> None:
    """Make the node's folder, its key and its passwords, as far as they are not there.

    Raises:
        NoDatabase: the folder holds the data of another kind of database.
    """
    folder = folder_of(settings)
    if _holds_foreign_data(folder):
        raise NoDatabase(
            f"{folder} holds data that this version has not written (an earlier one did not run MongoDB yet); "
            "it is not converted. Set DATA_DIR to another folder, or delete all data with `make reset`."
        )
    (folder / "data").mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    make_secret(folder / "key", secrets.token_hex(64))
    make_secret(folder / "passwords.json", json.dumps(_new_passwords(), indent=2))


def _holds_foreign_data(folder: Path) -> bool:
    """Return whether there is data, but no key: a node of ours has one before it has data."""
    data = folder / "data"
    return data.is_dir() and any(data.iterdir()) and not (folder / "key").exists()


def _new_passwords() -> dict[str, str]:
    return {user: secrets.token_hex(24) for user in (OPERATOR, *WITH_DATABASE)}


def key(settings: LocalSettings) -> str:
    """Return what members of the replica set prove themselves with."""
    return (folder_of(settings) / "key").read_text()


def passwords(settings: LocalSettings) -> dict[str, str]:
    """Return the password of each user."""
    found: dict[str, str] = json.loads((folder_of(settings) / "passwords.json").read_text())
    return found


def host(settings: LocalSettings) -> str:
    """Return the node's address, as the replica set names its only member."""
    return f"127.0.0.1:{settings.ports['MONGO_PORT']}"


def uri(settings: LocalSettings, user: str) -> str:
    """Return where the database is for a part of the system, or for the operator; `MONGO_URI` if that is set."""
    if settings.mongo_uri is not None:
        return settings.mongo_uri
    database = "admin" if user == OPERATOR else f"social_calendar_{user}"
    where = f"{host(settings)}/?replicaSet={REPLICA_SET}&authSource={database}"
    return f"mongodb://{user}:{passwords(settings)[user]}@{where}"


def command(mongod: Path, settings: LocalSettings) -> list[str]:
    """Return the command that starts the node. It listens on this machine only."""
    folder = folder_of(settings)
    options = {
        "--dbpath": folder / "data",
        "--port": settings.ports["MONGO_PORT"],
        "--bind_ip": "127.0.0.1",
        "--replSet": REPLICA_SET,
        "--keyFile": folder / "key",
        "--wiredTigerCacheSizeGB": 0.25,
        "--oplogSize": 64,  # MB; nobody else reads it
        "--networkMessageCompressors": "disabled",
    }
    parameters = {
        "enableLocalhostAuthBypass": "false",  # the first user is made by whoever has the key, not by whoever is first
        "diagnosticDataCollectionEnabled": "false",
    }
    words = [str(word) for pair in options.items() for word in pair]
    settings_of_node = [word for name, value in parameters.items() for word in ("--setParameter", f"{name}={value}")]
    return [str(mongod), *words, *settings_of_node, "--nounixsocket", "--quiet"]


def fingerprint(settings: LocalSettings) -> str:
    """Return a digest of what the node has to be prepared for: its address, its users, their passwords and rights."""
    whole = [host(settings), key(settings), passwords(settings), _RIGHTS.read_text()]
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()


def starter(mongod: Path) -> list[str]:
    """Return the command that prepares the node if need be, and becomes it."""
    return [sys.executable, "-m", "deploy.local.start_database", str(mongod)]
