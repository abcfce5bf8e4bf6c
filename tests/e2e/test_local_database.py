"""The MongoDB node of `make run`: who gets in, what survives, and what it refuses."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local import database, mongod
from deploy.local.settings import SERVICES, LocalSettings, read_settings
from services.chassis.mongo import Document
from tests.e2e.system import REPOSITORY, free_ports, local_system

PATIENCE_S = 90.0
PARTS = ("gateway", *SERVICES)
UNAUTHORIZED, REFUSED = 13, 18


class Node:
    """The database of a system of which nothing else runs."""

    def __init__(self, data: Path) -> None:
        self.system = local_system(data)

    @property
    def settings(self) -> LocalSettings:
        return read_settings(self.system.environment)

    @contextmanager
    def running(self) -> Iterator["MongoClient[Any]"]:
        """Run it during the block; yields a client who may do everything."""
        self.start()
        try:
            with self.client("root") as client:
                self.wait(self.is_prepared)
                self.wait(lambda: client.admin.command("ping"))
                yield client
        finally:
            assert self.system.stop() == 0

    def start(self) -> None:
        with (self.system.data / "runner.log").open("ab") as log:
            self.system.runner = subprocess.Popen(
                [sys.executable, "-m", "deploy.local", "run", "mongodb"],
                cwd=REPOSITORY,
                env=self.system.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.wait(lambda: database.passwords(self.settings))

    def is_prepared(self) -> bool:
        """Return whether its users have been made, and it has moved to where it is now."""
        prepared = database.folder_of(self.settings) / "prepared"
        return prepared.read_text() == database.fingerprint(self.settings)

    def client(self, user: str) -> "MongoClient[Any]":
        return MongoClient(database.uri(self.settings, user), serverSelectionTimeoutMS=2000, w="majority", journal=True)

    def wait(self, condition: Callable[[], Any]) -> None:
        """Return when the condition holds and does not fail."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                if condition():
                    return
            except (PyMongoError, OSError):
                pass
            assert time.monotonic() < until, self.system.logs()
            time.sleep(0.05)

    def said(self) -> str:
        return (self.system.data / "runner.log").read_text()

    def move(self) -> None:
        """Give it another port."""
        self.system.environment["MONGO_PORT"] = str(free_ports(1)[0])


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    node = Node(tmp_path_factory.mktemp("node"))
    with node.running():
        yield node


@pytest.fixture
def fresh(tmp_path: Path) -> Node:
    return Node(tmp_path)


def test_nobody_gets_in_without_a_password(node: Node) -> None:
    anybody: MongoClient[Document]
    with MongoClient(database.host(node.settings), serverSelectionTimeoutMS=5000) as anybody:
        for attempt in (
            lambda: anybody.list_database_names(),
            lambda: anybody.social_calendar_users.users.find_one(),
            lambda: anybody.admin.command("createUser", "intruder", pwd="x", roles=["root"]),
        ):
            with pytest.raises(OperationFailure) as refused:
                attempt()
            assert refused.value.code == UNAUTHORIZED


def test_a_wrong_password_is_refused(node: Node) -> None:
    right = database.uri(node.settings, "users")
    wrong = right.replace(database.passwords(node.settings)["users"], "guessed")

    client: MongoClient[Document]
    with MongoClient(wrong) as client, pytest.raises(OperationFailure) as refused:
        client.social_calendar_users.users.find_one()

    assert refused.value.code == REFUSED


@pytest.mark.parametrize("part", PARTS)
def test_a_part_may_use_its_own_database_and_no_other(node: Node, part: str) -> None:
    with node.client(part) as client:
        assert client[f"social_calendar_{part}"].things.insert_one({}).acknowledged
        assert client[f"social_calendar_{part}"].things.find_one() is not None
        for other in (*(f"social_calendar_{each}" for each in PARTS if each != part), "admin", "local"):
            for attempt in (client[other].things.find_one, lambda other=other: client[other].things.insert_one({})):
                with pytest.raises(OperationFailure) as refused:
                    attempt()
                assert refused.value.code == UNAUTHORIZED, other


def test_passwords_are_shown_to_nobody_else(node: Node) -> None:
    secrets = database.passwords(node.settings).values()

    for process in psutil.process_iter(["cmdline"]):
        words = " ".join(process.info["cmdline"] or [])
        assert not any(secret in words for secret in secrets)
    assert not any(secret in node.said() for secret in secrets)


def test_what_was_acknowledged_survives_a_kill_and_another_port(fresh: Node) -> None:
    with fresh.running() as client:
        pid = fresh.system.processes()["mongodb"][1]
        client.party.guests.insert_one({"_id": 1})
        os.kill(pid, signal.SIGKILL)
        fresh.wait(lambda: client.party.guests.insert_one({"_id": 2}))
        assert fresh.system.processes()["mongodb"][1] != pid

    before = fresh.settings.ports["MONGO_PORT"]
    fresh.move()
    with fresh.running() as client:
        assert fresh.settings.ports["MONGO_PORT"] != before
        assert [guest["_id"] for guest in client.party.guests.find().sort("_id")] == [1, 2]
        client.party.guests.insert_one({"_id": 3})
        members = client.admin.command("replSetGetConfig")["config"]["members"]
        assert [member["host"] for member in members] == [database.host(fresh.settings)]


