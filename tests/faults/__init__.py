"""What an answer promised, kept although processes are killed, paused and restarted.

insisting    a client that repeats a request until it has an answer
circle       three friends who plan together, and what they were promised
faults       what can happen to a process
campaign     friends at work while faults happen, then the audit and the report
crashing     processes that die at a chosen step
retries      what the driver does with a write whose server dies, as a program
"""
