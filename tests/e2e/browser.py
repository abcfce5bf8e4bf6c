"""A browser: keeps cookies, follows no redirect by itself, logs in like a person."""

import http.client
import json
import socket
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.e2e.answers import Answer
from tests.e2e.system import System

TIMEOUT_S = 30.0
_ABSENT = object()


class Browser:
    """One cookie jar in front of the system, and connections that are kept: as browsers have them."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.http = requests.Session()
        self.http.trust_env = False

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Any = None,
        body: Any = _ABSENT,
        data: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send one request. `path` may be a whole URL; `body` goes as JSON, `data` as it is."""
        url = path if path.startswith("http") else self.system.base + path
        headers = dict(headers or {})
        if body is not _ABSENT:
            data = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        return self.http.request(
            method, url, params=query, data=data, headers=headers, timeout=TIMEOUT_S, allow_redirects=False
        )

    def get(self, path: str, *, headers: dict[str, str] | None = None, **query: Any) -> Answer:
        """Send a GET; keywords are the query."""
        return self.request("GET", path, query=query, headers=headers)

    def post(self, path: str, body: Any, *, headers: dict[str, str] | None = None) -> Answer:
        """Send a POST with a JSON body."""
        return self.request("POST", path, body=body, headers=headers)

    def put(self, path: str, body: Any, *, headers: dict[str, str] | None = None) -> Answer:
        """Send a PUT with a JSON body."""
        return self.request("PUT", path, body=body, headers=headers)

    def delete(self, path: str, *, headers: dict[str, str] | None = None, **query: Any) -> Answer:
        """Send a DELETE; keywords are the query."""
        return self.request("DELETE", path, query=query, headers=headers)

    def start_login(self, **query: Any) -> str:
        """Open `/login` and return the provider's address that it leads to."""
        answer = self.get("/login", **query)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def agree(self, provider_url: str, sub: str) -> str:
        """Be `sub` at the provider, and return the callback's address that it leads back to."""
        answer = requests.post(provider_url, data={"sub": sub}, timeout=TIMEOUT_S, allow_redirects=False)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def log_in(self, sub: str, **query: str) -> Answer:
        """Log in as `sub` and return the callback's answer."""
        return self.get(self.agree(self.start_login(**query), sub))

    def copy(self) -> "Browser":
        """Return another browser that somebody has copied these cookies into."""
        other = Browser(self.system)
        other.http.cookies.update(self.http.cookies)
        return other


def introduce(system: System, sub: str, claims: dict[str, Any]) -> None:
    """Tell the identity provider who `sub` is, exactly as given."""
    answer = requests.put(f"{system.identity}/users/{sub}", json=claims, timeout=TIMEOUT_S)
    assert answer.status_code == 204, answer.text


def get_raw(system: System, target: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """GET a target that no polite client would send unchanged (`/a/../b`); return status, headers and body."""
    connection = http.client.HTTPConnection(urlsplit(system.base).netloc, timeout=TIMEOUT_S)
    try:
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def send_raw(system: System, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes that no client would send, and nothing after them; return status, headers and body."""
    where = urlsplit(system.base)
    with socket.create_connection((where.hostname, where.port or 80), timeout=TIMEOUT_S) as connection:
        connection.sendall(sent)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
