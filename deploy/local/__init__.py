"""The whole system on one machine: `python -m deploy.local run`.

settings      ports, folders and addresses, from the environment
broker        a RabbitMQ node of our own
programs      every process of the system: command and environment
supervision   the supervisor that starts, restarts and stops them
console       their logs, mixed, on the terminal
status        one line for each process
identity      the development identity provider
demo          people, events and chats to look at
"""
