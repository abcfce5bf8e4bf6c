"""What the identity provider says, and how much of it is believed."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from authlib.common.errors import AuthlibBaseError
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, RSAKey

from gateway.api import identity
from gateway.api.auth import may_be_next
from gateway.http.problems import ApiError

ISSUER = "https://accounts.example"
KEY = RSAKey.generate_key(2048, parameters={"kid": "one"})
CLAIMS = {"iss": ISSUER, "sub": "1", "email": "anna@example.org", "email_verified": True, "name": "Anna"}


@pytest.fixture
def read(gateway: Callable[..., FlaskClient]) -> Iterator[Callable[..., Any]]:
    """Return what reads an ID token of a provider that lists every way to sign."""
    with gateway().application.app_context():
        provider = identity._provider()
        listed = ["none", "HS256", "RS256"]
        metadata = {"issuer": ISSUER, "id_token_signing_alg_values_supported": listed, "_loaded_at": 1}
        provider.server_metadata.update(
            metadata, jwks_uri=f"{ISSUER}/keys", jwks={"keys": [KEY.as_dict(private=False)]}
        )

        def read(key: Any = KEY, algorithm: str = "RS256", named: str = "one", **claims: Any) -> Any:
            now = int(time.time())
            token = {"iss": ISSUER, "aud": "i", "sub": "1", "exp": now + 60, "iat": now, "nonce": "n"} | claims
            header = {"alg": algorithm, "kid": named}
            signed = jwt.encode(header, token, key, algorithms=[algorithm])
            options = identity._claims_options()
            return provider.parse_id_token({"id_token": signed}, nonce="n", claims_options=options)

        yield read


def test_a_token_made_for_us_is_believed(read: Callable[..., Any]) -> None:
    assert read()["sub"] == "1"
    assert read(aud=["i"], azp="i")["sub"] == "1"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "other"},
        {"aud": "other", "azp": "i"},
        {"aud": ["other"], "azp": "i"},
        {"aud": ["i", "other"], "azp": "i"},
        {"aud": []},
        {"azp": "other"},
        {"iss": "https://other.example"},
        {"nonce": "other"},
        {"exp": 1},
    ],
    ids=str,
)
def test_a_token_made_for_somebody_else_or_by_somebody_else_is_not(
    read: Callable[..., Any], claims: dict[str, Any]
) -> None:
    with pytest.raises((JoseError, AuthlibBaseError)):
        read(**claims)


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize(
    ("algorithm", "key"),
    [("none", OctKey.import_key("x" * 32)), ("HS256", OctKey.import_key("x" * 32))],
)
def test_a_token_that_proves_nothing_is_not_believed_whatever_the_provider_lists(
    read: Callable[..., Any], algorithm: str, key: Any
) -> None:
    with pytest.raises((JoseError, AuthlibBaseError, ValueError)):
        read(key, algorithm)


class Provider:
    """Stands in for the connection to the provider: answers with these keys, or not at all."""

    def __init__(self, *keys: Any) -> None:
        self.keys, self.asked = keys, 0

    def __enter__(self) -> "Provider":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def request(self, *_: object, **__: object) -> "Provider":
        self.asked += 1
        if not self.keys:
            raise requests.ConnectionError
        return self

    def raise_for_status(self) -> None:
        pass

    def json(self) -> Any:
        return {"keys": [key.as_dict(private=False) for key in self.keys if key is not None]}


@pytest.mark.parametrize("named", ["one", "two"])
def test_changed_keys_are_believed_at_once_whether_or_not_they_have_another_name(
    read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    changed = RSAKey.generate_key(2048, parameters={"kid": named})
    monkeypatch.setattr(identity._provider(), "_get_session", lambda: Provider(changed))

    assert read(changed, named=named)["sub"] == "1"


@pytest.mark.parametrize("fails", [Provider(), Provider(None)], ids=["silent", "empty"])
def test_keys_are_kept_when_others_cannot_be_had(
    read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, fails: Provider
) -> None:
    monkeypatch.setattr(identity._provider(), "_get_session", lambda: fails)
    with pytest.raises((JoseError, requests.ConnectionError, ValueError)):
        read(RSAKey.generate_key(2048), named="one")

    assert fails.asked == 1
    assert read()["sub"] == "1"
    assert fails.asked == 1


@pytest.mark.parametrize(
    ("said", "always_says", "passes"),
    [
        (ISSUER, True, True),
        (ISSUER, False, True),
        (None, False, True),
        (None, True, False),
        ("https://other.example", False, False),
        ("https://other.example", True, False),
    ],
)
def test_what_another_provider_sends_back_is_refused(
    read: Callable[..., Any], said: str | None, always_says: bool, passes: bool
) -> None:
    identity._provider().server_metadata["authorization_response_iss_parameter_supported"] = always_says
    if passes:
        identity._check_issuer(said)
    else:
        with pytest.raises(ApiError):
            identity._check_issuer(said)


def test_what_is_wrong_with_a_log_in_is_logged_by_its_code_alone(
    gateway: Callable[..., FlaskClient], caplog: pytest.LogCaptureFixture
) -> None:
    client, said = gateway(), "forged\n2026-11-27 WARNING nothing"
    with client.application.app_context():
        identity._provider().server_metadata.update({"issuer": ISSUER, "_loaded_at": 1})

    for query in ({"error": "server_error", "error_description": said}, {"error": said, "error_description": said}):
        assert client.get("/login/callback", query_string=query).status_code == 400

    assert "refused a log-in: OAuthError server_error" in caplog.text
    assert "forged" not in caplog.text


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "a" * 2000 + "@example.org"},
        {"email": "a" * 243 + "@example.org"},
        {"email": "a\0b@example.org"},
        {"email": "a b@example.org"},
        {"email": "a\u202eb@example.org"},
        {"email_verified": "true"},
        {"sub": "s" * 256},
        {"sub": 5},
        {"sub": ""},
    ],
    ids=lambda claims: str(claims)[:40],
)
def test_what_would_have_to_be_cut_to_fit_is_refused(claims: dict[str, Any]) -> None:
    assert identity.identity_in(CLAIMS).email == CLAIMS["email"]
    with pytest.raises(ApiError) as refused:
        identity.identity_in(CLAIMS | claims)
    assert 400 <= refused.value.status < 500


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("n" * 200, "n" * 200),
        ("n" * 201, ""),
        (" Anna\tLindt ", "AnnaLindt"),
        ("An\u202ena", "Anna"),
        ("\u2066\u2069", ""),
        ("\u200b\u3164\u2800\u00a0\ufe0f\u00ad", ""),
        ("\U000e0041", ""),
        ("\ud800", ""),
        ("👩\u200d🚀", "👩\u200d🚀"),
        (5, ""),
        (None, ""),
    ],
    ids=ascii,
)
def test_a_name_can_be_seen_and_is_not_cut(name: object, read: str) -> None:
    assert identity.name_in(name) == read


@pytest.mark.parametrize("name", [None, "", "\u200b", "n" * 201], ids=ascii)
def test_an_email_stands_for_no_name(name: str | None) -> None:
    assert identity.identity_in(CLAIMS | {"name": name}).name == ""


def test_the_provider_is_part_of_who_one_is() -> None:
    who = identity.identity_in(CLAIMS)
    assert (who.issuer, who.subject) == (ISSUER, "1")


@pytest.mark.parametrize(
    ("picture", "read"),
    [
        ("https://example.org/a.png", True),
        ("HTTPS://example.org/" + "a" * 1980, True),
        ("https://example.org/" + "a" * 1981, False),
        ("http://example.org/a.png", False),
        ("data:image/png;base64,AAAA", False),
        ("javascript:alert(1)", False),
        ("//example.org/a.png", False),
        ("https:///a.png", False),
        ("https://[", False),
        ("https://example.org/a b", False),
        ("https://example.org/\n", False),
        ({"url": "x"}, False),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_picture_is_on_the_web_or_none(picture: object, read: bool) -> None:
    assert identity.picture_in(picture) == (picture if read else "")


@pytest.mark.parametrize(
    "target",
    [
        *("/login", "/logout", "/login?next=/", "/logout#x", "/%6cogout", "/./logout", "/a/../logout", "/%2e/logout"),
        *("/logout/", "/a/%2e%2e/login/callback?code=1", "/" + "a" * 2000),
        *(
            "/LOGOUT",
            "/Login",
            "/%4CogOut",
            "/%256cogout",
            "/%25252e/logout",
            "//logout",
            "/%2flogout",
            "/" + "ж" * 1000,
        ),
    ],
)
def test_nobody_is_led_in_or_out_again_after_a_log_in(target: str) -> None:
    assert not may_be_next(target)


@pytest.mark.parametrize(
    "target", ["/", "/user", "/logins", "/a/logout", "/#/logout", "/a?b=/logout", "/" + "a" * 1999]
)
def test_every_other_path_is_led_to(target: str) -> None:
    assert may_be_next(target)
