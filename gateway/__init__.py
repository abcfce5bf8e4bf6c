"""The gateway: HTTP in front of the services. Parses and validates, calls, answers; knows no business rule.

app           the application factory: everything is put together here
settings      configuration, read once
worker        what gunicorn itself refuses, in the shape of every other problem
backend       what a gateway process has one of
calls         the only file that knows how services are called
problems      one table from failures to HTTP, and the shape of every error
parsing       strict reading of query strings and bodies
fields        the types of fields, with their validation
preconditions If-Match
resource      blueprints whose models both validate and document
guard         who is asking, from where: sessions, other sites, security headers
sessions      sessions and log-ins under way, in the gateway's own database
idempotency   the same key, the same answer
icons         the pictures of events
site          the front page, the icons, the page at /docs
auth, users, friends, events, members, chats, invites, health   one resource each
"""
