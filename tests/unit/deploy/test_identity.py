"""The development identity provider."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from deploy.local.identity import create_provider
from deploy.local.people import DEMO_PEOPLE, claims_of_typed

pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")  # the provider's own affair

CALLBACK = "http://localhost:5000/login/callback"
CLIENT = {"client_id": "any", "client_secret": "any"}
REQUEST = {"client_id": "any", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid profile email"}


@pytest.fixture(autouse=True)
def _plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def provider(tmp_path: Path) -> FlaskClient:
    return create_provider(tmp_path).test_client()


def claims_after_log_in(provider: FlaskClient, subject: str) -> dict[str, object]:
    form = provider.post("/oauth2/authorize", query_string=REQUEST, data={"sub": subject})
    assert form.status_code == 302, form.text
    (code,) = parse_qs(urlsplit(form.location).query)["code"]
    asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **CLIENT}
    token = provider.post("/oauth2/token", data=asked).get_json()["access_token"]
    return dict(provider.get("/userinfo", headers={"Authorization": f"Bearer {token}"}).get_json())


def test_demo_people_can_log_in(provider: FlaskClient) -> None:
    for subject, claims in DEMO_PEOPLE.items():
        assert claims_after_log_in(provider, subject) == {**claims, "sub": subject}


def test_whoever_is_typed_has_a_verified_address(provider: FlaskClient) -> None:
    claims = claims_after_log_in(provider, "Zoë Doe")

    assert (claims["name"], claims["email"], claims["email_verified"]) == ("Zoë Doe", "zoë.doe@example.test", True)


def test_whoever_types_an_address_has_it() -> None:
    assert claims_of_typed("zoe@example.org")["email"] == "zoe@example.org"
    assert claims_of_typed("zoe@example.org")["name"] == "zoe"


@pytest.mark.parametrize("claims", [{}, {"email": "a@b.example", "email_verified": False}, {"name": "Only a name"}])
def test_claims_that_are_set_are_exactly_those(provider: FlaskClient, claims: dict[str, object]) -> None:
    assert provider.put("/users/someone", json=claims).status_code == 204

    assert claims_after_log_in(provider, "someone") == {**claims, "sub": "someone"}


def test_a_restart_forgets_neither_people_nor_key(tmp_path: Path, provider: FlaskClient) -> None:
    provider.put("/users/someone", json={"name": "First"})
    provider.put("/users/someone", json={"name": "Second"})

    restarted = create_provider(tmp_path).test_client()

    assert claims_after_log_in(restarted, "someone") == {"name": "Second", "sub": "someone"}
    assert restarted.get("/jwks").json == provider.get("/jwks").json


def test_a_line_that_was_cut_off_by_a_kill_is_no_obstacle(tmp_path: Path, provider: FlaskClient) -> None:
    provider.put("/users/someone", json={"name": "Whole"})
    with (tmp_path / "people.jsonl").open("a") as lines:
        lines.write('["someone", {"na')
    provider.put("/users/next", json={"name": "Next"})

    restarted = create_provider(tmp_path).test_client()

    assert claims_after_log_in(restarted, "someone")["name"] == "Whole"
    assert claims_after_log_in(restarted, "next")["name"] == "Next"


def test_the_key_is_for_its_owner_only(tmp_path: Path, provider: FlaskClient) -> None:
    assert (tmp_path / "key.json").stat().st_mode & 0o077 == 0


def test_there_is_no_debugger(tmp_path: Path) -> None:
    provider: Flask = create_provider(tmp_path)

    assert not provider.debug
    assert provider.test_client().get("/console").status_code == 404
    assert provider.wsgi_app == Flask.wsgi_app.__get__(provider)
