"""Every endpoint of the contract, as the method and the path."""

Endpoint = tuple[str, str]

PUBLIC: list[Endpoint] = [
    ("GET", "/login"),
    ("GET", "/login/callback"),
    ("GET", "/logout"),
    ("GET", "/load_icon/{name}"),
]

PERSONAL: list[Endpoint] = [
    ("GET", "/user"),
    ("GET", "/person"),
    ("GET", "/search/users"),
    ("GET", "/events"),
    ("GET", "/agenda"),
    ("GET", "/event"),
    ("POST", "/event"),
    ("PUT", "/event"),
    ("DELETE", "/event"),
    ("DELETE", "/event/group/leave"),
    ("GET", "/event/invited"),
    ("GET", "/member"),
    ("PUT", "/member"),
    ("DELETE", "/member"),
    ("GET", "/chats"),
    ("GET", "/chat"),
    ("POST", "/chat/msg"),
    ("PUT", "/chat/msg"),
    ("DELETE", "/chat/msg"),
    ("GET", "/sync"),
    ("GET", "/friends"),
    ("GET", "/friend"),
    ("DELETE", "/friend"),
    ("GET", "/invites"),
    ("POST", "/invite"),
    ("DELETE", "/invite"),
]

WITH_BODY = [endpoint for endpoint in PERSONAL if endpoint[0] in ("POST", "PUT")]

WITH_ID: list[Endpoint] = [
    ("GET", "/event"),
    ("DELETE", "/event"),
    ("DELETE", "/event/group/leave"),
    ("GET", "/event/invited"),
    ("GET", "/member"),
    ("DELETE", "/member"),
    ("GET", "/person"),
    ("GET", "/chat"),
    ("DELETE", "/chat/msg"),
    ("GET", "/friend"),
    ("DELETE", "/friend"),
    ("DELETE", "/invite"),
]

NOBODY = "0123456789abcdef01234567"
"""A well-formed id of nothing."""


def name_of(endpoint: Endpoint) -> str:
    """Name an endpoint in a test's id."""
    return " ".join(endpoint)


def methods_of(path: str) -> set[str]:
    """Return the methods that a personal path documents."""
    return {method for method, known in PERSONAL if known == path}
