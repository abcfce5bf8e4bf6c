"""The system on one machine: its processes, its ports, its data. Runs what it finds in this repository."""

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
import requests

from tests.e2e.browser import Browser
from tests.e2e.people import Person, a_plan
from tests.e2e.system import REPOSITORY, LocalSystem, free_ports, local_system

NAMES = ("gateway", "users", "events", "chats", "invites", "rabbitmq", "mongodb", "identity")
PROCESSES = {
    "gateway": "gunicorn",
    "users": "users",
    "events": "events",
    "chats": "chats",
    "invites": "invites",
    "rabbitmq": "beam",
    "mongodb": "mongod",
    "identity": "identity",
}
BACK_WITHIN_S = 60.0


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def listeners(port: int) -> set[str]:
    """Return the addresses, in the kernel's hexadecimal, on which somebody on this machine listens at a port."""
    listening = "0A"
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    local = [row[1].split(":") for row in rows if row[3] == listening]
    return {address for address, number in local if int(number, 16) == port}


def test_the_status_has_a_line_for_each_process_with_its_own_pid(own_system: LocalSystem) -> None:
    answer = own_system.make("status")

    assert answer.returncode == 0, answer.stderr
    lines = [line.split() for line in answer.stdout.splitlines()]
    assert all(len(line) == 3 and line[2].isdigit() for line in lines), answer.stdout
    for wanted in NAMES:
        found = [int(pid) for name, _, pid in lines if name.startswith(wanted) and name != "rabbitmq-epmd"]
        assert found, f"{wanted} is missing in\n{answer.stdout}"
        for pid in found:
            assert PROCESSES[wanted] in command_line(pid), command_line(pid)
            assert Path(os.readlink(f"/proc/{pid}/exe")).name not in ("sh", "bash", "dash", "env", "make")
    assert len({pid for _, _, pid in lines}) == len(lines)


def test_the_gateway_has_more_than_one_worker(own_system: LocalSystem) -> None:
    main = own_system.processes()["gateway"][1]
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()

    assert len(children) > 1


@pytest.mark.parametrize("port", ["IDENTITY_PORT", "MONGO_PORT", "RABBITMQ_PORT", "EPMD_PORT", "RABBITMQ_DIST_PORT"])
def test_nothing_but_the_gateway_can_be_reached_from_another_machine(own_system: LocalSystem, port: str) -> None:
    loopback = {"0100007F", "0" * 24 + "01000000", "0000000000000000FFFF00000100007F"}

    addresses = listeners(int(own_system.environment[port]))

    assert addresses and addresses <= loopback


def test_health_and_readiness_are_told(own_system: LocalSystem) -> None:
    for path in ("/healthz", "/readyz"):
        assert requests.get(own_system.base + path, timeout=10).status_code == 200


@pytest.mark.parametrize("variable", ["GATEWAY_PORT", "IDENTITY_PORT", "RABBITMQ_PORT", "MONGO_PORT"])
def test_a_port_that_is_taken_is_named_with_the_variable_that_changes_it(tmp_path: Path, variable: str) -> None:
    system = local_system(tmp_path)
    with socket.create_server(("127.0.0.1", int(system.environment[variable]))):
        ended = subprocess.run(
            [sys.executable, "-m", "deploy.local", "run"],
            cwd=REPOSITORY,
            env=system.environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    assert ended.returncode != 0
    said = ended.stdout + ended.stderr
    assert variable in said and system.environment[variable] in said
    assert "Traceback" not in said


def test_the_status_of_nothing_is_said_and_not_a_traceback(tmp_path: Path) -> None:
    answer = local_system(tmp_path).make("status")

    assert answer.returncode != 0
    assert "Traceback" not in answer.stdout + answer.stderr


def test_the_demo_fills_the_system_as_often_as_one_likes(own_system: LocalSystem) -> None:
    for _ in range(2):
        answer = own_system.make("demo")
        assert answer.returncode == 0, answer.stdout + answer.stderr
    boris, today = Browser(own_system), date.today()
    boris.log_in("boris")
    month = boris.get("/events", year=today.year, month=today.month).json()
    dinners = [event for events in month.values() for event in events if event["name"] == "Weekly dinner"]
    assert [event["datetime"][:2] for event in dinners][:3] == ["02", "10", "23"]
    assert {event["id"] for event in dinners} == {dinners[0]["id"]}


def test_whoever_is_typed_into_the_providers_form_can_log_in(own_system: LocalSystem) -> None:
    (number,) = free_ports(1)
    browser = Browser(own_system)

    assert browser.log_in(f"typed.{number}@example.org").status_code == 302

    assert browser.get("/user").json()["email"] == f"typed.{number}@example.org"


@pytest.mark.parametrize("name", ["users", "events", "chats", "invites"])
def test_a_service_that_is_killed_comes_back(own_system: LocalSystem, name: str) -> None:
    person = Person(own_system)
    _, before = own_system.processes()[name]

    os.kill(before, signal.SIGKILL)

    until = time.monotonic() + BACK_WITHIN_S
    while own_system.processes()[name][0] != "running" or own_system.processes()[name][1] == before:
        assert time.monotonic() < until, own_system.logs()
    own_system.wait_until_ready()
    person.plan_together(Person(own_system))
    assert person.me()["id"] == person.id


def test_data_and_sessions_survive_a_restart(own_system: LocalSystem) -> None:
    ann, ben = Person(own_system), Person(own_system)
    ann.befriend(ben)
    event_id = ann.plan_together(ben)
    invited_to = ben.plan(type="group")
    ann.invited_by(ben, invited_to)
    key = {"Idempotency-Key": "restart"}
    keyed = ann.post("/event", a_plan(), headers=key).json()
    chat_id = ann.event(event_id)["chat_id"]
    ben.write(chat_id, "Hello")
    before = ann.me(), ben.me(), ann.messages(chat_id), ann.event(event_id), ann.invites()
    pids = [pid for _, pid in own_system.processes().values()]

    assert own_system.stop() == 0
    for pid in pids:
        assert not Path(f"/proc/{pid}").exists(), command_line(pid)
    for variable in ("GATEWAY_PORT", "IDENTITY_PORT", "RABBITMQ_PORT", "MONGO_PORT"):
        assert listeners(int(own_system.environment[variable])) == set()
    own_system.start()

    assert (ann.me(), ben.me(), ann.messages(chat_id), ann.event(event_id), ann.invites()) == before
    assert ann.post("/event", a_plan(), headers=key).json() == keyed
    ann.write(chat_id, "Good morning")
    assert ben.texts(chat_id) == ["Hello", "Good morning"]
    assert ben.log_in(ben.sub).status_code == 302
