"""The balancer in front of the gateways: connections that are kept, clients that are slow or odd, its own refusals."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter

from tests.containers.dependencies import wait_for
from tests.containers.system import ContainerSystem, docker, inspect
from tests.e2e.answers import ok, refused
from tests.e2e.browser import Browser
from tests.e2e.people import Person, a_plan
from tests.e2e.system import System

KEPT_S = 1.0
CONNECTIONS = 20
SLOW_AFTER_S = 10.0
ORDINARY = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@contextmanager
def another_balancer(cluster: ContainerSystem, network: str) -> Iterator[System]:
    """Run one more balancer, with small limits, in a network."""
    given = inspect(cluster.containers("balancer")[0])
    limits = {"TRUSTED_PROXIES": "1", "KEEP_ALIVE_S": f"{KEPT_S:.0f}", "CONNECTIONS_PER_ADDRESS": str(CONNECTIONS)}
    container = docker(
        *("run", "--detach", "--publish=127.0.0.1::8080", f"--network={network}"),
        *(f"--env={name}={value}" for name, value in limits.items()),
        *(f"--volume={mount['Source']}:{mount['Destination']}:ro" for mount in given["Mounts"]),
        *(given["Config"]["Image"], *given["Config"]["Cmd"]),
    )
    try:
        port = docker("port", container, "8080").rsplit(":", 1)[1]
        yield System(f"http://localhost:{port}", cluster.identity)
    finally:
        docker("rm", "--force", container)


@pytest.fixture(scope="module")
def balancer(cluster: ContainerSystem) -> Iterator[System]:
    """Return the system behind a balancer with small limits."""
    [network] = inspect(cluster.containers("balancer")[0])["NetworkSettings"]["Networks"]
    with another_balancer(cluster, network) as system:
        wait_for("the balancer", system.is_ready)
        yield system


@pytest.fixture(scope="module")
def person(balancer: System) -> Person:
    return Person(balancer)


def connections_of(browser: Browser) -> int:
    """Return how many connections a browser has made to the system so far."""
    adapter = browser.http.get_adapter("http://")
    assert isinstance(adapter, HTTPAdapter)
    pools = adapter.poolmanager.pools
    where = urlsplit(browser.system.base)
    return sum(
        pools[key].num_connections
        for key in pools.keys()  # noqa: SIM118 - no dict
        if (key.key_host, key.key_port) == (where.hostname, where.port)
    )


def connect(system: System) -> socket.socket:
    where = urlsplit(system.base)
    return socket.create_connection((where.hostname, where.port), timeout=30)


def read_answer(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Read one answer with a length from a connection that stays open."""
    with connection.makefile("rb") as stream:
        status = int(stream.readline().split()[1])
        headers: dict[str, str] = {}
        while line := stream.readline().strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        return status, headers, stream.read(int(headers.get("content-length", 0)))


def is_problem(answer: tuple[int, dict[str, str], bytes], status: int) -> bool:
    return (
        answer[0] == status
        and answer[1]["content-type"] == "application/problem+json"
        and json.loads(answer[2])["status"] == (status)
    )


