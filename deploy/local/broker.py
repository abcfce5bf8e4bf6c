"""A RabbitMQ node of our own: found or installed, then configured inside the data folder.

Each part of the system has a user with the rights that it has in containers; `operator` may do everything.
"""

import json
import secrets
from pathlib import Path
from typing import Any

from deploy.local import apt
from deploy.local.secret_files import make_secret, replace_secret
from deploy.local.settings import LocalSettings

_INSTALLED = Path("/usr/lib/rabbitmq/lib")
_WHAT_TO_INSTALL = (
    "RabbitMQ is not installed: install the package rabbitmq-server (apt-get install rabbitmq-server), "
    "or set AMQP_URI to a RabbitMQ that runs elsewhere."
)
_DEFINITIONS = Path(__file__).parents[1] / "compose" / "rabbitmq" / "definitions.json"
"""What says which users there are, with which rights, and how long dead letters are kept: the same as in containers."""

OPERATOR = "operator"


class NoBroker(Exception):
    """Raised when there is no RabbitMQ to start and none can be installed; says what to do."""


def find_or_install() -> Path:
    """Return the start script of the newest RabbitMQ here, installed through apt if there is none.

    Raises:
        NoBroker: there is none, and we may not install it.
    """
    return _find() or _install()


def _find() -> Path | None:
    # The wrapper on the PATH changes the user; the script behind it does not.
    scripts = sorted(_INSTALLED.glob("rabbitmq_server-*/sbin/rabbitmq-server"))
    return scripts[-1] if scripts else None


def _install() -> Path:
    installed = apt.install("rabbitmq-server")
    found = _find()
    if not installed or found is None:
        raise NoBroker(_WHAT_TO_INSTALL)
    return found


def folder_of(settings: LocalSettings) -> Path:
    """Return where the node keeps everything."""
    return settings.data_dir / "rabbitmq"


def claim_folder(settings: LocalSettings) -> None:
    """Make the node's folder and the passwords of its users, as far as they are not there."""
    folder_of(settings).mkdir(parents=True, exist_ok=True)
    passwords = {user["name"]: secrets.token_hex(24) for user in _definitions()["users"]}
    make_secret(_passwords(settings), json.dumps(passwords, indent=2))


def uri(settings: LocalSettings, user: str) -> str:
    """Return where the broker is for a part of the system, or for the operator; `AMQP_URI` if that is set.

    Raises:
        NoBroker: ours was never started.
    """
    if settings.amqp_uri is not None:
        return settings.amqp_uri
    if not _passwords(settings).exists():
        raise NoBroker("There is no broker yet: start it first.")
    password = json.loads(_passwords(settings).read_text())[user]
    return f"amqp://{user}:{password}@127.0.0.1:{settings.ports['RABBITMQ_PORT']}//"


def _passwords(settings: LocalSettings) -> Path:
    return folder_of(settings) / "passwords.json"


def _definitions() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_DEFINITIONS.read_text())
    return found


def _with_passwords(settings: LocalSettings) -> str:
    definitions, passwords = _definitions(), json.loads(_passwords(settings).read_text())
    for user in definitions["users"]:
        user["password"] = passwords[user["name"]]
    return json.dumps(definitions)


def prepare(settings: LocalSettings) -> dict[str, str]:
    """Write the node's configuration and return its environment. Everything listens on this machine only."""
    folder = folder_of(settings)
    replace_secret(folder / "definitions.json", _with_passwords(settings))
    port = settings.ports["RABBITMQ_PORT"]
    (folder / "enabled_plugins").write_text("[].\n")
    (folder / "rabbitmq-env.conf").write_text("")  # ours, so that the machine's is not read
    (folder / "advanced.config").write_text("[].\n")
    (folder / "rabbitmq.conf").write_text(
        f"listeners.tcp.local = 127.0.0.1:{port}\n"
        "heartbeat = 10\n"
        f"load_definitions = {folder / 'definitions.json'}\n"
        "max_message_size = 8388608\n"
        "disk_free_limit.absolute = 50MB\n"
        "vm_memory_high_watermark.absolute = 1GB\n"
        "log.console = true\n"
        "log.console.level = warning\n"
        "log.console.use_colors = off\n"
        "log.connection.level = error\n"  # a client that was killed is no concern of the broker's
        "log.file = false\n"
    )
    return {
        "HOME": str(folder),  # the Erlang cookie is kept there
        "RABBITMQ_NODENAME": f"social-calendar-{port}@localhost",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(settings.ports["RABBITMQ_DIST_PORT"]),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RUNNING_UNDER_SYSTEMD": "true",  # lets the script become the Erlang machine, so that its pid is the node's
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "ERL_FLAGS": "-start_epmd false",  # a port mapper that the node started would outlive it
        **epmd_environment(settings),
    }


def epmd_environment(settings: LocalSettings) -> dict[str, str]:
    """Return the environment of Erlang's port mapper, which the node needs to start."""
    return {"ERL_EPMD_PORT": str(settings.ports["EPMD_PORT"]), "ERL_EPMD_ADDRESS": "127.0.0.1"}