@pytest.mark.parametrize("moment", ["MongoDB starting", "replSetInitiate admin command received", "admin.system.users"])
def test_a_first_start_that_is_killed_half_way_keeps_nothing_from_the_next(fresh: Node, moment: str) -> None:
    log = fresh.system.data / "first.log"
    database.claim_folder(fresh.settings)
    with log.open("ab") as file:
        starting = subprocess.Popen(
            database.starter(mongod.find_or_install()), env=fresh.system.environment, stdout=file, cwd=REPOSITORY
        )
        try:
            fresh.wait(lambda: moment in log.read_text())
            node_of_it = psutil.Process(starting.pid).children()
        finally:
            starting.kill()
            starting.wait()
    assert psutil.wait_procs(node_of_it, timeout=PATIENCE_S)[1] == [], "its mongod outlives it"

    with fresh.running() as client:
        users = {user["user"] for user in client.admin.system.users.find()}
        assert users == {"root", *PARTS}


def test_a_lost_password_file_is_made_anew(fresh: Node) -> None:
    with fresh.running() as client:
        client.party.guests.insert_one({"_id": 1})
    (database.folder_of(fresh.settings) / "passwords.json").unlink()

    with fresh.running() as client:
        assert client.party.guests.count_documents({}) == 1


def test_the_log_of_the_database_is_not_poured_onto_the_terminal(fresh: Node) -> None:
    with fresh.running():
        pass
    with fresh.running():
        pass

    assert '"msg"' not in fresh.said()
    assert len([line for line in fresh.said().splitlines() if line.startswith("mongodb ")]) <= 2
    assert '"msg":"Waiting for connections"' in (fresh.settings.logs_dir / "mongodb.log").read_text()


def test_data_of_something_else_is_refused(fresh: Node) -> None:
    theirs = database.folder_of(fresh.settings) / "data" / "WiredTiger.wt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")

    ended = subprocess.run(
        [sys.executable, "-m", "deploy.local", "run"],
        cwd=REPOSITORY,
        env=fresh.system.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert ended.returncode != 0
    assert "not converted" in ended.stderr and "DATA_DIR" in ended.stderr and "Traceback" not in ended.stderr
    assert theirs.read_text() == "theirs"


def test_data_of_a_newer_mongodb_is_refused_and_left_as_it_is(fresh: Node) -> None:
    with fresh.running() as client:
        client.party.guests.insert_one({"_id": 1})
        make_newer(fresh)
    fresh.start()
    try:
        fresh.wait(lambda: "another version of MongoDB" in fresh.said())
    finally:
        fresh.system.stop()

    assert (database.folder_of(fresh.settings) / "data" / "WiredTiger.wt").exists()


def make_newer(node: Node) -> None:
    """Let the data say that a newer MongoDB has written it; the server lets only itself do that."""
    member: dict[str, Any] = {"username": "__system", "password": database.key(node.settings), "authSource": "local"}
    with MongoClient(
        database.host(node.settings), **member, authMechanism="SCRAM-SHA-256", directConnection=True
    ) as client:
        documents = list(client.admin["system.version"].find())
        newer = [doc | {"version": "99.0"} if "version" in doc else doc for doc in documents]
        client.admin.newer.insert_many(newer)
        rename = {"renameCollection": "admin.newer", "to": "admin.system.version", "dropTarget": True}
        client.admin.command("applyOps", [{"op": "c", "ns": "admin.$cmd", "o": rename}])


def test_a_wrong_password_in_mongo_uri_is_told_and_the_system_is_not_ready(node: Node, tmp_path: Path) -> None:
    system = local_system(tmp_path)
    wrong = database.uri(node.settings, "users").replace(database.passwords(node.settings)["users"], "guessed")
    system.environment |= {"MONGO_URI": wrong, "AMQP_URI": "amqp://127.0.0.1:1", "BROKER_USERS": "shared"}
    log = tmp_path / "runner.log"
    with log.open("ab") as file:
        system.runner = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "run", "gateway", "identity"],
            cwd=REPOSITORY,
            env=system.environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        node.wait(lambda: "refuses the user or the password in MONGO_URI" in log.read_text())
        node.wait(lambda: "mongodb" in requests.get(f"{system.base}/readyz", timeout=10).text)
        assert requests.get(f"{system.base}/readyz", timeout=10).status_code == 503
        assert "guessed" not in log.read_text()
    finally:
        assert system.stop() == 0
