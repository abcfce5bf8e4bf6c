"""What processes agree on: errors, domain events, ids and the typed calls of each service.

Standard library only, no I/O. Read it as a header file: `users`, `events`, `chats` and `invites`
list the calls that the service of that name answers, `announcements` what each service tells and who hears it.
"""
