"""What processes agree on: errors, ids, domain events and the typed calls of each service.

Standard library only, no I/O.

rpc             how a call is declared, and what calls return
domain_events   what services publish
users, events, chats, invites, streams
                the calls that the service of that name answers, and the domain events that it handles
standard_calls  the calls that every service answers
registry        all services, and who handles which domain event
errors          the errors that cross a process border
ids             how ids are made
"""
