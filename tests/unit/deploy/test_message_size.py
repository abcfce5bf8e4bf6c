"""The broker takes what we publish, and nothing larger, wherever it runs."""

import re
from pathlib import Path

import pytest

from services.chassis.broker.limits import MAX_MESSAGE_BYTES

REPOSITORY = Path(__file__).parents[3]
CONFIGURATIONS = (
    "deploy/local/broker.py",
    "deploy/compose/rabbitmq/rabbitmq.conf",
    "deploy/kubernetes/base/rabbitmq.yaml",
)


@pytest.mark.parametrize("path", CONFIGURATIONS)
def test_the_broker_has_the_limit_that_we_keep(path: str) -> None:
    [size] = re.findall(r"max_message_size = (\d+)", (REPOSITORY / path).read_text())
    assert int(size) == MAX_MESSAGE_BYTES
