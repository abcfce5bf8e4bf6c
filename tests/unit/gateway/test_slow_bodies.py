"""A body that does not arrive is not waited for."""

from collections.abc import Callable
from io import BytesIO

import gevent
import pytest
from flask.testing import FlaskClient

from gateway.http import parsing


class Trickle(BytesIO):
    """A body that is there after a while."""

    def __init__(self, body: bytes, after_s: float) -> None:
        super().__init__(body)
        self.after_s = after_s

    def read(self, size: int | None = -1) -> bytes:
        gevent.sleep(self.after_s)
        return super().read(size)


@pytest.mark.parametrize(("after_s", "status"), [(5, 408), (0, 415)])
@pytest.mark.parametrize("path", ["/event", "/chat/msg"])
def test_a_slow_body_is_given_up(
    gateway: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch, path: str, after_s: float, status: int
) -> None:
    monkeypatch.setattr(parsing, "BODY_LIMIT_S", 0.2)
    client = gateway()
    client.set_cookie("session", "known")

    answer = client.post(path, input_stream=Trickle(b" " * 20, after_s), headers={"Content-Length": "20"})

    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
