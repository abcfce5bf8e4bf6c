"""The stream as Server-Sent Events, and the same as pages.

Source: HTML Living Standard, section 9.2 (Server-sent events).
"""

import logging
import re
import time
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import orjson
from flask import Response, request
from pydantic import BaseModel, BeforeValidator, Field, StrictStr, WithJsonSchema
from pymongo.errors import PyMongoError

from gateway.backend import actor_id, backend, calls, public_url
from gateway.fields import Model
from gateway.guard import SESSION_COOKIE
from gateway.problems import Refused, documented
from gateway.resource import Resource, answer
from gateway.sessions import name_of
from gateway.stream.cursor import HEADER
from gateway.stream.hub import Listener
from gateway.stream.items import START_OVER, TYPES, AnyItem, Said, say
from services.chassis.deadline import Deadline
from services.contracts import streams as contract
from services.contracts.errors import ServiceError

log = logging.getLogger(__name__)

HEARTBEAT_S = 15.0
SESSION_CHECKED_EVERY = 4
"""Heartbeats between two looks at the session, if nobody says before that it has ended."""
PAGE = 200
MAX_PAGE = 500
READ_LIMIT_S = 5.0
AGAIN_S = 1.0
"""Between attempts to read a log that does not answer."""

live = Resource("stream", about="What concerns me, live and from wherever I left off")

_CURSOR = re.compile(r"[0-9]{1,15}", re.ASCII)


def _a_cursor(text: Any) -> int:
    if not isinstance(text, str) or not _CURSOR.fullmatch(text):
        raise ValueError("must be a cursor: the id of an item, or what the header X-Stream-Cursor says")
    return int(text)


Cursor = Annotated[int, BeforeValidator(_a_cursor), WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,15}$"})]


class StreamQuery(Model):
    """After which item to begin; the header `Last-Event-ID` wins. Without either: with what happens from now on."""

    since: Cursor | None = None


def _a_page_size(text: Any) -> int:
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or int(text) == 0:
        raise ValueError("must be a positive integer")
    return min(int(text), MAX_PAGE)


class SyncQuery(Model):
    """After which item to begin, and how many items to return at most."""

    since: Cursor
    limit: Annotated[int, BeforeValidator(_a_page_size), WithJsonSchema({"type": "integer", "minimum": 1})] = PAGE


class SyncPage(BaseModel):
    """A part of the log. cursor: where to go on; more: whether there is more now."""

    items: list[Annotated[AnyItem, Field(discriminator="type")]]
    cursor: StrictStr
    more: bool


@live.get(
    "/stream",
    responses={
        200: {
            "description": (
                "Server-Sent Events: `id` is the cursor, `event` one of "
                f"{', '.join(f'`{said.name}`' for said in TYPES.values())} and `{START_OVER}`, `data` as in the item "
                "of that type in the answer of `/sync`. Comments are heartbeats."
            ),
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
    },
)
def stream(query: StreamQuery) -> Response:
    """Return what concerns me as it happens, after everything that I have missed."""
    since = _last_event_id() if request.headers.get("Last-Event-ID") else query.since
    token = request.cookies[SESSION_COOKIE]
    hub, user_id, sessions = backend().hub, actor_id(), backend().sessions
    listener = hub.open(user_id, name_of(token))
    try:
        if since is None:
            since = calls().call(contract.get_head, user_id=user_id)
            listener.behind = False
    except ServiceError:
        hub.close(listener)
        raise
    caller = backend().caller

    def read(after: int) -> contract.Page:
        within = caller.within(Deadline.after(READ_LIMIT_S))
        return within.call(contract.read_log, user_id=user_id, after=after, limit=PAGE)

    def is_session_there() -> bool:
        try:
            return sessions.find_user_id(token) == user_id
        except PyMongoError:
            return True  # nobody says that it has ended

    response = Response(_events(listener, since, public_url(), read, is_session_there), mimetype="text/event-stream")
    response.call_on_close(lambda: hub.close(listener))
    response.headers.update({HEADER: str(since), "Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    return response


@live.get("/sync", responses={200: SyncPage, **documented(410)})
def sync(query: SyncQuery) -> Response:
    """Return what the stream says after a cursor, for clients that ask now and then."""
    page = calls().call(contract.read_log, user_id=actor_id(), after=query.since, limit=query.limit)
    if page["too_old"]:
        raise Refused(410, "What has happened since that cursor is no longer kept: start over with GET /user.")
    said = [say(item, public_url()) for item in page["items"]]
    items = [{"id": str(one.number), "type": one.type, "data": one.data} for one in said]
    return answer({"items": items, "cursor": str(page["through"]), "more": page["more"]})


def _last_event_id() -> int:
    try:
        return _a_cursor(request.headers["Last-Event-ID"])
    except ValueError as exc:
        raise Refused(400, f"The header Last-Event-ID {exc}.") from exc


def _events(
    listener: Listener,
    cursor: int,
    base: str,
    read: Callable[[int], contract.Page],
    is_session_there: Callable[[], bool],
) -> Iterator[bytes]:
    """Yield the stream from a cursor on, until it must end."""
    yield b": welcome\n\n"
    beats = 0
    while listener.ended is None:
        if listener.behind:
            listener.behind = False
            try:
                page = read(cursor)
            except ServiceError as exc:
                log.warning("a stream waits for the log: %s", exc)
                time.sleep(AGAIN_S)
                listener.behind = True
                yield b": waiting\n\n"
                continue
            cursor = page["through"]
            listener.behind |= page["more"]
            if told := _told(page, base):
                yield told
            continue
        if listener.items:
            item = listener.items.popleft()
            if item["number"] == cursor + 1:
                cursor = item["number"]
                yield _line(say(item, base))
            elif item["number"] > cursor:
                listener.behind = True
            continue
        if not listener.wait(HEARTBEAT_S):
            beats += 1
            if beats % SESSION_CHECKED_EVERY == 0 and not is_session_there():
                return
            yield b": still here\n\n"


def _told(page: contract.Page, base: str) -> bytes:
    if page["too_old"]:
        return _line(Said(page["through"], START_OVER, {}))
    return b"".join(_line(say(item, base)) for item in page["items"])


def _line(said: Said) -> bytes:
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (said.number, said.type.encode(), orjson.dumps(said.data))
