"""What the balancer refuses by itself has the form of the gateway's problems."""

import json
import re
from email.parser import Parser
from pathlib import Path

import pytest

from gateway.http import problems
from services.chassis.tracing import tracing
from tests.docs.documents import REPOSITORY, read

FOLDER = REPOSITORY / "deploy" / "compose" / "balancer" / "problems"
CONFIGURATION = read("deploy/compose/balancer/haproxy.cfg")

every_file = pytest.mark.parametrize("file", sorted(FOLDER.iterdir()), ids=lambda file: file.stem)


@every_file
def test_a_refusal_is_what_the_gateway_would_say(file: Path) -> None:
    status_line, _, rest = file.read_text().partition("\n")
    head, _, body = rest.partition("\n\n")
    headers = dict(Parser().parsestr(head))
    with tracing(None):  # what the balancer refuses belongs to no request of the gateway's
        wanted = problems.problem_response(int(file.stem), json.loads(body)["detail"])

    assert status_line == f"HTTP/1.1 {file.stem} {json.loads(body)['title']}"
    assert body.encode() == wanted.get_data()
    assert headers.pop("X-Content-Type-Options") == "nosniff"
    assert headers.pop("Cache-Control") == "no-store"
    if file.stem == "429":
        assert int(headers.pop("Retry-After")) > 0
    assert headers == dict(wanted.headers)


@every_file
def test_a_refusal_is_used(file: Path) -> None:
    assert f"/config/problems/{file.name}\n" in CONFIGURATION


def test_whatever_it_denies_has_a_refusal() -> None:
    denied = set(re.findall(r"deny_status (\d+)", CONFIGURATION))

    assert denied
    assert denied <= {file.stem for file in FOLDER.iterdir()}


def test_it_speaks_http_and_nothing_else() -> None:
    assert set(re.findall(r"^\s*mode (\w+)", CONFIGURATION, re.MULTILINE)) == {"http"}


def test_it_refuses_the_heads_that_a_gateway_refuses() -> None:
    gunicorn = read("gateway/server/gunicorn.conf.py")
    (most,) = re.findall(r"deny_status 431 if \{ req\.fhdr_cnt gt (\d+) \}", CONFIGURATION)
    (too_long,) = re.findall(r"deny_status 431 if \{ req\.hdrs -m reg '(.+)' \}", CONFIGURATION)

    assert f"limit_request_fields = {most} " in gunicorn
    assert "limit_request_field_size = 8 * 1024 " in gunicorn
    for at, passes in ((8 * 1024, True), (8 * 1024 + 1, False)):
        head = f"host: x\r\nx-long: {'x' * (at - len('x-long: '))}\r\nx-other: x\r\n\r\n"
        assert (re.search(too_long, head) is None) == passes


def test_an_address_may_have_so_many_connections_and_is_told_when_it_has_more() -> None:
    assert 'http-request deny deny_status 429 if { sc0_conn_cur gt "${CONNECTIONS_PER_ADDRESS}" }' in CONFIGURATION
    assert "CONNECTIONS_PER_ADDRESS:" in read("deploy/compose.yml")
