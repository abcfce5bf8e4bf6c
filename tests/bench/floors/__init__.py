"""What the same work costs at the least, and what it costs done without care.

one_query    F1: Flask and one query
raw_call     F2: Flask, one raw AMQP call, one query in the other process: the floor of this architecture
naive        Flask, Nameko's own proxy, a Nameko service with default settings
echo         a call that does nothing: raw, with Nameko's defaults, with our chassis
"""
