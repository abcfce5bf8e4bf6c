"""A RabbitMQ node of our own: found or installed, then configured inside the data folder."""

from pathlib import Path

from deploy.local import apt
from deploy.local.settings import LocalSettings

_INSTALLED = Path("/usr/lib/rabbitmq/lib")
_WHAT_TO_INSTALL = (
    "RabbitMQ is not installed: install the package rabbitmq-server (apt-get install rabbitmq-server), "
    "or set AMQP_URI to a RabbitMQ that runs elsewhere."
)


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


def prepare(settings: LocalSettings) -> dict[str, str]:
    """Write the node's configuration and return its environment. Everything listens on this machine only."""
    folder = settings.data_dir / "rabbitmq"
    folder.mkdir(parents=True, exist_ok=True)
    port = settings.ports["RABBITMQ_PORT"]
    (folder / "enabled_plugins").write_text("[].\n")
    (folder / "rabbitmq-env.conf").write_text("")  # ours, so that the machine's is not read
    (folder / "advanced.config").write_text("[].\n")
    (folder / "rabbitmq.conf").write_text(
        f"listeners.tcp.local = 127.0.0.1:{port}\n"
        "heartbeat = 10\n"
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
