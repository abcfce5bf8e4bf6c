"""The introduction of the OpenAPI document, in CommonMark."""

DESCRIPTION = """\
A calendar shared with friends: events, invitations, members with rights, chats, and a live stream of every change.

## Log-in

A browser goes to `/login`, is sent to the identity provider (OpenID Connect) and comes back with the cookie `session`.
Every request with that cookie is made for that user. Without a valid session the answer is 401, never a redirect.
`/logout` ends the session at once, in every process.

A writing request from a page of another site is refused with 403, unless its origin is listed in `CORS_ORIGINS`.

## Values

* An **id** is a string of 24 lower-case hexadecimal digits. A malformed id is 400, an id of nothing 404.
* A **date and time** of an event is a wall clock, `DD.MM.YYYY HH:MM`, without a time zone. The `datetime` of a message
  is milliseconds since 1970-01-01 UTC.
* `is_private` of an event is the string `"true"` or `"false"`; a request may also send a boolean.
* Unknown fields are ignored. A list that would be empty is answered by 204 where 204 is listed.

## Changes

A 2xx means that the whole effect has happened: the next request sees it, in every resource. Only the stream and `/sync`
bring it a moment later, usually within 100 ms; what ends somebody's access holds there at once, too.

* A `PUT` changes the fields that it names and no others.
* Send an `Idempotency-Key` with every POST, PUT and DELETE, and repeat a request that got no answer, or 503, with the
  same key: the change happens once, and for 24 hours the first answer is given again. Another request under that key
  is 422.
* Send the `ETag` of `GET /event` as `If-Match` to change or delete only what you have seen; otherwise the answer is
  412. Without it the last change of each field wins.

## Errors

Every answer of 400 and above is `application/problem+json` (RFC 9457). `type` ends with a code for programs
(`urn:social-calendar:problem:event.unknown`) or is `about:blank`, `detail` is a sentence for people, `errors` names the
fields at fault. A 503 says in `Retry-After` when to try again.

## Following changes

1. `GET /user` sends `X-Stream-Cursor`: read what you need after it.
2. Open `/stream?since=<cursor>` (Server-Sent Events), or poll `/sync?since=<cursor>`: every change that concerns the
   user comes once and in order, each item with the cursor to go on from.
3. A 410 of `/sync`, or the event `start-over.v1` of `/stream`, says that the cursor is too old: begin again with 1.

A browser's `EventSource` connects again by itself when the connection breaks, but an answer of 503 ends it for good:
make a new one from the last cursor, after a pause that grows with each failure.

## Limits

| | |
|---|---|
| body of a request | 1 MiB |
| request line | 8 KB |
| header | 64 fields, 8 KiB each |
| name of an event | 200 characters |
| address of an event | 500 characters |
| description of an event, text of a message | 10,000 characters |
| search text | 254 characters; 50 users an answer |
| members and pending invitations of an event | 1,000 |
| chats an answer | 100 |
| items of `/sync` an answer | 500 |
| open streams of a user | 100 in each process |
| time for an answer | 5 seconds, then 503 |
"""
