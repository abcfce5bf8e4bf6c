"""The development identity provider: `oidc-provider-mock` with people who may log in, on this machine only.

Its API stays as it is: `PUT /users/<sub>` sets a person's claims exactly as given. Three things are added. There are
demo people. Whoever is merely typed into the form has a name and a verified e-mail, without which the gateway rightly
lets nobody in. And a restart forgets neither the people nor the key that signs.
"""

import json
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

from authlib.deprecate import AuthlibDeprecationWarning

warnings.simplefilter("ignore", AuthlibDeprecationWarning)  # the provider uses what Authlib 2 will not have

import uvicorn  # noqa: E402
from authlib.jose import RSAKey  # noqa: E402
from flask import Flask, Response, g, request  # noqa: E402
from oidc_provider_mock import User, app  # noqa: E402

from deploy.local.people import DEMO_PEOPLE, Claims, claims_of_typed  # noqa: E402


class People:
    """People set through the provider's API: a JSON line for each time, the last one counts."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def set(self, subject: str, claims: Claims) -> None:
        """Remember the claims of a person."""
        with self._file.open("a", encoding="utf-8") as lines:
            lines.write(f"\n{json.dumps([subject, claims])}\n")  # on a line of its own, were the last one cut off

    def __iter__(self) -> Iterator[tuple[str, Claims]]:
        for line in self._file.read_text("utf-8").splitlines() if self._file.exists() else ():
            try:
                subject, claims = json.loads(line)
            except ValueError:  # empty, or killed while writing it
                continue
            yield subject, claims


def key_in(file: Path) -> RSAKey:
    """Return the key kept in `file`, made if there is none: the gateway goes on trusting it after a restart."""
    if file.exists():
        return RSAKey.import_key(json.loads(file.read_text()))
    key = RSAKey.generate_key(is_private=True)
    fresh = file.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(key.as_dict(is_private=True)))
    fresh.replace(file)
    return key


def create_provider(folder: Path) -> Flask:
    """Build the provider, which keeps what it must not forget in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    key, people = key_in(folder / "key.json"), People(folder / "people.jsonl")
    provider: Flask = app(
        user_claims=[User(sub=subject, claims=dict(claims)) for subject, claims in DEMO_PEOPLE.items()]
    )
    provider.debug = False
    del vars(provider)["wsgi_app"]  # Werkzeug's debugger, which runs code for anybody, around what is the class's
    with provider.test_request_context():
        provider.preprocess_request()
        storage = g.oidc_provider_mock_storage
    storage.jwk = key
    for subject, claims in people:
        storage.store_user(User(sub=subject, claims=dict(claims)))

    @provider.before_request
    def introduce_who_is_typed() -> None:
        typed = request.method == "POST" and request.path == "/oauth2/authorize"
        subject = request.form.get("sub", "").strip() if typed else ""
        if subject and storage.get_user(subject) is None:
            storage.store_user(User(sub=subject, claims=dict(claims_of_typed(subject))))

    @provider.after_request
    def remember_who_was_set(response: Response) -> Response:
        if request.method == "PUT" and request.path.startswith("/users/") and response.status_code < 300:
            people.set((request.view_args or {})["sub"], request.get_json())
        return response

    return provider


def main() -> None:
    """Serve until stopped."""
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # plain http, which never leaves this machine
    port = int(os.environ["IDENTITY_PORT"])
    bar = "!" * 90
    print(f"{bar}\nDEVELOPMENT IDENTITY PROVIDER on port {port}: ANYBODY ON THIS MACHINE CAN LOG IN AS ANYBODY.")
    print(f"Set OIDC_CLIENT_ID and OIDC_CLIENT_SECRET to use a real one.\n{bar}", flush=True)
    provider = create_provider(Path(os.environ["DATA_DIR"]) / "identity")
    uvicorn.run(provider, interface="wsgi", host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main()
