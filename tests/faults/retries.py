"""Does the driver's own retry keep its promise? `python -m tests.faults.retries MONGOD MEMBERS KILLS`.

Starts a replica set, writes with and without `retryWrites` at the same time, kills the primary again and again, and
counts for each of the two what was acknowledged, refused, lost, applied twice, and reported as failed though done.
What was found is in `docs/decisions/database-options.md`.
"""

import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pymongo import MongoClient, ReturnDocument
from pymongo.errors import DuplicateKeyError, PyMongoError

from services.contracts.ids import new_id
from tests.e2e.system import free_ports

WRITERS = 2
OPERATIONS_IN_A_DOCUMENT = 100
TIMEOUT_MS = 2000
ELECTION_MS = 1000


class ReplicaSet:
    """Some `mongod` on loopback ports, each with a folder of its own."""

    def __init__(self, mongod: str, members: int, folder: Path) -> None:
        self._mongod, self._folder = mongod, folder
        self._ports = free_ports(members)
        self._processes = {port: self._start(port) for port in self._ports}
        hosts = [{"_id": number, "host": f"127.0.0.1:{port}"} for number, port in enumerate(self._ports)]
        for port in self._ports:  # none is initiated before all listen
            with MongoClient[dict[str, Any]](f"mongodb://127.0.0.1:{port}/?directConnection=true") as client:
                client.admin.command("ping")
        config = {"_id": "faults", "members": hosts, "settings": {"electionTimeoutMillis": ELECTION_MS}}
        with MongoClient[dict[str, Any]](f"mongodb://127.0.0.1:{self._ports[0]}/?directConnection=true") as client:
            client.admin.command("replSetInitiate", config)

    @property
    def uri(self) -> str:
        """Where clients find it."""
        return f"mongodb://{','.join(f'127.0.0.1:{port}' for port in self._ports)}/?replicaSet=faults"

    def _start(self, port: int) -> subprocess.Popen[bytes]:
        data = self._folder / str(port)
        data.mkdir(exist_ok=True)
        where = ["--dbpath", str(data), "--port", str(port), "--bind_ip", "127.0.0.1", "--logpath", f"{data}.log"]
        bounded = ["--replSet", "faults", "--wiredTigerCacheSizeGB", "0.25", "--logappend"]
        return subprocess.Popen([self._mongod, *where, *bounded], stdout=subprocess.DEVNULL)

    def kill(self, port: int) -> None:
        """Kill a member as a power cut would, and start it again."""
        process = self._processes[port]
        process.send_signal(signal.SIGKILL)
        process.wait()
        self._processes[port] = self._start(port)

    def stop(self) -> None:
        """End all members."""
        for process in self._processes.values():
            process.kill()
            process.wait()


class Writer:
    """Writes of four shapes, each known by an operation id, and what came of each."""

    def __init__(self, uri: str, *, retry: bool) -> None:
        options: dict[str, Any] = {"w": "majority", "journal": True, "timeoutMS": TIMEOUT_MS, "retryWrites": retry}
        self._client: MongoClient[dict[str, Any]] = MongoClient(uri, **options)
        self._things, self._lists = self._client.faults.things, self._client.faults.lists
        self.acknowledged: set[str] = set()
        self.outcomes: Counter[str] = Counter()
        self._list_id, self._left = "", 0

    def run(self, stopping: threading.Event) -> None:
        """Write until told to stop."""
        shapes = [self._insert, self._push, self._push_guarded, self._find_and_modify]
        while not stopping.is_set():
            operation_id = new_id()
            shape = random.choice(shapes)
            try:
                outcome = self._try(shape, operation_id)
            except PyMongoError:
                outcome = "refused"
            if outcome == "acknowledged":
                self.acknowledged.add(operation_id)
            self.outcomes[outcome] += 1

    def _try(self, shape: Callable[[str], bool], operation_id: str) -> str:
        if not self._left:
            self._list_id = new_id()
            self._lists.insert_one({"_id": self._list_id, "operations": []})
            self._left = OPERATIONS_IN_A_DOCUMENT
        self._left -= 1
        try:
            return "acknowledged" if shape(operation_id) else "done, and reported as failed"
        except DuplicateKeyError:
            return "done, and reported as failed"

    def _insert(self, operation_id: str) -> bool:
        self._things.insert_one({"_id": operation_id})
        return True

    def _push(self, operation_id: str) -> bool:
        """Write without a guard: here the driver alone must see to it that it happens once."""
        pushed = {"$push": {"operations": operation_id}}
        return self._lists.update_one({"_id": self._list_id}, pushed).matched_count == 1

    def _push_guarded(self, operation_id: str) -> bool:
        unknown = {"_id": self._list_id, "operations": {"$ne": operation_id}}
        return self._lists.update_one(unknown, {"$push": {"operations": operation_id}}).matched_count == 1

    def _find_and_modify(self, operation_id: str) -> bool:
        unknown = {"_id": self._list_id, "operations": {"$ne": operation_id}}
        pushed = {"$push": {"operations": operation_id}}
        after = self._lists.find_one_and_update(unknown, pushed, return_document=ReturnDocument.AFTER)
        return after is not None and operation_id in after["operations"]


def primary_of(client: MongoClient[dict[str, Any]]) -> int:
    """Wait for a primary, and return its port."""
    while True:
        with suppress(PyMongoError):
            client.admin.command("ping")
            if client.primary is not None and client.primary[1] is not None:
                return client.primary[1]
        time.sleep(0.02)


def main(mongod: str, members: int, kills: int) -> None:
    """Kill so many times, then compare what was promised with what is there."""
    with tempfile.TemporaryDirectory() as folder:
        replica_set = ReplicaSet(mongod, members, Path(folder))
        try:
            campaign(replica_set, kills)
        finally:
            replica_set.stop()


def campaign(replica_set: ReplicaSet, kills: int) -> None:
    """Write and kill at the same time; print what came of it."""
    client: MongoClient[dict[str, Any]] = MongoClient(
        replica_set.uri, timeoutMS=TIMEOUT_MS, readConcernLevel="majority"
    )
    primary_of(client)
    writers = [(retry, Writer(replica_set.uri, retry=retry)) for retry in (False, True) for _ in range(WRITERS)]
    stopping = threading.Event()
    threads = [threading.Thread(target=writer.run, args=(stopping,)) for _, writer in writers]
    for thread in threads:
        thread.start()
    for _ in range(kills):
        port = primary_of(client)
        time.sleep(random.uniform(0.5, 1.5))
        replica_set.kill(port)
    primary_of(client)
    time.sleep(2 * TIMEOUT_MS / 1000)
    stopping.set()
    for thread in threads:
        thread.join()
    applied = applied_operations(client)
    for retry in (False, True):
        mine = [writer for its, writer in writers if its is retry]
        outcomes = sum((writer.outcomes for writer in mine), Counter[str]())
        acknowledged = set().union(*(writer.acknowledged for writer in mine))
        lost = sum(1 for one in acknowledged if one not in applied)
        print(f"{kills} kills, retryWrites={retry}: {dict(outcomes)}, {lost} lost", flush=True)
    print(f"{sum(1 for times in applied.values() if times > 1)} applied twice, of either")


def applied_operations(client: MongoClient[dict[str, Any]]) -> Counter[str]:
    """Count how many times each operation was applied."""
    applied = Counter(found["_id"] for found in client.faults.things.find())
    for found in client.faults.lists.find():
        applied.update(found["operations"])
    return applied


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
