"""The glue between Nameko, RabbitMQ and MongoDB that is too risky to write four times. No business noun in it.

deadline    the time a request has left
broker      one broker connection that heals by itself
wire        calls and replies as bytes
calling     making calls (services and gateway alike)
rpc         answering calls
topology    exchanges, queues and bindings of domain events
publishing  domain events out, confirmed
hearing     domain events in, none lost
outbox      the fact inside the document, and the relay that publishes it
memory      documents that a process has seen
mongo       database connections and what their failures mean
providers   what a service class declares: stores, calls, announcements
resources   what a process has one of
settings    the environment of a service process
process     the program: `python -m services.chassis.runner users`
"""