class TestAConnectionThatIsKept:
    def test_it_serves_one_request_after_another(self, person: Person) -> None:
        before = connections_of(person)
        for _ in range(20):
            event_id = ok(person.post("/event", a_plan()))["id"]
            assert ok(person.get("/event", id=event_id))["id"] == event_id
            refused(person.get("/event", id="malformed"), 400)
            refused(person.get("/nothing"), 404)
            assert person.request("HEAD", "/healthz").status_code == 200

        assert connections_of(person) <= before + 1

    @pytest.mark.parametrize("idle_s", [KEPT_S * 0.5, KEPT_S * 0.9, KEPT_S * 1.1, KEPT_S * 2])
    def test_it_is_used_again_after_a_while_or_opened_anew(self, person: Person, idle_s: float) -> None:
        for _ in range(3):
            ok(person.get("/user"))
            time.sleep(idle_s)
            ok(person.post("/event", a_plan()))

    def test_it_outlives_an_upload_in_chunks_and_one_that_waits_for_leave(self, person: Person) -> None:
        body = json.dumps(a_plan()).encode()
        chunked = person.request(
            "POST", "/event", data=iter([body[:10], body[10:]]), headers={"Content-Type": "application/json"}
        )
        ok(chunked)

        cookie = "; ".join(f"{name}={value}" for name, value in person.http.cookies.items())
        head = f"POST /event HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nContent-Type: application/json\r\n"
        with connect(person.system) as connection:
            for _ in range(2):
                connection.sendall(f"{head}Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode())
                assert read_answer(connection)[0] == 100
                connection.sendall(body)
                assert read_answer(connection)[0] == 200

    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            (b"GET / HTTP/1.1\r\nHost: x\r\nBroken header\r\n\r\n", 400),
            (b"\x16\x03\x01\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 70_000 + b"\r\n\r\n", 431),
            (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Many: x\r\n" * 200 + b"\r\n", 431),
            (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * (8193 - 8) + b"\r\n\r\n", 431),
            (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Many: x\r\n" * 64 + b"\r\n", 431),
            (b"POST /event HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 415),
            (b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", 400),
        ],
        ids=lambda value: ascii(value)[:40],
    )
    def test_what_is_no_request_is_refused_wherever_it_comes(self, balancer: System, sent: bytes, status: int) -> None:
        with connect(balancer) as at_once, connect(balancer) as later:
            later.sendall(ORDINARY)
            assert read_answer(later)[0] == 200
            for connection in (at_once, later):
                connection.sendall(sent)
                assert is_problem(read_answer(connection), status)


class TestASlowClient:
    @pytest.mark.parametrize(
        "sent",
        [b"GET /user HTTP/1.1\r\nHost:", b"POST /event HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"],
        ids=["head", "body"],
    )
    def test_it_is_not_waited_for_for_ever(self, balancer: System, sent: bytes) -> None:
        began = time.monotonic()
        with connect(balancer) as connection:
            connection.sendall(sent)
            assert is_problem(read_answer(connection), 408)
        assert time.monotonic() - began < SLOW_AFTER_S + 5


def test_more_connections_than_an_address_may_have_are_refused_and_it_may_come_again(balancer: System) -> None:
    with ExitStack() as stack:
        many = [stack.enter_context(connect(balancer)) for _ in range(CONNECTIONS + 5)]
        many[-1].sendall(ORDINARY)
        answer = read_answer(many[-1])
        assert is_problem(answer, 429)
        assert int(answer[1]["retry-after"]) > 0
    wait_for("the limit", balancer.is_ready)


def test_what_a_client_says_of_itself_is_not_believed(balancer: System) -> None:
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    forged |= {"X_Forwarded_Host": "evil.example", "X-Forwarded-Prefix": "/evil", "SCRIPT_NAME": "/evil"}

    answer = Browser(balancer).get("/login", headers=forged)

    assert answer.status_code == 302
    [back] = parse_qs(urlsplit(answer.headers["Location"]).query)["redirect_uri"]
    assert back == f"{balancer.base}/login/callback"


def test_without_a_gateway_every_request_is_answered_by_503_and_the_connection_is_kept(
    cluster: ContainerSystem,
) -> None:
    with another_balancer(cluster, "bridge") as alone:
        wait_for("the balancer", lambda: answers(alone))
        browser = Browser(alone)
        for method in ("GET", "POST", "GET"):
            answer = browser.request(method, "/event", data=b"{}")
            refused(answer, 503)
            assert int(answer.headers["Retry-After"]) > 0


def answers(system: System) -> bool:
    try:
        return requests.get(system.base, timeout=5).status_code == 503
    except requests.RequestException:
        return False


def test_many_clients_with_kept_connections_get_every_answer(balancer: System) -> None:
    def visit(_: int) -> set[int]:
        visitor = Person(balancer)
        return {visitor.get("/user").status_code for _ in range(50)}

    with ThreadPoolExecutor(4) as pool:
        assert set().union(*pool.map(visit, range(4))) == {200}
