"""The identity provider: what it is asked, and what of its answer is believed.

Source: OpenID Connect Core 1.0, sections 3.1.3.7 and 5.1; RFC 7636 (PKCE); RFC 9700; RFC 9207.
"""

import logging
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App, OAuth
from flask import Flask, Response, current_app, g
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import KeySet

from gateway.api import login_cookies
from gateway.http.characters import has_visible_character, without_controls
from gateway.http.context import backend
from gateway.http.parsing import is_clean
from gateway.http.problems import ApiError
from gateway.stores.tokens import new_token
from services.contracts.errors import Code, Unavailable

log = logging.getLogger(__name__)

PROVIDER_LIMIT_S = 4.0
MAX_SUBJECT_LENGTH = 255
"""Of a person's id at the provider (OpenID Connect Core 1.0, section 2)."""
MAX_NAME_LENGTH = 200
MAX_EMAIL_LENGTH = 254
"""More fits into no envelope (RFC 5321, section 4.5.3.1.3)."""
MAX_PICTURE_LENGTH = 2000
ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
"""By which the provider may sign: with a key of its own, whatever else it lists."""

_BIRTHDATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_ERROR_CODE = re.compile(r"[a-z_]{1,40}", re.ASCII)
_KEPT = ("redirect_uri", "nonce", "code_verifier")
"""What the way back needs of what the way out was made of."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who somebody is.

    issuer, subject: the provider, and the id there; name: ``""`` if there is none; birthday: `YYYY-MM-DD` or None;
    picture: a URL or ``""``.
    """

    issuer: str
    subject: str
    name: str
    email: str
    picture: str
    birthday: str | None


class _LoginsInDatabase(FlaskIntegration):
    """Keeps what a log-in under way needs in our database instead of the cookie; each state can be used once."""

    def set_state_data(self, session: Any, state: str, data: dict[str, Any]) -> None:
        g.login_secret = new_token()
        kept = {name: data[name] for name in _KEPT if name in data}
        backend().logins.begin(state, g.login_secret, {**kept, "next": g.login_next})

    def get_state_data(self, session: Any, state: str | None) -> dict[str, Any] | None:
        secret = login_cookies.secret_of(state) if state else None
        found = backend().logins.take(state, secret) if state and secret else None
        g.login_next = (found or {}).pop("next", None)
        return found

    def clear_state_data(self, session: Any, state: str | None) -> None:
        """Taking has cleared it."""


class _Client(FlaskOAuth2App):
    def load_server_metadata(self) -> dict[str, Any]:
        """Return how the provider describes itself, without ways to sign that prove nothing."""
        metadata: dict[str, Any] = super().load_server_metadata()
        listed = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [one for one in listed if one in ALGORITHMS] or ["RS256"]
        return metadata

    def fetch_jwk_set(self, force: bool = False) -> Any:
        """Return the provider's keys. Those that are known are kept until others have arrived."""
        known = self.server_metadata.get("jwks")
        try:
            fetched = super().fetch_jwk_set(force=force)
            if not KeySet.import_key_set(fetched).keys:
                raise ValueError("the provider says no keys")
        except Exception:
            self.server_metadata["jwks"] = known
            raise
        return fetched

    def parse_id_token(self, token: Any, nonce: Any, **options: Any) -> Any:
        """Return what an ID token says, read with new keys if the provider has changed them under their names."""
        try:
            return super().parse_id_token(token, nonce, **options)
        except BadSignatureError:
            self.fetch_jwk_set(force=True)
            return super().parse_id_token(token, nonce, **options)


class _Provider(OAuth):
    oauth2_client_cls = _Client
    framework_integration_cls = _LoginsInDatabase


def register(app: Flask) -> None:
    """Register the identity provider; its discovery document is fetched at the first log-in."""
    settings = app.extensions["backend"].settings
    app.extensions["provider"] = _Provider(app).register(
        "provider",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        server_metadata_url=settings.oidc_discovery_url,
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "default_timeout": PROVIDER_LIMIT_S,
        },
    )


def _provider() -> Any:
    return current_app.extensions["provider"]


def leave_for_provider(redirect_uri: str, next_path: str | None) -> Response:
    """Begin a log-in, and send the browser to the provider.

    Raises:
        Unavailable: the provider does not answer.
    """
    g.login_next, state = next_path, login_cookies.new_state()
    response: Response = _asking(lambda: _provider().authorize_redirect(redirect_uri, state=state))
    login_cookies.begin(response, state, g.login_secret)
    return response


def provider_url(redirect_uri: str) -> str:
    """Return where a log-in would lead to, without beginning one.

    Raises:
        Unavailable: the provider does not answer.
    """
    url: str = _asking(lambda: _provider().create_authorization_url(redirect_uri, state=login_cookies.new_state()))[
        "url"
    ]
    return url


