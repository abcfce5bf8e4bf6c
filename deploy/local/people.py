"""The people of the development identity provider, and what it knows of somebody who is new to it."""

from collections.abc import Mapping

Claims = Mapping[str, object]
"""What the provider says of somebody; the names are OpenID Connect's."""


def _person(name: str, surname: str, birthdate: str) -> Claims:
    email = f"{name.lower()}@example.test"
    return {"name": f"{name} {surname}", "email": email, "email_verified": True, "birthdate": birthdate}


DEMO_PEOPLE: Mapping[str, Claims] = {
    "alice": _person("Alice", "Archer", "1990-03-14"),
    "boris": _person("Boris", "Belov", "1988-11-02"),
    "chiara": _person("Chiara", "Conti", "1995-07-21"),
    "dmitri": _person("Dmitri", "Danilov", "1992-01-30"),
}
"""By what one types into the provider's form."""


def claims_of_typed(subject: str) -> Claims:
    """Return the claims of somebody of whom nothing is known but what was typed: an address, or a name."""
    is_address = "@" in subject.strip("@")
    email = subject if is_address else f"{'.'.join(subject.lower().split())}@example.test"
    return {"name": subject.partition("@")[0] if is_address else subject, "email": email, "email_verified": True}
