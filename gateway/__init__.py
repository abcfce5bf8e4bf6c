"""The gateway: HTTP in front of the services. Parses and validates, calls, answers; knows no business rule.

describe  prints the OpenAPI document
app       the application factory: everything is put together here
server    gunicorn's configuration and worker
api       a blueprint for each resource
site      the web client and the page at /docs
schemas   the models of requests and answers, and their serializers
http      strict parsing, problems, conditional requests, idempotency, request hooks
live      open streams, fed by the broker
calls     the only file that knows how services are called
stores    the gateway's own database: sessions, log-ins under way, idempotency keys
icons     the icons of events
settings  configuration, read once
web       the sources of the web client

Imports point down this list; import-linter holds it.
"""
