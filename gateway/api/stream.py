"""The stream as Server-Sent Events, and the same feed as pages."""

from collections.abc import Callable, Iterator
from functools import partial

from flask import Response, request
from pymongo.errors import PyMongoError

from gateway.http.context import actor_id, backend, calls, public_url
from gateway.http.hooks import SESSION_COOKIE, refuse_prefetch
from gateway.http.language import asked_language
from gateway.http.problems import ApiError, problem_responses
from gateway.http.resource import Resource, json_response
from gateway.http.sending import chunk_sender
from gateway.http.stream_cursor import HEADER
from gateway.live.registration import register
from gateway.live.sse import START_OVER, Feed, StreamEvent, encode, stream_events
from gateway.schemas.examples import example_of
from gateway.schemas.stream import (
    PAGE_SIZE,
    TYPES,
    DeletedMessage,
    Reader,
    StreamQuery,
    SyncPage,
    SyncQuery,
    check_cursor,
    serialize_item,
)
from gateway.stores.sessions import session_name
from services.chassis.rpc.deadline import Deadline
from services.contracts import streams as contract
from services.contracts.errors import ServiceError

READ_LIMIT_S = 5.0

SSE_EXAMPLE = encode(StreamEvent(1042, "message.deleted.v1", example_of(DeletedMessage))).decode()

stream_bp = Resource("stream", about="What concerns me, live and from wherever I left off")


@stream_bp.get(
    "/stream",
    responses={
        200: {
            "description": (
                "Server-Sent Events: `id` is the cursor, `event` one of "
                f"{', '.join(f'`{kind.name}`' for kind in TYPES.values())} and `{START_OVER}`, `data` as in the item "
                "of that type in the answer of `/sync`. Comments are heartbeats."
            ),
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": SSE_EXAMPLE}},
        },
        **problem_responses(403),
    },
)
def open_stream(query: StreamQuery) -> Response:
    """Return what concerns me as it happens, after everything that I have missed.

    A browser's `EventSource` connects again by itself when the connection breaks. Any answer but 200, a 503 too, ends
    it for good (`readyState` is `CLOSED`), and it tells neither the status nor `Retry-After`: make a new one from the
    last cursor, after a pause that grows with each failure.
    """
    refuse_prefetch()
    since = _last_event_id() if request.headers.get("Last-Event-ID") else query.since
    if request.method == "HEAD":  # a stream that nobody reads could end the oldest of this user's
        return _event_stream(iter(()), _last_sequence() if since is None else since, lambda: None)
    token, hub, reader = request.cookies[SESSION_COOKIE], backend().hub, _reader()
    listener = hub.open(actor_id(), session_name(token))
    listener.behind = since is not None  # from here on it is the hub that says so
    if hub.sessions.has_ended(listener.session):  # before the listener was there to be told
        listener.end("the session has ended")
    try:
        register(hub, lambda queue: calls().call(contract.register_gateway, queue=queue))
        if since is None:
            since = _last_sequence()
    except ServiceError:
        hub.close(listener)
        raise
    feed = Feed(
        listener,
        read=_pages_of(actor_id()),
        reader=reader,
        serialize=partial(serialize_item, reader=reader),
        has_session=_session_check(token, actor_id()),
        hides=partial(hub.cutoffs.hide, user_id=actor_id()),
        is_current=lambda: hub.is_current,
    )
    return _event_stream(stream_events(feed, since, chunk_sender(request.environ)), since, lambda: hub.close(listener))


@stream_bp.get("/sync", responses={200: SyncPage, **problem_responses(410)})
def sync(query: SyncQuery) -> Response:
    """Return what the stream sends after a cursor, for clients that poll."""
    page = calls().call(contract.read_feed, user_id=actor_id(), after=query.since, limit=query.limit)
    if page["too_old"]:
        raise ApiError(410, "What has happened since that cursor is no longer kept: start over with GET /user.")
    reader = _reader()
    events = [serialize_item(item, reader) for item in page["items"]]
    items = [{"id": str(event.sequence), "type": event.type, "data": event.data} for event in events]
    return json_response({"items": items, "cursor": str(page["through"]), "more": page["more"]})


def _last_sequence() -> int:
    return calls().call(contract.get_last_sequence, user_id=actor_id())


def _last_event_id() -> int:
    try:
        return check_cursor(request.headers["Last-Event-ID"])
    except ValueError as exc:
        raise ApiError(400, f"The header Last-Event-ID {exc}.") from exc


def _reader() -> Reader:
    return Reader(base=public_url(), language=asked_language())


def _pages_of(user_id: str) -> Callable[[int], contract.FeedPage]:
    """Return what reads a page of the feed outside of a request."""
    caller, hub = backend().caller, backend().hub

    def read(after: int) -> contract.FeedPage:
        within = caller.within(Deadline.after(READ_LIMIT_S))
        register(hub, lambda queue: within.call(contract.register_gateway, queue=queue))
        return within.call(contract.read_feed, user_id=user_id, after=after, limit=PAGE_SIZE)

    return read


def _session_check(token: str, user_id: str) -> Callable[[], bool]:
    """Return what tells whether the session still lasts; a database that does not answer ends no session."""
    sessions = backend().sessions

    def has_session() -> bool:
        try:
            return sessions.find_user_id(token, is_use=False) == user_id
        except PyMongoError:
            return True

    return has_session


def _event_stream(chunks: Iterator[bytes], since: int, on_close: Callable[[], None]) -> Response:
    response = Response(chunks, mimetype="text/event-stream")
    response.call_on_close(on_close)
    response.headers.update({HEADER: str(since), "Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    return response
