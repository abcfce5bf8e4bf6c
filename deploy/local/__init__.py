"""The whole system on one machine: `python -m deploy.local run`.

settings      ports, folders and addresses, from the environment
ports         whether they are free
broker        a RabbitMQ node of our own
mongod        the MongoDB server: found, or why there is none
database      a MongoDB node of our own; `start_database` prepares it and becomes it
apt           packages of Debian's that these two need
programs      every process of the system: command and environment
supervision   the supervisor that starts, restarts and stops them
attendant     what the supervisor does not do by itself
console       their logs, mixed, on the terminal
mongod_log    what `mongod` logs, in a sentence
reachable     what is wrong with a database that runs elsewhere
status        one line for each process
identity      the development identity provider; `people` are whom it knows
demo          friends, events and chats to look at
"""