def _asking(ask: Any) -> Any:
    try:
        return ask()
    except (requests.RequestException, AuthlibBaseError, RuntimeError, ValueError) as exc:
        raise _unreachable(exc) from exc


def verified_identity(issuer: str | None) -> Identity:
    """Exchange the code of this request, check the ID token, and return whom it names.

    issuer: what the provider calls itself in the request, if it does.

    Raises:
        ApiError: 400 for a log-in that this browser has not begun or that the provider does not confirm,
            403 for a user whose e-mail is not verified, or is too long.
        Unavailable: the provider does not answer.
    """
    try:
        _check_issuer(issuer)
        token = _provider().authorize_access_token(claims_options=_claims_options())
    except requests.RequestException as exc:
        raise _unreachable(exc) from exc
    except (AuthlibBaseError, JoseError, ValueError, KeyError) as exc:
        log.warning("refused a log-in: %s %s", type(exc).__name__, _error_code(exc))
        raise _not_valid() from exc
    return identity_in(token.get("userinfo") or {})


def _check_issuer(issuer: str | None) -> None:
    """Refuse what another provider sends back, and what does not say who does if ours always says it (RFC 9207).

    Raises:
        ApiError: 400
    """
    metadata = _provider().load_server_metadata()
    always_says = metadata.get("authorization_response_iss_parameter_supported") is True
    if issuer != metadata.get("issuer") and (issuer is not None or always_says):
        raise _not_valid()


def _claims_options() -> dict[str, Any]:
    """Say what an ID token must claim: that it was made by this provider, for us and for nobody else."""
    client_id = _provider().client_id
    return {
        "iss": {"essential": True, "values": [_provider().load_server_metadata().get("issuer")]},
        "aud": {"essential": True, "validate": lambda claims, audience: audience in (client_id, [client_id])},
    }


def identity_in(claims: Mapping[str, Any]) -> Identity:
    """Return whom a valid ID token names. Nothing is cut to fit: what is too long is refused, or counts as missing.

    Raises:
        ApiError: 400 for nobody, 403 for somebody whose e-mail is not verified, or is none that we can keep.
    """
    subject, email = claims.get("sub"), claims.get("email")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_LENGTH or not is_clean(subject):
        raise ApiError(400, "The identity provider does not say who you are.")
    if not isinstance(email, str) or not email.strip() or claims.get("email_verified") is not True:
        raise ApiError(403, "Your e-mail address is not verified by the identity provider.")
    email = email.strip()
    if len(email) > MAX_EMAIL_LENGTH or any(map(_is_no_part_of_an_address, email)):
        raise ApiError(403, f"Your e-mail address is longer than {MAX_EMAIL_LENGTH} characters, or is none.")
    return Identity(
        issuer=claims["iss"],
        subject=subject,
        name=name_in(claims.get("name")),
        email=email,
        picture=picture_in(claims.get("picture")),
        birthday=birthday_in(claims.get("birthdate")),
    )


def name_in(name: object) -> str:
    """Return a name without what cannot be seen or reorders it; an empty one if there is none, or it is too long."""
    cleaned = without_controls(name).strip() if isinstance(name, str) else ""
    return cleaned if has_visible_character(cleaned) and len(cleaned) <= MAX_NAME_LENGTH else ""


def picture_in(picture: object) -> str:
    """Return the URL of a picture on the web; an empty text for anything else, and for one that is too long."""
    if not isinstance(picture, str) or len(picture) > MAX_PICTURE_LENGTH:
        return ""
    if any(character.isspace() or unicodedata.category(character) in ("Cc", "Cs") for character in picture):
        return ""
    try:
        parts = urlsplit(picture)
    except ValueError:
        return ""
    return picture if parts.scheme == "https" and parts.hostname else ""


def birthday_in(birthdate: object) -> str | None:
    """Return a complete birth date; None for a partial one (year 0000, a year alone) and for no date at all."""
    if not isinstance(birthdate, str) or not _BIRTHDATE.fullmatch(birthdate):
        return None
    try:
        return date.fromisoformat(birthdate).isoformat()
    except ValueError:
        return None


def _is_no_part_of_an_address(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf", "Cs")


def _error_code(exc: Exception) -> str:
    """Return an error's code if it has the form of one: what else is in it may come from anybody."""
    code = getattr(exc, "error", None)
    return code if isinstance(code, str) and _ERROR_CODE.fullmatch(code) else ""


def _not_valid() -> ApiError:
    return ApiError(400, "This log-in is not valid (any more): begin again at /login.")


def _unreachable(exc: Exception) -> Unavailable:
    log.warning("the identity provider does not answer: %s", exc)
    return Unavailable(Code.CALL_UNREACHABLE, "The identity provider does not answer; try again.")
