"""The gateway's environment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.settings import BadSettings, read_settings
from services.chassis import settings as services

REPOSITORY = Path(__file__).parents[3]
NEEDED = {
    "AMQP_URI": "a",
    "BROKER_USERS": "shared",
    "MONGO_URI": "m",
    "OIDC_CLIENT_ID": "i",
    "OIDC_CLIENT_SECRET": "s",
    "PUBLIC_URL": "https://calendar.example",
}
EMPTY = dict.fromkeys(
    (
        *("MONGO_DATABASE", "LOG_LEVEL", "OIDC_DISCOVERY_URL", "FRONTEND_URL", "CORS_ORIGINS"),
        *("TRUSTED_PROXIES", "GATEWAY_HOST", "GATEWAY_PORT", "GATEWAY_WORKERS", "SERVICE_WORKERS", "CALLS_QUEUE_TYPE"),
        "SEARCH_BY_EMAIL",
    ),
    "",
)
FAULTS = {
    "GATEWAY_PORT": "eighty",
    "GATEWAY_WORKERS": "9" * 5000,
    "LOG_LEVEL": "LOUD",
    "TRUSTED_PROXIES": "-1",
    "SEARCH_BY_EMAIL": "no",
    "PUBLIC_URL": "http://[",
    "CORS_ORIGINS": "https://one.example/path",
    "OIDC_CLIENT_ID": "",
}

DEVELOPMENT = {"OIDC_DISCOVERY_URL": "http://localhost:9400/.well-known/openid-configuration"}


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert read_settings(NEEDED | EMPTY) == read_settings(NEEDED)
    assert services.read_settings("users", NEEDED | EMPTY) == services.read_settings("users", NEEDED)


@pytest.mark.parametrize(("value", "search_by_email"), [("on", True), ("off", False)])
def test_the_search_by_whole_email_can_be_switched_off(value: str, search_by_email: bool) -> None:
    assert read_settings(NEEDED | {"SEARCH_BY_EMAIL": value}).search_by_email == search_by_email
    assert read_settings(NEEDED).search_by_email


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(BadSettings) as refused:
        read_settings(NEEDED | FAULTS)

    told = str(refused.value).splitlines()
    assert len(told) == len(FAULTS)
    for name in FAULTS:
        assert any(name in line for line in told)


def test_the_server_does_not_start_with_faults_and_says_all_of_them() -> None:
    gunicorn = Path(sys.executable).with_name("gunicorn")
    ended = subprocess.run(
        [gunicorn, "-c", "gateway/server/gunicorn.conf.py", "gateway.app:create_app()"],
        cwd=REPOSITORY,
        env=os.environ | NEEDED | FAULTS,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert ended.returncode != 0
    said = ended.stdout + ended.stderr
    assert "Traceback" not in said
    for name in FAULTS:
        assert said.count(f"{name} ") == 1


@pytest.mark.parametrize(("host", "address"), [("0.0.0.0", "0.0.0.0:80"), ("::1", "[::1]:80")])
def test_the_address_is_host_and_port(host: str, address: str) -> None:
    assert read_settings(NEEDED | {"GATEWAY_HOST": host, "GATEWAY_PORT": "80"}).address == address


def test_with_a_real_provider_it_must_be_told_under_which_name_it_is_reached() -> None:
    assert read_settings(NEEDED | DEVELOPMENT | {"PUBLIC_URL": ""}).public_url is None
    with pytest.raises(BadSettings, match="PUBLIC_URL is not set"):
        read_settings(NEEDED | {"PUBLIC_URL": ""})


@pytest.mark.parametrize(
    "origin",
    [
        *("*", "https://*", "https://*.example", "https://a.example/*", "https://.*", "https://(a|b).example"),
        *("https://a?b", "https://a.example#b", "https://me@a.example", "https://a.example:99999"),
        *("ftp://a.example", "a.example", "null"),
    ],
)
def test_an_origin_that_is_a_pattern_or_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(BadSettings, match="CORS_ORIGINS"):
        read_settings(NEEDED | {"CORS_ORIGINS": f"https://fine.example,{origin}"})


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("HTTPS://Calendar.Example/", "https://calendar.example"),
        ("https://calendar.example:443", "https://calendar.example"),
        ("http://calendar.example:443", "http://calendar.example:443"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_an_origin_is_what_browsers_make_of_it(given: str, read: str) -> None:
    settings = read_settings(NEEDED | {"PUBLIC_URL": given, "CORS_ORIGINS": given})

    assert (settings.public_url, settings.cors_origins) == (read, (read,))
    assert settings.is_https == read.startswith("https:")


def test_a_variable_that_one_service_reads_is_a_number_in_its_bounds() -> None:
    wait = services.Number("WAIT_S", 90, 1, 100)
    for value, expected in (("", 90), ("1", 1), ("100", 100)):
        read = services.read_settings("invites", NEEDED | {"WAIT_S": value}, numbers=[wait])
        assert read.numbers == {"WAIT_S": expected}
    for value in ("0", "101", "ten", "-1"):
        with pytest.raises(services.BadSettings, match="WAIT_S must be a number from 1 to 100"):
            services.read_settings("invites", NEEDED | {"WAIT_S": value}, numbers=[wait])
