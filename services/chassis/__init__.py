"""The glue between Nameko, RabbitMQ and MongoDB that is too risky to write five times. It names no service.

broker/     connections to RabbitMQ, publishing, consuming, the topology of domain events
rpc/        calls: client, server, their form as bytes, deadlines
messaging/  domain events: handlers, outbox, subscriber, reconciliation
mongo       database connections, the shape of documents, and what failures mean
service     the base of every service class
dependencies  what a service class declares: stores, calls, outbox relays
context     what a process has one of
settings    the environment of a service process
logging     log lines as JSON
tracing     the request that the current work belongs to
runner      the program: `python -m services.users`
"""
