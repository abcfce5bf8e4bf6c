"""A replica set on this machine, of three unless said otherwise, whose members are killed, paused and cut off."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from deploy.compose.mongodb.prepare import ELECTION_MS, HEARTBEAT_MS
from deploy.local import database, mongod
from deploy.local.settings import LocalSettings, read_settings
from tests.e2e.system import LocalSystem, free_ports, local_system
from tests.faults.network import Network

MEMBERS = 3
PATIENCE_S = 90.0
SOURCE_TIMEOUT_S = 1
"""How much longer than it would wait for news a secondary waits for the member that it copies from, when that does not
answer. It is 5 s by default, and until the secondary turns to the new primary no write has a majority."""
PASSWORD = "of-the-operator"


class Member:
    """A `mongod` of the set. Others reach it at `host`, through the network; we also reach it directly."""

    def __init__(self, folder: Path, network: Network, key: Path | None) -> None:
        folder.mkdir()
        environment = {"DATA_DIR": str(folder), "MONGO_PORT": str(free_ports(1)[0])}
        self.settings: LocalSettings = read_settings(environment)
        self.port = self.settings.ports["MONGO_PORT"]
        self.host = f"127.0.0.1:{network.open_door(self.port)}"
        database.claim_folder(self.settings)
        self.key = database.folder_of(self.settings) / "key"
        if key is not None:
            shutil.copy(key, self.key)
        self._log = folder / "mongod.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, if it does not run; wake it, if it is paused."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            return
        with self._log.open("ab") as log:
            command = database.command(mongod.find_or_install(), self.settings)
            quickly = ["--setParameter", f"oplogNetworkTimeoutBufferSeconds={SOURCE_TIMEOUT_S}"]
            self.process = subprocess.Popen([*command, *quickly], stdout=log, stderr=subprocess.STDOUT)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def client(self) -> "MongoClient[Any]":
        """Return a client who is to it what another member is."""
        return MongoClient(
            "127.0.0.1",
            self.port,
            username="__system",
            password=self.key.read_text(),
            authSource="local",
            authMechanism="SCRAM-SHA-256",
            directConnection=True,
            timeoutMS=3000,
        )

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class ReplicaSet:
    """Members, and the network between them and everybody."""

    def __init__(self, folder: Path, members: int = MEMBERS) -> None:
        self.network = Network()
        self.members: list[Member] = []
        for number in range(members):
            key = self.members[0].key if self.members else None
            self.members.append(Member(folder / str(number), self.network, key))

    @property
    def uri(self) -> str:
        hosts = ",".join(member.host for member in self.members)
        return f"mongodb://root:{PASSWORD}@{hosts}/?replicaSet={database.REPLICA_SET}&authSource=admin"

    def start(self) -> None:
        """Start all, make them a set, and an operator who may do everything."""
        for member in self.members:
            member.start()
        members = [{"_id": number, "host": member.host} for number, member in enumerate(self.members)]
        settings = {"electionTimeoutMillis": ELECTION_MS, "heartbeatIntervalMillis": HEARTBEAT_MS}
        config = {
            "_id": database.REPLICA_SET,
            "members": members,
            "settings": settings,
        }
        for member in self.members:
            until(partial(ask, member, "ping"))
        until(lambda: ask(self.members[0], "replSetInitiate", config))
        user = {"pwd": PASSWORD, "roles": ["root"], "writeConcern": {"w": "majority"}}
        until(lambda: ask(self.primary(), "createUser", "root", **user))
        self.heal()

    def primary(self) -> Member:
        """Return the member that the others follow: of two that take themselves for it, the one elected later."""
        primaries = [(said["electionId"], member) for member in self.members if (said := hello(member))]
        if not primaries:
            raise PyMongoError("there is no primary")
        return max(primaries, key=lambda pair: pair[0])[1]

    def heal(self) -> None:
        """Let all run, and reach each other; return when all are healthy."""
        self.network.heal()
        for member in self.members:
            member.start()
        until(self._is_healthy)

    def _is_healthy(self) -> bool:
        status = ask(self.primary(), "replSetGetStatus")
        states = sorted(member["stateStr"] for member in status["members"])
        return states == ["PRIMARY", *["SECONDARY"] * (len(self.members) - 1)]

    def stop(self) -> None:
        for member in self.members:
            member.stop()
        self.network.close()


@contextmanager
def running_set(folder: Path) -> Iterator[tuple[LocalSystem, ReplicaSet]]:
    """Run a replica set, and a system on it, during the block."""
    for part in ("members", "system"):
        (folder / part).mkdir()
    replica_set, system = ReplicaSet(folder / "members"), local_system(folder / "system")
    system.environment["MONGO_URI"] = replica_set.uri
    try:
        replica_set.start()
        system.start()
        yield system, replica_set
    finally:
        if system.runner is not None:
            system.stop()
        replica_set.stop()


def ask(member: Member, command: str, value: Any = 1, **more: Any) -> dict[str, Any]:
    with member.client() as client:
        return client.admin.command(command, value, **more)


def hello(member: Member) -> dict[str, Any] | None:
    """Ask a member; None when it is no primary, or does not answer."""
    try:
        said = ask(member, "hello")
    except PyMongoError:
        return None
    return said if said.get("isWritablePrimary") else None


def until(condition: Callable[[], Any]) -> None:
    """Return when the condition holds and does not fail."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            if condition():
                return
        except PyMongoError:
            if time.monotonic() > end:
                raise
        assert time.monotonic() < end, "not in time"
        time.sleep(0.1)


@dataclass(frozen=True)
class PrimaryFault:
    """What is done to the primary; it lasts until the next one."""

    kind: Literal["kill", "pause", "cut off"]
    replica_set: ReplicaSet

    def __str__(self) -> str:
        return f"{self.kind} the primary"

    def happen(self, system: LocalSystem) -> None:
        """Heal what the last one did; do it."""
        self.replica_set.heal()
        primary = self.replica_set.primary()
        if self.kind == "cut off":
            self.replica_set.network.cut_off(primary.port, primary.pid)
        else:
            os.kill(primary.pid, signal.SIGKILL if self.kind == "kill" else signal.SIGSTOP)
