"""The development identity provider: `oidc-provider-mock` with people who may log in, on this machine only.

Its API stays as it is (`PUT /users/<sub>` sets a person's claims exactly as given). What is added: demo people,
and whoever is
merely typed into the form has a name and a verified e-mail, without which the gateway rightly lets nobody in.
"""

import json
import os
from pathlib import Path
from typing import Any

import uvicorn
from flask import Flask, Response, g, request
from oidc_provider_mock import User, app

DEMO_PEOPLE: dict[str, dict[str, object]] = {
    name.lower(): {
        "name": f"{name} {surname}",
        "email": f"{name.lower()}@example.test",
        "email_verified": True,
        "birthdate": birthdate,
    }
    for name, surname, birthdate in (
        ("Alice", "Archer", "1990-03-14"),
        ("Boris", "Belov", "1988-11-02"),
        ("Chiara", "Conti", "1995-07-21"),
        ("Dmitri", "Danilov", "1992-01-30"),
    )
}


def claims_of_typed(subject: str) -> dict[str, object]:
    """Return the claims of somebody of whom nothing is known but what was typed: an address, or a name."""
    email = subject if "@" in subject else f"{subject.replace(' ', '.').lower()}@example.test"
    return {"name": subject.partition("@")[0], "email": email, "email_verified": True}


def create_provider(people_file: Path | None = None) -> Flask:
    """Build the provider. people_file: where people set through its API are kept, so that they survive a restart."""
    known = {**DEMO_PEOPLE, **_read(people_file)}
    provider: Flask = app(user_claims=[User(sub=subject, claims=dict(claims)) for subject, claims in known.items()])
    provider.debug = False
    setattr(provider, "wsgi_app", Flask.wsgi_app.__get__(provider))  # noqa: B010 -- without Werkzeug's debugger

    @provider.before_request
    def introduce_who_is_typed() -> None:
        subject = request.form.get("sub") if request.path == "/oauth2/authorize" and request.method == "POST" else None
        storage = g.oidc_provider_mock_storage
        if subject and storage.get_user(subject) is None:
            storage.store_user(User(sub=subject, claims=claims_of_typed(subject)))

    @provider.after_request
    def keep_who_was_set(response: Response) -> Response:
        if (
            people_file
            and request.method == "PUT"
            and request.path.startswith("/users/")
            and response.status_code < 300
        ):
            known[(request.view_args or {})["sub"]] = request.get_json()
            _write(people_file, known)
        return response

    return provider


def _read(file: Path | None) -> dict[str, Any]:
    return json.loads(file.read_text()) if file and file.exists() else {}


def _write(file: Path, people: dict[str, Any]) -> None:
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(people))
    fresh.replace(file)


def main() -> None:
    """Serve until stopped."""
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # plain http, which never leaves this machine
    port = int(os.environ["IDENTITY_PORT"])
    bar = "!" * 78
    print(f"{bar}\nDEVELOPMENT IDENTITY PROVIDER on port {port}: ANYBODY ON THIS MACHINE CAN LOG IN AS ANYBODY.")
    print(f"Set OIDC_CLIENT_ID and OIDC_CLIENT_SECRET to use a real one.\n{bar}", flush=True)
    provider = create_provider(Path(os.environ["DATA_DIR"]) / "identity.json")
    uvicorn.run(provider, interface="wsgi", host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main()
