"""What the identity provider says, and how much of it is believed."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
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
CLAIMS = {"sub": "1", "email": "anna@example.org", "email_verified": True, "name": "Anna"}


@pytest.fixture
def read(gateway: Callable[..., FlaskClient]) -> Iterator[Callable[..., Any]]:
    """Return what reads an ID token of a provider that lists every way to sign."""
    with gateway().application.app_context():
        provider = identity._provider()
        listed = ["none", "HS256", "RS256"]
        metadata = {"issuer": ISSUER, "id_token_signing_alg_values_supported": listed, "_loaded_at": 1}
        provider.server_metadata.update(metadata, jwks={"keys": [KEY.as_dict(private=False)]})

        def read(key: Any = KEY, algorithm: str = "RS256", **claims: Any) -> Any:
            now = int(time.time())
            token = {"iss": ISSUER, "aud": "i", "sub": "1", "exp": now + 60, "iat": now, "nonce": "n"} | claims
            header = {"alg": algorithm, "kid": "one"}
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
    ],
)
def test_nobody_is_led_in_or_out_again_after_a_log_in(target: str) -> None:
    assert not may_be_next(target)


@pytest.mark.parametrize(
    "target", ["/", "/user", "/logins", "/a/logout", "/#/logout", "/a?b=/logout", "/" + "a" * 1999]
)
def test_every_other_path_is_led_to(target: str) -> None:
    assert may_be_next(target)
